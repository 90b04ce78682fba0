"""Workflows of corps: promises over time."""
