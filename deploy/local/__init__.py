"""Real servers on one machine without containers, one module each."""
