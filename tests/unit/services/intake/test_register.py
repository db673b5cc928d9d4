"""Rows of a register become what the contract says, byte for byte; steps in any order."""

import random
from datetime import UTC, datetime
from uuid import UUID, uuid4

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.intake import DossierReceived, HistoryImported
from contracts.topics import parse, to_bytes
from services.intake.domain.moments import read_moment, wire
from services.intake.domain.register.cells import Terms
from services.intake.domain.register.dossiers import Draft, read_dossier
from services.intake.domain.register.files import Row
from services.intake.domain.register.say import complete, plan
from services.intake.domain.register.units import read_units
from services.intake.domain.register.words import field_slug, officer_id
from tests.unit.services.intake import makers

WARD = "P49.D502.C20335"
BATCH, DOSSIER, EVENT = uuid4(), uuid4(), uuid4()
TERMS = Terms(reference=makers.catalogue(), law=makers.law(), scope=None, now=makers.NOW)


def row(**over: str) -> Row:
    cells = {
        "code": "H47.31-220301-0001",
        "procedure_code": "1.004873",
        "field": "",
        "channel": "counter",
        "receiving_unit": WARD,
        "competent_unit": WARD,
        "received_at": "2022-03-01T08:30",
        "declared_due_at": "2022-03-04T17:00",
        "resolved_at": "",
        "returned_at": "",
    } | over
    return Row(2, list(cells.values()))


def step(
    line: int, at: str, event: str, unit: str = "", officer: str = "", reason: str = "", ground: str = ""
) -> Row:
    return Row(line, ["H47.31-220301-0001", at, event, unit, officer, reason, ground])


STEPS = [
    step(2, "2022-03-02T08:00", "supplement_requested", WARD, "an.nv", "thiếu giấy", "ND-61-2018/19.3"),
    step(3, "2022-03-03T08:00", "supplement_provided"),
    step(4, "2022-03-03T09:00", "sent", f"{WARD}.CA"),
    step(5, "2022-03-03T09:00", "received", f"{WARD}.CA", str(UUID(int=7))),
    step(6, "2022-03-03T10:00", "extended", reason="until:2022-03-11;overload"),
    step(7, "2022-03-08T10:00+07:00", "resolved"),
]


def draft(the_row: Row, steps: list[Row] = STEPS) -> Draft:
    made = read_dossier(the_row, steps, terms=TERMS)
    assert isinstance(made, Draft), made
    return made


def events(made: Draft) -> tuple[bytes, bytes]:
    planned = plan(made, dossier=DOSSIER, batch=BATCH)
    recorded = wire(makers.NOW)
    return (
        complete(planned.received, event_id=EVENT, recorded=recorded),
        complete(planned.history, event_id=EVENT, recorded=recorded),
    )


@pytest.mark.parametrize(
    "over",
    [
        {},
        {"returned_at": "2022-03-09"},
        {"procedure_code": "7.777777", "field": "Lao động, Thương binh"},
        {"procedure_code": "1.004884.000.00.00.H47", "field": "ho-tich"},
        {"competent_unit": "", "declared_due_at": ""},
    ],
)
def test_the_bytes_are_what_the_contract_would_write(over):
    received, history = (parse("intake.events", raw) for raw in events(draft(row(**over))))

    assert isinstance(received, DossierReceived)
    assert isinstance(history, HistoryImported)
    for event, raw in zip((received, history), events(draft(row(**over))), strict=True):
        ours, theirs = orjson.loads(raw), orjson.loads(to_bytes(event))
        theirs["data"].pop("foreign_codes", None)
        ours["id"] = theirs["id"]
        assert ours == theirs
    assert received.time == datetime(2022, 3, 1, 1, 30, tzinfo=UTC)
    assert (received.dossierseq, history.dossierseq) == (1, 2)


def test_steps_come_out_in_time_order_with_remarks_behind_notes():
    _, history = (
        parse("intake.events", raw) for raw in events(draft(row(), random.Random(3).sample(STEPS, 6)))
    )

    assert isinstance(history, HistoryImported)
    assert [s.event for s in history.data.steps] == [s.cells[2] for s in STEPS]
    asked, *_, extended, _ = history.data.steps
    assert (asked.reason, asked.note is not None, asked.officer) == ("other", True, officer_id("an.nv"))
    assert extended.new_due_at == datetime(2022, 3, 11, 10, 0, tzinfo=UTC)
    assert extended.reason == "overload"
    assert history.data.steps[3].officer == UUID(int=7)


@given(st.permutations(STEPS))
def test_any_order_of_steps_is_the_same_content(steps):
    assert draft(row(), steps).content == draft(row()).content


def test_a_result_returned_was_resolved_at_the_latest_then():
    made = draft(row(returned_at="2022-03-09T09:00"), [])

    assert [(s.kind, s.at) for s in made.steps] == [
        ("resolved", datetime(2022, 3, 9, 2, 0, tzinfo=UTC)),
        ("returned", datetime(2022, 3, 9, 2, 0, tzinfo=UTC)),
    ]


