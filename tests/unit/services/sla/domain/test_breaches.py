"""Facts that break a rule are listed with the rule and its article, whether the fold used or ignored them."""

import pytest

from services.sla.domain.answer import Note
from services.sla.domain.apology import apology_of
from services.sla.domain.breaches import RULES, breaches
from services.sla.domain.clock import fold
from services.sla.domain.facts import Fact
from services.sla.domain.summary import notes
from tests.unit.law.support import NEW, OLD, rules
from tests.unit.services.sla.domain.support import answer, fact, story, terms

RECEIVED = "2026-03-04 09:00 received"
TWICE = ["2026-03-05 09:00 supplement_requested a", "2026-03-06 09:00 supplement_provided a",
         "2026-03-09 09:00 supplement_requested b"]  # fmt: skip


def listed(code: str, *facts: str) -> list[tuple[str, str, str | None]]:
    return [
        (each.remark.note.value, each.rule, each.basis.ground)
        for each in breaches(answer(code, RECEIVED, *facts))
    ]


@pytest.mark.parametrize(
    ("code", "facts", "found"),
    [
        (NEW, TWICE, ("supplement_beyond_max", "max_supplements", "ND-118-2025/16.3")),
        (OLD, TWICE, ("second_supplement", "max_supplements", None)),  # applied and listed: the decree has no maximum
        (NEW, ["2026-03-10 07:00 supplement_requested"], ("supplement_notice_late", "supplement_notice", "ND-118-2025/19.5")),
        (NEW, ["2026-03-13 08:00 apologised"], ("apology_too_late", "apology_lead", "ND-118-2025/19.6")),
        (NEW, ["2026-03-11 08:00 apologised"], ("apology_too_late", "apology_lead", "ND-118-2025/19.6")),
    ],
)  # fmt: skip
def test_a_breach_names_rule_and_article(
    code: str, facts: list[str], found: tuple[str, str, str | None]
) -> None:
    assert listed(code, *facts) == [found]


def extended(at: str, until: str, seq: int) -> Fact:
    return fact(at, "extended", seq=seq, new_tick=fact(until, "moved").tick)


@pytest.mark.parametrize("at", ["2026-03-09 10:00", "2026-03-13 10:00"])
def test_a_second_extension_is_one_whenever_it_comes(at: str) -> None:
    facts = [
        *story(RECEIVED),
        extended("2026-03-05 09:00", "2026-03-12 17:00", 2),
        extended(at, "2026-03-30 17:00", 3),
    ]

    given = fold(facts, terms(NEW))

    assert [(each.remark.note, each.rule) for each in breaches(given)] == [
        (Note.SECOND_EXTENSION, "max_extensions")
    ]
    assert apology_of(given).refused == 1


def test_an_extension_after_expiry_breaks_the_rule_of_its_lead() -> None:
    given = fold([*story(RECEIVED), extended("2026-03-13 09:00", "2026-03-30 17:00", 2)], terms(NEW))

    (breach,) = breaches(given)
    assert (breach.remark.note, breach.basis.ground) == (Note.AFTER_EXPIRY, "ND-118-2025/19.6")
    assert notes(given)[0].endswith("(NĐ 118/2025, Đ.19.6)")


def test_what_is_only_neutral_is_no_breach() -> None:
    assert (
        listed(NEW, "2026-03-05 09:00 supplement_provided", "2026-03-06 09:00 consultation_answered c") == []
    )


def test_every_rule_named_here_is_one_of_the_rule_set() -> None:
    fields = set(type(rules(NEW)).__dataclass_fields__)

    assert set(RULES.values()) <= fields


def test_a_note_of_the_explanation_ends_with_its_article() -> None:
    late = fact("2026-03-06 09:00", "received", new_tick=fact("2026-03-04 15:30", "moved").tick)

    (said,) = notes(fold([late], terms(NEW)))

    assert said.endswith("(NĐ 118/2025, Đ.17.2c)")
