"""Prometheus' part of operations: scrape configuration, alert rules and their tests."""
