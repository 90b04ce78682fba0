from __future__ import annotations

from tests.unit.operations import promql

EXPRESSION = (
    'sum by (service, le) (rate(x_bucket{route!~"/(readyz|livez)", command=~"a|b"}[5m])) / 2 > 0.5 '
    "unless on (instance) y offset 5m == 3"
)


def test_metrics_are_told_from_functions_labels_and_words() -> None:
    assert promql.metrics(EXPRESSION) == {"x_bucket", "y"}


def test_labels_of_selectors_and_groupings_are_found() -> None:
    assert promql.labels(EXPRESSION) == {"service", "le", "route", "command", "instance"}


def test_open_patterns_are_no_fixed_values() -> None:
    assert promql.fixed_values(EXPRESSION, "command") == {"a", "b"}
    assert promql.fixed_values(EXPRESSION, "route") == set()
