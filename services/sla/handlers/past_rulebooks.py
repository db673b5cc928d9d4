"""Rulebooks of the past: the calendar decisions as they had been published, by a moment or at a dossier's last fold."""

from collections.abc import Collection, Sequence
from datetime import datetime

from contracts.catalogue import CalendarDecision
from services.sla.handlers.rulebook import Rulebook
from services.sla.store import late
from services.sla.store.dossiers import Row
from services.sla.store.late import Publication, Reader


async def rulebook_at(reader: Reader, rulebook: Rulebook, at: datetime) -> Rulebook:
    """Return the rulebook with the calendar decisions that had been published by a moment.

    Names of units and procedures are today's: they count nothing.
    """
    if not await late.decided_after(reader, at):
        return rulebook
    return rulebook.with_decisions(await _decisions(reader, at))


class PastRulebooks:
    """The rulebook after each publication of a calendar decision. Read once, for one page or one transaction.

    A decision that comes later leaves ended dossiers as they are, so must what is said of them. A calendar's
    version grows with each decision that touches it: it names the state of the calendar a row was folded by.
    """

    def __init__(self, reader: Reader, rulebook: Rulebook) -> None:
        self._reader, self._rulebook = reader, rulebook
        self._published: list[Publication] | None = None

    async def of(self, row: Row) -> Rulebook:
        """Return the rulebook a dossier stands by: the one given, for an ended one that of its last fold.

        The one given also where that of its last fold cannot be found any more.
        """
        if row.ended_at is None or not row.calendar_version or not standing(row, self._rulebook):
            return self._rulebook
        units = self._rulebook.chain(row.reception_unit)
        return await self._after(published_by(await self._all(), units, row.calendar_version))

    async def upto(self, code: str, version: int) -> Rulebook:
        """Return the rulebook after the publication of a version of a decision; the newest if there is none."""
        published = await self._all()
        places = [at for at, each in enumerate(published, 1) if (each.code, each.version) == (code, version)]
        return await self._after(places[-1] if places else len(published))

    async def newest(self) -> Rulebook:
        """Return the rulebook after all that is published, though the catalogue in memory may be a second older."""
        return await self._after(len(await self._all()))

    async def _after(self, count: int) -> Rulebook:
        """Return the rulebook after so many publications; the one given for none."""
        wanted = _held((await self._all())[:count])
        if not wanted:
            return self._rulebook
        made = self._rulebook.known_with(wanted)
        if made is None:
            decided = [each for each in await _decisions(self._reader) if (each.code, each.version) in wanted]
            made = self._rulebook.keep_with(wanted, decided)
        return made

    async def _all(self) -> list[Publication]:
        if self._published is None:
            self._published = await late.publications(self._reader)
        return self._published


def standing(row: Row, rulebook: Rulebook) -> int:
    """Return whether a row was folded by an older calendar than a rulebook's (-1), by a newer one (1), or by it."""
    version = rulebook.calendar_of(row.reception_unit, row.rule_set).version
    return (row.calendar_version > version) - (row.calendar_version < version)


def published_by(decided: Sequence[Publication], units: Collection[str], version: int) -> int:
    """Return after how many publications (in their order) the calendar of these units had a version, 0 for never."""
    held: dict[str, int] = {}
    total = found = 0
    for count, each in enumerate(decided, 1):
        before = held.get(each.code, 0)
        if each.version > before and (each.unit is None or each.unit in units):
            total += each.version - before
            held[each.code] = each.version
        if total == version:
            found = count
    return found


def _held(published: Sequence[Publication]) -> frozenset[tuple[str, int]]:
    """Return code and newest version of each decision."""
    held: dict[str, int] = {}
    for each in published:
        held[each.code] = max(each.version, held.get(each.code, 0))
    return frozenset(held.items())


async def _decisions(reader: Reader, at: datetime | None = None) -> list[CalendarDecision]:
    return [CalendarDecision.model_validate(data) for data in await late.decisions_known(reader, at)]
