"""Workflows of intake: promises over time."""
