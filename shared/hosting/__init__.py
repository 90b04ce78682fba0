"""Composition roots that all services share: what an api process and a worker process are made of."""
