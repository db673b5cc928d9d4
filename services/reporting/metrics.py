"""Gauges of where dossiers stand, from the newest snapshot: never counters, for an outcome may be revised."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

STALE_AFTER = 300.0
"""Seconds after which old figures are no longer shown: no figure is better than a wrong one."""

Sample = tuple[tuple[str, ...], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """All figures at one moment, each a list of (label values, value)."""

    as_of: datetime
    taken: float
    seconds: float
    open: tuple[Sample, ...] = ()
    windows: tuple[Sample, ...] = ()
    field_windows: tuple[Sample, ...] = ()
    periods: tuple[Sample, ...] = ()
    objectives: tuple[Sample, ...] = ()
    oldest_overdue: tuple[Sample, ...] = ()
    communes_with_overdue: tuple[Sample, ...] = ()


_FAMILIES: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("open", "dossier_open", "Open dossiers.", ("province", "field", "state")),
    (
        "windows",
        "dossier_window_outcomes",
        "Outcomes that fell in the window; a dossier counts late from the moment it is late.",
        ("province", "window", "outcome"),
    ),
    (
        "field_windows",
        "dossier_field_window_outcomes",
        "Outcomes that fell in the window, by field.",
        ("field", "window", "outcome"),
    ),
    (
        "periods",
        "dossier_period_outcomes",
        "Dossiers received in the period as they stood at its end, or stand now.",
        ("province", "level", "period", "outcome"),
    ),
    ("objectives", "dossier_slo_objective_ratio", "On-time share a field is held to.", ("field",)),
    (
        "oldest_overdue",
        "dossier_oldest_overdue_timestamp_seconds",
        "When the oldest overdue dossier became late.",
        ("province",),
    ),
    (
        "communes_with_overdue",
        "dossier_communes_with_overdue",
        "Communes that hold an overdue dossier.",
        ("province",),
    ),
)


class FiguresCollector(Collector):
    """Shows the newest snapshot; a background task replaces it by one assignment."""

    def __init__(self) -> None:
        self.snapshot: Snapshot | None = None
        self.succeeded = False

    def describe(self) -> Iterable[Metric]:
        """Return nothing, so that registering doesn't collect."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield the figures, or only that there are none: never zeros for what is not known."""
        yield GaugeMetricFamily(
            "dossier_snapshot_success", "1 if the last refresh worked.", value=float(self.succeeded)
        )
        snapshot = self.snapshot
        if snapshot is None or monotonic() - snapshot.taken > STALE_AFTER:
            return
        yield GaugeMetricFamily(
            "dossier_snapshot_timestamp_seconds", "As of when.", value=snapshot.as_of.timestamp()
        )
        yield GaugeMetricFamily(
            "dossier_snapshot_duration_seconds", "Time the refresh took.", value=snapshot.seconds
        )
        for attribute, name, words, labels in _FAMILIES:
            family = GaugeMetricFamily(name, words, labels=labels)
            for values, number in getattr(snapshot, attribute):
                family.add_metric(values, number)
            yield family
