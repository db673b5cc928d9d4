"""Before anything speaks to Kafka: which rights are missing? Faust would wait for them in silence."""

import asyncio
import time
from collections.abc import Iterable
from typing import Any

from confluent_kafka import KafkaError, KafkaException, TopicCollection
from confluent_kafka.admin import AclOperation, AdminClient  # type: ignore[attr-defined]

from libs.kafka import confluent_conf
from libs.settings import ServiceSettings

_PATIENCE = 30
_PAUSE = 0.3


class PreflightError(RuntimeError):
    """A right, a topic or the broker is missing; the message names all that is."""


def missing_rights(
    settings: ServiceSettings,
    *,
    reads: Iterable[str] = (),
    writes: Iterable[str] = (),
    group: str | None = None,
) -> list[str]:
    """Return what this service lacks, in words: topics (without prefix), their rights, the group's.

    Blocks for up to a minute; raises PreflightError where the broker does not answer or refuses the password.
    """
    said: list[str] = []
    admin = AdminClient(confluent_conf(settings) | {"error_cb": lambda error: said.append(error.str())})
    _wait_for_broker(admin, settings, said)
    try:
        found = _topics(admin, {settings.topic(t) for t in reads}, {settings.topic(t) for t in writes})
        return found + (_group(admin, settings.topic_prefix + group) if group else [])
    except KafkaException as error:
        raise PreflightError(f"Kafka at {settings.kafka_bootstrap}: {error.args[0].str()}") from None


def _wait_for_broker(admin: Any, settings: ServiceSettings, said: list[str]) -> None:
    """Ask for the cluster's metadata; what a refused password says comes by callback, not as an error."""
    for _ in range(_PATIENCE * 2):
        try:
            admin.list_topics(timeout=0.5)
        except KafkaException as error:
            admin.poll(0)
            refused = [text for text in said if "uthenticat" in text]
            if refused:
                raise PreflightError(f"Kafka at {settings.kafka_bootstrap}: {refused[0]}") from None
            last = error.args[0].str()
        else:
            return
    raise PreflightError(f"Kafka at {settings.kafka_bootstrap} does not answer: {last}")


def _topics(admin: Any, reads: set[str], writes: set[str]) -> list[str]:
    names = sorted(reads | writes)
    if not names:
        return []
    found = []
    futures = admin.describe_topics(
        TopicCollection(names), include_authorized_operations=True, request_timeout=_PATIENCE
    )
    for topic, future in futures.items():
        try:
            granted = set(future.result(_PATIENCE + 5).authorized_operations or ())
        except KafkaException as error:
            found.append(f"topic {topic}: {error.args[0].str()}")
            continue
        wanted = {op for op, of in ((AclOperation.READ, reads), (AclOperation.WRITE, writes)) if topic in of}
        found += [
            f"topic {topic}: {op.name} not granted" for op in sorted(wanted - granted, key=lambda o: o.name)
        ]
    return found


def _group(admin: Any, group: str) -> list[str]:
    """Return whether the group may be joined; a broker that has just been formatted needs a moment to know."""
    end = time.monotonic() + _PATIENCE
    while True:
        futures = admin.describe_consumer_groups(
            [group], include_authorized_operations=True, request_timeout=_PATIENCE
        )
        try:
            granted = futures[group].result(_PATIENCE + 5).authorized_operations or ()
        except KafkaException as error:
            refused = error.args[0].code() == KafkaError.GROUP_AUTHORIZATION_FAILED
            if refused or time.monotonic() > end:
                return [f"group {group}: {error.args[0].name()} {error.args[0].str()}"]
            time.sleep(_PAUSE)
            continue
        return [] if AclOperation.READ in granted else [f"group {group}: READ not granted"]


async def check(
    settings: ServiceSettings,
    *,
    reads: Iterable[str] = (),
    writes: Iterable[str] = (),
    group: str | None = None,
) -> None:
    """Raise PreflightError that names every missing right; silent when all is there."""
    missing = await asyncio.to_thread(missing_rights, settings, reads=reads, writes=writes, group=group)
    if missing:
        raise PreflightError("Kafka rights missing: " + "; ".join(missing))
