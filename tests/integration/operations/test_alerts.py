"""The alert rules under promtool, Prometheus' own judge. `.ci/run` installs it (Debian: the package `prometheus`)."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[3] / "deploy" / "prometheus"


@pytest.fixture(scope="module")
def promtool() -> str:
    found = shutil.which("promtool")
    if found is None:
        pytest.fail(
            "promtool is not installed, so the alert rules cannot be tested: install it (Debian: apt install prometheus) "
            "and run this again.",
            pytrace=False,
        )
    return found


def run(promtool: str, *arguments: str) -> None:
    done = subprocess.run([promtool, *arguments], cwd=FOLDER, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        pytest.fail(f"promtool {' '.join(arguments)}:\n{done.stdout}\n{done.stderr}", pytrace=False)


def test_the_scrape_configuration_is_sound(promtool: str) -> None:
    run(promtool, "check", "config", "prometheus.yml")


def test_the_alert_rules_are_sound(promtool: str) -> None:
    run(promtool, "check", "rules", "alerts.yml")


def test_every_alert_fires_when_it_should_and_only_then(promtool: str) -> None:
    run(promtool, "test", "rules", "alerts_test.yml")


def test_the_local_scrape_configuration_is_sound(promtool: str, tmp_path: Path) -> None:
    from deploy.config import StackConfig
    from deploy.prometheus.__main__ import local

    file = tmp_path / "prometheus.yml"
    file.write_text(local(StackConfig.load(tmp_path / "state", settings={})))

    run(promtool, "check", "config", str(file))
