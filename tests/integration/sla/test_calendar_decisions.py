"""A calendar decision: proposed by one person, previewed, approved by another, carried out, and taken back."""

from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from contracts import intake, routing, sla
from contracts.catalogue import CalendarDay, CatalogueItem, DayKind, WeeklyHours
from contracts.codes import Role
from contracts.topics import parse_item
from libs.catalogue_store import Published, publish_items
from libs.db import transaction
from libs.errors import ConflictError, DomainError, ForbiddenError, ManyErrors
from libs.identity import Identity
from services.sla.domain.answer import Answer
from services.sla.handlers import calendar_proposals as proposals
from services.sla.handlers import proposing
from services.sla.handlers.calendar_preview import Trials, preview_chunk
from services.sla.handlers.calendar_proposals import PREVIEW_HOLDS, Desk, Draft, Withdrawal
from services.sla.handlers.explanation import explain
from services.sla.handlers.past_rulebooks import PastRulebooks
from services.sla.store import calendar_moves, lookups
from services.sla.store import calendar_proposals as store
from services.sla.store.calendar_proposals import Proposal
from tests.integration.sla.conftest import Clocks, of_kind
from tests.unit.services.sla.makers import COMMUNE, OTHER, PROVINCE, Story, decision, vn

MONDAY = vn("2026-03-02 08:00")
NOON = vn("2026-03-04 12:00")
LATER = NOON + timedelta(seconds=61)
FRIDAY = date(2026, 3, 6)
LAN, MAI = uuid4(), uuid4()


def desk(clocks: Clocks, who: UUID = LAN, *units: str, at: datetime = NOON) -> Desk:
    person = Identity(
        who, "lan" if who == LAN else "mai", frozenset({Role.ADMIN}), frozenset(units or ("*",))
    )
    return Desk(person, clocks.runtime.catalogue, at)


def storm(*days: date, unit: str | None = None, kind: DayKind = DayKind.CLOSED, **more: object) -> Draft:
    named = tuple(CalendarDay(date=day, kind=kind, name="Bão số 3") for day in days or (FRIDAY,))
    given = {"document": "Công điện 21/CĐ-TTg", "decided_on": date(2026, 3, 4), "unit": unit, "days": named}
    return Draft(**(given | more))


async def propose(clocks: Clocks, draft: Draft, who: UUID = LAN) -> int:
    async with transaction(clocks.pool) as conn:
        return await proposals.propose(conn, desk(clocks, who), draft)


async def preview(clocks: Clocks, at: datetime = NOON, size: int = 2) -> int:
    """Count all open previews; return the number of chunks it took."""
    chunks, trials, rulebook = 0, Trials(), clocks.rulebook
    while await preview_chunk(clocks.pool, rulebook, trials, now=at, size=size):
        chunks += 1
    return chunks


async def approve(clocks: Clocks, number: int, who: UUID = MAI) -> None:
    async with transaction(clocks.pool) as conn:
        await proposals.approve(conn, desk(clocks, who), number)


async def published(clocks: Clocks) -> None:
    """Let what was published arrive in the catalogue, as through the relay and the feed."""
    rows = await clocks.pool.fetch(
        "SELECT topic, value FROM outbox WHERE topic = 'sla.catalogue' ORDER BY id"
    )
    await clocks.know(*(parse_item(row["topic"], row["value"]) for row in rows))
    await clocks.forget()


async def carried_out(clocks: Clocks, draft: Draft, at: datetime = NOON) -> str:
    """Propose, preview, approve, publish and recompute; return the decision's code."""
    number = await propose(clocks, draft)
    await preview(clocks, at)
    await approve(clocks, number)
    await published(clocks)
    await clocks.recompute(at)
    return (await found(clocks, number)).decision.code


async def found(clocks: Clocks, number: int) -> Proposal:
    proposal = await store.get(clocks.pool, number)
    assert proposal is not None
    return proposal


def rules(error: DomainError) -> set[tuple[str, str]]:
    return {(each.field, each.rule) for each in getattr(error, "errors", [error])}


