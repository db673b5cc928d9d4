"""Faust alone, in the very form and configuration of our workers, doing nothing with what it takes: the ceiling."""

import asyncio
import os
from typing import Any

import uvloop

from bench.processes.marks import mark
from libs.faust_app import make_app
from libs.process import spare_collector
from libs.settings import ServiceSettings
from libs.stream import Pipeline
from libs.worker import BATCH, WITHIN


async def _nothing(*_: Any) -> None:
    """Apply nothing."""


def main() -> None:
    """Take the topics named in BENCH_TOPICS for ever."""
    import faust

    spare_collector()
    loop = uvloop.new_event_loop()
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    asyncio.set_event_loop(loop)
    settings = ServiceSettings()
    topics = tuple(os.environ["BENCH_TOPICS"].split())
    app = make_app(Pipeline(service=os.environ["BENCH_GROUP"], topics=topics, handler=_nothing), settings)

    async def consume(stream: Any) -> None:
        done, stream = 0, stream.noack()
        async for events in stream.noack_take(BATCH, within=WITHIN):
            for event in events:
                await stream.ack(event)
            done += len(events)
            mark(done)

    names = [settings.topic(topic) for topic in topics]
    app.agent(app.topic(*names, key_serializer="raw", value_serializer="raw"), name="noop")(consume)
    worker = faust.Worker(
        app, loop=loop, quiet=True, override_logging=False, redirect_stdouts=False, loglevel="WARN"
    )
    worker.execute_from_commandline()


if __name__ == "__main__":
    main()
