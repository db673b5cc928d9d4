"""What the applicant still owes: requests paired with answers, whatever order they were heard in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.intake.domain.problems import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The applicant was asked for something. A cancelled request counts as never made."""

    request: UUID
    kind: str
    at: datetime
    cancelled: bool = False
    note: UUID | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Something was brought; without `request` it answers the latest open request of its kind before it."""

    event: UUID
    kind: str
    at: datetime
    request: UUID | None = None


def still_open(requests: Iterable[Request], answers: Iterable[Answer]) -> list[Request]:
    """Return the requests nobody has answered, earliest first. An answer without its question is neutral."""
    waiting = {r.request: r for r in sorted(requests, key=lambda r: (r.at, r.request)) if not r.cancelled}
    ordered = sorted(answers, key=lambda a: (a.at, a.event))
    for answer in ordered:
        if answer.request is not None:
            waiting.pop(answer.request, None)
    for answer in ordered:
        if answer.request is None:
            _answer_latest(waiting, answer)
    return list(waiting.values())


def _answer_latest(waiting: dict[UUID, Request], answer: Answer) -> None:
    for request in reversed(list(waiting.values())):
        if request.kind == answer.kind and request.at <= answer.at:
            del waiting[request.request]
            return


SUPPLEMENT, PAYMENT = "supplement", "payment"
_NEVER = {
    SUPPLEMENT: "Hồ sơ không có yêu cầu bổ sung nào đang chờ",
    PAYMENT: "Hồ sơ không có yêu cầu nộp nghĩa vụ tài chính nào đang chờ",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """What is said to be answered, when: `request` None means the latest open one. `source`: the article."""

    kind: str
    at: datetime
    request: UUID | None = None
    source: str = ""


def answered(
    requests: Sequence[Request], answers: Iterable[Answer], what: Answering
) -> tuple[UUID | None, Problem | None]:
    """Return the request that is answered, or why it cannot be.

    A request nobody here has heard of may be answered by its id, which stands on the applicant's paper: the
    answer overtakes its question. Without an id there must be an open one, and it must have been made before.
    """
    waiting = [request for request in still_open(requests, answers) if request.kind == what.kind]
    if what.request is None:
        if not waiting:
            return None, Problem("request", f"{what.kind}.not_asked", _NEVER[what.kind], what.source)
        return _in_time(waiting[-1], what)
    known = next((request for request in requests if request.request == what.request), None)
    if known is None:
        return what.request, None
    if known.kind != what.kind:
        return None, Problem("request", "request.other_kind", "Yêu cầu này thuộc loại khác", what.source)
    if known not in waiting:
        return None, Problem("request", "request.settled", "Yêu cầu đã được trả lời hoặc đã rút", what.source)
    return _in_time(known, what)


def _in_time(request: Request, what: Answering) -> tuple[UUID | None, Problem | None]:
    if request.at > what.at:
        message = "Thời gian tạm dừng kết thúc trước khi bắt đầu: yêu cầu được ghi sau thời điểm này"
        return None, Problem("request", "pause.ends_before_start", message, what.source)
    return request.request, None
