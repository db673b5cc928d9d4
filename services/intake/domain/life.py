"""What may be done to a dossier in which state, and what that makes of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.intake.domain.moments import vn_day
from services.intake.domain.problems import Problem


class State(StrEnum):
    """How far a dossier is at the counter. `unknown`: only heard of through others."""

    UNKNOWN = "unknown"
    SUBMITTED = "submitted"
    RECEIVED = "received"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    RETURNED = "returned"
    VOIDED = "voided"


WORDS = {
    State.UNKNOWN: "chưa rõ",
    State.SUBMITTED: "chờ tiếp nhận",
    State.RECEIVED: "đang giải quyết",
    State.REFUSED: "từ chối tiếp nhận",
    State.WITHDRAWN: "công dân đã rút",
    State.RETURNED: "đã trả kết quả",
    State.VOIDED: "đã hủy tiếp nhận",
}
"""How a state reads at the counter."""


class Action(StrEnum):
    """What the counter does to a dossier that is there."""

    RECEIVE = "receive"
    REFUSE = "refuse"
    ASK_SUPPLEMENT = "request-supplement"
    SUPPLEMENT_PROVIDED = "supplement-provided"
    PAYMENT_MADE = "payment-made"
    WITHDRAW = "withdraw"
    CORRECT = "correct"
    VOID = "void"
    RETURN_RESULT = "return-result"


_FROM = {
    Action.RECEIVE: {State.SUBMITTED},
    Action.REFUSE: {State.SUBMITTED},
    Action.ASK_SUPPLEMENT: {State.SUBMITTED, State.RECEIVED},
    Action.SUPPLEMENT_PROVIDED: {State.SUBMITTED, State.RECEIVED},
    Action.PAYMENT_MADE: {State.RECEIVED},
    Action.WITHDRAW: {State.SUBMITTED, State.RECEIVED},
    Action.CORRECT: {State.RECEIVED, State.RETURNED},
    Action.VOID: {State.RECEIVED},
    Action.RETURN_RESULT: {State.RECEIVED, State.REFUSED, State.WITHDRAWN},
}
_PAUSES = frozenset({Action.ASK_SUPPLEMENT, Action.SUPPLEMENT_PROVIDED, Action.PAYMENT_MADE})
_TO = {
    Action.RECEIVE: State.RECEIVED,
    Action.REFUSE: State.REFUSED,
    Action.WITHDRAW: State.WITHDRAWN,
    Action.VOID: State.VOIDED,
    Action.RETURN_RESULT: State.RETURNED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a decision needs to know of a dossier. `ready_at`: since when its result waits at the counter.

    `pause_source` is the article that says when its clock may stand still.
    """

    state: State
    received_at: datetime | None = None
    ready_at: datetime | None = None
    ended: bool = False
    pause_source: str = ""


def next_state(action: Action, state: State) -> State:
    """Return the state an allowed action leads to."""
    return _TO.get(action, state)


def forbids(action: Action, standing: Standing, *, now: datetime) -> Problem | None:
    """Return why an action is not allowed as a dossier stands at `now`, or None when it is."""
    if standing.state not in _FROM[action]:
        return Problem("", "wrong_state", f"Hồ sơ {WORDS[standing.state]}, không thể thực hiện việc này")
    if action is Action.VOID:
        return _forbids_void(standing, now)
    if action is Action.WITHDRAW and standing.ended:
        return Problem("", "decided", "Hồ sơ đã có kết quả, không thể rút", "NĐ 118/2025 Đ.21")
    if action in _PAUSES and standing.ended:
        return Problem(
            "request",
            "decided",
            "Hồ sơ đã kết thúc, không thể yêu cầu hay nhận bổ sung",
            standing.pause_source,
        )
    if action is Action.RETURN_RESULT and standing.state is State.RECEIVED and standing.ready_at is None:
        return Problem("", "no_result", "Hồ sơ chưa có kết quả để trả")
    return None


def _forbids_void(standing: Standing, now: datetime) -> Problem | None:
    if standing.received_at is None or vn_day(standing.received_at) != vn_day(now):
        return Problem("", "not_today", "Chỉ được hủy tiếp nhận nhầm trong chính ngày tiếp nhận")
    if standing.ended:
        return Problem("", "decided", "Hồ sơ đã có kết quả, không thể hủy tiếp nhận")
    return None
