"""A list from its first page to its last: memory stays flat."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

PAGE = 2_000
"""Rows read at a time."""
P = TypeVar("P")
Row = dict[str, Any]


async def all_rows(
    page: Callable[[P | None], Awaitable[tuple[Sequence[Row], P | None]]],
) -> AsyncIterator[Row]:
    """Yield every row; `page` gives the rows after a place, and the next place or None."""
    after: P | None = None
    while True:
        rows, after = await page(after)
        for row in rows:
            yield row
        if after is None:
            return


async def cells(
    rows: AsyncIterator[Mapping[str, Any]], columns: Sequence[str]
) -> AsyncIterator[tuple[Any, ...]]:
    """Yield the cells of rows, as a file has them."""
    async for row in rows:
        yield tuple(row[name] for name in columns)
