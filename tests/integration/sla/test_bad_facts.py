"""What an emitter would refuse and what arrives all the same: stored, left aside by the clock, and listed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid5

import httpx
import orjson
import pytest

from contracts.codes import Role
from libs.clock import utcnow
from libs.http import build_app
from libs.tokens import Identity, issue, new_key
from services.sla import api
from services.sla.settings import SlaSettings
from tests.integration.sla.conftest import Clocks
from tests.unit.services.sla.makers import Story, vn

MONDAY = vn("2026-03-02 08:00")
LATER = vn("2026-03-20 17:00")
Tell = Callable[[Story], Story]


async def conflicts(clocks: Clocks) -> list[tuple[str, str]]:
    """What is listed, as (fact, note)."""
    key = new_key()
    public = orjson.dumps(dict(key.as_dict(private=False))).decode()
    clocks.runtime.settings = clocks.namespace.settings("sla", SlaSettings).model_copy(
        update={"token_public_key": public}
    )
    who = Identity(uuid5(Story().id, "x"), "thanhtra", frozenset({Role.INSPECTOR}), frozenset({"*"}))
    headers = {"Authorization": f"Bearer {issue(key, who, now=utcnow())}"}
    transport = httpx.ASGITransport(build_app(clocks.runtime, api=api.routers()))
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as http:
        answer = await http.get("/sla/api/v1/conflicts")
    assert answer.status_code == 200, answer.text
    return [(item["fact"], item["note"]) for item in answer.json()["items"]]


def clock(row: Any) -> dict[str, Any]:
    """What the clock says of a dossier."""
    names = ("state", "due_original", "due_current", "late_at", "outcome", "ended_at", "ending", "extended")
    return {name: row[name] for name in names}


BAD: list[tuple[str, Tell, Tell, list[tuple[str, str]]]] = [
    (
        "a supplement provided that was never asked for",
        lambda story: story,
        lambda story: story.provided(vn("2026-03-04 09:00")),
        [("supplement_provided", "no_question")],
    ),
    (
        "a pause that ends before it starts",
        lambda story: story.asked(vn("2026-03-05 09:00")),
        lambda story: story.provided(vn("2026-03-04 09:00")),
        [("supplement_provided", "no_question")],
    ),
    (
        "a payment nobody asked for",
        lambda story: story,
        lambda story: story.paid(vn("2026-03-04 09:00")),
        [("payment_made", "no_question")],
    ),
    (
        "an extension of a finished dossier",
        lambda story: story.resolved(vn("2026-03-05 09:00")),
        lambda story: story.extended(vn("2026-03-06 09:00"), LATER),
        [("extended", "after_end")],
    ),
    (
        "a pause of a finished dossier",
        lambda story: story.resolved(vn("2026-03-05 09:00")),
        lambda story: story.asked(vn("2026-03-06 09:00")),
        [("supplement_requested", "after_end")],
    ),
    (
        "a result before the reception",
        lambda story: story,
        lambda story: story.resolved(vn("2026-03-01 09:00")),
        [("resolved", "before_reception")],
    ),
    (
        "a second ending",
        lambda story: story.resolved(vn("2026-03-05 09:00")),
        lambda story: story.withdrawn(vn("2026-03-06 09:00")),
        [("withdrawn", "rival_ending")],
    ),
    (
        "a second extension",
        lambda story: story.extended(vn("2026-03-05 09:00"), LATER),
        lambda story: story.extended(vn("2026-03-06 09:00"), vn("2026-03-27 17:00")),
        [("extended", "second_extension")],
    ),
    (
        "an extension on the last day",
        lambda story: story,
        lambda story: story.extended(vn("2026-03-09 09:00"), LATER),
        [("extended", "extension_too_late")],
    ),
    (
        "an extension to an earlier date",
        lambda story: story,
        lambda story: story.extended(vn("2026-03-05 09:00"), vn("2026-03-06 17:00")),
        [("extended", "extension_not_later")],
    ),
]


@pytest.mark.parametrize("bad_first", [False, True])
@pytest.mark.parametrize(("good", "bad", "listed"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
async def test_a_bad_fact_is_stored_ignored_and_listed(
    clocks: Clocks, good: Tell, bad: Tell, listed: list[tuple[str, str]], bad_first: bool
):
    clean, spoilt = Story(1), Story(2)
    good(clean.received(MONDAY))
    bad(good(spoilt.received(MONDAY)))
    await clocks.tell(clean)
    events = list(spoilt.events)
    if bad_first and type(events[-1]).EMITTER not in {type(event).EMITTER for event in events[:-1]}:
        events = [events[-1], *events[:-1]]

    for event in events:
        await clocks.hear(event)

    row = await clocks.row(spoilt)
    assert len(row["facts"]) == len(spoilt.events)
    assert clock(row) == clock(await clocks.row(clean))
    assert await conflicts(clocks) == listed
    assert await clocks.pool.fetchval("SELECT count(*) FROM dead_letter") == 0


async def test_an_answer_that_overtakes_its_question_is_neutral_until_it_comes(clocks: Clocks):
    clocks.now = utcnow()
    story = Story(1).received(MONDAY).asked(vn("2026-03-03 09:00")).provided(vn("2026-03-04 09:00"))
    received, asked, provided = story.events
    await clocks.hear(received)
    before = clock(await clocks.row(story))

    await clocks.hear(provided)

    assert clock(await clocks.row(story)) == before
    assert await conflicts(clocks) == []

    await clocks.hear(asked)

    assert clock(await clocks.row(story))["due_current"] > before["due_current"]
    assert (await clocks.row(story))["ignored"] == 0


async def test_an_answer_whose_question_does_not_come_is_listed_after_a_quarter_of_an_hour(clocks: Clocks):
    story = Story(1).received(MONDAY).provided(vn("2026-03-04 09:00"))
    clocks.now = utcnow() - timedelta(minutes=14)
    await clocks.tell(story)
    assert await conflicts(clocks) == []

    await clocks.pool.execute("UPDATE dossier SET changed_at = changed_at - interval '2 minutes'")

    assert await conflicts(clocks) == [("supplement_provided", "no_question")]
