"""Keyset paging (`cursor`, `limit`) and `If-Match`: the two small promises every list and change keeps."""

import base64
from collections.abc import Sequence
from typing import Annotated, Any

import orjson
from fastapi import Query

from libs.errors import DomainError, StaleError

Limit = Annotated[int, Query(ge=1, le=1000, description="Số dòng tối đa của một trang")]
Cursor = Annotated[str | None, Query(max_length=400, description="Vị trí tiếp theo, lấy từ trang trước")]


def encode_cursor(values: Sequence[Any]) -> str:
    """Return the sort key of a page's last row as an opaque text. Moments and ids become their JSON text."""
    return base64.urlsafe_b64encode(orjson.dumps(list(values), default=str)).decode().rstrip("=")


def decode_cursor(cursor: str | None, length: int) -> list[Any] | None:
    """Return the values of a cursor (JSON types; the caller casts), None for none; DomainError for a bad one."""
    if not cursor:
        return None
    try:
        values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError:
        values = None
    if not isinstance(values, list) or len(values) != length:
        raise DomainError("cursor", "cursor_invalid", "Vị trí trang không hợp lệ")
    return values


def etag(version: int) -> str:
    """Return the ETag of a thing's version."""
    return f'"{version}"'


def require_match(if_match: str | None, version: int) -> None:
    """Raise DomainError without `If-Match`, StaleError where it names another version than `version`."""
    if not if_match:
        raise DomainError("If-Match", "if_match_required", "Thiếu tiêu đề If-Match của bản đang sửa")
    if if_match.strip().removeprefix("W/") not in {etag(version), "*"}:
        raise StaleError("If-Match", "stale", "Hồ sơ đã được người khác thay đổi, xin tải lại")