class TestTheWayIntoForce:
    async def test_a_decision_holds_only_after_a_second_person_approved_it(self, clocks: Clocks):
        story = Story().received(MONDAY)
        await clocks.tell(story)
        number = await propose(clocks, storm())
        await preview(clocks)
        await published(clocks)
        await clocks.recompute(NOON)
        assert (await clocks.row(story))["due_current"] == vn("2026-03-09 17:00")

        await approve(clocks, number)
        await published(clocks)
        await clocks.recompute(NOON)

        assert (await clocks.row(story))["due_current"] == vn("2026-03-10 17:00")
        (event,) = of_kind(await clocks.said(), sla.DeadlineMoved)
        assert (event.data.due_before, event.data.late_before) == (
            vn("2026-03-09 17:00"),
            vn("2026-03-10 00:00"),
        )
        change = event.data.calendar_decision
        assert (change.code, change.version, change.withdrawn) == (f"VN.2026.D{number}", 1, False)

    async def test_the_proposer_cannot_approve_or_reject_it(self, clocks: Clocks):
        number = await propose(clocks, storm())
        await preview(clocks)

        with pytest.raises(ForbiddenError) as refused:
            await approve(clocks, number, LAN)
        assert rules(refused.value) == {("approved_by", "second_person")}
        with pytest.raises(ForbiddenError):
            async with transaction(clocks.pool) as conn:
                await proposals.reject(conn, desk(clocks, LAN), number, "thôi")
        with pytest.raises(asyncpg.CheckViolationError):
            await clocks.pool.execute(
                "UPDATE calendar_proposal SET state = 'approved', closed_by = proposed_by, closed_at = now()"
            )

    async def test_nobody_approves_without_a_preview(self, clocks: Clocks):
        number = await propose(clocks, storm())

        with pytest.raises(ConflictError) as refused:
            await approve(clocks, number)

        assert rules(refused.value) == {("preview", "preview_missing")}

    async def test_nobody_approves_what_was_counted_long_ago(self, clocks: Clocks):
        number = await propose(clocks, storm())
        await preview(clocks, NOON - PREVIEW_HOLDS - timedelta(minutes=1))

        with pytest.raises(ConflictError) as refused:
            await approve(clocks, number)

        assert rules(refused.value) == {("preview", "preview_stale")}
        async with transaction(clocks.pool) as conn:
            await proposals.renew_preview(conn, desk(clocks, MAI), number)
        await preview(clocks)
        await approve(clocks, number)

    async def test_a_rejected_proposal_is_kept_with_its_reason_and_never_published(self, clocks: Clocks):
        number = await propose(clocks, storm())
        async with transaction(clocks.pool) as conn:
            await proposals.reject(conn, desk(clocks, MAI), number, "Sai ngày")

        acts = await store.acts(clocks.pool, f"VN.2026.D{number}")
        assert [(act["act"], act["staff"], act["note"]) for act in acts] == [
            ("proposed", LAN, None),
            ("rejected", MAI, "Sai ngày"),
        ]
        assert await clocks.pool.fetchval("SELECT count(*) FROM outbox") == 0
        with pytest.raises(ConflictError):
            await approve(clocks, number)

    async def test_what_was_done_is_never_changed_or_deleted(self, clocks: Clocks):
        await propose(clocks, storm())

        for statement in ("DELETE FROM calendar_audit", "UPDATE calendar_audit SET note = 'x'",
                          "DELETE FROM calendar_proposal"):  # fmt: skip
            with pytest.raises(asyncpg.RaiseError):
                await clocks.pool.execute(statement)

    async def test_a_provinces_people_decide_for_their_province_only(self, clocks: Clocks):
        here = desk(clocks, LAN, PROVINCE)
        async with transaction(clocks.pool) as conn:
            await proposals.propose(conn, here, storm(unit=COMMUNE))
            for draft in (storm(unit=OTHER), storm()):
                with pytest.raises(ForbiddenError):
                    await proposals.propose(conn, here, draft)


