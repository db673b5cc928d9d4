"""What routing and sla said comes to the same, whichever is heard first."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from contracts.codes import Reason
from contracts.envelope import DossierEvent
from contracts.routing import (
    DossierMoved,
    DossierResolved,
    DossierStopped,
    ImportRouted,
    LegOpened,
    SupplementRequestCancelled,
    SupplementRequested,
)
from contracts.sla import ClockPaused, ClockStarted, ClockState, ClockStopped
from services.intake.handlers.hear import Heard, fold
from services.intake.store.heard import Standing
from tests.unit.services.intake.makers import NOW, WARD

DOSSIER, REQUEST = uuid4(), UUID(int=5)


def said(kind, seq: int, subject: UUID = DOSSIER, **data) -> DossierEvent:
    at = NOW + timedelta(hours=seq)
    return kind(
        id=UUID(int=seq), time=at, recordedtime=at, subject=subject, dossierseq=seq, data=kind.Data(**data)
    )


ROUTING = [
    said(LegOpened, 1, leg_no=1, role="decide", unit=WARD, competent_unit=WARD),
    said(SupplementRequested, 2, request=REQUEST, reason=Reason.MISSING_PAPER),
    said(SupplementRequestCancelled, 3, request=REQUEST, reason=Reason.MISTAKEN_ENTRY),
    said(DossierMoved, 4, from_unit=WARD, to_unit="N66.C24175"),
    said(DossierResolved, 5, unit=WARD),
    said(DossierStopped, 6, reason=Reason.OTHER),
]
SLA = [
    said(kind, seq, state=state, rule_set="nd-118-2025", revision=seq, **more)
    for seq, (kind, state, more) in enumerate(
        [
            (ClockStarted, ClockState.RUNNING, {}),
            (ClockPaused, ClockState.PAUSED, {"reason": Reason.MISSING_PAPER}),
            (ClockStopped, ClockState.STOPPED, {}),
        ],
        1,
    )
]


def batches(interleaved: Sequence[DossierEvent], cut: int) -> Heard:
    """Heard in two batches, later words over earlier ones as the tables keep them."""
    first, second = fold(interleaved[:cut]), fold(interleaved[cut:])
    for key, new in second.standings.items():
        old = first.standings.get(key, Standing(key))
        first.standings[key] = Standing(
            key, new.holder or old.holder, old.ready_at or new.ready_at, old.ending or new.ending
        )
    first.clocks |= second.clocks
    first.requests += second.requests
    first.cancelled += second.cancelled
    return first


@given(st.lists(st.booleans(), min_size=9, max_size=9), st.integers(0, 9))
def test_any_interleaving_and_any_cut_ends_the_same(choices, cut):
    routing, sla, mixed = list(ROUTING), list(SLA), []
    for choice in choices:
        source = (routing or sla) if choice else (sla or routing)
        mixed.append(source.pop(0))

    found = batches(mixed, cut)

    assert found.standings == fold(ROUTING).standings
    assert found.clocks == fold(SLA).clocks
    assert found.clocks[DOSSIER].state == "stopped"


def test_of_two_endings_the_first_stays_and_its_result_is_ready():
    standing = fold(ROUTING).standings[DOSSIER]

    assert (standing.ending, standing.ready_at, standing.holder) == (
        "resolved",
        ROUTING[4].time,
        "N66.C24175",
    )


def test_an_imports_barrier_is_no_dossier():
    barrier = said(ImportRouted, 1, uuid4(), batch=uuid4(), partition=0, partitions=12, dossiers=1)

    assert fold([barrier]).standings == {}
