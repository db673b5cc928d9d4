"""Keyset paging (`cursor`, `limit`) and `If-Match`: the two small promises every list and change keeps."""

import base64
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import Query

from libs.day_range import is_within
from libs.errors import DomainError, StaleError

Limit = Annotated[int, Query(ge=1, le=1000, description="Số dòng tối đa của một trang")]
Cursor = Annotated[str | None, Query(max_length=400, description="Vị trí tiếp theo, lấy từ trang trước")]


def encode_cursor(values: Sequence[Any]) -> str:
    """Return the sort key of a page's last row as an opaque text. Moments and ids become their JSON text."""
    return base64.urlsafe_b64encode(orjson.dumps(list(values), default=str)).decode().rstrip("=")


def read_cursor(cursor: str | None, *kinds: Callable[[Any], Any]) -> tuple[Any, ...] | None:
    """Return the values of a cursor, each read by its kind (`moment`, `own_id`, `whole`, `text`); None for none.

    Raises DomainError for a cursor that is none of ours: anybody can write one.
    """
    if not cursor:
        return None
    try:
        values: list[Any] = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return tuple(kind(value) for kind, value in zip(kinds, values, strict=True))
    except (TypeError, ValueError):
        raise DomainError("cursor", "cursor_invalid", "Vị trí trang không hợp lệ") from None


def moment(value: Any) -> datetime:
    """Return an aware moment."""
    found = datetime.fromisoformat(text(value))
    if found.tzinfo is None or not is_within(found):
        raise ValueError(value)
    return found


def own_id(value: Any) -> UUID:
    """Return an id."""
    return UUID(text(value))


def whole(value: Any) -> int:
    """Return an integer that PostgreSQL can hold."""
    if type(value) is not int or not -(2**63) <= value < 2**63:
        raise TypeError(value)
    return value


def text(value: Any) -> str:
    """Return a text that PostgreSQL can hold."""
    if not isinstance(value, str) or "\0" in value:
        raise TypeError(value)
    return value


def etag(version: int) -> str:
    """Return the ETag of a thing's version."""
    return f'"{version}"'


def require_match(if_match: str | None, version: int) -> None:
    """Raise DomainError without `If-Match`, StaleError where it names another version than `version`."""
    if not if_match:
        raise DomainError("If-Match", "if_match_required", "Thiếu tiêu đề If-Match của bản đang sửa")
    if if_match.strip().removeprefix("W/") not in {etag(version), "*"}:
        raise StaleError("If-Match", "stale", "Hồ sơ đã được người khác thay đổi, xin tải lại")
