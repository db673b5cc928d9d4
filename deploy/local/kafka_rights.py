"""Who may do what on Kafka: derived from contracts/topics.py alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from contracts.codes import Service
from contracts.topics import TOPICS, Topic

Operation = Literal["READ", "WRITE", "DESCRIBE"]
_READ_THEIR_OWN = frozenset({Service.SLA})
"""The clocks' rebuild reads what sla itself has told (rungs, causes, approvals)."""

Kind = Literal["TOPIC", "GROUP"]


@dataclass(frozen=True, slots=True, order=True)
class Right:
    """One permission of one user on one named thing."""

    user: str
    kind: Kind
    name: str
    operation: Operation


def rights(topics: Iterable[Topic] = TOPICS, *, prefix: str = "") -> set[Right]:
    """Return every right the services need.

    A service writes the topics it emits, reads those it hears, and uses one consumer group, named like itself.
    Catalogue readers use no group at all.
    """
    wanted = {Right(service.value, "GROUP", prefix + service.value, "READ") for service in Service}
    for topic in topics:
        name, emitter = prefix + topic.name, topic.emitter.value
        wanted |= {Right(emitter, "TOPIC", name, "WRITE"), Right(emitter, "TOPIC", name, "DESCRIBE")}
        for reader in {*topic.readers, *_READ_THEIR_OWN.intersection({topic.emitter})}:
            wanted |= {
                Right(reader.value, "TOPIC", name, "READ"),
                Right(reader.value, "TOPIC", name, "DESCRIBE"),
            }
    return wanted
