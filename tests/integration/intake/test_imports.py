"""Legacy registers: refused with line and reason, said once, skipped when known, carried on after a crash, voided."""

import asyncio
from collections import Counter as Tally
from uuid import UUID

import pytest

from libs.ids import derived_id, imported_id
from tests.integration.intake.conftest import Counter
from tests.integration.intake.registers import HEAD, STEPS_HEAD, UNITS_HEAD, line, register


async def test_dossiers_are_said_with_their_history_and_original_times_then_the_barriers(counter: Counter):
    steps = (
        f"{STEPS_HEAD}\nA-220301-1,2022-03-02T09:00,supplement_requested,P49.TTPVHCC,an.nv,thiếu bản sao,\n"
    )
    steps += "A-220301-1,2022-03-03T09:00:00+07:00,supplement_provided,,,,\n"
    batch = await counter.import_(
        register(line("A-220301-1", resolved_at="2022-03-04T10:00"), line("A-220301-2")), steps
    )

    done = await counter.apply(batch)

    said = await counter.said()
    first = [e for e in said if e.subject == imported_id("register", "A-220301-1")]
    assert [e.name for e in first] == ["DossierReceived", "HistoryImported"]
    assert [e.dossierseq for e in first] == [1, 2]
    assert first[0].time.isoformat() == "2022-03-01T01:30:00+00:00"
    assert first[0].data.origin == "import"
    assert str(first[0].data.batch) == batch
    assert [s.event for s in first[1].data.steps] == [
        "supplement_requested",
        "supplement_provided",
        "resolved",
    ]
    assert first[1].data.steps[0].note is not None
    assert "thiếu" not in str([e.model_dump() for e in said])
    barriers = said[4:]
    assert [e.name for e in barriers] == ["ImportEnded"] * 12
    assert {(e.data.partition, e.subject) for e in barriers} == {
        (p, derived_id(UUID(batch), str(p))) for p in range(12)
    }
    assert {e.data.dossiers for e in barriers} == {2}
    partitions = await counter.pool.fetch(
        "SELECT partition FROM outbox WHERE partition IS NOT NULL ORDER BY id"
    )
    assert [r["partition"] for r in partitions] == list(range(12))
    assert (done["state"], done["applied"], done["refused"]) == ("applied", 2, 0)
    assert await counter.pool.fetchval("SELECT text FROM note") == "thiếu bản sao"


BAD_ROWS = [
    ({"code": "không phải mã"}, ("code", "shape")),
    ({"procedure_code": "khai sinh"}, ("procedure_code", "shape")),
    (
        {"procedure_code": "7.777777", "field": "Đất đai"},
        ("declared_due_at", "required_for_unknown_procedure"),
    ),
    (
        {"procedure_code": "7.777777", "declared_due_at": "2022-03-09T17:00"},
        ("field", "required_for_unknown_procedure"),
    ),
    ({"channel": "fax"}, ("channel", "unknown")),
    ({"receiving_unit": "P49.KHONGCO"}, ("receiving_unit", "unknown")),
    ({"receiving_unit": "N66.C24169"}, ("receiving_unit", "unknown")),  # did not exist in 2022
    ({"competent_unit": "P49.KHONGCO"}, ("competent_unit", "unknown")),
    ({"received_at": ""}, ("received_at", "required")),
    ({"received_at": "01/03/2022"}, ("received_at", "iso_8601")),
    ({"received_at": "2099-03-01T08:30"}, ("received_at", "future")),
    ({"received_at": "2017-03-01T08:30"}, ("declared_due_at", "required_for_unknown_procedure")),
    ({"resolved_at": "hôm qua"}, ("resolved_at", "iso_8601")),
    ({"resolved_at": "2022-02-28T08:00"}, ("resolved_at", "before_reception")),
    ({"returned_at": "2022-02-28T08:00"}, ("returned_at", "before_reception")),
    (
        {"resolved_at": "2022-03-05T08:00", "returned_at": "2022-03-04T08:00"},
        ("returned_at", "before_resolved"),
    ),
]


async def test_each_bad_row_comes_back_with_line_field_and_rule(counter: Counter):
    rows = [
        line(over.pop("code", f"A-220301-{n}"), **over) for n, (over, _) in enumerate(map(_copy, BAD_ROWS), 1)
    ]
    batch = await counter.import_(register(*rows, line("A-220301-99")) + "A-1,too,few\n")

    found = await counter.rejects(batch)

    expected = {("register", str(n), *want) for n, (_, want) in enumerate(BAD_ROWS, 2)}
    assert set(found) == expected | {("register", str(len(BAD_ROWS) + 3), "", "columns")}
    status = await counter.batch(batch)
    assert (status["accepted"], status["refused"], status["rejects"]) == (1, len(found), len(found))


def _copy(pair):
    return dict(pair[0]), pair[1]


