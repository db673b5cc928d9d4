"""What operators have: the reconciliation finds nothing lost or doubled, and every panel asks a question that is answered."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.grafana.overview import overview
from deploy.local.prometheus import config
from deploy.local.service_processes import PROCESSES
from tests.e2e.stack import Stack, free_port, until


def test_every_reader_applied_exactly_what_was_said(stack: Stack, demo: str):
    found = json.loads(stack.motcua("reconcile", "--format", "json"))

    assert found == []
    assert "Dead letters (open): 0" in stack.motcua("dead-letters", "list")


@pytest.fixture(scope="module")
def prometheus(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A Prometheus of our own that reads the stack's processes."""
    program = shutil.which("prometheus")
    if program is None:
        pytest.skip("Prometheus is not installed (package prometheus)")
    folder, port = tmp_path_factory.mktemp("prometheus"), free_port()
    file = folder / "prometheus.yml"
    file.write_text(config(json.loads((stack.home / "ports.json").read_text())))
    command = [program, f"--config.file={file}", f"--storage.tsdb.path={folder / 'data'}"]
    command += [f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"]
    process = subprocess.Popen(command)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1", timeout=30) as client:
            until(lambda: _healths(client), lambda found: found == {"up"}, limit=60)
            yield client
    finally:
        process.terminate()
        process.wait(20)


def _healths(client: httpx.Client) -> set[str]:
    try:
        targets = client.get("/targets").json()["data"]["activeTargets"]
    except (httpx.HTTPError, ValueError):  # not up yet, or up and not ready: then it answers in words
        return set()
    return {target["health"] for target in targets}


def questions() -> list[tuple[str, str]]:
    """Return title and expression of every query of the dashboard, Grafana's variables filled in."""
    return [
        (panel["title"], target["expr"].replace("$__rate_interval", "1m").replace("$province", ".*"))
        for panel in overview()["panels"]
        for target in panel.get("targets", [])
    ]


def test_every_panel_asks_a_question_that_is_answered(prometheus: httpx.Client, demo: str):
    for title, expression in questions():
        answer: dict[str, Any] = prometheus.get("/query", params={"query": expression}).json()
        assert answer["status"] == "success", f"{title}: {answer}"
    figures = prometheus.get("/query", params={"query": "dossier_period_outcomes"}).json()["data"]["result"]
    assert figures


def test_every_rule_is_evaluated(prometheus: httpx.Client):
    def health() -> set[str]:
        groups = prometheus.get("/rules").json()["data"]["groups"]
        return {rule["health"] for group in groups for rule in group["rules"]}

    assert until(health, lambda found: found == {"ok"}, limit=60) == {"ok"}


def test_the_default_run_finds_the_projects_rules():
    [line] = [line for line in config(dict.fromkeys(_names(), 1)).splitlines() if "rules.yml" in line]

    assert Path(line.strip("- ")).exists()


def _names() -> list[str]:
    return [spec.name for spec in PROCESSES]
