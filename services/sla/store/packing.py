"""Facts as a dossier's row keeps them: compact JSON arrays, one per fact.

`facts` moves the clock, `story` moves the head and the custody. Repeats never arrive here, order does not matter.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from contracts import intake, routing
from contracts.envelope import DossierEvent
from law.moments import to_tick
from services.sla.domain.facts import Fact, FactKind

_STORY = frozenset(
    {
        intake.DossierReceived,
        intake.DossierCorrected,
        routing.LegOpened,
        routing.LegSent,
        routing.LegReceived,
        routing.LegReturned,
        routing.DossierMoved,
    }
)
_UNUSED = {"received_by", "officer", "note", "medium", "foreign_codes", "submitted_at", "applicant_commune",
           "parcel_commune", "calendar_version", "leg_due_at", "process_code", "process_version",
           "role", "reason", "ground"}  # fmt: skip


_KINDS = {kind.value: kind for kind in FactKind}


class Entry(NamedTuple):
    """One thing said about a dossier's head or custody; the first four order it. `tick` as in law.moments."""

    tick: int
    rank: int
    emitter: str
    seq: int
    name: str
    id: str
    replaces: str | None
    data: dict[str, Any]


def entry_of(event: DossierEvent) -> Entry | None:
    """Return what an event says about head or custody, if it does."""
    if type(event) not in _STORY:
        return None
    data = event.data.model_dump(mode="json", exclude_none=True, exclude_defaults=True, exclude=_UNUSED)
    replaces = str(event.replaces) if event.replaces else None
    return Entry(
        to_tick(event.time), event.RANK, event.EMITTER.value, event.dossierseq, event.name, str(event.id),
        replaces, data,
    )  # fmt: skip


def story_of(stored: Iterable[Sequence[Any]]) -> list[Entry]:
    """Return a row's story in its order, without what was replaced."""
    entries = sorted(Entry(*entry) for entry in stored)
    replaced = {entry.replaces: entry.name for entry in entries if entry.replaces}
    if not replaced:
        return entries
    return [entry for entry in entries if not _is_gone(entry, replaced.get(entry.id))]


def _is_gone(entry: Entry, replaced_by: str | None) -> bool:
    """Tell whether an entry no longer counts: a reception that was corrected in part still does."""
    mended = entry.name == "DossierReceived" and replaced_by == "DossierCorrected"
    return replaced_by is not None and not mended


def pack(fact: Fact) -> list[Any]:
    """Return a clock fact as JSON values."""
    return [
        fact.tick, fact.rank, fact.emitter, fact.seq, fact.id, fact.kind.value, fact.part, fact.replaces,
        fact.request, fact.reason, fact.ground, fact.by, fact.unit, fact.new_tick,
        fact.delay,
    ]  # fmt: skip


def unpack(packed: Sequence[Any]) -> Fact:
    """Return the clock fact that `pack` wrote; rows of an older version lack the delay."""
    (
        tick,
        rank,
        emitter,
        seq,
        own,
        kind,
        part,
        replaces,
        request,
        reason,
        ground,
        by,
        unit,
        new_tick,
        *more,
    ) = packed
    return Fact(
        tick=tick, rank=rank, emitter=emitter, seq=seq, id=own, kind=_KINDS[kind], part=part, replaces=replaces,
        request=request, reason=reason, ground=ground, by=by, unit=unit, new_tick=new_tick,
        delay=more[0] if more else None,
    )  # fmt: skip
