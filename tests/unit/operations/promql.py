"""Just enough of PromQL to see which metrics, labels and fixed values an expression names."""

from __future__ import annotations

import re

GROUPING = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)")
MATCHER = re.compile(r'(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"')
NAME = re.compile(r"[A-Za-z_:][A-Za-z0-9_:]*(?!\w*\s*\()")
WORDS = {"and", "or", "unless", "bool", "offset"}


def metrics(expression: str) -> set[str]:
    """Return the names of the metrics."""
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]", " ", GROUPING.sub(" ", expression))
    bare = re.sub(r"\b\d+(?:\.\d+)?(?:ms|[smhdwy])?\b", " ", bare)
    names = {found[0] for found in NAME.finditer(bare) if not bare[found.end() :].lstrip().startswith("(")}
    return names - WORDS


def matchers(expression: str) -> list[tuple[str, str, str]]:
    """Return (label, operator, value) of every selector."""
    return [(label, operator, value) for label, operator, value in MATCHER.findall(expression)]


def labels(expression: str) -> set[str]:
    """Return every label that is selected or grouped by."""
    grouped = {name.strip() for inside in GROUPING.findall(expression) for name in inside.split(",") if name.strip()}
    return grouped | {label for label, _, _ in matchers(expression)}


def fixed_values(expression: str, label: str) -> set[str]:
    """Return the values that a label is compared with; the alternatives of a pattern one by one, open patterns left out."""
    found = {part for name, _, value in matchers(expression) if name == label for part in value.split("|")}
    return {value for value in found if not re.search(r"[.*+?()\[\]\\]", value)}
