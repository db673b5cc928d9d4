"""Rule sets: one readable file each in law/rule_sets, chosen by the date of reception. A new one needs no code.

A rule set that dossiers were received under is not edited: a decree that amends it is a new file with its own
code and `valid_from`, and the old one gets its `valid_to`. So no dossier changes its rules unnoticed.
"""

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

from law.days import WeeklyPattern, parse_sessions
from law.durations import Duration, DurationUnit, JudgedBy
from law.moments import clock_tick


class SupplementMode(StrEnum):
    """What a supplement does to the time limit."""

    PAUSE = "pause"
    RESTART = "restart"


class OnExpiry(StrEnum):
    """What follows when the applicant does not come back in time."""

    CLOSE = "close"
    REFUSE = "refuse"
    WAIT = "wait"


class Appointment(StrEnum):
    """To what an appointment counted in days is rounded."""

    END_OF_DAY = "end_of_day"
    HOUR_EXACT = "hour_exact"


class UnknownRuleSetError(LookupError):
    """No rule set is in force on that date, or none has that code."""


@dataclass(frozen=True, slots=True)
class Basis:
    """Where a rule comes from: `ground` is document and article; without one it is practice, said in `note`."""

    ground: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class RuleSet:
    """The rules for dossiers received while it is in force. `valid_to` is its last day.

    Compared by identity: each file is read once.
    """

    code: str
    version: int
    name: str
    valid_from: date
    valid_to: date | None
    general: bool
    sha256: str
    bases: Mapping[str, Basis]

    supplement_intake: SupplementMode
    supplement_appraisal: SupplementMode
    max_supplements: int | None = None
    beyond_max: str = "runs"
    """One supplement too many: the clock `runs` on, or it `applies` all the same (and is listed)."""
    supplement_notice: Duration | None = None
    """How long after reception a supplement may be asked for."""
    supplement_wait: Duration | None = None
    on_expiry: OnExpiry = OnExpiry.WAIT
    max_extensions: int
    apology_lead: Duration
    """How long before expiry an extension or apology must have been issued."""
    late_extension: str
    """An extension later than that: `refused`, or it `applies` while the deadline has not passed."""
    payment_pauses: bool
    appointment: Appointment
    judged_by: JudgedBy
    same_day_line: int
    """Ticks after midnight; received later than this, a same-day result is due the next working day."""
    hand_over_line: int
    remote_paper: Duration | None = None
    online_notice: Duration | None = None
    online_acceptance: Duration | None = None
    result_correction: Duration | None = None
    office_hours: tuple[tuple[int, int], ...]
    office_weekdays: frozenset[int]
    ladder: tuple[str, ...]

    def __repr__(self) -> str:
        return f"<RuleSet {self.code} v{self.version}>"

    @property
    def pattern(self) -> WeeklyPattern:
        """Return the weekly pattern of its office hours."""
        return WeeklyPattern(weekdays=self.office_weekdays, sessions=self.office_hours)

    def basis(self, rule: str) -> Basis:
        """Return where a rule comes from."""
        return self.bases.get(rule, Basis())

    def is_valid_on(self, day: date) -> bool:
        """Tell whether it is in force for dossiers received on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    @classmethod
    def parse(cls, text: str, *bases: str) -> Self:
        """Return the rule set of a file's text; `bases` are the texts it extends, the nearest first.

        Its digest covers all of them.
        """
        head = tomllib.loads(text)
        rules: dict[str, Any] = {}
        for each in (*reversed(bases), text):
            rules |= tomllib.loads(each)["rules"]
        unknown = rules.keys() - {field.name for field in fields(cls)}
        if unknown:
            raise ValueError(f"rule set {head['code']}: unknown rules {sorted(unknown)}")
        return cls(
            code=head["code"],
            version=head["version"],
            name=head["name"],
            valid_from=head["valid_from"],
            valid_to=head.get("valid_to"),
            general=head["general"],
            sha256=hashlib.sha256("".join((text, *bases)).encode()).hexdigest(),
            bases=MappingProxyType(
                {key: Basis(rule.get("ground"), rule.get("note")) for key, rule in rules.items()}
            ),
            **{key: _value(key, rule["value"]) for key, rule in rules.items()},
        )


_KINDS: dict[str, Any] = {
    "supplement_intake": SupplementMode,
    "supplement_appraisal": SupplementMode,
    "on_expiry": OnExpiry,
    "appointment": Appointment,
    "judged_by": JudgedBy,
    "same_day_line": clock_tick,
    "hand_over_line": clock_tick,
    "office_hours": parse_sessions,
    "office_weekdays": frozenset,
    "ladder": tuple,
}


def _value(key: str, value: Any) -> Any:
    if key in _KINDS:
        return _KINDS[key](value)
    if isinstance(value, dict):
        return Duration(value["amount"], DurationUnit(value["unit"]))
    return value


class RuleSets:
    """All known rule sets; the newest version of each code."""

    def __init__(self, rule_sets: Iterable[RuleSet]) -> None:
        self._by_code: dict[str, RuleSet] = {}
        for rule_set in sorted(rule_sets, key=lambda each: each.version):
            self._by_code[rule_set.code] = rule_set

    def __iter__(self) -> Any:
        return iter(self._by_code.values())

    def get(self, code: str) -> RuleSet:
        """Return a rule set by its code, or raise `UnknownRuleSetError`."""
        try:
            return self._by_code[code]
        except KeyError:
            raise UnknownRuleSetError(f"no rule set {code}") from None

    def on(self, received_on: date, *, special: str | None = None) -> RuleSet:
        """Return what rules a dossier received on a date (of Việt Nam).

        `special` is the rule set the procedure version names; before it came into force the general one rules.
        """
        if special is not None and (named := self.get(special)).is_valid_on(received_on):
            return named
        for rule_set in self._by_code.values():
            if rule_set.general and rule_set.is_valid_on(received_on):
                return rule_set
        raise UnknownRuleSetError(f"no rule set is in force on {received_on}")


def read_rule_sets(folder: Path) -> RuleSets:
    """Return the rule sets of a folder's files."""
    texts = {path.stem: path.read_text("utf-8") for path in sorted(folder.glob("*.toml"))}
    return RuleSets(RuleSet.parse(text, *_bases(text, texts)) for text in texts.values())


def _bases(text: str, texts: Mapping[str, str]) -> list[str]:
    parent = tomllib.loads(text).get("extends")
    return [texts[parent], *_bases(texts[parent], texts)] if parent else []


@cache
def rule_sets() -> RuleSets:
    """Return the rule sets that come with this package."""
    return read_rule_sets(Path(__file__).parent / "rule_sets")
