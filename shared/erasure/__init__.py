"""Erasure: decided by a person, written into a ledger that outlives a restore, carried out by destroying keys, proved."""
