"""Workflows of notify: promises over time."""
