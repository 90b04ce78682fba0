"""Once a process is built, what it is built of stays: the garbage collector need not look at it again and again.

Modules, models and routes are some hundred thousand objects. A full collection of them stops a process for tens of milliseconds,
which is what the slowest answers wait for, and writes to pages that would otherwise stay shared and clean.
"""

from __future__ import annotations

import gc

YOUNG = 10_000
"""Objects made, less those freed, before the young are looked through; Python's own 700 is a fraction of one request."""


def settle() -> None:
    """Collect once and leave what is there now alone; later garbage is collected as ever."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 20)