class TestThePreview:
    async def test_it_counts_who_moves_who_is_no_longer_late_and_who_becomes_late(self, clocks: Clocks):
        late = Story(1).received(vn("2026-02-26 08:00"))  # due 5 March at 17:00
        soon, later = Story(2).received(MONDAY), Story(3).received(vn("2026-03-03 08:00"))
        paused = Story(4).received(MONDAY).leg(MONDAY).paying(vn("2026-03-03 09:00"))
        ended = Story(5).received(MONDAY).leg(MONDAY).resolved(vn("2026-03-03 09:00"))
        far = Story(6).received(vn("2026-03-16 08:00"))
        await clocks.tell(late, soon, later, paused, ended, far)
        before = await clocks.standing()
        at = vn("2026-03-06 08:00")
        number = await propose(clocks, storm(date(2026, 3, 4)))

        assert await preview(clocks, at) == 3

        proposal = await found(clocks, number)
        assert proposal.preview_total == proposal.counts["seen"] == 4
        assert proposal.counts["later"] == 4
        assert proposal.counts["no_longer_late"] == 1
        assert proposal.counts["newly_late"] == 0
        assert await clocks.standing() == before
        assert await clocks.pool.fetchval("SELECT count(*) FROM deadline_move") == 0

    async def test_a_day_worked_after_all_makes_dossiers_late(self, clocks: Clocks):
        saturday = date(2026, 3, 7)
        await clocks.tell(Story().received(vn("2026-03-03 08:00")))  # due Tuesday 10 March
        number = await propose(clocks, storm(saturday, kind=DayKind.MAKE_UP))

        await preview(clocks, vn("2026-03-10 08:00"))

        counts = (await found(clocks, number)).counts
        assert (counts["earlier"], counts["newly_late"]) == (1, 1)

    async def test_it_goes_on_where_it_was_killed(self, clocks: Clocks):
        await clocks.tell(*(Story(each).received(MONDAY) for each in range(1, 8)))
        number = await propose(clocks, storm())
        for _ in range(2):  # a new process each time
            assert await preview_chunk(clocks.pool, clocks.rulebook, Trials(), now=NOON, size=3)

        half = await found(clocks, number)
        assert (half.counts["seen"], half.preview_total, half.preview_done_at) == (6, 7, None)
        await preview(clocks, LATER)
        assert (await found(clocks, number)).counts["later"] == 7
        assert (await found(clocks, number)).preview_as_of == NOON

    async def test_another_decision_in_between_makes_it_count_anew(self, clocks: Clocks):
        await clocks.tell(Story().received(MONDAY))
        one, two = await propose(clocks, storm()), await propose(clocks, storm(date(2026, 3, 5)))
        await preview(clocks)
        await approve(clocks, one)

        with pytest.raises(ConflictError) as refused:
            await approve(clocks, two)

        assert rules(refused.value) == {("preview", "preview_missing")}

    async def test_it_waits_until_an_approved_decision_is_in_force(self, clocks: Clocks):
        await clocks.tell(Story().received(MONDAY))
        one, two = await propose(clocks, storm()), await propose(clocks, storm(date(2026, 3, 5)))
        await preview(clocks)
        await approve(clocks, one)

        assert await preview(clocks) == 0  # on its way
        await published(clocks)
        assert await preview(clocks) == 0  # known, and not carried out
        await clocks.recompute(NOON)
        assert await preview(clocks) == 1

        await approve(clocks, two)

    async def test_what_is_published_meanwhile_makes_it_count_anew_by_the_new_calendar(self, clocks: Clocks):
        await clocks.tell(*(Story(each).received(MONDAY) for each in range(1, 4)))
        before = clocks.rulebook
        number = await propose(clocks, storm())
        assert await preview_chunk(clocks.pool, before, Trials(), now=NOON, size=2)
        await clocks.know(decision("VN.SEED", {FRIDAY: DayKind.CLOSED}))
        await clocks.recompute(LATER)

        while await preview_chunk(clocks.pool, before, Trials(), now=LATER, size=2):
            pass

        proposal = await found(clocks, number)
        assert proposal.preview_as_of == LATER
        assert (proposal.counts["seen"], proposal.counts["later"]) == (3, 0)  # that day is off already


