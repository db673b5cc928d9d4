"""What the clock shows of a dossier beyond its days: voided receipts, pauses with their people, breaches with articles."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from contracts import intake, routing
from contracts.codes import Channel, Reason
from libs.ids import uuid7
from tests.integration.sla.conftest import Clocks
from tests.integration.sla.test_late_list import Desk, client
from tests.unit.services.sla.makers import COMMUNE, Story, vn

MONDAY = vn("2026-03-02 08:00")
CLOCK = "/sla/api/v1/dossiers/{}/clock"
BREACHES = "/sla/api/v1/breaches"


@pytest.fixture
async def desk(clocks: Clocks) -> AsyncIterator[Desk]:
    async with client(clocks, "*") as http:
        yield Desk(http)


async def test_a_voided_receipt_is_explained_until_it_was_cancelled(clocks: Clocks, desk: Desk):
    story = Story().received(MONDAY)
    story.tell(intake.DossierVoided, vn("2026-03-03 10:00"), reason=Reason.MISTAKEN_ENTRY)
    await clocks.tell(story)

    told = await desk.get(CLOCK.format(story.code))
    page = await desk.http.get(f"/sla/ho-so/{story.code}")

    assert (told["state"], told["due_current"], told["outcome"]) == ("voided", None, None)
    assert [line["date"] for line in told["lines"]] == ["2026-03-02", "2026-03-03"]
    assert "10:00 hủy biên nhận" in told["lines"][-1]["text"]
    assert "Biên nhận đã hủy lúc 10:00 ngày 03/03/2026" in told["conclusion"]
    assert "hủy biên nhận, hồ sơ không được tính" in page.text


async def test_each_pause_carries_reason_ground_person_and_event(clocks: Clocks, desk: Desk):
    story, who, request = Story().received(MONDAY).leg(MONDAY), uuid7(), uuid7()
    story.tell(
        routing.SupplementRequested, vn("2026-03-03 09:00"), request=request, reason=Reason.UNCLEAR_CONTENT,
        ground="ND-118-2025/19.5", officer=who,
    )  # fmt: skip
    await clocks.tell(story)

    (pause,) = (await desk.get(CLOCK.format(story.code)))["pauses"]

    assert pause == {
        "since": "2026-03-03T02:00:00Z",
        "until": None,
        "kind": "supplement_requested",
        "reason": "unclear_content",
        "ground": "ND-118-2025/19.5",
        "by": str(who),
        "event": str(story.events[-1].id),
    }


async def test_an_online_filing_answered_late_is_listed_with_its_article(clocks: Clocks, desk: Desk):
    filed = vn("2026-02-27 09:00")
    late, timely = Story(1), Story(2)
    for story, received in ((late, MONDAY + timedelta(hours=2)), (timely, filed + timedelta(hours=1))):
        story.tell(
            intake.DossierSubmitted, filed, procedure_code="1.000001", channel=Channel.ONLINE, receiving_unit=COMMUNE
        )  # fmt: skip
        story.received(received, channel=Channel.ONLINE, submitted_at=filed)
    await clocks.tell(late, timely)

    (item,) = (await desk.get(BREACHES))["items"]

    assert (item["code"], item["note"], item["rule"]) == (
        late.code,
        "filing_answered_late",
        "online_acceptance",
    )
    assert item["ground"] == "ND-118-2025/17.2c"
    assert (await desk.get(BREACHES, note="second_supplement"))["items"] == []


@pytest.mark.parametrize("channel", [Channel.ONLINE, Channel.POST])
async def test_a_filing_nobody_received_yet_is_known_has_no_clock_and_is_no_error(
    clocks: Clocks, desk: Desk, channel: Channel
):
    story = Story().tell(
        intake.DossierSubmitted, MONDAY, procedure_code="1.000001", channel=channel, receiving_unit=COMMUNE
    )  # fmt: skip
    await clocks.tell(story)

    assert await clocks.said() == []
    assert (await clocks.row(story))["state"] is None
    assert (await desk.get("/sla/api/v1/errors"))["items"] == []
