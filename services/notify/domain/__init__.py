"""Deliveries, work items, the duty roster, counters: their rules. Pure."""
