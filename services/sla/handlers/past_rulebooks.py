"""Rulebooks of the past: the calendar decisions as they had been published, by a moment or at a dossier's last fold."""

from collections.abc import Collection, Sequence
from datetime import datetime

from contracts.catalogue import CalendarDecision
from services.sla.handlers.rulebook import Rulebook
from services.sla.store import late
from services.sla.store.dossiers import Row
from services.sla.store.late import Reader


async def rulebook_at(reader: Reader, rulebook: Rulebook, at: datetime) -> Rulebook:
    """Return the rulebook with the calendar decisions that had been published by a moment.

    Names of units and procedures are today's: they count nothing.
    """
    if not await late.decided_after(reader, at):
        return rulebook
    return rulebook.with_decisions(_newest(await _published(reader, at)))


class PastRulebooks:
    """The rulebook by which each dossier of a page stands: today's, for an ended one that of its last fold.

    A decision that comes later leaves ended dossiers as they are, so must what is said of them. A calendar's
    version grows with each decision that touches it: it names the state of the calendar a row was folded by.
    """

    def __init__(self, reader: Reader, rulebook: Rulebook) -> None:
        self._reader, self._rulebook = reader, rulebook
        self._decided: list[CalendarDecision] | None = None
        self._made: dict[int, Rulebook] = {}

    async def of(self, row: Row) -> Rulebook:
        """Return the rulebook of a dossier; today's where that of its last fold cannot be found any more."""
        today = self._rulebook.calendar_of(row.reception_unit, row.rule_set)
        if row.ended_at is None or not row.calendar_version or row.calendar_version == today.version:
            return self._rulebook
        if self._decided is None:
            self._decided = await _published(self._reader)
        units = self._rulebook.chain(row.reception_unit)
        return self._of_first(published_by(self._decided, units, row.calendar_version))

    def _of_first(self, count: int) -> Rulebook:
        """Return the rulebook after so many publications."""
        if not count or self._decided is None:
            return self._rulebook
        made = self._made.get(count)
        if made is None:
            made = self._made[count] = self._rulebook.with_decisions(_newest(self._decided[:count]))
        return made


def published_by(decided: Sequence[CalendarDecision], units: Collection[str], version: int) -> int:
    """Return after how many publications (in their order) the calendar of these units had a version, 0 for never."""
    held: dict[str, int] = {}
    total = found = 0
    for count, each in enumerate(decided, 1):
        if each.unit is None or each.unit in units:
            total += each.version - held.get(each.code, 0)
            held[each.code] = each.version
        if total == version:
            found = count
    return found


async def _published(reader: Reader, at: datetime | None = None) -> list[CalendarDecision]:
    return [CalendarDecision.model_validate(data) for data in await late.decisions_known(reader, at)]


def _newest(decided: Sequence[CalendarDecision]) -> list[CalendarDecision]:
    return list({each.code: each for each in decided}.values())
