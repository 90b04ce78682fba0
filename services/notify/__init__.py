"""Notify: everything that tells somebody something. The list "my work", delivery by e-mail, national counters."""
