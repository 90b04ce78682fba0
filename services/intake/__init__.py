"""Intake: a contact becomes a concern; advice, acute hand-over, routing to the Infohus of residence."""
