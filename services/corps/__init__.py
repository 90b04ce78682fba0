"""Corps: members and their capacity, requests and matching, loans between municipalities, interventions."""