def test_the_computed_deadline_rules_and_the_declared_one_is_kept():
    same, other = draft(row(), []), draft(row(declared_due_at="2022-03-07T17:00"), [])

    assert not same.differs
    assert other.differs
    assert other.appointment.due_at == datetime(2022, 3, 4, 10, 0, tzinfo=UTC)
    assert other.declared == datetime(2022, 3, 7, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Đất đai", "dat-dai"),
        ("dat-dai", "dat-dai"),
        ("Bảo hiểm xã hội", "bao-hiem-xa-hoi"),
        ("Lao động, Thương binh và Xã hội", None),
        ("Đất đai ông Nguyễn Văn An 0912345678", None),
        ("Đất đai 0912 345 678", None),
        ("x-001195001234", None),
        ("123", None),
        ("", None),
    ],
)
def test_fields_become_slugs(text, slug):
    assert field_slug(text) == slug


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2022-03-01T08:30", "2022-03-01T01:30:00Z"),
        ("2022-03-01 08:30:15", "2022-03-01T01:30:15Z"),
        ("2022-03-01T08:30Z", "2022-03-01T08:30:00Z"),
        ("2022-03-01T08:30:00+09:00", "2022-02-28T23:30:00Z"),
        ("2022-03-01", "2022-03-01T10:00:00Z"),
        ("01/03/2022", None),
        ("0001-01-01T00:00", None),
        ("", None),
    ],
)
def test_moments_without_an_offset_are_vietnams(text, moment):
    found = read_moment(text)

    assert (wire(found) if found else None) == moment


FIELD_NAMES = [
    ("Đất đai", "dat-dai"),
    ("dat-dai", "dat-dai"),
    ("Nông nghiệp và Môi trường", "nong-nghiep-moi-truong"),
    ("Lao động", "lao-dong"),
]


@pytest.mark.parametrize(("text", "code"), FIELD_NAMES)
def test_a_field_of_an_unknown_procedure_is_the_catalogues_by_code_or_name_else_a_short_one(text, code):
    assert draft(row(procedure_code="7.777777", field=text), []).field == code


@pytest.mark.parametrize(
    "text", ["Đất đai ông Nguyễn Văn An 0912345678", "0912345678", "Đất đai, nhà của bà Lê Thị Mẫu", "---"]
)
def test_a_field_with_a_person_in_it_is_refused_and_not_repeated(text):
    refused = read_dossier(row(procedure_code="7.777777", field=text), [], terms=TERMS)

    assert isinstance(refused, list)
    assert [(r.field, r.rule) for r in refused] == [("field", "unknown")]
    assert "danh mục" in refused[0].reason
    assert text not in refused[0].reason


def test_units_may_stand_in_any_order_and_bad_ones_are_named():
    rows = [
        Row(2, ["P49.X.C1", "Xã Một", "commune", "P49.X", "2018-01-01", ""]),
        Row(3, ["P49.X", "Huyện X", "district", "P49", "2018-01-01", "2025-06-30"]),
        Row(4, ["P49.X", "Huyện X", "district", "P49", "2018-01-01", ""]),
        Row(5, ["P49.Y", "Huyện Y", "huyện", "P49", "2018-01-01", ""]),
        Row(6, ["P49.Z", "Huyện Z", "district", "P49", "2018-01-01", "2017-01-01"]),
        Row(7, ["P49.V", "Huyện V", "district", "P49.W", "2018-01-01", ""]),
        Row(8, ["P49.W", "Huyện W", "district", "P49.V", "2018-01-01", ""]),
        Row(9, ["P49.STP", "Sở khác", "province", "P49", "2018-01-01", "2025-06-30"]),
        Row(10, ["không mã", "Xã", "commune", "P49", "2018-01-01", ""]),
        Row(11, []),
    ]

    units, refusals = read_units(rows, reference=makers.catalogue())

    assert {(u.code, u.province) for u in units} == {("P49.X", "P49"), ("P49.X.C1", "P49")}
    assert {(r.line, r.field, r.rule) for r in refusals} == {
        (4, "code", "twice"),
        (5, "level", "unknown"),
        (6, "valid_to", "before_valid_from"),
        (7, "parent", "circle"),
        (8, "parent", "circle"),
        (9, "name", "other_content"),
        (10, "code", "shape"),
        (11, "", "columns"),
    }


def test_a_unit_below_a_refused_one_is_refused_too_and_says_why():
    rows = [
        Row(2, ["X1", "Huyện X", "district", "", "2018-01-01", ""]),
        Row(3, ["X1.C1.A", "Trạm", "commune", "X1.C1", "2018-01-01", ""]),
        Row(4, ["X1.C1", "Xã", "commune", "X1", "2018-01-01", ""]),
        Row(5, ["P49.STP", "Sở khác", "province", "P49", "2018-01-01", "2025-06-30"]),
        Row(6, ["P49.STP.A", "Chi cục", "province", "P49.STP", "2018-01-01", ""]),
    ]

    units, refusals = read_units(rows, reference=makers.catalogue())

    assert [u.code for u in units] == ["P49.STP.A"]  # its parent stands in the catalogue, as it was
    assert {(r.line, r.field, r.rule) for r in refusals} == {
        (2, "parent", "required"),
        (3, "parent", "parent_refused"),
        (4, "parent", "parent_refused"),
        (5, "name", "other_content"),
    }
    assert next(r.reason for r in refusals if r.line == 4) == (
        "Đơn vị cấp trên X1 (dòng 2) không được nhận: Thiếu đơn vị cấp trên"
    )


@pytest.mark.parametrize("parent_row", [["X1", "Huyện X", "huyện", "P49", "2018-01-01", ""]])
def test_a_unit_below_an_unreadable_row_is_refused(parent_row):
    rows = [Row(2, parent_row), Row(3, ["X1.C1", "Xã", "commune", "X1", "2018-01-01", ""])]

    units, refusals = read_units(rows, reference=makers.catalogue())

    assert units == []
    assert [(r.line, r.field, r.rule) for r in refusals] == [
        (2, "level", "unknown"),
        (3, "parent", "unknown"),
    ]
