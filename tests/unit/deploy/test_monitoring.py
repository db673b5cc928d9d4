"""Rules and dashboards: every metric exists, every alert says what it is, every file is as its program makes it."""

import importlib
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.metrics import MetricWrapperBase

from contracts.codes import Service
from deploy.grafana.__main__ import FOLDER, render
from deploy.local.prometheus import config
from deploy.local.service_processes import PROCESSES
from services.reporting import metrics as figures

ROOT = Path(__file__).parents[3]
RULES: dict[str, Any] = yaml.safe_load((ROOT / "deploy/prometheus/rules.yml").read_text())
ALL = [rule for group in RULES["groups"] for rule in group["rules"]]
ALERTS = [rule for rule in ALL if "alert" in rule]
RECORDS = {rule["record"] for rule in ALL if "record" in rule}
WORDS = {
    "absent", "and", "avg", "bool", "by", "count", "group_left", "group_right", "histogram_quantile", "ignoring",
    "increase", "max", "min", "offset", "on", "or", "rate", "scalar", "sum", "time", "topk", "unless", "without",
}  # fmt: skip


def exposed() -> set[str]:
    """Return the names of all series our processes show."""
    names = {name for _, name, _, _ in figures._FAMILIES} | {"up"}
    names |= {f"dossier_snapshot_{what}" for what in ("success", "timestamp_seconds", "duration_seconds")}
    for module in ("libs.metrics", *(f"services.{service}.metrics" for service in Service)):
        for value in vars(importlib.import_module(module)).values():
            if isinstance(value, MetricWrapperBase):
                endings = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}.get(
                    value._type, ("",)
                )
                names |= {value._name + ending for ending in endings}
    return names


def metrics_in(expression: str) -> set[str]:
    """Return the metrics an expression names: words that are no function, keyword, label or text."""
    bare = re.sub(r'"[^"]*"', "", expression)
    bare = re.sub(r"\[[^]]*\]", "", bare)
    bare = re.sub(r"\{[^}]*\}", "", bare)
    bare = re.sub(r"\b(by|without|on|ignoring|group_left)\s*\([^)]*\)", "", bare)
    return {word for word in re.findall(r"[a-zA-Z_][\w:]*", bare) if word not in WORDS}


def test_rules_name_only_series_that_exist():
    known = exposed() | RECORDS

    assert {name for rule in ALL for name in metrics_in(rule["expr"])} - known == set()


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_an_alert_says_in_vietnamese_what_it_is_and_has_a_runbook_entry(alert: dict[str, Any]):
    notes = alert["annotations"]
    book = (ROOT / "docs" / "runbook.md").read_text()

    assert alert["labels"]["severity"] in {"page", "ticket"}
    assert alert["labels"]["about"] in {"dossiers", "system"}
    assert re.search(r"[ăâđêôơưạảấầẩậắằặẹẻếềểệịỉọỏốồổộớờởợụủứừửựỳ]", notes["summary"])
    assert notes["description"]
    assert notes["runbook"] == f"docs/runbook.md#{alert['alert'].lower()}"
    assert f"## {alert['alert']}\n" in book


def test_the_runbook_has_no_entry_without_an_alert():
    book = (ROOT / "docs" / "runbook.md").read_text()

    assert set(re.findall(r"^## ([A-Z]\w+)$", book, re.MULTILINE)) == {alert["alert"] for alert in ALERTS}


def test_dashboards_are_as_their_program_writes_them():
    assert {file.name: file.read_text() for file in FOLDER.glob("*.json")} == render()


@pytest.mark.parametrize("text", render().values())
def test_panels_are_complete_and_ask_for_series_that_exist(text: str):
    board = json.loads(text)
    panels = [panel for panel in board["panels"] if panel["type"] != "row"]
    asked = {name for panel in panels for target in panel["targets"] for name in metrics_in(target["expr"])}

    assert asked - exposed() == set()
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
    assert all(panel["title"] and panel["description"] for panel in panels)
    assert all(panel["fieldConfig"]["defaults"]["unit"] for panel in panels)
    assert all(panel["datasource"]["uid"] == "prom" for panel in panels)
    assert board["timezone"] == "Asia/Ho_Chi_Minh"


@pytest.mark.parametrize("text", render().values())
def test_panels_do_not_overlap(text: str):
    places = [panel["gridPos"] for panel in json.loads(text)["panels"]]
    cells = [
        (x, y)
        for place in places
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]

    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24


def test_both_scrape_configurations_read_the_same_processes():
    containers = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text())["scrape_configs"]
    here = yaml.safe_load(config({spec.name: 1 for spec in PROCESSES}))["scrape_configs"]

    def labels(jobs: list[dict[str, Any]]) -> set[tuple[str, str, str]]:
        return {
            (job["metrics_path"], group["labels"]["service"], group["labels"]["role"])
            for job in jobs
            for group in job["static_configs"]
        }

    assert labels(containers) == labels(here)


@pytest.mark.parametrize("arguments", [("check", "rules", "rules.yml"), ("test", "rules", "tests.yml")])
def test_promtool_accepts_the_rules(arguments: tuple[str, ...]):
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (package prometheus)")
    done = subprocess.run(
        [promtool, *arguments], cwd=ROOT / "deploy/prometheus", capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