class TestWithdrawal:
    async def test_it_goes_the_same_way_and_moves_the_deadlines_back(self, clocks: Clocks):
        story = Story().received(MONDAY)
        await clocks.tell(story)
        code = await carried_out(clocks, storm())
        by = Withdrawal(document="Công điện 22/CĐ-TTg", decided_on=date(2026, 3, 4))
        async with transaction(clocks.pool) as conn:
            number = await proposals.propose_withdrawal(conn, desk(clocks), code, by)
        with pytest.raises(ConflictError):
            async with transaction(clocks.pool) as conn:
                await proposals.propose_withdrawal(conn, desk(clocks), code, by)
        await clocks.recompute(LATER)
        await preview(clocks, LATER)
        assert (await found(clocks, number)).counts["earlier"] == 1
        with pytest.raises(ForbiddenError):
            await approve(clocks, number, LAN)

        await approve(clocks, number)
        await published(clocks)
        await clocks.recompute(LATER)

        assert (await clocks.row(story))["due_current"] == vn("2026-03-09 17:00")
        (event,) = of_kind(await clocks.said(), sla.DeadlineMoved)
        assert event.data.calendar_decision == sla.CalendarChange(code=code, version=2, withdrawn=True)
        moves = await calendar_moves.of_dossier(clocks.pool, story.id)
        assert [(m["version"], m["withdrawn"], m["due_after"]) for m in moves] == [
            (1, False, vn("2026-03-10 17:00")),
            (2, True, vn("2026-03-09 17:00")),
        ]

    async def test_a_seeded_decision_can_be_withdrawn_too(self, clocks: Clocks):
        await clocks.know(decision("VN.SEED", {FRIDAY: DayKind.CLOSED}))
        await clocks.recompute(NOON)
        await clocks.recompute(LATER)
        by = Withdrawal(document="Công văn 9", decided_on=date(2026, 3, 4))
        async with transaction(clocks.pool) as conn:
            number = await proposals.propose_withdrawal(conn, desk(clocks), "VN.SEED", by)
        await preview(clocks)
        await approve(clocks, number)
        await published(clocks)

        assert clocks.rulebook.calendar(COMMUNE).day(FRIDAY).is_worked


