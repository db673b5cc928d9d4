"""Charts drawn on the server as SVG: a line with its target, stacked bars, a list of bars. Pure.

Shown by the macro `figure` of ui.html, which adds the caption, the legend and the table of numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from markupsafe import Markup

from libs.ui.formats import NOTHING, vn_number, vn_percent
from libs.ui.svg import LEFT, RIGHT, WIDTH, Plot, drawing, element, grid, join, places, tick_step

_WIDEST_BAR = 72.0
_LOWEST_TOP = 5
_HUNDRED = 100


@dataclass(frozen=True)
class Heading:
    """What a chart is called: an id unique on its page, a caption, one sentence on what it shows."""

    key: str
    title: str
    description: str


@dataclass(frozen=True)
class Series:
    """One part of stacked bars; `kind` (early, on-time, late, open) gives its colour and hatching."""

    name: str
    values: Sequence[int]
    kind: str


@dataclass(frozen=True)
class Chart:
    """A picture with its legend (kind, text) and its table of numbers; no picture when there is no data."""

    heading: Heading
    svg: Markup
    legend: Sequence[tuple[str, str]]
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Bar:
    """One row of a bar list: its share of the full width in percent points and what is written beside it."""

    label: str
    share: Decimal | None
    text: str
    href: str = ""

    @property
    def svg(self) -> Markup:
        """Return the bar alone; the number beside it says the same, so it is hidden from screen readers."""
        width = min(max(self.share or Decimal(0), Decimal(0)), Decimal(_HUNDRED))
        full = element("rect", class_="track", width=_HUNDRED, height=10)
        part = element("rect", class_="part", width=f"{width:.2f}", height=10)
        return element(
            "svg",
            full + part,
            class_="bar",
            viewBox="0 0 100 10",
            preserveAspectRatio="none",
            aria_hidden="true",
        )


def line_chart(
    heading: Heading,
    points: Sequence[tuple[str, Decimal | None]],
    *,
    target: Decimal | None = None,
    digits: int = 1,
) -> Chart:
    """Return percent points over time; a place without a value is a gap, a dashed line shows the target."""
    known = [value for _, value in points if value is not None]
    rows = [(label, vn_percent(value, digits)) for label, value in points]
    columns = ("Kỳ", "Tỷ lệ")
    if not known:
        return Chart(heading, Markup(), (), columns, rows)
    low, high, step = _percent_range([*known, *([] if target is None else [target])])
    plot = Plot(low, high, len(points))
    parts = [
        grid(plot, [(tick, vn_percent(Decimal(tick), 0)) for tick in range(low, high + 1, step)]),
        places(plot, [label for label, _ in points]),
        _target(plot, target),
        _lines(plot, [value for _, value in points]),
        *(_mark(plot, place, points[place], target) for place in range(len(points))),
    ]
    legend = [("rate", "Tỷ lệ")]
    if target is not None:
        legend += [("target", f"Mục tiêu {vn_percent(target, digits)}"), ("below", "Dưới mục tiêu")]
    svg = drawing(heading.key, heading.title, heading.description, parts)
    return Chart(heading, svg, legend, columns, rows)


def _percent_range(values: Sequence[Decimal]) -> tuple[int, int, int]:
    """Return lowest tick, highest tick and step so that all values fit and small changes stay visible."""
    floor = min(int(min(values)), _HUNDRED - _LOWEST_TOP)
    step = tick_step(_HUNDRED - floor)
    return max(floor // step * step, 0), _HUNDRED, step


def _target(plot: Plot, target: Decimal | None) -> Markup:
    if target is None:
        return Markup()
    return element("line", class_="target", x1=LEFT, x2=WIDTH - RIGHT, y1=plot.y(target), y2=plot.y(target))


def _lines(plot: Plot, values: Sequence[Decimal | None]) -> Markup:
    runs = groupby(enumerate(values), key=lambda placed: placed[1] is not None)
    return join(
        element(
            "polyline",
            class_="line",
            points=" ".join(f"{plot.x(i)},{plot.y(v)}" for i, v in run if v is not None),
        )
        for known, run in runs
        if known
    )


def _mark(plot: Plot, place: int, point: tuple[str, Decimal | None], target: Decimal | None) -> Markup:
    label, value = point
    if value is None:
        return Markup()
    below = target is not None and value < target
    tip = element("title", f"{label}: {vn_percent(value)}")
    x, y = plot.x(place), plot.y(value)
    if below:
        return element("path", tip, class_="point below", d=f"M{x} {y - 7}l7 7l-7 7l-7-7z")
    return element("circle", tip, class_="point", cx=x, cy=y, r=5)


def stacked_bars(heading: Heading, labels: Sequence[str], series: Sequence[Series]) -> Chart:
    """Return counts as bars of parts, the first series at the bottom."""
    columns = ("Kỳ", *(one.name for one in series), "Cộng")
    totals = [sum(one.values[place] for one in series) for place in range(len(labels))]
    rows = [
        (label, *(vn_number(one.values[place]) for one in series), vn_number(totals[place]))
        for place, label in enumerate(labels)
    ]
    if not any(totals):
        return Chart(heading, Markup(), (), columns, rows)
    step = tick_step(max(totals))
    high = -(-max(totals) // step) * step
    plot = Plot(0, high, len(labels))
    parts = [
        _hatching(heading.key),
        grid(plot, [(tick, vn_number(tick)) for tick in range(0, high + 1, step)]),
        places(plot, labels),
        *(_column(heading, plot, place, (labels[place], series)) for place in range(len(labels))),
    ]
    svg = drawing(heading.key, heading.title, heading.description, parts)
    return Chart(heading, svg, [(one.kind, one.name) for one in series], columns, rows)


def _hatching(key: str) -> Markup:
    """Return the pattern laid over late parts, so that they are told apart without colour."""
    stripe = element("rect", width=3, height=8)
    turned = {"patternUnits": "userSpaceOnUse", "patternTransform": "rotate(45)"}
    return element(
        "defs", element("pattern", stripe, id=f"{key}-hatch", class_="hatch", width=8, height=8, **turned)
    )


def _column(heading: Heading, plot: Plot, place: int, stack: tuple[str, Sequence[Series]]) -> Markup:
    label, series = stack
    width = round(min(plot.step * 0.76, _WIDEST_BAR), 1)
    parts, below = [], 0
    for one in series:
        value = one.values[place]
        top, bottom = plot.y(below + value), plot.y(below)
        below += value
        box = {
            "x": round(plot.x(place) - width / 2, 1),
            "y": top,
            "width": width,
            "height": round(bottom - top, 1),
        }
        tip = element("title", f"{label} – {one.name}: {vn_number(value)}")
        parts.append(element("rect", tip, class_=f"part part--{one.kind}", **box))
        if one.kind == "late" and value:
            parts.append(element("rect", fill=f"url(#{heading.key}-hatch)", pointer_events="none", **box))
    return join(parts)


def bar_list(rows: Sequence[tuple[str, Decimal | None]], *, digits: int = 1) -> list[Bar]:
    """Return shares (percent points) as bars beside their names; shown by the macro `bars`."""
    return [
        Bar(label, share, NOTHING if share is None else vn_percent(share, digits)) for label, share in rows
    ]
