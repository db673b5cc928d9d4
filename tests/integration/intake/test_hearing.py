"""What routing and sla say shows at the counter, whichever comes first and however often."""

from datetime import timedelta
from itertools import count
from uuid import UUID, uuid4

import pytest

from contracts.codes import Reason
from contracts.envelope import DossierEvent
from contracts.routing import DossierResolved, PaymentRequested, SupplementRequested
from contracts.sla import ClockPaused, ClockStarted, ClockState
from contracts.topics import key_of, to_bytes, topic_of
from libs.clock import utcnow
from libs.inbox_rules import Record
from libs.stream import apply_batch
from services.intake.agents import pipeline
from tests.integration.intake.conftest import Counter, problem_rules
from tests.unit.services.intake.makers import WARD

REQUEST = uuid4()


def event(kind: type[DossierEvent], dossier: str, seq: int, **data) -> DossierEvent:
    now = utcnow()
    return kind(
        id=uuid4(), time=now, recordedtime=now, subject=UUID(dossier), dossierseq=seq, data=kind.Data(**data)
    )


class Worker:
    """The worker without Kafka: one partition, offsets counted here."""

    def __init__(self, counter: Counter) -> None:
        self._pool, self._pipe = counter.pool, pipeline(counter.runtime)
        self._offsets = {topic: count() for topic in self._pipe.topics}

    async def hear(self, *events: DossierEvent) -> None:
        records = [
            Record(topic_of(e), 0, next(self._offsets[topic_of(e)]), key_of(e).encode(), to_bytes(e))
            for e in events
        ]
        await apply_batch(self._pool, self._pipe, records)


@pytest.mark.parametrize("first", ["routing", "sla"])
async def test_a_result_is_ready_until_it_is_returned(counter: Counter, first: str):
    receipt = await counter.receive()
    worker = Worker(counter)
    routing = [event(DossierResolved, receipt["id"], 1, unit=WARD)]
    sla = [
        event(ClockStarted, receipt["id"], 1, state=ClockState.RUNNING, rule_set="nd-118-2025", revision=1)
    ]
    too_early = await counter.post(f"/dossiers/{receipt['code']}/return-result", key="early")

    for events in (routing, sla) if first == "routing" else (sla, routing):
        await worker.hear(*events)
    await worker.hear(*routing, *sla)  # redelivered

    [waiting] = (await counter.get("/results-ready")).json()["items"]
    returned = await counter.post(f"/dossiers/{receipt['code']}/return-result", {"way": "post"}, key="done")
    assert problem_rules(too_early) == {("", "no_result")}
    assert (waiting["code"], waiting["ready_at"] is not None) == (receipt["code"], True)
    assert returned.json()["state"] == "returned"
    assert (await counter.get("/results-ready")).json()["items"] == []
    said = (await counter.said())[-1]
    assert (said.name, said.data.way, said.dossierseq) == ("ResultReturned", "post", 2)


async def test_an_answer_names_the_request_it_answers(counter: Counter):
    receipt = await counter.receive()
    worker = Worker(counter)
    await worker.hear(
        event(SupplementRequested, receipt["id"], 1, request=REQUEST, reason=Reason.MISSING_PAPER),
        event(ClockPaused, receipt["id"], 1, state=ClockState.PAUSED, rule_set="nd-118-2025", revision=1,
              reason=Reason.MISSING_PAPER),
    )  # fmt: skip

    asked = (await counter.get(f"/dossiers/{receipt['code']}")).json()["waiting_for"]
    await counter.post(f"/dossiers/{receipt['code']}/supplement-provided", key="a")

    said = (await counter.said())[-1]
    assert [(r["request"], r["kind"]) for r in asked] == [(str(REQUEST), "supplement")]
    assert (said.name, said.data.request) == ("SupplementProvided", REQUEST)
    assert (await counter.get(f"/dossiers/{receipt['code']}")).json()["waiting_for"] == []


async def test_an_answer_heard_before_its_question_settles_it_when_it_comes(counter: Counter):
    receipt = await counter.receive()
    question = event(PaymentRequested, receipt["id"], 1, request=REQUEST)

    unnamed = await counter.post(f"/dossiers/{receipt['code']}/payment-made", key="a")
    await counter.post(f"/dossiers/{receipt['code']}/payment-made", {"request": str(REQUEST)}, key="b")
    await Worker(counter).hear(question)

    assert problem_rules(unnamed) == {("request", "payment.not_asked")}
    assert (await counter.said())[-1].data.request == REQUEST
    assert (await counter.get(f"/dossiers/{receipt['code']}")).json()["waiting_for"] == []


async def test_a_dossier_first_heard_of_through_others_is_facts_without_a_head(counter: Counter):
    stranger = str(uuid4())

    await Worker(counter).hear(event(DossierResolved, stranger, 1, unit=WARD))

    row = await counter.pool.fetchrow("SELECT state, ending, code FROM dossier")
    assert tuple(row) == ("unknown", "resolved", None)
    assert (await counter.get("/results-ready")).json()["items"] == []


