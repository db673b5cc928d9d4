"""Panels in the JSON that Grafana provisions from files: one kind each, laid out by the dashboard."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

SOURCE = {"type": "prometheus", "uid": "prom"}
WIDTH = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A panel: what it asks (expression, legend), how it is shown. `steps`: (from, colour), the first from None."""

    kind: str
    title: str
    description: str
    queries: tuple[tuple[str, str], ...]
    unit: str = "short"
    decimals: int | None = None
    steps: tuple[tuple[float | None, str], ...] = ((None, "green"),)
    width: int = 12
    height: int = 8
    stacked: bool = False
    options: dict[str, Any] = field(default_factory=dict)

    def json(self, number: int, x: int, y: int) -> dict[str, Any]:
        """Return the panel at a place of the grid."""
        return {
            "id": number,
            "type": self.kind,
            "title": self.title,
            "description": self.description,
            "datasource": SOURCE,
            "gridPos": {"h": self.height, "w": self.width, "x": x, "y": y},
            "targets": [self._target(n, expr, legend) for n, (expr, legend) in enumerate(self.queries)],
            "fieldConfig": {"defaults": self._defaults(), "overrides": []},
            "options": self._options(),
        }

    def _target(self, number: int, expr: str, legend: str) -> dict[str, Any]:
        once = self.kind in {"stat", "table", "bargauge"}
        return {
            "refId": chr(ord("A") + number),
            "datasource": SOURCE,
            "expr": expr,
            "legendFormat": legend,
            "instant": once,
            "range": not once,
            "format": "table" if self.kind == "table" else "time_series",
        }

    def _defaults(self) -> dict[str, Any]:
        steps = [{"value": value, "color": colour} for value, colour in self.steps]
        defaults: dict[str, Any] = {
            "unit": self.unit,
            "thresholds": {"mode": "absolute", "steps": steps},
            "color": {"mode": "thresholds" if self.kind in {"stat", "bargauge"} else "palette-classic"},
        }
        if self.decimals is not None:
            defaults["decimals"] = self.decimals
        if self.kind == "timeseries":
            stacking = {"mode": "normal" if self.stacked else "none"}
            defaults["custom"] = {
                "drawStyle": "line",
                "fillOpacity": 20 if self.stacked else 0,
                "stacking": stacking,
            }
        return defaults

    def _options(self) -> dict[str, Any]:
        if self.kind == "timeseries":
            shown = {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}}
            return shown | self.options
        if self.kind == "stat":
            return {"reduceOptions": {"calcs": ["lastNotNull"]}, "colorMode": "value"} | self.options
        return dict(self.options)


@dataclass(frozen=True, slots=True)
class Row:
    """A heading with the panels below it."""

    title: str
    panels: tuple[Panel, ...]


def dashboard(*, uid: str, title: str, description: str, rows: Iterable[Row]) -> dict[str, Any]:
    """Return a dashboard, its panels laid out from left to right, row by row."""
    panels: list[dict[str, Any]] = []
    y = 0
    for row in rows:
        place = {"h": 1, "w": WIDTH, "x": 0, "y": y}
        panels.append(
            {
                "id": len(panels) + 1,
                "type": "row",
                "title": row.title,
                "collapsed": False,
                "gridPos": place,
                "panels": [],
            }
        )
        y += 1
        x = height = 0
        for panel in row.panels:
            if x + panel.width > WIDTH:
                x, y, height = 0, y + height, 0
            panels.append(panel.json(len(panels) + 1, x, y))
            x, height = x + panel.width, max(height, panel.height)
        y += height
    return {
        "uid": uid,
        "title": title,
        "description": description,
        "tags": ["motcua"],
        "timezone": "Asia/Ho_Chi_Minh",
        "weekStart": "monday",
        "editable": False,
        "refresh": "30s",
        "schemaVersion": 39,
        "time": {"from": "now-24h", "to": "now"},
        "templating": {"list": [_province()]},
        "annotations": {"list": []},
        "links": [],
        "panels": panels,
    }


def _province() -> dict[str, Any]:
    query = "label_values(dossier_window_outcomes, province)"
    return {
        "name": "province",
        "label": "Tỉnh",
        "type": "query",
        "datasource": SOURCE,
        "query": {"query": query, "refId": "province"},
        "definition": query,
        "refresh": 2,
        "sort": 1,
        "multi": True,
        "includeAll": True,
        "allValue": ".*",
        "current": {"text": ["Tất cả"], "value": ["$__all"]},
    }
