"""Workflows of assessment: promises over time."""