async def test_the_counter_asks_for_a_supplement_and_books_it(counter: Counter):
    receipt = await counter.receive()
    await counter.post(
        f"/dossiers/{receipt['code']}/request-supplement",
        {"reason": "missing_paper", "ground": "ND-118-2025/17.1", "note": "thiếu giấy chứng sinh"},
        key="ask",
    )

    await counter.post(f"/dossiers/{receipt['code']}/supplement-provided", key="got")

    _, asked, answered = await counter.said()
    assert asked.data.request == answered.data.request
    assert asked.data.note is not None
    assert "chứng sinh" not in str([e.model_dump() for e in await counter.said()])
    notes = (await counter.get(f"/dossiers/{receipt['code']}/notes")).json()["items"]
    assert [n["text"] for n in notes] == ["thiếu giấy chứng sinh"]


async def test_receipt_numbers_have_no_gap_and_a_lost_dossier_shows(counter: Counter):
    receipt = await counter.receive()
    await counter.receive()
    sound = (await counter.get("/receipts/gaps")).json()["items"]

    await counter.pool.execute("DELETE FROM dossier WHERE id = $1", UUID(receipt["id"]))

    [gap] = (await counter.get("/receipts/gaps")).json()["items"]
    assert sound == []
    assert (gap["last"], gap["found"]) == (2, 1)


def told(answer) -> tuple[str, str, str]:
    """Field, rule and article of the first refusal."""
    (error, *_) = answer.json()["errors"]
    return error["field"], error["rule"], error.get("source", "")


ARTICLE = "NĐ 118/2025 Đ.19.5"


async def test_a_supplement_that_was_never_asked_for_is_refused_with_the_article(counter: Counter):
    receipt = await counter.receive()
    path = f"/dossiers/{receipt['code']}/supplement-provided"

    answer = await counter.post(path, key="a")

    assert (answer.status_code, told(answer)) == (409, ("request", "supplement.not_asked", ARTICLE))
    assert len(await counter.said()) == 1
    settled = event(SupplementRequested, receipt["id"], 1, request=REQUEST, reason=Reason.MISSING_PAPER)
    await Worker(counter).hear(settled)
    assert (await counter.post(path, key="b")).status_code == 200
    again = await counter.post(path, {"request": str(REQUEST)}, key="c")
    assert told(again) == ("request", "request.settled", ARTICLE)


async def test_a_pause_cannot_end_before_it_starts(counter: Counter):
    receipt = await counter.receive()
    later = event(SupplementRequested, receipt["id"], 1, request=REQUEST, reason=Reason.MISSING_PAPER)
    await Worker(counter).hear(later.model_copy(update={"time": utcnow() + timedelta(hours=1)}))

    for key, body in (("a", {}), ("b", {"request": str(REQUEST)})):
        answer = await counter.post(f"/dossiers/{receipt['code']}/supplement-provided", body, key=key)
        assert told(answer) == ("request", "pause.ends_before_start", ARTICLE)
    assert len(await counter.said()) == 1


async def test_a_finished_dossier_takes_no_pause(counter: Counter):
    receipt = await counter.receive()
    await Worker(counter).hear(event(DossierResolved, receipt["id"], 1, unit=WARD))
    path = f"/dossiers/{receipt['code']}"

    asking = await counter.post(f"{path}/request-supplement", {"reason": "missing_paper"}, key="a")
    giving = await counter.post(f"{path}/supplement-provided", {"request": str(REQUEST)}, key="b")

    assert told(asking) == told(giving) == ("request", "decided", ARTICLE)


async def test_a_reception_is_not_corrected_to_after_what_followed_it(counter: Counter):
    receipt = await counter.receive()
    await counter.pool.execute(
        "UPDATE dossier SET received_at = received_at - interval '3 days', appointment_at = appointment_at"
    )
    now = utcnow()
    asked = event(SupplementRequested, receipt["id"], 1, request=REQUEST, reason=Reason.MISSING_PAPER)
    resolved = event(DossierResolved, receipt["id"], 2, unit=WARD)
    await Worker(counter).hear(
        asked.model_copy(update={"time": now - timedelta(days=2)}),
        resolved.model_copy(update={"time": now - timedelta(days=1)}),
    )

    body = {"received_at": (now - timedelta(hours=1)).isoformat(), "reason": "mistaken_entry"}
    headers = counter.headers(key="a") | {"if-match": "*"}
    answer = await counter.post(f"/dossiers/{receipt['code']}/correct", body, headers=headers)

    assert answer.status_code == 422
    assert problem_rules(answer) == {
        ("received_at", "reception.after_end"),
        ("received_at", "reception.after_request"),
    }
    assert told(answer)[2] == ARTICLE
    assert len(await counter.said()) == 1
