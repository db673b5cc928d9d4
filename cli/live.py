"""Dossiers arriving at the counters of today: made-up applicants, real receptions through the services' API."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from cli.client import Client
from cli.errors import AwayError, CliError
from cli.walking import walk_to_result
from deploy.seed.live import filing
from libs.clock import VN
from libs.ids import uuid7

MINUTES = "9.000001"
"""The synthetic procedure limited in minutes and judged by the moment: late within minutes at any hour."""
_MINUTES_SHARE = 0.4
_GOOD_SHARE = 0.6
_TOO_LATE_SHARE = 0.85
_AGAIN = timedelta(seconds=5)

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
    plans: list[Plan] = field(default_factory=list)
    received: int = 0

    def receive(self, now: datetime) -> None:
        """Receive one dossier at a random counter and plan its end."""
        body = filing(self.rng, synthetic_share=_MINUTES_SHARE).as_form()
        answer = self.clerk.request(
            "POST", "/intake/api/v1/dossiers", json=body, headers={"Idempotency-Key": str(uuid7())}
        ).json()
        self.received += 1
        due = datetime.fromisoformat(answer["appointment_at"])
        where = f"{body['procedure_code']:<9} tại {body['receiving_unit']}"
        self.tell(f"{_clock(now)}  + {answer['code']}  {where}; hẹn trả {_moment(due)}")
        end = self._end(now, due, quick=body["procedure_code"] == MINUTES)
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
        """Resolve what was planned up to now; what a service that is away did not take is tried again."""
        ripe = [plan for plan in self.plans if plan.at <= now]
        self.plans = [plan for plan in self.plans if plan.at > now]
        for plan in ripe:
            try:
                walk_to_result(self.officer, plan.code)
            except AwayError as error:
                self.plans.append(Plan(now + _AGAIN, plan.code))
                self.tell(f"{_clock(now)}  … {plan.code}  {error}")
            except CliError as error:
                self.tell(f"{_clock(now)}  ! {plan.code}  {error}")
            else:
                self.tell(f"{_clock(now)}  = {plan.code}  có kết quả")


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(VN):%H:%M:%S}"


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(VN):%H:%M:%S %d/%m/%Y}"
