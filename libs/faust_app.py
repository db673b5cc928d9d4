"""The Faust application in the one configuration that was chaos-tested. Every setting here carries weight."""

from typing import Any

from libs.kafka import faust_credentials
from libs.settings import ServiceSettings
from libs.stream import Pipeline


def make_app(pipeline: Pipeline, settings: ServiceSettings) -> Any:
    """Return the app; SystemExit where Faust would ack events it discards (no Cython extension)."""
    import faust
    from faust.streams import _CStreamIterator  # type: ignore[attr-defined]

    if _CStreamIterator is None:
        raise SystemExit("Faust's Cython extension is missing: without it discarded events would be acked")

    class App(faust.App):
        def _create_directories(self) -> None:
            """Make no folder: without tables there is nothing to keep in it."""

    credentials = faust_credentials(settings)
    return App(
        settings.topic_prefix + pipeline.group,
        broker=";".join(f"kafka://{address}" for address in settings.kafka_bootstrap.split(",")),
        **({"broker_credentials": credentials} if credentials else {}),
        # raw bytes: a codec's error would be acked and thrown into the agent
        key_serializer="raw",
        value_serializer="raw",
        # a batching agent restarted in-process stalls for ever: let the process die
        agent_supervisor="mode.CrashingSupervisor",
        stream_wait_empty=False,
        # no tables, no leader topic, no web server: nothing of Faust's own on the broker or on a port
        table_standby_replicas=0,
        topic_disable_leader=True,
        topic_allow_declare=False,
        web_enabled=False,
        consumer_auto_offset_reset="earliest",
        consumer_group_instance_id=member_of(pipeline, settings),
        broker_session_timeout=10,
        broker_heartbeat_interval=2,
        broker_rebalance_timeout=20,
        broker_request_timeout=30,
        broker_max_poll_interval=300,
        broker_commit_interval=1,
        stream_buffer_maxsize=16_384,
        broker_max_poll_records=2_000,
        cython_optimizations=True,
    )


def member_of(pipeline: Pipeline, settings: ServiceSettings) -> str | None:
    """Return the static member id: a restart needs no rebalance.

    It holds the subscription's version: the same id with other topics would get the old assignment back.
    """
    return f"{settings.instance}-v{pipeline.version}" if settings.instance else None
