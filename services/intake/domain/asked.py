"""What the applicant still owes: requests paired with answers, whatever order they were heard in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


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
