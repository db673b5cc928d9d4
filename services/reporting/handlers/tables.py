"""Answers questions about rates: selection, scope, counts, names."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from contracts.codes import Channel, Level
from libs.catalogue import Catalogue
from libs.clock import VN
from libs.day_range import is_within
from libs.db import Connection
from libs.errors import DomainError, NotFoundError
from services.reporting.domain.rates import Rounding
from services.reporting.domain.table import RateTable, build
from services.reporting.store.figures import Basis, By, Selection, counts

LEVELS = {Level.PROVINCE: "Cấp tỉnh", Level.DISTRICT: "Cấp huyện", Level.COMMUNE: "Cấp xã"}
CHANNELS = {Channel.COUNTER: "Trực tiếp", Channel.ONLINE: "Trực tuyến", Channel.POST: "Bưu chính"}
MAX_SCALE = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a table of rates is to show. Days inclusive, Asia/Ho_Chi_Minh."""

    by: By = By.LEVEL
    unit: str | None = None
    basis: Basis = Basis.RECEPTION
    first_day: date | None = None
    last_day: date | None = None
    channel: Channel | None = None
    as_of: str | None = None
    scale: int = 2
    rounding: Rounding = Rounding.HALF_UP


def cut_off(text: str | None) -> datetime | None:
    """Return the exclusive moment meant by `as_of`: a day means its end, a moment (VN by default) itself.

    Raises DomainError for anything else.
    """
    if not text:
        return None
    wrong = DomainError(
        "as_of", "moment_invalid", "Thời điểm chốt phải theo dạng 2022-12-31 hoặc 2022-12-31T17:00"
    )
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        raise wrong from None
    if not is_within(given):
        raise wrong
    if len(text) == len("2022-12-31"):
        return datetime.combine(given.date() + timedelta(days=1), time(), VN)
    return given if given.tzinfo else given.replace(tzinfo=VN)


async def answer(
    conn: Connection, question: Question, *, catalogue: Catalogue, scope: frozenset[str] | None
) -> RateTable:
    """Return the table that was asked for, within the asker's scope (None: no limit).

    Raises NotFoundError for an unknown unit, DomainError for days or a scale that make no sense.
    """
    _check(question)
    selection = Selection(
        basis=question.basis,
        first_day=question.first_day,
        last_day=question.last_day,
        units=_units(question.unit, catalogue, scope),
        channel=question.channel,
        as_of=cut_off(question.as_of),
    )
    counted = await counts(conn, question.by, selection)
    if question.by is By.LEVEL:
        counted = {level: counted[level] for level in (*Level, "") if level in counted}
    names = _names(question.by, list(counted), catalogue)
    return build(counted, names, scale=question.scale, rounding=question.rounding)


def _check(question: Question) -> None:
    if question.first_day and question.last_day and question.first_day > question.last_day:
        raise DomainError("from", "period_reversed", "Ngày bắt đầu phải trước ngày kết thúc")
    if not 0 <= question.scale <= MAX_SCALE:
        raise DomainError("scale", "out_of_range", f"Số chữ số thập phân phải từ 0 đến {MAX_SCALE}")


def _units(unit: str | None, catalogue: Catalogue, scope: frozenset[str] | None) -> frozenset[str] | None:
    if not unit:
        return scope
    if catalogue.unit(unit) is None:
        raise NotFoundError("unit", "unknown_unit", f"Không có đơn vị mang mã {unit}")
    wanted = catalogue.subtree({unit})
    if wanted is None or scope is None:
        return wanted if scope is None else scope
    return wanted & scope


def _names(by: By, keys: list[str], catalogue: Catalogue) -> dict[str, str]:
    match by:
        case By.LEVEL:
            return {str(level): name for level, name in LEVELS.items()}
        case By.CHANNEL:
            return {str(channel): name for channel, name in CHANNELS.items()}
        case By.UNIT | By.PROVINCE:
            return {key: catalogue.name_of(key) for key in keys}
        case By.FIELD:
            return field_names(catalogue)
        case By.PROCEDURE:
            return {p.code: p.name for p in catalogue.procedures()}
        case _:
            return {}


def field_names(catalogue: Catalogue) -> dict[str, str]:
    """Return the names of the fields by code."""
    return {p.field: p.field_name for p in catalogue.procedures()}


def with_by(question: Question, by: By) -> Question:
    """Return the same question, split another way."""
    return replace(question, by=by)
