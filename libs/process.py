"""`python -m services.<name> api|worker|relay|clockwork`: one or more roles of a service in one process.

With MOTCUA_HELD=1 it loads its code and then waits for a line on its standard input before it touches a server:
a launcher starts it so while the servers still boot.

`api relay clockwork` may share a process; `worker` (Faust) has its own. SIGTERM and SIGINT end it with 0,
a role that ends by itself ends the process with 1.
"""

import asyncio
import contextlib
import gc
import importlib
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

import structlog
import uvloop

from libs import preflight, telemetry
from libs.pulse import CLOCKWORK, LIMITS, RELAY, Pulse
from libs.relay import run_relay
from libs.runtime import Runtime, open_runtime
from libs.settings import ServiceSettings
from libs.stream import Pipeline
from libs.watchdog import guard_loop

if TYPE_CHECKING:  # a worker serves no pages and must not pay for their imports
    from fastapi import FastAPI

    from libs.serving import Server

log = structlog.get_logger()
ROLES = ("api", "worker", "relay", "clockwork")
_GRACE = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceParts:
    """What a service is made of; built in its `__main__`, the only place that builds things.

    `app` imports what it serves when it is called. `clockwork` runs for ever. `writes` are the topics the relay
    publishes to.
    """

    name: str
    app: "Callable[[Runtime], FastAPI]"
    pipeline: Callable[[Runtime], Pipeline] | None = None
    clockwork: Callable[[Runtime], Awaitable[None]] | None = None
    settings: type[ServiceSettings] = ServiceSettings
    writes: tuple[str, ...] = ()


def main(parts: ServiceParts, argv: Sequence[str] | None = None) -> NoReturn:
    """Run the roles named on the command line until told to stop."""
    roles = list(sys.argv[1:] if argv is None else argv)
    bad = [role for role in roles if role not in ROLES]
    if bad or not roles or ("worker" in roles and len(roles) > 1):
        raise SystemExit(f"usage: python -m services.{parts.name} api|relay|clockwork… or worker")
    settings = parts.settings(service=parts.name)
    telemetry.configure(parts.name, "+".join(roles), settings.log_level)
    if settings.held:
        _load(parts.name, roles)
        if not sys.stdin.readline():
            raise SystemExit(0)  # whoever was to say "go" is gone
    spare_collector()
    if roles == ["worker"]:
        from libs.worker import run_worker

        if parts.pipeline is None:
            raise SystemExit(f"{parts.name} hears no topics: it has no worker")
        run_worker(parts.pipeline, settings)
    sys.exit(uvloop.run(run_roles(parts, settings, roles)))


def _load(name: str, roles: Sequence[str]) -> None:
    """Import what the roles will import."""
    modules = ["libs.worker", "faust.app", "faust.worker"] if roles == ["worker"] else []
    if "api" in roles:
        modules += [
            "libs.serving",
            "libs.http",
            "libs.operations",
            f"services.{name}.api",
            f"services.{name}.pages",
        ]
    for module in modules:
        importlib.import_module(module)


def spare_collector() -> None:
    """Let the garbage collector look less often: events are many, small and free of circles.

    With Python's defaults it takes up to 40 % of a worker's time.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


async def run_roles(parts: ServiceParts, settings: ServiceSettings, roles: Sequence[str]) -> int:
    """Run the roles until SIGTERM (return 0) or until one of them ends (return 1)."""
    guard_loop(asyncio.get_running_loop())
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    if "relay" in roles and parts.writes:
        await _preflight(settings, parts.writes)
    async with open_runtime(settings) as runtime:
        server = _server(parts, runtime) if "api" in roles else None
        works = _works(parts, runtime, roles, server)
        tasks = [asyncio.create_task(work, name=name) for name, work in works.items()]
        stopping = asyncio.create_task(stop.wait(), name="stop")
        done, _ = await asyncio.wait([*tasks, stopping], return_when=asyncio.FIRST_COMPLETED)
        died = [task for task in done if task is not stopping and not stop.is_set()]
        for task in died:
            log.error("role ended", role_ended=task.get_name(), exc_info=_error_of(task))
        if server is not None:
            server.should_exit = True
        await _end(tasks, stopping)
    return 1 if died else 0


async def _preflight(settings: ServiceSettings, writes: tuple[str, ...]) -> None:
    try:
        await preflight.check(settings, writes=writes)
    except preflight.PreflightError as error:
        log.error("preflight failed", why=str(error))  # noqa: TRY400 - the sentence says it all
        raise SystemExit(1) from None


def _works(
    parts: ServiceParts, runtime: Runtime, roles: Sequence[str], server: "Server | None"
) -> dict[str, Coroutine[Any, Any, None]]:
    works: dict[str, Coroutine[Any, Any, None]] = {}
    if server is not None:
        works["api"] = server.run_on(runtime.settings)
    else:
        works["health"] = _health_only(runtime)
    if "relay" in roles and parts.writes:  # who says nothing needs no relay, and has no right to be one
        works[RELAY] = _beating(runtime.pulse, RELAY, run_relay(runtime.settings))
    if "clockwork" in roles and parts.clockwork is not None:
        works[CLOCKWORK] = _beating(runtime.pulse, CLOCKWORK, parts.clockwork(runtime))
    for role in works.keys() & LIMITS.keys():
        runtime.pulse.expect(role)
    return works


async def _beating(pulse: Pulse, role: str, work: Awaitable[None]) -> None:
    pulse.begin(role)
    await work


async def _health_only(runtime: Runtime) -> None:
    from libs import health  # a second HTTP library, which a process with an API need not load

    async def ready() -> dict[str, bool]:
        return {"catalogue": runtime.mirror.loaded} | runtime.pulse.checks()

    runner = await health.serve(runtime.settings, ready)
    try:
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


async def _end(tasks: Sequence[asyncio.Task[Any]], stopping: asyncio.Task[Any]) -> None:
    for task in (*tasks, stopping):
        if task.get_name() != "api":
            task.cancel()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_GRACE):
            await asyncio.gather(*tasks, stopping, return_exceptions=True)


def _error_of(task: asyncio.Task[Any]) -> BaseException | None:
    return None if task.cancelled() else task.exception()


def _server(parts: ServiceParts, runtime: Runtime) -> "Server":
    from libs.serving import serving

    return serving(parts.app(runtime))