BAD_STEPS = [
    ("2022-03-02T09:00,eaten,,,,", ("event", "unknown")),
    ("yesterday,resolved,,,,", ("at", "iso_8601")),
    ("2022-02-02T09:00,resolved,,,,", ("at", "before_reception")),
    ("2099-02-02T09:00,resolved,,,,", ("at", "future")),
    ("2022-03-02T09:00,sent,P49.KHONGCO,,,", ("unit", "unknown")),
    ("2022-03-02T09:00,extended,,,overload,", ("reason", "new_date_missing")),
    ("2022-03-02T09:00,extended,,,until:2022-03-01,", ("reason", "new_date_missing")),
    ("2022-03-02T09:00,supplement_provided,,,,", ("at", "answer_without_request")),
    ("2022-03-02T09:00,payment_made,,,,", ("at", "answer_without_request")),
    ("2022-03-02T09:00,stopped,,,,điều 5", ("ground", "shape")),
]


@pytest.mark.parametrize(
    "late", ["extended,,,until:2022-05-06,", "supplement_requested,,,,", "payment_requested,,,,"]
)
async def test_nothing_stops_or_moves_a_clock_that_has_ended(counter: Counter, late: str):
    steps = ["A-220301-1,2022-03-03T09:00,resolved,,,,", f"A-220301-1,2022-03-04T09:00,{late}"]
    batch = await counter.import_(register(line("A-220301-1")), "\n".join([STEPS_HEAD, *steps, ""]))

    assert await counter.rejects(batch) == [("steps", "3", "event", "after_end")]
    text = (await counter.get(f"/imports/{batch}/rejects")).text
    assert "NĐ 61/2018 Đ.19" in text


async def test_a_bad_step_refuses_its_whole_dossier(counter: Counter):
    rows = [line(f"A-220301-{n}") for n in range(1, len(BAD_STEPS) + 1)]
    steps = [f"A-220301-{n},{text}" for n, (text, _) in enumerate(BAD_STEPS, 1)]
    batch = await counter.import_(
        register(*rows, line("A-220301-88")),
        "\n".join([STEPS_HEAD, *steps, "A-220301-77,2022-03-02,sent,,,,", ""]),
    )

    found = set(await counter.rejects(batch))

    wanted = {("steps", str(n), *want) for n, (_, want) in enumerate(BAD_STEPS, 2)}
    assert found == wanted | {("steps", str(len(BAD_STEPS) + 2), "code", "unknown_dossier")}
    assert (await counter.batch(batch))["accepted"] == 1


@pytest.mark.parametrize(
    ("row", "steps", "want"),
    [
        ({"resolved_at": "2022-03-04T08:00"}, ["2022-03-05T08:00,resolved,,,,"], ("resolved_at", "conflict")),
        ({}, ["2022-03-05T08:00,resolved,,,,", "2022-03-06T08:00,withdrawn,,,,"], ("event", "two_endings")),
    ],
)
async def test_row_and_steps_must_not_contradict_each_other(counter: Counter, row, steps, want):
    text = "\n".join([STEPS_HEAD, *(f"A-220301-1,{step}" for step in steps), ""])
    batch = await counter.import_(register(line("A-220301-1", **row)), text)

    assert [(f[2], f[3]) for f in await counter.rejects(batch)] == [want]


async def test_the_same_register_again_is_skipped_and_other_content_refused_with_its_columns(
    counter: Counter,
):
    rows = [line(f"A-220301-{n}") for n in range(1, 6)]
    await counter.apply(await counter.import_(register(*rows)))
    before = len(await counter.said())

    again = await counter.import_(register(*rows))
    await counter.apply(again)
    changed = await counter.import_(
        register(*rows[1:], line("A-220301-1", channel="post", resolved_at="2022-03-07T09:00"))
    )

    assert len(await counter.said()) == before
    status = await counter.batch(again)
    assert (status["skipped"], status["accepted"], status["applied"]) == (5, 0, 0)
    reason = (await counter.get(f"/imports/{changed}/rejects")).text.splitlines()[1]
    assert "other_content" in reason
    assert "channel, resolved_at" in reason


async def test_a_code_twice_in_one_file_is_taken_once(counter: Counter):
    batch = await counter.import_(
        register(line("A-220301-1"), line("A-220301-1"), line("A-220301-1", channel="post"))
    )

    status = await counter.batch(batch)

    assert (status["accepted"], status["skipped"], status["refused"]) == (1, 1, 1)
    assert await counter.rejects(batch) == [("register", "4", "channel", "other_content")]


async def test_a_code_given_at_the_counter_is_never_taken_by_a_register(counter: Counter):
    live = await counter.receive()
    batch = await counter.import_(register(line(live["code"])))

    assert [f[3] for f in await counter.rejects(batch)] == ["taken"]


