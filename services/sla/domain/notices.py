"""The limits for answering an online filing: the receptionist told, then received or asked to be completed."""

from contextlib import suppress

from law.deadline import Terms
from law.kinds import expiry
from law.timeline import OutsideCalendarError
from services.sla.domain.answer import Note, Remark
from services.sla.domain.facts import Fact, FactKind
from services.sla.domain.order import Cast


def late_notices(received: Fact, cast: Cast, terms: Terms) -> list[Remark]:
    """Return what came later than the rule set gives after an online filing (NĐ 118/2025 Đ.17.2).

    The counter knows of a filing once it is recorded; it answers by receiving it or asking for a supplement.
    """
    filing, found = cast.submitted, list[Remark]()
    if filing is None:
        return found
    rules, line = terms.rule_set, terms.calendar.timeline
    filed = filing.tick if filing.kind is FactKind.SUBMITTED else filing.new_tick or filing.tick
    answer, answered = received, cast.received_tick
    if cast.first_asked is not None and cast.first_asked.tick < answered:
        answer, answered = cast.first_asked, cast.first_asked.tick
    with suppress(OutsideCalendarError):
        notice = rules.online_notice if filing.kind is FactKind.SUBMITTED else None
        if notice is not None and filed + (filing.delay or 0) >= expiry(
            duration=notice, since=filed, line=line
        ):
            found.append(Remark(Note.FILING_NOTICED_LATE, filing))
        limit = rules.online_acceptance
        if limit is not None and answered >= expiry(duration=limit, since=filed, line=line):
            found.append(Remark(Note.FILING_ANSWERED_LATE, answer))
    return found
