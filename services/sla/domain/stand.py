"""The clock as it stands between two facts: running or waiting, its deadline, and the record of its segments.

An open question (supplement, payment) stops the clock. What lay between is left out of the limit (pause), or the
whole limit begins anew with the answer (restart). Questions that overlap count once. All times in ticks.
"""

from law.deadline import Terms
from law.timeline import OutsideCalendarError
from services.sla.domain.answer import Segment, SegmentKind
from services.sla.domain.facts import Fact


class Stand:
    """A deadline on its way: `due` is exact, `appointment` rounded, `late` the first late moment.

    `open` are the questions waited for, `runs` the run from reception and those from each restart.
    """

    __slots__ = (
        "_cause",
        "_since",
        "appointment",
        "due",
        "due_original",
        "late",
        "open",
        "runs",
        "segments",
        "terms",
    )

    def __init__(self, received: Fact, tick: int, terms: Terms) -> None:
        run = terms.reckoning.begin(tick)
        self.terms = terms
        self.runs = [run]
        self.due = run.due
        self.due_original = self.appointment = terms.reckoning.appointment(run.due)
        self.late = terms.late(self.appointment)
        self.open: list[Fact] = []
        self.segments: list[Segment] = []
        self._since = tick
        self._cause = received

    def stop(self, end: Fact) -> None:
        """End the clock; what was still waited for is left out up to the end."""
        since, waits = self._since, bool(self.open)
        self._cut(end)
        if waits:
            self._leave_out(since, end.tick)

    def with_going_on(self) -> list[Segment]:
        """Return the segments and the stretch that is still going on."""
        kind = SegmentKind.PAUSED if self.open else SegmentKind.WORKED
        return [*self.segments, Segment(kind, self._since, None, len(self.runs) - 1, self._cause)]

    def wait(self, question: Fact) -> None:
        """Stop the clock for a question."""
        if not self.open:
            self._cut(question)
        self.open.append(question)

    def resume(self, fact: Fact, question: Fact, *, restarts: bool) -> None:
        """Take a question off; leave the wait out of the limit, or begin the limit anew."""
        since = self._since
        self._cut(fact)
        self.open.remove(question)
        if self.open:
            self._cause = self.open[0]
        if restarts:
            run = self.terms.reckoning.restart(self.runs[-1], fact.tick)
            self.runs.append(run)
            self.move(max(self.due, run.due))
        else:
            self._leave_out(since, fact.tick)

    def move(self, due: int) -> None:
        """Set the exact deadline; the appointment never goes back."""
        if due != self.due:
            self.due = due
            self.appointment = max(self.appointment, self.terms.reckoning.appointment(due))
            self.late = self.terms.late(self.appointment)

    def is_reachable(self, due: int) -> bool:
        """Tell whether the calendar knows the days of such a deadline."""
        try:
            self.terms.late(self.terms.reckoning.appointment(due))
        except OutsideCalendarError:
            return False
        return True

    def _cut(self, fact: Fact) -> None:
        """End the stretch of time that was going on."""
        tick, since = fact.tick, self._since
        if tick > since:
            kind = SegmentKind.PAUSED if self.open else SegmentKind.WORKED
            self.segments.append(Segment(kind, since, tick, len(self.runs) - 1, self._cause))
        self._since = tick
        self._cause = fact

    def _leave_out(self, since: int, until: int) -> None:
        reckoning = self.terms.reckoning
        due = reckoning.shift(self.due, max(since, self.runs[-1].counts_from), until)
        if until >= self.late:
            due = max(due, reckoning.at_earliest(until))
        self.move(due)