async def test_unknown_procedures_are_timed_by_what_was_declared_known_ones_are_not(counter: Counter):
    batch = await counter.import_(
        register(
            line(
                "A-220301-1", procedure_code="7.777777", field="Đất đai", declared_due_at="2022-03-09T17:00"
            ),
            line("A-220301-2", declared_due_at="2022-03-29T17:00"),
        )
    )
    await counter.apply(batch)

    declared, known = (e.data for e in await counter.said() if e.name == "DossierReceived")

    assert (declared.field, declared.procedure_version) == ("dat-dai", None)
    assert declared.appointment_at == declared.declared_due_at
    assert known.appointment_at != known.declared_due_at
    listed = (await counter.get(f"/imports/{batch}/differences")).text.splitlines()
    assert len(listed) == 2
    assert listed[1].startswith("A-220301-2,1.001193,2022-03-29T17:00:00+07:00,2022-03-0")


async def test_units_the_catalogue_lacks_come_along_and_must_be_published_before_the_apply(counter: Counter):
    units = f"{UNITS_HEAD}\nP49.CU.PHONG,Phòng Cũ,district,P49.CU,2018-01-01,\nP49.CU,Huyện Cũ,district,P49,2018-01-01,\n"
    bad = "P49.LAC,Huyện Lạc,huyện,P49,2018-01-01,\nP49.MAT,Huyện Mất,district,P49.KHONGCO,2018-01-01,\n"
    rows = register(line("A-220301-1", receiving_unit="P49.CU.PHONG", competent_unit="P49.CU"))
    batch = await counter.import_(rows, units=units + bad)

    refused = await counter.rejects(batch)
    too_early = await counter.post(f"/imports/{batch}/apply")
    items = (await counter.get(f"/imports/{batch}/units")).text.splitlines()

    assert {(f[0], f[2], f[3]) for f in refused} == {
        ("units", "level", "unknown"),
        ("units", "parent", "unknown"),
    }
    assert too_early.status_code == 409
    assert (await counter.batch(batch))["units_missing"] == 2
    assert '"subject":"unit/P49.CU/1"' in items[0]
    assert '"province":"P49"' in items[1]


async def test_a_killed_apply_is_carried_on_with_and_nothing_is_said_twice(counter: Counter):
    batch = await counter.import_(register(*(line(f"A-220301-{n}") for n in range(1, 51))))
    await counter.post(f"/imports/{batch}/apply")
    await counter.pool.execute(
        "CREATE FUNCTION trip() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF (SELECT count(*) FROM outbox) > 40 THEN RAISE EXCEPTION 'killed'; END IF; RETURN NULL; END $$;"
        "CREATE TRIGGER trip AFTER INSERT ON outbox FOR EACH STATEMENT EXECUTE FUNCTION trip()"
    )
    with pytest.raises(Exception, match="killed"):
        await counter.work(chunk=10)
    half = await counter.batch(batch)
    await counter.pool.execute("DROP TRIGGER trip ON outbox")

    await asyncio.gather(*(counter.work(chunk=10) for _ in range(3)))  # any number may carry on

    assert (half["state"], half["applied"]) == ("applying", 20)
    said = await counter.said()
    assert Tally((e.subject, e.dossierseq) for e in said).most_common(1)[0][1] == 1
    assert sum(e.name == "DossierReceived" for e in said) == 50
    assert [e.name for e in said[-12:]] == ["ImportEnded"] * 12
    assert (await counter.batch(batch))["applied"] == 50


async def test_a_voided_batch_counts_nowhere_and_its_codes_may_come_in_again(counter: Counter):
    rows = register(*(line(f"A-220301-{n}") for n in range(1, 26)))
    batch = await counter.import_(rows)
    await counter.apply(batch)

    await counter.post(f"/imports/{batch}/void")
    await counter.work(chunk=10)
    again = await counter.import_(rows)
    await counter.apply(again)

    said = await counter.said()
    voided = [e for e in said if e.name == "DossierVoided"]
    assert {(e.dossierseq, e.data.reason) for e in voided} == {(3, "batch_voided")}
    assert len({e.subject for e in voided}) == 25
    fresh = [e for e in said if e.name == "DossierReceived" and str(e.data.batch) == again]
    assert len(fresh) == 25
    assert not {e.subject for e in fresh} & {e.subject for e in voided}
    assert (await counter.batch(batch))["state"] == "voided"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Thiếu".encode()),
        (b"a,b,c\n1,2,3\n", "Thiếu cột".encode()),
        ("code,procedure_code,channel,receiving_unit,received_at\nĐ".encode("utf-16"), b"UTF-8"),
        (HEAD.encode() + b'\n"' + b"x" * 2_000_000, "nháy kép".encode()),
    ],
)
async def test_a_file_that_cannot_be_read_says_why(counter: Counter, content: bytes, words: bytes):
    batch = (await counter.post("/imports")).json()["batch"]

    answer = await counter.put(f"/imports/{batch}/register", content)

    assert answer.status_code == 422
    assert words.lower() in answer.content.lower()
