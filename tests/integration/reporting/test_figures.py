"""On a real PostgreSQL: rows, buckets, rates and gauges tell the same numbers, whatever came in which order."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid5

import pytest

from contracts import intake, routing, sla
from contracts.catalogue import Succession, SuccessionItem, Unit, UnitItem
from contracts.topics import to_bytes
from libs.catalogue import Catalogue
from libs.clock import VN
from libs.db import open_pool
from libs.ids import uuid7
from libs.stream import apply_batch, as_records
from services.reporting import agents
from services.reporting.clockwork import Refresher
from services.reporting.domain.rates import OUTCOMES, Counts, Rounding
from services.reporting.handlers.tables import Question, answer
from services.reporting.metrics import FiguresCollector
from services.reporting.settings import ReportingSettings
from services.reporting.store import buckets, figures, imports
from services.reporting.store.figures import Basis, By

BEGIN = datetime(2022, 1, 3, 1, 0, tzinfo=UTC)
BATCH = UUID(int=42)
BARRIERS = {
    "intake.events": intake.ImportEnded,
    "routing.events": routing.ImportRouted,
    "sla.events": sla.ImportTimed,
}
UNITS = {"P49": "province", "P49.D1": "district", "P49.D1.C1": "commune", "P49.D1.C2": "commune"}
PARENTS = {"P49": None, "P49.D1": "P49", "P49.D1.C1": "P49.D1", "P49.D1.C2": "P49.D1"}


def unit_item(code):
    data = Unit(
        code=code,
        name=f"Đơn vị {code}",
        level=UNITS[code],
        parent=PARENTS[code],
        province="P49",
        valid_from="2018-01-01",
    )
    return UnitItem(id=uuid7(), time=BEGIN, recordedtime=BEGIN, subject=f"unit/{code}/1", data=data)


CATALOGUE = Catalogue.of([unit_item(code) for code in UNITS])


def said(kind, dossier, seq, at, **data):
    return kind(
        id=uuid5(dossier, f"{kind.__name__}{seq}"),
        subject=dossier,
        time=at,
        recordedtime=at,
        dossierseq=seq,
        data=kind.Data(**data),
    )


def life(number, chance):
    """The events of one dossier by topic, and how it ends."""
    dossier = uuid5(BATCH, f"dossier {number}")
    received_at = BEGIN + timedelta(hours=chance.randrange(24 * 360))
    late_at = received_at + timedelta(days=5)
    unit = chance.choice(list(UNITS))
    ending = chance.choice([*OUTCOMES, "voided", "revised", "uncomputable_open"])
    code = f"H47.1-{received_at:%y%m%d}-{number:05d}"
    from_intake = [
        said(
            intake.DossierReceived, dossier, 1, received_at, code=code, procedure_code="1.004222", field="cu-tru",
            channel=chance.choice(["counter", "online"]), receiving_unit=unit, competent_unit=unit,
            rule_set="nd-61-2018", origin="import", batch=BATCH,
        )
    ]  # fmt: skip
    base = {"rule_set": "nd-61-2018", "due_current": late_at, "late_at": late_at}
    if ending.startswith("uncomputable"):
        why, base = {"why": "no_limit"}, {"rule_set": "nd-61-2018", "state": "error"}
        from_sla = [said(sla.DeadlineUncomputable, dossier, 1, received_at, revision=1, **why, **base)]
        if ending == "uncomputable":
            end = {"revision": 2, "ended_at": late_at, "ending": "resolved", **base}
            from_sla.append(said(sla.ClockStopped, dossier, 2, late_at, **end))
        return _told(dossier, received_at, unit, from_intake, from_sla), unit, ending
    from_sla = [said(sla.ClockStarted, dossier, 1, received_at, state="running", revision=1, **base)]
    if ending in {"open_late", "late", "revised"}:
        from_sla.append(
            said(sla.Overdue, dossier, 2, late_at, state="running", revision=2, overdue=True, **base)
        )
    if ending in {"early", "on_time", "late", "revised"}:
        outcome = "on_time" if ending == "revised" else ending
        ended = late_at + timedelta(days=2 if outcome == "late" else -1)
        from_sla.append(
            said(
                sla.ClockStopped, dossier, len(from_sla) + 1, ended, state="stopped", revision=3, outcome=outcome,
                ended_at=ended, ending="resolved", overdue=outcome == "late", **base,
            )
        )  # fmt: skip
    if ending == "voided":
        from_intake.append(said(intake.DossierVoided, dossier, 2, received_at, reason="batch_voided"))
    return _told(dossier, received_at, unit, from_intake, from_sla), unit, ending


def _told(dossier, received_at, unit, from_intake, from_sla):
    from_routing = [
        said(
            routing.LegOpened,
            dossier,
            1,
            received_at,
            leg_no=1,
            role="appraise",
            unit=unit,
            competent_unit=unit,
        )
    ]
    return {"intake.events": from_intake, "routing.events": from_routing, "sla.events": from_sla}


def as_topic_records(events_by_topic):
    rows = []
    for topic, events in events_by_topic.items():
        rows += [(topic, 0, n, str(e.subject).encode(), to_bytes(e)) for n, e in enumerate(events)]
    return as_records(rows)


async def feed(pool, lives, chance, size=37):
    """Apply all lives, topics interleaved at random, every batch delivered twice."""
    queues = {"intake.events": [], "routing.events": [], "sla.events": []}
    for one in lives:
        for topic, events in one.items():
            queues[topic] += events
    for topic, kind in BARRIERS.items():
        data = {"batch": BATCH, "partition": 0, "partitions": 1, "dossiers": len(lives)}
        queues[topic].append(said(kind, uuid5(BATCH, "0"), 1, BEGIN, **data))
    records = {topic: list(as_topic_records({topic: events})) for topic, events in queues.items()}
    pipeline = agents.pipeline(lambda: CATALOGUE)
    async with pool.acquire() as conn:
        await conn.executemany(
            "INSERT INTO stream_offset VALUES ('reporting', $1, 0, 0)", [(topic,) for topic in queues]
        )
    while any(records.values()):
        batch = []
        for topic in chance.sample(list(records), 3):
            take = chance.randrange(size)
            batch += records[topic][:take]
            records[topic] = records[topic][take:]
        await apply_batch(pool, pipeline, batch)
        await apply_batch(pool, pipeline, batch)


@pytest.fixture
async def pool(make_namespace):
    namespace = await make_namespace(partitions=1, services=("reporting",))
    pool = await open_pool(namespace.settings("reporting", ReportingSettings))
    yield pool
    await pool.close()


async def test_every_figure_comes_from_the_same_rows(pool):
    chance = random.Random(2022)
    made = [life(number, chance) for number in range(400)]
    await feed(pool, [events for events, _, _ in made], chance)
    stands = {"revised": "on_time", "uncomputable_open": "uncomputable"}
    expected = Counter(
        (UNITS[unit], stands.get(ending, ending)) for _, unit, ending in made if ending != "voided"
    )

    async with pool.acquire() as conn:
        differences = await buckets.differences(conn)
        table = await answer(conn, Question(by=By.LEVEL), catalogue=CATALOGUE, scope=None)
        outcome_rows = await answer(conn, Question(basis=Basis.OUTCOME), catalogue=CATALOGUE, scope=None)
        progress = await imports.read(conn, BATCH)

    assert differences == []
    counted = {(line.key, o): getattr(line.counts, o) for line in table.lines for o in OUTCOMES}
    assert {key: n for key, n in counted.items() if n} == dict(expected)
    assert outcome_rows.total.counts.received == sum(
        ending not in {"open_in_time", "uncomputable_open", "voided"} for _, _, ending in made
    )
    assert all(line.counts.received == sum(getattr(line.counts, o) for o in OUTCOMES) for line in table.lines)
    assert (progress.applied, progress.dossiers, progress.done) == (len(made), len(made), True)

    collector = FiguresCollector()
    await Refresher(pool, collector, lambda: datetime(2023, 6, 1, tzinfo=UTC)).refresh()
    gauges = {m.name: m for m in collector.collect()}
    by_level = Counter()
    for sample in gauges["dossier_period_outcomes"].samples:
        by_level[sample.labels["level"], sample.labels["outcome"]] += sample.value
    as_of_year_end = await _counts(pool, as_of=datetime(2023, 1, 1, tzinfo=VN))
    assert {k: v for k, v in by_level.items() if v} == {
        (level, o): getattr(c, o) for level, c in as_of_year_end.items() for o in OUTCOMES if getattr(c, o)
    }
    open_now = sum(sample.value for sample in gauges["dossier_open"].samples)
    assert open_now == sum("open" in ending for _, _, ending in made)


async def _counts(pool, **selection) -> dict[str, Counts]:
    async with pool.acquire() as conn:
        return await figures.counts(conn, By.LEVEL, figures.Selection(**selection))


async def test_a_cut_off_shows_how_things_stood_just_before_it(pool):
    chance = random.Random(1)
    events, _, _ = next(made for made in (life(n, chance) for n in range(99)) if made[2] == "late")
    received_at = events["intake.events"][0].time
    late_at = received_at + timedelta(days=5)
    await feed(pool, [events], chance)

    async def stands(as_of):
        counted = await _counts(pool, as_of=as_of)
        return next((o for c in counted.values() for o in OUTCOMES if getattr(c, o)), None)

    assert await stands(received_at) is None
    assert await stands(received_at + timedelta(seconds=1)) == "open_in_time"
    assert await stands(late_at) == "open_in_time"
    assert await stands(late_at + timedelta(seconds=1)) == "open_late"
    assert await stands(late_at + timedelta(days=2, seconds=1)) == "late"


async def test_a_dossier_without_a_deadline_is_never_in_time(pool):
    chance = random.Random(3)
    lives = (life(n, chance) for n in range(999))
    ended, still_open = (
        next(made for made in lives if made[2] == e) for e in ("uncomputable", "uncomputable_open")
    )
    await feed(pool, [ended[0], still_open[0]], chance)
    end = ended[0]["sla.events"][-1].time

    async def counted(**selection):
        total = sum((await _counts(pool, **selection)).values(), Counts())
        return {o: n for o in OUTCOMES if (n := getattr(total, o))}

    assert await counted() == {"uncomputable": 2}
    assert await counted(as_of=max(end, still_open[0]["sla.events"][0].time) + timedelta(days=9)) == {
        "uncomputable": 2
    }
    assert await counted(basis=Basis.OUTCOME) == {"uncomputable": 1}
    assert await counted(basis=Basis.OUTCOME, as_of=end) == {}
    async with pool.acquire() as conn:
        table = await answer(conn, Question(), catalogue=CATALOGUE, scope=None)
        assert await buckets.differences(conn) == []
    assert (table.total.counts.received, table.total.rate) == (2, 0)
    assert table.total.as_cells()[-2:] == (Decimal(0), 2)


async def test_dossiers_counted_before_the_column_existed_are_moved_into_it(pool):
    chance = random.Random(3)
    made = [life(number, chance) for number in range(60)]
    await feed(pool, [events for events, _, _ in made], chance)
    sql = (Path(figures.__file__).parents[1] / "migrations/0003_uncomputable.sql").read_text()

    async with pool.acquire() as conn:
        await conn.execute(  # as they stood before
            """DELETE FROM bucket WHERE outcome = 'uncomputable' AND basis = 'o';
               WITH old AS (DELETE FROM bucket WHERE outcome = 'uncomputable' RETURNING *)
               INSERT INTO bucket AS b SELECT basis, day, unit, level, province, field, procedure_code, channel,
                                              'open_in_time', n FROM old
               ON CONFLICT (basis, day, unit, field, procedure_code, channel, outcome, level, province)
               DO UPDATE SET n = b.n + EXCLUDED.n"""
        )
        assert await buckets.differences(conn) != []
        await conn.execute(sql)
        assert await buckets.differences(conn) == []


SUCCESSION = datetime(2022, 7, 1, tzinfo=VN)


async def moved_dossier(pool):
    """A dossier of a district, open when the district ended; a desk of another unit was moved, too."""
    chance = random.Random(7)
    lives = (life(n, chance) for n in range(999))
    events = next(e for e, unit, ending in lives if unit == "P49.D1" and ending == "open_in_time")
    dossier = events["intake.events"][0].subject
    for seq, (old, new) in enumerate([("P49.D1.C2", "P49"), ("P49.D1", "P49.D1.C1")], 2):
        move = said(routing.DossierMoved, dossier, seq, SUCCESSION, from_unit=old, to_unit=new)
        events["routing.events"].append(move)
    early = {"time": datetime(2022, 2, 1, tzinfo=UTC)}
    events["intake.events"] = [e.model_copy(update=early) for e in events["intake.events"]]
    await feed(pool, [events], chance)


async def holder(pool, as_of):
    async with pool.acquire() as conn:
        table = await answer(conn, Question(by=By.UNIT, as_of=as_of), catalogue=CATALOGUE, scope=None)
    return [line.key for line in table.lines]


async def test_a_cut_off_counts_a_moved_dossier_for_the_unit_that_held_it_then(pool):
    await moved_dossier(pool)

    assert await holder(pool, "2022-06-30") == ["P49.D1"]
    assert await holder(pool, "2022-07-01") == ["P49.D1.C1"]
    assert await holder(pool, None) == ["P49.D1.C1"]
    async with pool.acquire() as conn:
        assert await buckets.differences(conn) == []


@pytest.mark.parametrize(("known", "before"), [(True, "P49.D1"), (False, "P49.D1.C1")])
async def test_moves_heard_before_their_moments_were_kept_get_the_successions(pool, known, before):
    await moved_dossier(pool)
    sql = (Path(figures.__file__).parents[1] / "migrations/0004_moves.sql").read_text()
    data = Succession(from_unit="P49.D1", to_unit="P49.D1.C1", on=SUCCESSION.date())
    key = "P49.D1>P49.D1.C1"
    item = SuccessionItem(
        id=uuid7(), time=BEGIN, recordedtime=BEGIN, subject=f"succession/{key}/1", data=data
    )

    async with pool.acquire() as conn:
        if known:
            await conn.execute(
                "INSERT INTO catalogue_item VALUES ('succession', $1, 1, 'routing.catalogue', 0, 1, $2)",
                key,
                item,
            )
        await conn.execute("ALTER TABLE dossier DROP COLUMN moves, DROP COLUMN path")
        await conn.execute(sql)

    assert await holder(pool, "2022-06-30") == [before]
    assert await holder(pool, "2022-07-01") == ["P49.D1.C1"]


async def test_an_asker_sees_only_the_units_of_the_scope(pool):
    chance = random.Random(5)
    made = [life(number, chance) for number in range(120)]
    await feed(pool, [events for events, _, _ in made], chance)
    here = sum(1 for _, unit, ending in made if unit == "P49.D1.C1" and ending != "voided")

    async with pool.acquire() as conn:
        table = await answer(
            conn, Question(by=By.UNIT, unit="P49"), catalogue=CATALOGUE, scope=frozenset({"P49.D1.C1"})
        )

    assert [line.key for line in table.lines] == ["P49.D1.C1"]
    assert table.total.counts.received == here


async def test_the_published_table_of_2022_comes_out_of_its_integers():
    counts = Counts(early=70_000, on_time=141, late=50, open_late=46)

    from services.reporting.domain.table import build

    table = build({"province": counts}, {}, scale=1, rounding=Rounding.TRUNCATE)

    assert table.lines[0].rate == Decimal("99.8")
    assert table.lines[0].as_json()["rate"] == 99.8
