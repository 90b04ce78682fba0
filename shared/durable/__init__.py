"""Promises over time, kept by Temporal: clocks that remind and escalate, and the stories of the aggregates.

Postgres proves every clock; a workflow only keeps it. What a workflow knows comes as one signal, a `Snapshot` read
from Postgres, so that a lost, doubled or late signal does no harm and a lost Temporal database is refilled by
`reconcile`.
"""
