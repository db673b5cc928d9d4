"""What a process must fulfil before it is published."""

from collections.abc import Iterable

from contracts.catalogue import DurationUnit, FindBy, Procedure, Process, TimeLimit
from services.routing.domain.say import Rule

_MINUTES = {
    DurationUnit.WORKING_DAY: 480,
    DurationUnit.WORKING_HOUR: 60,
    DurationUnit.CALENDAR_DAY: 480,
    DurationUnit.MONTH: 23 * 480,
    DurationUnit.MINUTE: 1,
}
"""Working minutes at most in each unit of a time limit (a working day has eight hours)."""


def faults(process: Process, procedures: Iterable[Procedure], at: str) -> list[Rule]:
    """Return what is wrong with a process; `at` is its place in the input. `procedures` are those that follow it."""
    found = []
    numbers = sorted(leg.leg_no for leg in process.legs)
    if numbers != list(range(1, len(numbers) + 1)):
        found.append(Rule(f"{at}.legs", "process.leg_numbers", "Công đoạn phải đánh số liên tục từ 1"))
    for leg in process.legs:
        if leg.find_by is FindBy.FIXED and leg.unit is None:
            found.append(
                Rule(
                    f"{at}.legs.{leg.leg_no}.unit",
                    "process.unit_missing",
                    "Công đoạn cố định phải nêu đơn vị",
                )
            )
        if leg.find_by is FindBy.AGENCY and leg.agency is None:
            found.append(
                Rule(
                    f"{at}.legs.{leg.leg_no}.agency",
                    "process.agency_missing",
                    "Công đoạn phải nêu loại cơ quan",
                )
            )
    return found + _over_limit(process, procedures, at)


def _over_limit(process: Process, procedures: Iterable[Procedure], at: str) -> list[Rule]:
    total = sum(leg.budget_minutes for leg in process.legs)
    limits = [limit for procedure in procedures for limit in procedure.limits]
    if not limits or total <= max(map(minutes_of, limits)):
        return []
    return [Rule(f"{at}.legs", "process.over_limit", f"Tổng {total} phút vượt thời hạn của thủ tục")]


def minutes_of(limit: TimeLimit) -> int:
    """Return a time limit in working minutes, generously."""
    return max(limit.amount * _MINUTES[limit.unit], 480 if limit.same_day or not limit.amount else 0)