class TestAnEndedDossier:
    async def explained(self, clocks: Clocks, story: Story) -> Answer:
        row = await lookups.by_code(clocks.pool, story.code, None)
        assert row is not None
        then = await PastRulebooks(clocks.pool, clocks.rulebook).of(row)
        return explain(row, then, as_of=LATER).answer

    async def test_is_explained_by_the_calendar_of_its_end_whatever_is_decided_later(self, clocks: Clocks):
        code = await carried_out(clocks, storm(date(2026, 3, 4)))
        late = Story(1).received(vn("2026-02-25 08:00")).leg(vn("2026-02-25 08:00")).resolved(NOON)
        early = Story(2).received(vn("2026-02-26 08:00")).leg(vn("2026-02-26 08:00")).resolved(NOON)
        await clocks.tell(late, early)
        stood = await clocks.standing()
        by = Withdrawal(document="Công điện 22/CĐ-TTg", decided_on=date(2026, 3, 4))
        async with transaction(clocks.pool) as conn:
            number = await proposals.propose_withdrawal(conn, desk(clocks), code, by)
        await clocks.recompute(LATER)
        await preview(clocks, LATER)
        await approve(clocks, number)
        await published(clocks)
        await clocks.recompute(LATER)
        await carried_out(clocks, storm(date(2026, 3, 3)), LATER)

        assert await clocks.standing() == stood
        for story in (late, early):
            row, answer = await clocks.row(story), await self.explained(clocks, story)
            assert (answer.due_current, answer.outcome) == (row["due_current"], row["outcome"])

    async def ended_before_a_decision(self, clocks: Clocks) -> Story:
        """A dossier that ended a working day late, by days one of which is decided to be off only afterwards."""
        await carried_out(clocks, storm(date(2026, 4, 1)))
        await clocks.recompute(LATER)
        story = Story(1).received(vn("2026-02-24 08:00")).leg(vn("2026-02-24 08:00")).resolved(NOON)
        await clocks.tell(story)
        assert (await clocks.row(story))["outcome"] == "late"
        await carried_out(clocks, storm(date(2026, 3, 3)))
        return story

    async def test_that_hears_of_a_fact_later_still_stands_by_the_calendar_of_its_end(self, clocks: Clocks):
        story = await self.ended_before_a_decision(clocks)
        before = await clocks.row(story)

        await clocks.tell(story.tell(intake.ResultReturned, LATER, way=intake.ReturnWay.COUNTER))

        row, answer = await clocks.row(story), await self.explained(clocks, story)
        assert (row["outcome"], row["late_days"]) == ("late", before["late_days"])
        assert row["calendar_version"] == before["calendar_version"]
        assert (answer.due_current, answer.outcome) == (row["due_current"], row["outcome"])
        assert of_kind(await clocks.said(), sla.ClockRevised) == []

    async def test_that_is_open_again_stands_by_todays_calendar(self, clocks: Clocks):
        story = await self.ended_before_a_decision(clocks)

        await clocks.tell(
            story.tell(routing.PaymentRequested, NOON, replaces=story.events[-1].id, request=uuid4())
        )

        row = await clocks.row(story)
        assert (row["state"], row["outcome"]) == ("paused", None)
        assert row["calendar_version"] == clocks.rulebook.calendar_of(COMMUNE, row["rule_set"]).version
        assert row["due_original"] == vn("2026-03-04 17:00")

    async def test_gets_its_cause_by_the_calendar_of_its_end(self, clocks: Clocks):
        await carried_out(clocks, storm(date(2026, 4, 1)))
        await clocks.recompute(LATER)
        story = Story(1).received(vn("2026-02-24 08:00")).leg(vn("2026-02-24 08:00"))
        story.leg(vn("2026-02-27 08:30"), PROVINCE, 2).resolved(NOON)
        await clocks.tell(story)
        await carried_out(clocks, storm(date(2026, 2, 25)))

        await proposing.propose_some(clocks.pool, clocks.rulebook, now=LATER, size=10)

        assert (await clocks.row(story))[
            "responsible_unit"
        ] == COMMUNE  # three days until it was late, not two


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("draft", "expected"),
        [
            (storm(FRIDAY, FRIDAY), ("days", "day_twice")),
            (storm(days=()), ("days", "nothing_decided")),
            (storm(unit="P77"), ("unit", "unit_unknown")),
            (storm(date(2028, 3, 6)), ("days", "outside_calendar")),
            (storm(date(2017, 3, 6)), ("days", "outside_calendar")),
            (storm(date(2026, 2, 13)), ("days", "period_closed")),
            (storm(unit=PROVINCE, kind=DayKind.HOLIDAY), ("days", "holiday_is_national")),
            (storm(decided_on=date(2026, 3, 5)), ("decided_on", "decided_in_future")),
            (storm(decided_on=None), ("decided_on", "required")),
            (storm(replaces=("VN.NONE",)), ("replaces", "replaced_unknown")),
            (storm(kind=DayKind.COUNTER), ("days", "sessions_missing")),
        ],
    )
    async def test_each_with_its_field_and_rule(
        self, clocks: Clocks, draft: Draft, expected: tuple[str, str]
    ):
        with pytest.raises(ManyErrors) as refused:
            await propose(clocks, draft)

        assert expected in rules(refused.value)

    @pytest.mark.parametrize(
        ("sessions", "rule"),
        [((("07:00", "12:00"), ("11:00", "17:00")), "sessions_overlap"), ((("9:00", "08:00"),), None)],
    )
    async def test_sessions_that_overlap(
        self, clocks: Clocks, sessions: tuple[tuple[str, str], ...], rule: str
    ):
        if rule is None:
            with pytest.raises(ValueError, match="sessions"):
                CalendarDay(date=FRIDAY, kind=DayKind.WORKING, sessions=sessions)
            return
        day = CalendarDay(date=FRIDAY, kind=DayKind.WORKING, sessions=sessions)
        with pytest.raises(ManyErrors) as refused:
            await propose(clocks, storm(days=(day,)))
        assert ("days", rule) in rules(refused.value)

    async def test_a_day_already_decided_for_the_same_scope_unless_it_is_replaced(self, clocks: Clocks):
        code = await carried_out(clocks, storm())

        with pytest.raises(ManyErrors) as refused:
            await propose(clocks, storm(kind=DayKind.WORKING))
        assert rules(refused.value) == {("days", "day_decided")}
        assert code in refused.value.message

        await propose(clocks, storm(unit=PROVINCE, kind=DayKind.WORKING))
        await carried_out(clocks, storm(kind=DayKind.WORKING, replaces=(code,)))
        assert clocks.rulebook.calendar(COMMUNE).day(FRIDAY).is_worked

    async def test_two_proposals_for_one_day_cannot_both_be_approved(self, clocks: Clocks):
        one, two = await propose(clocks, storm()), await propose(clocks, storm())
        await preview(clocks)
        await approve(clocks, one)
        await clocks.pool.execute("UPDATE calendar_proposal SET preview_done_at = now() WHERE id = $1", two)

        with pytest.raises(ManyErrors) as refused:
            await approve(clocks, two)

        assert rules(refused.value) == {("days", "day_decided")}


