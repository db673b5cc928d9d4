"""The catalogue in the words of routing's domain, made anew only when the catalogue changed."""

from collections.abc import Callable
from datetime import date, datetime

from contracts.envelope import DossierEvent
from contracts.intake import DossierReceived
from law.calendar import Calendar
from law.calendars import Calendars
from law.days import Decision
from law.kinds import day_before
from law.moments import DAY, day_date, to_tick
from law.timeline import OutsideCalendarError
from libs.catalogue import Catalogue
from libs.clock import VN
from services.routing.domain.asking import rules_of
from services.routing.domain.dossier import Dossier
from services.routing.domain.process import Rulebook
from services.routing.domain.units import UnitTree


class _Known:
    """One catalogue, prepared."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        decisions = [Decision.parse(decision.model_dump()) for decision in catalogue.calendar_decisions]
        self._calendars = Calendars(decisions)
        self._by_unit: dict[str, Calendar] = {}
        self.book = Rulebook(
            units=UnitTree(catalogue.units.values(), catalogue.successions),
            procedure=catalogue.procedure_version,
            process=catalogue.process,
            due=self._due,
        )

    def calendar(self, unit: str) -> Calendar:
        found = self._by_unit.get(unit)
        if found is None:
            chain = [above.code for above in self.catalogue.ancestors(unit)][::-1]
            found = self._by_unit[unit] = self._calendars.of(chain)
        return found

    def _due(self, unit: str, start: datetime, minutes: int) -> datetime | None:
        try:
            return self.calendar(unit).add_working_minutes(start, minutes)
        except OutsideCalendarError:
            return None


class Reference:
    """Gives the rulebook of the current catalogue. `current` reads the process's catalogue."""

    def __init__(self, current: Callable[[], Catalogue]) -> None:
        self._current = current
        self._made: _Known | None = None

    @property
    def catalogue(self) -> Catalogue:
        """Return the catalogue as it is now."""
        return self._current()

    @property
    def book(self) -> Rulebook:
        """Return the rulebook of the catalogue as it is now."""
        return self._known().book

    def _known(self) -> _Known:
        catalogue = self._current()
        if self._made is None or self._made.catalogue is not catalogue:
            self._made = _Known(catalogue)
        return self._made

    def missing(self, event: DossierEvent) -> str | None:
        """Name the procedure version or process an event needs and the catalogue lacks; None: it can be applied."""
        if not isinstance(event, DossierReceived) or event.data.procedure_version is None:
            return None
        code, version = event.data.procedure_code, event.data.procedure_version
        procedure = self.catalogue.procedure_version(code, version)
        if procedure is None:
            return f"procedure/{code}/{version}"
        if self.catalogue.process(procedure.process_code, procedure.process_version) is None:
            return f"process/{procedure.process_code}/{procedure.process_version}"
        return None

    def last_letter(self, dossier: Dossier, due_at: datetime | None) -> date | None:
        """Return the last day for an extension or a timely apology of a dossier due at a moment."""
        rules = rules_of(dossier)
        if rules is None or due_at is None:
            return None
        line = self._known().calendar(dossier.competent_unit).timeline
        try:
            return day_date(day_before(duration=rules.apology_lead, until=to_tick(due_at) // DAY, line=line))
        except OutsideCalendarError:
            return None

    def last_notice(self, dossier: Dossier) -> date | None:
        """Return the last day on which a supplement may be asked for under the dossier's rule set."""
        rules = rules_of(dossier)
        if rules is None or rules.supplement_notice is None or dossier.head is None:
            return None
        received_on = dossier.head.received_at.astimezone(VN).date()
        calendar = self._known().calendar(dossier.competent_unit)
        try:
            return calendar.add_working_days(received_on, rules.supplement_notice.amount)
        except OutsideCalendarError:
            return None
