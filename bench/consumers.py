"""Events applied per second: the real workers beside a hand-written peer, a plain loop, and Faust doing nothing."""

import asyncio
import itertools

from bench.corner import Corner
from bench.figures import Figures, Tell
from bench.running import Course, follow_marks, follow_offsets, running
from contracts.topics import heard_by

_SERVICES = ("reporting", "sla")
_numbers = itertools.count(1)


def _as_administrator(corner: Corner, service: str, group: str) -> dict[str, str]:
    settings = corner.administrator(service)
    return {
        "MOTCUA_KAFKA_USERNAME": settings.kafka_username,
        "MOTCUA_KAFKA_PASSWORD": settings.kafka_password.get_secret_value(),
        "MOTCUA_INSTANCE": "",
        "BENCH_TOPICS": " ".join(heard_by(service)),
        "BENCH_GROUP": f"{group}{next(_numbers)}",
    }


async def peer(corner: Corner) -> Course:
    """Measure the hand-written loop."""
    await corner.drop_table("reporting", "peer")
    more = _as_administrator(corner, "reporting", "peer")
    async with running(corner, "reporting", "bench.processes.peer", **more) as process:
        course = await follow_marks(process, corner.events)
    await corner.drop_table("reporting", "peer")
    return course


async def no_op(corner: Corner) -> Course:
    """Measure Faust doing nothing."""
    more = _as_administrator(corner, "reporting", "noop")
    async with running(corner, "reporting", "bench.processes.noop", **more) as process:
        return await follow_marks(process, corner.events)


async def plain(corner: Corner, service: str) -> Course:
    """Measure a service's pipeline under the plain loop."""
    await corner.reset(service)
    async with running(corner, service, "bench.processes.plain") as process:
        course = await follow_marks(process, corner.events)
    await corner.require_applied(service)
    return course


async def empty(corner: Corner, how: str) -> Course:
    """Measure our pipeline without a handler, `plain` or under `faust`."""
    await corner.reset("reporting")
    async with running(corner, "reporting", "bench.processes.empty", how) as process:
        if how == "plain":
            course = await follow_marks(process, corner.events)
        else:
            course = await follow_offsets(corner, "reporting", process)
    await corner.require_applied("reporting", rows=False)
    return course


async def worker(corner: Corner, service: str) -> Course:
    """Measure a service's real worker process alone."""
    await corner.reset(service)
    async with running(corner, service, f"services.{service}", "worker") as process:
        course = await follow_offsets(corner, service, process)
    await corner.require_applied(service)
    return course


async def both_workers(corner: Corner) -> Course:
    """Measure sla's and reporting's workers side by side: the slower one's rate."""
    for service in _SERVICES:
        await corner.reset(service)
    async with (
        running(corner, "reporting", "services.reporting", "worker") as reporting,
        running(corner, "sla", "services.sla", "worker") as sla,
    ):
        courses = await asyncio.gather(
            follow_offsets(corner, "reporting", reporting), follow_offsets(corner, "sla", sla)
        )
    return min(courses, key=lambda course: course.rate)


async def measure(corner: Corner, figures: Figures, *, runs: int, tell: Tell) -> None:
    """Measure everything `runs` times, the cases in turn so that each run compares like with like."""
    cases = {
        "peer: aiokafka + orjson + COPY": lambda: peer(corner),
        "Faust no-op (noack_take, no SQL)": lambda: no_op(corner),
        "our transaction, empty handler, plain loop": lambda: empty(corner, "plain"),
        "our transaction, empty handler, Faust": lambda: empty(corner, "faust"),
        "reporting, plain loop": lambda: plain(corner, "reporting"),
        "reporting, Faust worker": lambda: worker(corner, "reporting"),
        "sla, plain loop": lambda: plain(corner, "sla"),
        "sla, Faust worker": lambda: worker(corner, "sla"),
        "sla and reporting side by side, the slower": lambda: both_workers(corner),
    }
    for turn in range(1, runs + 1):
        for name, case in cases.items():
            course = await case()
            figures.add(name, "events/s", course.rate)
            figures.add(f"{name}, processor time", "µs/event", course.cost)
            tell(f"  run {turn}  {name}: {course.rate:,.0f} events/s, {course.cost:,.0f} µs each")
    _compare(figures)


def _compare(figures: Figures) -> None:
    ceiling, by_hand = "Faust no-op (noack_take, no SQL)", "peer: aiokafka + orjson + COPY"
    for name in ("our transaction, empty handler, Faust", "reporting, Faust worker", "sla, Faust worker"):
        figures.compare(f"{name} / Faust no-op", name, ceiling, goal=0.5)
        spent = f"{ceiling}, processor time", f"{name}, processor time"
        figures.compare(f"{name} / Faust no-op, by processor time", *spent)
    for name in ("reporting, Faust worker", "sla, Faust worker", "reporting, plain loop", "sla, plain loop"):
        figures.compare(f"{name} / peer", name, by_hand)