class TestTheSeedsPath:
    async def load(self, clocks: Clocks, item: CatalogueItem) -> Published:
        async with transaction(clocks.pool) as conn:
            return await publish_items(conn, [item])

    async def test_a_published_version_keeps_its_content_and_a_higher_one_may_have_another(
        self, clocks: Clocks
    ):
        seed = decision("VN.SEED", {FRIDAY: DayKind.CLOSED})
        await self.load(clocks, seed)
        await published(clocks)
        other = {FRIDAY: DayKind.CLOSED, date(2026, 3, 5): DayKind.CLOSED}

        with pytest.raises(ManyErrors) as refused:
            await self.load(clocks, decision("VN.SEED", other))

        assert rules(refused.value) == {("version", "version_published")}
        assert await self.load(clocks, seed) == Published(unchanged=1)
        assert await self.load(clocks, decision("VN.SEED", other, version=2)) == Published(added=1)

    async def test_what_a_newer_program_only_writes_differently_is_not_published_again(self, clocks: Clocks):
        seed = decision("VN.SEED", {FRIDAY: DayKind.CLOSED})
        await self.load(clocks, seed)
        await published(clocks)
        await clocks.pool.execute("UPDATE catalogue_published SET digest = 'older' WHERE code = 'VN.SEED'")

        assert await self.load(clocks, seed) == Published(unchanged=1)
        assert await clocks.pool.fetchval("SELECT count(*) FROM outbox") == 0


class TestOfficeHours:
    async def test_a_units_own_hours_and_its_saturday_counter_move_its_dossiers_only(self, clocks: Clocks):
        here = Story(1).received(MONDAY)
        there = Story(2).received(MONDAY, competent_unit=OTHER, receiving_unit=OTHER)
        await clocks.tell(here, there)
        hours = (
            WeeklyHours(weekdays=(1, 2, 3, 4, 5), sessions=(("07:30", "11:30"), ("13:00", "16:30"))),
            WeeklyHours(weekdays=(6,), kind=DayKind.COUNTER, sessions=(("07:30", "11:00"),)),
        )
        draft = storm(days=(), unit=COMMUNE, weekly=hours, valid_from=date(2026, 3, 5))

        await carried_out(clocks, draft)

        assert (await clocks.row(here))["due_current"] == vn("2026-03-09 16:30")
        assert (await clocks.row(there))["due_current"] == vn("2026-03-09 17:00")
        calendar = clocks.rulebook.calendar(COMMUNE)
        assert calendar.receives(vn("2026-03-07 08:00"))
        assert not calendar.day(date(2026, 3, 7)).is_worked
        with pytest.raises(ManyErrors) as refused:
            await propose(clocks, draft)
        assert rules(refused.value) == {("weekly", "day_decided")}
