"""Stories of dossiers, likely and absurd."""

from hypothesis import strategies as st

from law.deadline import Terms, terms_of
from law.durations import Declared, Duration, DurationUnit, JudgedBy, Limit
from law.moments import MINUTE, SECOND, day_number, to_moment
from law.rule_set import Appointment, rule_sets
from services.sla.domain.facts import Fact, FactKind
from tests.unit.law.support import calendar, on
from tests.unit.services.sla.domain.support import ENDINGS, RANKS, changed

START = day_number(on("2025-05-01")) * 24 * 60
MINUTES = st.integers(0, 200 * 24 * 60)
OTHERS = [kind for kind in FactKind if kind not in {FactKind.RECEIVED, FactKind.VOIDED, FactKind.CORRECTED}]
REQUESTS = st.sampled_from(["a", "b", None])


@st.composite
def facts(draw: st.DrawFn, *, kinds: list[FactKind] | None = None, most: int = 6) -> list[Fact]:
    """Draw a reception and facts of any kind after (or, rarely, before) it."""
    at = START + draw(MINUTES)
    story = [_fact(draw, 0, FactKind.RECEIVED, at)]
    for seq in range(1, draw(st.integers(0, most)) + 1):
        kind = draw(st.sampled_from(kinds or list(FactKind)))
        story.append(_fact(draw, seq, kind, at + draw(st.integers(-2_000, 60 * 24 * 60))))
    return story


def _fact(draw: st.DrawFn, seq: int, kind: FactKind, minute: int) -> Fact:
    new = (
        minute + draw(st.integers(-5_000, 30 * 24 * 60))
        if kind in {FactKind.EXTENDED, FactKind.CORRECTED}
        else None
    )
    replaces = f"id{draw(st.integers(0, 5))}" if seq and draw(st.integers(0, 9)) == 0 else None
    return Fact(
        tick=minute * MINUTE + draw(st.sampled_from([0, 0, SECOND, 1])),
        rank=80 if kind in ENDINGS else RANKS.get(kind, 30),
        emitter=draw(st.sampled_from(["intake", "routing"])),
        seq=seq,
        id=f"id{seq}",
        kind=kind,
        replaces=replaces,
        request=draw(REQUESTS) if kind not in {FactKind.RECEIVED, *ENDINGS} else None,
        new_tick=new * MINUTE if new else None,
    )


DURATIONS = st.one_of(
    st.builds(
        Duration, st.integers(0, 30), st.sampled_from([DurationUnit.WORKING_DAY, DurationUnit.CALENDAR_DAY])
    ),
    st.builds(Duration, st.integers(1, 30), st.just(DurationUnit.WORKING_HOUR)),
    st.builds(Duration, st.integers(1, 3), st.just(DurationUnit.MONTH)),
    st.builds(Duration, st.integers(1, 3_000), st.just(DurationUnit.MINUTE)),
    st.just(Duration(0, DurationUnit.WORKING_DAY, same_day=True)),
    st.builds(Duration, st.integers(10**4, 10**13), st.sampled_from(DurationUnit)),
)
EXACT = changed("nd-118-2025", appointment=Appointment.HOUR_EXACT)
RULE_SETS = [*rule_sets(), EXACT]


@st.composite
def terms(draw: st.DrawFn, *, durations: st.SearchStrategy[Duration] = DURATIONS) -> Terms:
    limit: Limit | Declared = Limit.single(
        draw(durations), judged_by=draw(st.sampled_from([None, *JudgedBy]))
    )
    if draw(st.integers(0, 9)) == 0:
        limit = Declared(to_moment((START + draw(MINUTES)) * MINUTE))
    rule_set = draw(st.sampled_from(RULE_SETS))
    return terms_of(limit=limit, channel=None, rule_set=rule_set, calendar=calendar())
