"""A list from its first page to its last, as the cells of a file: memory stays flat."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

PAGE = 2_000
"""Rows read at a time."""
P = TypeVar("P")


async def all_cells(
    page: Callable[[P | None], Awaitable[tuple[Sequence[Mapping[str, Any]], P | None]]],
    columns: Sequence[str],
) -> AsyncIterator[tuple[Any, ...]]:
    """Yield the cells of every row; `page` gives the rows after a place, and the next place or None."""
    after: P | None = None
    while True:
        rows, after = await page(after)
        for row in rows:
            yield tuple(row[name] for name in columns)
        if after is None:
            return
