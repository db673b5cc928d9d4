"""At the counter: codes without gaps, one transaction, one answer per key, nothing personal said."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from contracts.codes import Role
from libs.clock import VN, utcnow
from tests.integration.intake.conftest import Counter, problem_rules
from tests.unit.services.intake import makers

SECRETS = ("Nguyễn", "Nguy\\u1ec5n", "Mẫu", "999012345678", "0900000123", "0900 000 123", "Không Có Thật")


async def test_a_reception_answers_with_code_and_appointment_and_says_so_once(counter: Counter):
    receipt = await counter.receive()

    [event] = await counter.said()
    today = utcnow().astimezone(VN)
    assert receipt["code"] == f"H15.{receipt['code'].split('.')[1].split('-')[0]}-{today:%y%m%d}-0001"
    assert receipt["appointment_at"].endswith("+07:00")
    assert event.name == "DossierReceived"
    assert (str(event.subject), event.dossierseq, event.data.code) == (receipt["id"], 1, receipt["code"])
    assert event.data.competent_unit == makers.WARD
    row = await counter.pool.fetchrow("SELECT * FROM dossier")
    assert (row["seq"], row["state"], row["appointment_at"]) == (1, "received", event.data.appointment_at)


async def test_codes_run_without_gaps_under_fifty_receptions_at_once(counter: Counter):
    bad = makers.form(applicant={"phone": "12"})
    answers = await asyncio.gather(
        *(counter.post("/dossiers", makers.form(), key=f"k{n}") for n in range(50)),
        *(counter.post("/dossiers", bad, key=f"b{n}") for n in range(10)),
    )

    numbers = sorted(int(a.json()["code"].rpartition("-")[2]) for a in answers if a.status_code == 201)
    assert numbers == list(range(1, 51))


async def test_a_rollback_gives_its_number_back(counter: Counter):
    await counter.receive()
    await counter.pool.execute(
        "ALTER TABLE outbox ADD CONSTRAINT never CHECK (topic <> 'intake.events') NOT VALID"
    )
    with pytest.raises(Exception, match="never"):
        await counter.post("/dossiers", makers.form(), key="lost")
    assert await counter.pool.fetchval("SELECT count(*) FROM dossier") == 1
    assert await counter.pool.fetchval("SELECT count(*) FROM person") == 1
    await counter.pool.execute("ALTER TABLE outbox DROP CONSTRAINT never")

    again = await counter.post("/dossiers", makers.form(), key="lost")

    assert again.json()["code"].endswith("-0002")


async def test_the_same_key_gives_the_same_receipt_and_one_dossier(counter: Counter):
    first, second = await asyncio.gather(
        *(counter.post("/dossiers", makers.form(), key="same") for _ in "ab")
    )

    other = await counter.post("/dossiers", makers.form(channel="post"), key="same")

    assert first.json() == second.json()
    assert other.status_code == 409
    assert await counter.pool.fetchval("SELECT count(*) FROM dossier") == 1
    assert len(await counter.said()) == 1


async def test_nothing_personal_is_said(counter: Counter):
    receipt = await counter.receive(note="Nguyễn Thị Mẫu gọi số 0900000123")
    await counter.post(f"/dossiers/{receipt['id']}/withdraw", {"note": "Không Có Thật"}, key="w")

    values = b"\n".join(r["value"] for r in await counter.pool.fetch("SELECT value FROM outbox")).decode()
    audit = str([tuple(r) for r in await counter.pool.fetch("SELECT * FROM audit")])

    assert not [secret for secret in SECRETS if secret in values + audit]
    assert await counter.pool.fetchval("SELECT count(*) FROM note") == 2


async def test_a_clerk_receives_only_for_units_in_scope(counter: Counter):
    answer = await counter.post(
        "/dossiers", makers.form(), headers=counter.headers(Role.CLERK, units=("N66.C24175",), key="x")
    )

    assert answer.status_code == 403
    assert problem_rules(answer) == {("receiving_unit", "outside_scope")}


async def test_every_broken_rule_is_named_in_vietnamese(counter: Counter):
    answer = await counter.post("/dossiers", {"applicant": {"full_name": "", "id_number": "123"}}, key="x")

    assert answer.status_code == 422
    assert problem_rules(answer) == {
        ("procedure_code", "required"),
        ("channel", "required"),
        ("receiving_unit", "required"),
        ("applicant.full_name", "required"),
        ("applicant.id_number", "digits_12"),
    }


async def test_a_submission_is_received_later_and_only_then_gets_code_and_clock(counter: Counter):
    submitted = (await counter.post("/submissions", makers.form(channel="online"), key="s")).json()

    receipt = (await counter.post(f"/dossiers/{submitted['id']}/receive", key="r")).json()

    said = await counter.said()
    assert [e.name for e in said] == ["DossierSubmitted", "DossierReceived"]
    assert [e.dossierseq for e in said] == [1, 2]
    assert said[1].data.submitted_at == said[0].time
    assert receipt["code"].endswith("-0001")


async def test_a_refused_submission_cannot_be_received(counter: Counter):
    submitted = (await counter.post("/submissions", makers.form(channel="online"), key="s")).json()
    await counter.post(
        f"/dossiers/{submitted['id']}/refuse", {"reason": "not_eligible", "note": "thiếu"}, key="f"
    )

    answer = await counter.post(f"/dossiers/{submitted['id']}/receive", key="r")

    assert answer.status_code == 409
    assert [e.name for e in await counter.said()] == ["DossierSubmitted", "DossierRefused"]


async def test_a_mistaken_receipt_is_voided_the_same_day_and_its_code_never_given_again(counter: Counter):
    first = await counter.receive()
    voided = await counter.post(f"/dossiers/{first['code']}/void", key="v")
    second = await counter.receive()

    assert voided.json()["state"] == "voided"
    assert second["code"].endswith("-0002")
    assert (await counter.get(f"/dossiers/{first['code']}")).json()["state"] == "voided"

    await counter.pool.execute("UPDATE dossier SET received_at = received_at - interval '1 day'")
    late = await counter.post(f"/dossiers/{second['code']}/void", key="v2")
    assert problem_rules(late) == {("", "not_today")}


async def test_a_correction_needs_the_seq_that_was_seen_and_moves_the_appointment(counter: Counter):
    receipt = await counter.receive()
    seen = await counter.get(f"/dossiers/{receipt['code']}")
    body = {"procedure_code": "1.004873", "note": "chọn nhầm thủ tục"}

    def headers(key: str, seq: str) -> dict[str, str]:
        return counter.headers(key=key) | {"if-match": seq}

    done = await counter.post(
        f"/dossiers/{receipt['code']}/correct", body, headers=headers("a", seen.headers["etag"])
    )
    stale = await counter.post(f"/dossiers/{receipt['code']}/correct", body, headers=headers("b", '"1"'))
    none = await counter.post(f"/dossiers/{receipt['code']}/correct", body, key="c")

    [_, event] = await counter.said()
    assert done.status_code == 200
    assert (event.name, event.dossierseq, event.data.procedure_code) == ("DossierCorrected", 2, "1.004873")
    assert event.data.appointment_at is not None
    assert (stale.status_code, none.status_code) == (412, 422)


async def test_correcting_only_the_person_says_nothing(counter: Counter):
    receipt = await counter.receive()

    headers = counter.headers(key="a") | {"if-match": '"1"'}
    body = {"applicant": {"full_name": "Trần Văn Thử"}}
    await counter.post(f"/dossiers/{receipt['id']}/correct", body, headers=headers)

    assert len(await counter.said()) == 1
    assert (await counter.get(f"/people/{receipt['id']}")).json()["full_name"] == "Trần Văn Thử"


@pytest.mark.parametrize(
    ("wanted", "kind"),
    [
        ({"name": "thi mau"}, "name"),
        ({"name": "MẪU Nguyễn"}, "name"),
        ({"phone": "+84 900 000 123"}, "phone"),
        ({"id_number": "999012345678"}, "id_number"),
    ],
)
async def test_searches_find_and_are_written_down_without_their_words(counter: Counter, wanted, kind):
    receipt = await counter.receive()
    await counter.receive(applicant={"full_name": "Lê Văn Khác", "phone": "0900000999", "id_number": ""})

    found = (await counter.post("/dossiers/search", wanted)).json()["items"]

    assert [item["code"] for item in found] == [receipt["code"]]
    assert found[0]["phone"] == "•••••••123"
    row = await counter.pool.fetchrow("SELECT action, kind, found FROM audit ORDER BY id DESC LIMIT 1")
    assert tuple(row) == ("search", kind, 1)


async def test_lists_are_paged_to_their_end_without_a_double(counter: Counter):
    codes = [(await counter.receive())["code"] for _ in range(7)]

    seen, cursor = [], ""
    while cursor is not None:
        page = (await counter.get(f"/today?limit=3{cursor and '&cursor=' + cursor}")).json()
        seen += [item["code"] for item in page["items"]]
        cursor = page["next_cursor"]

    assert seen == codes[::-1]


async def test_a_dossier_outside_the_scope_is_not_found(counter: Counter):
    receipt = await counter.receive()

    answer = await counter.get(f"/dossiers/{receipt['code']}", units=("P49",))

    assert answer.status_code == 404


async def test_procedures_are_published_once_and_found_without_accents(counter: Counter):
    from contracts.topics import to_bytes

    body = (
        to_bytes(makers.procedure_item(makers.BIRTH))
        + b"\n"
        + to_bytes(makers.procedure_item(makers.LAND))
        + b"\n"
    )
    first, second = (
        (await counter.put("/catalogue", body)).json(),
        (await counter.put("/catalogue", body)).json(),
    )
    wrong = await counter.put("/catalogue", b'{"type": "x"}')

    found = (await counter.get("/procedures?q=khai sinh dang ky")).json()["items"]

    assert (first, second) == (
        {"added": 2, "changed": 0, "unchanged": 0},
        {"added": 0, "changed": 0, "unchanged": 2},
    )
    assert wrong.status_code == 422
    assert makers.BIRTH in {item["code"] for item in found}
    assert len(await counter.said("intake.catalogue")) == 2


async def test_times_before_reception_only(counter: Counter):
    future = (utcnow() + timedelta(days=1)).isoformat()

    answer = await counter.post("/dossiers", makers.form(submitted_at=future), key=str(uuid4()))

    assert problem_rules(answer) == {("submitted_at", "after_reception")}
