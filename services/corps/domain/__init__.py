"""The corps in rules: interventions, loans, members and their capacity, who sees what. Pure."""
