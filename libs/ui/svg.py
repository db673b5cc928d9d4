"""Small parts of an SVG drawing: escaped elements, a plot's scale, readable ticks. Pure, no style attributes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from markupsafe import Markup, escape

WIDTH, HEIGHT = 720, 300
LEFT, RIGHT, TOP, BOTTOM = 78, 12, 16, 44
_STEPS = (1, 2, 5, 10, 20, 25, 50)
_MOST_TICKS = 6
_MOST_LABELS = 9


def element(name: str, content: object = "", **attributes: object) -> Markup:
    """Return one element; text and attribute values are escaped, `class_` stands for class, `_` for `-`."""
    pairs = ((key.rstrip("_").replace("_", "-"), value) for key, value in attributes.items())
    written = "".join(f' {key}="{escape(value)}"' for key, value in pairs)
    return Markup(f"<{name}{written}>{escape(content)}</{name}>")  # noqa: S704 - both parts are escaped


def join(parts: Iterable[Markup]) -> Markup:
    """Return the parts one after the other."""
    return Markup("").join(parts)


@dataclass(frozen=True)
class Plot:
    """The drawing area: values from `low` to `high` upwards, `count` places from left to right."""

    low: float
    high: float
    count: int

    def x(self, place: int) -> float:
        """Return the middle of a place."""
        return round(LEFT + (place + 0.5) * self.step, 1)

    def y(self, value: float | Decimal) -> float:
        """Return the height of a value."""
        room = HEIGHT - TOP - BOTTOM
        return round(TOP + (self.high - float(value)) * room / (self.high - self.low), 1)

    @property
    def step(self) -> float:
        """Return how far two places are apart."""
        return (WIDTH - LEFT - RIGHT) / self.count


def tick_step(span: float) -> int:
    """Return a round step (1, 2, 5, 10, 20, 25, 50, 100 …) that gives at most six ticks over a span."""
    scale = 1
    while True:
        for step in _STEPS:
            if span / (step * scale) <= _MOST_TICKS:
                return step * scale
        scale *= 100


def grid(plot: Plot, ticks: Sequence[tuple[int, str]]) -> Markup:
    """Return the horizontal lines with their labels."""
    lines = (
        element("line", class_="grid", x1=LEFT, x2=WIDTH - RIGHT, y1=plot.y(value), y2=plot.y(value))
        + element("text", text, class_="end", x=LEFT - 8, y=plot.y(value) + 5)
        for value, text in ticks
    )
    return join(lines)


def places(plot: Plot, labels: Sequence[str]) -> Markup:
    """Return the labels under the plot, thinned so that they never touch; narrow screens show half of them."""
    every = -(-len(labels) // _MOST_LABELS)
    shown = ((place, label) for place, label in enumerate(labels) if place % every == 0)
    return join(
        element(
            "text",
            label,
            class_="middle" if place % (2 * every) == 0 else "middle roomy",
            x=plot.x(place),
            y=HEIGHT - BOTTOM + 26,
        )
        for place, label in shown
    )


def drawing(key: str, title: str, description: str, parts: Iterable[Markup]) -> Markup:
    """Return the whole picture with its name and description for those who do not see it."""
    names = element("title", title, id=f"{key}-title") + element("desc", description, id=f"{key}-desc")
    return element(
        "svg",
        names + join(parts),
        class_="chart",
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        aria_labelledby=f"{key}-title",
        aria_describedby=f"{key}-desc",
    )
