"""Dossiers arriving at the counters of today: made-up applicants, real receptions through the services' API."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from cli.client import Client
from cli.errors import CliError
from deploy.seed.people import applicant
from libs.clock import VN
from libs.ids import uuid7

PROVINCE = "N66"
MINUTES = "9.000001"
"""The synthetic procedure limited in minutes and judged by the moment: late within minutes at any hour."""
COMMUNE_WORK = ("2.000815", "1.001193", "2.000635", "1.004873", "1.004222", "1.004194", "2.000908")
_MINUTES_SHARE = 0.4
_GOOD_SHARE = 0.6
_TOO_LATE_SHARE = 0.85
_MANY = 200

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """When a dossier received here is to be resolved."""

    at: datetime
    code: str


@dataclass(slots=True)
class Simulator:
    """Clerk and officer of one province. `step` is called again and again with the time; it never sleeps."""

    clerk: Client
    officer: Client
    rng: Random
    tell: Tell
    units: list[dict[str, Any]] = field(default_factory=list)
    plans: deque[Plan] = field(default_factory=deque)
    received: int = 0

    def prepare(self) -> None:
        """Find the communes whose counters receive."""
        found = self.clerk.get("/routing/api/v1/units", parent=PROVINCE, limit=_MANY)["items"]
        self.units = [u for u in found if u["level"] == "commune" and u.get("agency_code")]
        if not self.units:
            raise CliError(f"No commune of {PROVINCE} has an agency code: is the catalogue loaded?")

    def receive(self, now: datetime) -> None:
        """Receive one dossier at a random counter and plan its end."""
        unit = self.rng.choice(self.units)
        quick = self.rng.random() < _MINUTES_SHARE
        procedure = MINUTES if quick else self.rng.choice(COMMUNE_WORK)
        body = {
            "procedure_code": procedure,
            "channel": self.rng.choice(("counter", "counter", "online")),
            "receiving_unit": unit["code"],
            "applicant": applicant(self.rng).as_form(),
        }
        answer = self.clerk.request(
            "POST", "/intake/api/v1/dossiers", json=body, headers={"Idempotency-Key": str(uuid7())}
        ).json()
        self.received += 1
        due = datetime.fromisoformat(answer["appointment_at"])
        self.tell(f"{_clock(now)}  + {answer['code']}  {procedure}  {unit['name']}; hẹn trả {_moment(due)}")
        end = self._end(now, due, quick=quick)
        if end is not None:
            self.plans.append(Plan(end, answer["code"]))

    def _end(self, now: datetime, due: datetime, *, quick: bool) -> datetime | None:
        """Return when to resolve: mostly in time, some too late, some never."""
        if not quick:
            return (
                now + timedelta(seconds=self.rng.uniform(20, 300))
                if self.rng.random() < _GOOD_SHARE
                else None
            )
        fate, left = self.rng.random(), due - now
        if fate < _GOOD_SHARE:
            return now + left * self.rng.uniform(0.2, 0.95)
        return now + left * self.rng.uniform(1.1, 1.6) if fate < _TOO_LATE_SHARE else None

    def resolve_due(self, now: datetime) -> None:
        """Resolve what was planned up to now."""
        self.plans = deque(sorted(self.plans, key=lambda plan: plan.at))
        while self.plans and self.plans[0].at <= now:
            plan = self.plans.popleft()
            try:
                self.officer.request(
                    "POST",
                    f"/routing/api/v1/dossiers/{plan.code}/resolve",
                    json={"result": "granted"},
                    headers={"Idempotency-Key": str(uuid7())},
                )
            except CliError as error:
                self.tell(f"{_clock(now)}  ! {plan.code}  {error}")
            else:
                self.tell(f"{_clock(now)}  = {plan.code}  có kết quả")


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(VN):%H:%M:%S}"


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(VN):%H:%M:%S %d/%m/%Y}"
