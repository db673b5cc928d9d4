"""The walk over a dossier's facts in order: what each does to the deadline, and what is wrong with it.

Once the deadline has passed, no question and no extension can undo that. What breaks a rule is left aside and
listed, or used and flagged, as the rule set says.
"""

from collections.abc import Callable, Iterable, Mapping

from law.deadline import Terms
from law.kinds import day_before, expiry
from law.moments import DAY
from law.rule_set import SupplementMode
from services.sla.domain.answer import Note, Remark
from services.sla.domain.facts import Fact, FactKind
from services.sla.domain.notices import late_notices
from services.sla.domain.order import Cast
from services.sla.domain.stand import Stand

SUPPLEMENTS = frozenset({FactKind.INTAKE_SUPPLEMENT_REQUESTED, FactKind.SUPPLEMENT_REQUESTED})
PAYMENTS = frozenset({FactKind.PAYMENT_REQUESTED})


class Walk(Stand):
    """What each fact does to the clock."""

    __slots__ = (
        "_asked",
        "apologised",
        "extensions",
        "flags",
        "ignored",
        "marks",
        "supplements",
        "wait_until",
    )

    def __init__(self, received: Fact, cast: Cast, terms: Terms) -> None:
        super().__init__(received, cast.received_tick, terms)
        self.supplements = self.extensions = 0
        self.wait_until: int | None = None
        self.apologised: Fact | None = None
        self.marks: list[Fact] = []
        self.ignored: list[Remark] = []
        self.flags: list[Remark] = []
        self._asked: set[str] = set()
        if cast.submitted is not None:
            self.flags += late_notices(received, cast, terms)

    def over(self, facts: Iterable[Fact]) -> None:
        """Apply facts in order."""
        for fact in facts:
            STEPS[fact.kind](self, fact)

    def ask_supplement(self, fact: Fact) -> None:
        """Stop the clock for a supplement, unless it comes after expiry or is one too many."""
        rules = self.terms.rule_set
        most = rules.max_supplements
        if fact.tick >= self.late and not self.open:
            self._ignore(Note.AFTER_EXPIRY, fact)
        elif most is not None and self.supplements >= most and rules.beyond_max == "runs":
            self._ignore(Note.SUPPLEMENT_BEYOND_MAX, fact)
        else:
            self.supplements += 1
            self._remark_supplement(fact)
            if rules.supplement_wait is not None:
                self.wait_until = expiry(
                    duration=rules.supplement_wait, since=fact.tick, line=self.terms.calendar.timeline
                )
            self.wait(fact)

    def _remark_supplement(self, fact: Fact) -> None:
        if self.supplements > 1:
            self.flags.append(Remark(Note.SECOND_SUPPLEMENT, fact))
        notice = self.terms.rule_set.supplement_notice
        if notice is not None and len(self.runs) == 1 and fact.kind is FactKind.SUPPLEMENT_REQUESTED:
            line = self.terms.calendar.timeline
            if fact.tick >= expiry(duration=notice, since=self.runs[0].start, line=line):
                self.flags.append(Remark(Note.SUPPLEMENT_NOTICE_LATE, fact))

    def ask_payment(self, fact: Fact) -> None:
        """Stop the clock for a financial obligation, where the rule set says so."""
        if not self.terms.rule_set.payment_pauses:
            self._ignore(Note.PAYMENT_COUNTS, fact)
        elif fact.tick >= self.late and not self.open:
            self._ignore(Note.AFTER_EXPIRY, fact)
        else:
            self.wait(fact)

    def answer_supplement(self, fact: Fact) -> None:
        """End the wait for a supplement; by the rule set the limit begins anew or runs on."""
        question = self._answered(fact, SUPPLEMENTS)
        if question is None:
            return
        if self.wait_until is not None and fact.tick >= self.wait_until:
            self.flags.append(Remark(Note.ANSWERED_AFTER_WAIT, fact))
        self.wait_until = None
        rules = self.terms.rule_set
        at_intake = question.kind is FactKind.INTAKE_SUPPLEMENT_REQUESTED
        mode = rules.supplement_intake if at_intake else rules.supplement_appraisal
        self.resume(fact, question, restarts=mode is SupplementMode.RESTART)

    def answer_payment(self, fact: Fact) -> None:
        """End the wait for a payment."""
        question = self._answered(fact, PAYMENTS)
        if question is not None:
            self.resume(fact, question, restarts=False)

    def _answered(self, fact: Fact, kinds: frozenset[FactKind]) -> Fact | None:
        """Return the question it answers: the one it names, else the latest open one; None if there is none."""
        request = fact.request
        for question in reversed(self.open):
            if question.kind in kinds and (request is None or request == question.request):
                return question
        self._ignore(Note.NO_QUESTION, fact)
        return None

    def extend(self, fact: Fact) -> None:
        """Move the deadline to the new appointment: as often as allowed, in time, and only to a later one."""
        wrong = self._wrong_with_extension(fact)
        if wrong is None or (
            wrong is Note.EXTENSION_TOO_LATE and self.terms.rule_set.late_extension == "applies"
        ):
            self.extensions += 1
            self.apologised = self.apologised or fact
            self.marks.append(fact)
            self.move(fact.new_tick or self.due)
            if wrong is not None:
                self.flags.append(Remark(wrong, fact))
        else:
            self._ignore(wrong, fact)

    def _wrong_with_extension(self, fact: Fact) -> Note | None:
        if self.extensions >= self.terms.rule_set.max_extensions:
            return Note.SECOND_EXTENSION
        if fact.new_tick is None:
            return Note.EXTENSION_WITHOUT_DATE
        if fact.tick >= self.late and not self.open:
            return Note.AFTER_EXPIRY
        if fact.new_tick <= self.due:
            return Note.EXTENSION_NOT_LATER
        if not self.is_reachable(fact.new_tick):
            return Note.EXTENSION_OUTSIDE_CALENDAR
        return None if self._is_in_time(fact) else Note.EXTENSION_TOO_LATE

    def _is_in_time(self, fact: Fact) -> bool:
        """Tell whether a letter went out the prescribed time before expiry; while waiting nothing expires."""
        lead, line = self.terms.rule_set.apology_lead, self.terms.calendar.timeline
        due_day = self.appointment // DAY
        return bool(self.open) or fact.tick // DAY <= day_before(duration=lead, until=due_day, line=line)

    def apologise(self, fact: Fact) -> None:
        """Note the letter of apology, and whether it came in time."""
        self.marks.append(fact)
        self.apologised = self.apologised or fact
        if not self._is_in_time(fact):
            self.flags.append(Remark(Note.APOLOGY_TOO_LATE, fact))

    def ask_opinion(self, fact: Fact) -> None:
        """Note a consultation: the clock runs on."""
        self._asked.add(fact.request or fact.id)
        self.marks.append(fact)

    def answer_opinion(self, fact: Fact) -> None:
        """Note the answer to a consultation."""
        if fact.request in self._asked:
            self.marks.append(fact)
        else:
            self._ignore(Note.NO_QUESTION, fact)

    def mark(self, fact: Fact) -> None:
        """Note a fact that leaves the clock alone."""
        self.marks.append(fact)

    def take_back(self, fact: Fact) -> None:
        """Ignore the taking back of a request that is not open."""
        self._ignore(Note.NO_QUESTION, fact)

    def _ignore(self, note: Note, fact: Fact) -> None:
        self.ignored.append(Remark(note, fact))


STEPS: Mapping[FactKind, Callable[[Walk, Fact], None]] = {
    FactKind.INTAKE_SUPPLEMENT_REQUESTED: Walk.ask_supplement,
    FactKind.SUPPLEMENT_REQUESTED: Walk.ask_supplement,
    FactKind.SUPPLEMENT_PROVIDED: Walk.answer_supplement,
    FactKind.SUPPLEMENT_CANCELLED: Walk.take_back,
    FactKind.PAYMENT_REQUESTED: Walk.ask_payment,
    FactKind.PAYMENT_MADE: Walk.answer_payment,
    FactKind.CONSULTATION_REQUESTED: Walk.ask_opinion,
    FactKind.CONSULTATION_ANSWERED: Walk.answer_opinion,
    FactKind.EXTENDED: Walk.extend,
    FactKind.APOLOGISED: Walk.apologise,
    FactKind.MOVED: Walk.mark,
}
