"""The year's counts per level, read from wherever they are shown."""

import csv
import io
import json
from collections import Counter

import httpx
from prometheus_client.parser import text_string_to_metric_families

from deploy.seed.totals import Expected
from tests.e2e.conftest import get
from tests.e2e.stack import Stack

YEAR = {"unit": "P49", "from": "2022-01-01", "to": "2022-12-31", "as_of": "2022-12-31"}
Counts = dict[str, Expected]


def of_row(row: dict[str, str]) -> Expected:
    """Return a row's counts in the form of the published totals."""
    n = {
        name: int(row[name]) for name in ("received", "early", "on_time", "late", "open_in_time", "open_late")
    }
    return Expected(n["received"], n["early"] + n["on_time"], n["late"], n["open_in_time"], n["open_late"])


def over_http(admin: httpx.Client) -> Counts:
    rows = get(admin, "/reporting/api/v1/rates", by="level", **YEAR)["rows"]
    return {row["key"]: of_row(row) for row in rows}


def in_csv_over_http(admin: httpx.Client) -> Counts:
    answer = admin.get("/reporting/api/v1/rates", params={"by": "level", "format": "csv", **YEAR})
    return _of_csv(answer.text)


def on_the_command_line(stack: Stack) -> Counts:
    return {row["key"]: of_row(row) for row in json.loads(_rates(stack, "json"))["rows"]}


def in_csv_on_the_command_line(stack: Stack) -> Counts:
    return _of_csv(_rates(stack, "csv"))


def as_metrics(admin: httpx.Client) -> Counts:
    """Return `dossier_period_outcomes{period="2022"}` of Quảng Nam."""
    found: dict[str, Counter[str]] = {}
    for labels, value in samples(admin, "reporting", "dossier_period_outcomes"):
        if labels["province"] == "P49" and labels["period"] == "2022":
            found.setdefault(labels["level"], Counter())[labels["outcome"]] += int(value)
    return {level: of_row({"received": sum(n.values()), **_zeros(), **n}) for level, n in found.items()}


def samples(admin: httpx.Client, service: str, name: str) -> list[tuple[dict[str, str], float]]:
    """Return the samples of one metric family: labels and value."""
    text = admin.get(f"/{service}/metrics").text
    families = text_string_to_metric_families(text)
    return [(s.labels, s.value) for f in families if f.name == name for s in f.samples if s.name == name]


def _zeros() -> dict[str, int]:
    return dict.fromkeys(("early", "on_time", "late", "open_in_time", "open_late"), 0)


def _rates(stack: Stack, form: str) -> str:
    asked = [word for name, value in YEAR.items() for word in (f"--{name.replace('_', '-')}", value)]
    return stack.motcua("rates", "--by", "level", *asked, "--format", form)


def _of_csv(text: str) -> Counts:
    rows = csv.DictReader(io.StringIO(text))
    return {row["key"]: of_row(row) for row in rows if row["key"] != "total"}
