"""Procedures and their internal processes, from data/procedures.csv, data/fields.csv and data/routes.csv.

A limit is written as `20wd`, per channel as `online:17wd counter:20wd post:30wd`; `same` is the same day.
Units: wd working days, wh working hours, cd calendar days, mo months, min minutes.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from contracts.catalogue import (
    Basis,
    DurationUnit,
    FindBy,
    JudgedBy,
    Procedure,
    Process,
    ProcessLeg,
    TimeLimit,
)
from contracts.codes import Channel, Level
from contracts.routing import LegRole
from deploy.seed.tables import Row, read

WORKING_DAY = 480
"""Minutes of a working day (Bộ luật Lao động 2019, Điều 105.1: eight hours)."""
_LIMIT = re.compile(r"(?:(?P<channel>\w+):)?(?P<amount>\d+)(?P<unit>wd|wh|cd|mo|min)")
_UNITS = {
    "wd": DurationUnit.WORKING_DAY,
    "wh": DurationUnit.WORKING_HOUR,
    "cd": DurationUnit.CALENDAR_DAY,
    "mo": DurationUnit.MONTH,
    "min": DurationUnit.MINUTE,
}
_SAME_DAY = TimeLimit(amount=0, unit=DurationUnit.WORKING_DAY, same_day=True)


def parse_limits(text: str) -> tuple[TimeLimit, ...]:
    """Return time limits as the data file writes them; raise ValueError for anything else."""
    return tuple(_limit(word) for word in text.split())


def _limit(word: str) -> TimeLimit:
    if word == "same":
        return _SAME_DAY
    found = _LIMIT.fullmatch(word)
    if found is None:
        raise ValueError(f"not a time limit: {word!r}")
    channel = Channel(found["channel"]) if found["channel"] else None
    return TimeLimit(amount=int(found["amount"]), unit=_UNITS[found["unit"]], channel=channel)


def budget_minutes(limits: tuple[TimeLimit, ...]) -> int:
    """Return the working minutes a process may take: the shortest channel's limit.

    Calendar days count 5/7, rounded down to whole working days; a same-day procedure has one working day.
    """
    return min(_minutes(limit) for limit in limits)


def _minutes(limit: TimeLimit) -> int:
    if limit.same_day:
        return WORKING_DAY
    match limit.unit:
        case DurationUnit.WORKING_DAY:
            return limit.amount * WORKING_DAY
        case DurationUnit.WORKING_HOUR:
            return limit.amount * 60
        case DurationUnit.CALENDAR_DAY:
            return max(limit.amount * 5 // 7, 1) * WORKING_DAY
        case DurationUnit.MONTH:
            return limit.amount * 20 * WORKING_DAY
        case DurationUnit.MINUTE:
            return limit.amount


def procedures() -> Iterator[Procedure]:
    """Yield every version of every procedure, in the order of the codes."""
    names = {row["field"]: row["name"] for row in read("fields.csv")}
    for row in read("procedures.csv"):
        version = int(row["version"])
        yield Procedure(
            code=row["code"],
            version=version,
            name=row["name"],
            field=row["field"],
            field_name=names[row["field"]],
            levels=tuple(Level(word) for word in row["levels"].split()),
            limits=parse_limits(row["limits"]),
            judged_by=JudgedBy(row["judged_by"]),
            process_code=row["code"],
            process_version=version,
            valid_from=date.fromisoformat(row["valid_from"]),
            valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            basis=Basis(row["basis"]),
        )


def processes() -> Iterator[Process]:
    """Yield one internal process for each version of a procedure."""
    routes: defaultdict[str, list[Row]] = defaultdict(list)
    for row in read("routes.csv"):
        routes[row["route"]].append(row)
    for row in read("procedures.csv"):
        budget = budget_minutes(parse_limits(row["limits"]))
        yield Process(
            code=row["code"],
            version=int(row["version"]),
            legs=tuple(_legs(routes[row["route"]], budget)),
            basis=Basis.SYNTHETIC if row["basis"] == "synthetic" else Basis.GENERAL,
        )


def _legs(route: list[Row], budget: int) -> Iterator[ProcessLeg]:
    """Yield the legs; their budgets sum to the procedure's exactly, the last leg takes what rounding leaves."""
    left = budget
    for row in route:
        is_last = row is route[-1]
        minutes = left if is_last else budget * int(row["share"]) // 100
        left -= minutes
        yield ProcessLeg(
            leg_no=int(row["leg_no"]),
            role=LegRole(row["role"]),
            find_by=FindBy(row["find_by"]),
            agency=row["agency"] or None,
            budget_minutes=minutes,
            name=row["name"],
        )
