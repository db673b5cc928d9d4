"""Topics, users and rights on a broker, brought to what contracts/topics.py says; running it again changes nothing."""

import asyncio
import functools
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from confluent_kafka import KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # its own package re-exports without saying so
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    NewTopic,
    OffsetSpec,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from contracts.topics import TOPICS, Topic
from deploy.local.errors import StackError
from deploy.local.kafka_rights import Right, rights

_WAIT = 60.0
_ANY_ACL = AclBindingFilter(
    ResourceType.ANY,
    None,  # type: ignore[arg-type]  # None is "any" here
    ResourcePatternType.ANY,
    None,  # type: ignore[arg-type]
    None,  # type: ignore[arg-type]
    AclOperation.ANY,
    AclPermissionType.ANY,
)
_NO_AUTHORIZER = KafkaError.SECURITY_DISABLED


@dataclass(frozen=True, slots=True)
class KafkaAccess:
    """How an administrator reaches the broker; `host` is where services may come from."""

    bootstrap: str
    username: str = ""
    password: str = ""
    security: str = "SASL_PLAINTEXT"
    mechanism: str = "SCRAM-SHA-512"
    host: str = "127.0.0.1"

    @property
    def secured(self) -> bool:
        """Return whether the broker asks for users at all."""
        return self.security.startswith("SASL")

    def conf(self) -> dict[str, Any]:
        """Return confluent-kafka's configuration."""
        conf: dict[str, Any] = {"bootstrap.servers": self.bootstrap, "log_level": 2}
        if self.secured:
            conf |= {
                "sasl.mechanism": self.mechanism,
                "sasl.username": self.username,
                "sasl.password": self.password,
            }
        return conf | {"security.protocol": self.security}


class KafkaAdmin:
    """A thin, blocking face of the admin client; use it in a thread from async code."""

    def __init__(self, access: KafkaAccess) -> None:
        self.access = access
        self._client = AdminClient(access.conf())

    def wait_ready(self, *, limit: float = 120.0) -> None:
        """Return once the broker answers an administrator; raises `StackError` after `limit` seconds."""
        end = time.monotonic() + limit
        while True:
            try:
                if self._client.describe_cluster().result(2).nodes:
                    return
            except (KafkaException, TimeoutError) as error:
                if time.monotonic() > end:
                    raise self._unusable(error) from error
            time.sleep(0.05)

    def _unusable(self, error: Exception) -> StackError:
        return StackError(
            f"Kafka at {self.access.bootstrap} cannot be used ({_reason(error)}): correct KAFKA_BOOTSTRAP_SERVERS, "
            "KAFKA_USERNAME, KAFKA_PASSWORD and KAFKA_SECURITY, or unset them so that the stack starts its own broker."
        )

    def create_topics(
        self, topics: Iterable[Topic], *, prefix: str = "", partitions: int | None = None
    ) -> None:
        """Create the topics that are missing; `partitions` replaces the dossier topics' number (tests)."""
        new = [_new_topic(topic, prefix, partitions) for topic in topics]
        self._all(
            self._client.create_topics(new, operation_timeout=_WAIT),
            passing={KafkaError.TOPIC_ALREADY_EXISTS},
        )

    def delete_topics(self, names: Collection[str]) -> None:
        """Delete topics; missing ones are no error."""
        if names:
            futures = self._client.delete_topics(list(names), operation_timeout=_WAIT)
            self._all(futures, passing={KafkaError.UNKNOWN_TOPIC_OR_PART})

    def topic_names(self) -> set[str]:
        """Return the names of all topics."""
        return set(self._client.list_topics(timeout=_WAIT).topics)

    def end_offsets(self, partitions: Collection[tuple[str, int]]) -> dict[tuple[str, int], int]:
        """Return where each partition (topic, number) ends."""
        asked = {TopicPartition(topic, number): OffsetSpec.latest() for topic, number in partitions}  # type: ignore[no-untyped-call]
        futures = self._client.list_offsets(asked) if asked else {}
        return {
            (place.topic, place.partition): future.result(_WAIT).offset for place, future in futures.items()
        }

    def set_users(self, passwords: Mapping[str, str]) -> None:
        """Give every service user its password."""
        info = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 8192)
        changes: Any = [
            UserScramCredentialUpsertion(user, info, secret.encode()) for user, secret in passwords.items()
        ]
        self._all(self._client.alter_user_scram_credentials(changes))

    def set_rights(self, wanted: set[Right]) -> None:
        """Grant what is wanted and missing; take back what these users have beyond it on the same things."""
        names = {right.name for right in wanted}
        users = {f"User:{right.user}" for right in wanted}
        target = {_binding(right, self.access.host) for right in wanted}
        present = {acl for acl in self._acls(names) if acl.principal in users}
        if missing := target - present:
            self._all(self._client.create_acls(list(missing)))
        self._delete_acls(present - target)
        self._wait_until(lambda: target <= self._acls(names), "the rights")

    def drop_rights(self, names: Collection[str]) -> None:
        """Take back every right on the named topics and groups."""
        self._delete_acls(self._acls(names))

    def _acls(self, names: Collection[str]) -> set[AclBinding]:
        return {acl for acl in self._client.describe_acls(_ANY_ACL).result(_WAIT) if acl.name in names}

    def _wait_until(self, seen: Callable[[], bool], what: str) -> None:
        """The controller answers before the broker has heard of a change; wait until the broker has."""
        end = time.monotonic() + _WAIT
        while not seen():
            if time.monotonic() > end:
                raise StackError(
                    f"Kafka at {self.access.bootstrap} did not take {what} within {_WAIT:.0f} s."
                )
            time.sleep(0.02)

    def _delete_acls(self, bindings: set[AclBinding]) -> None:
        filters = [
            AclBindingFilter(
                acl.restype, acl.name, acl.resource_pattern_type, acl.principal, acl.host, acl.operation,
                acl.permission_type,
            )
            for acl in bindings
        ]  # fmt: skip
        if filters:
            self._all(self._client.delete_acls(filters))

    @staticmethod
    def _all(futures: Mapping[Any, Future[Any]], *, passing: Collection[int] = ()) -> None:
        for future in futures.values():
            try:
                future.result(_WAIT)
            except KafkaException as error:
                if error.args[0].code() not in passing:
                    raise


def provision(
    access: KafkaAccess, passwords: Mapping[str, str], *, prefix: str = "", partitions: int | None = None
) -> list[str]:
    """Bring topics, users and rights to what they should be; return sentences about what could not be secured."""
    admin = KafkaAdmin(access)
    admin.wait_ready()
    try:
        admin.create_topics(TOPICS, prefix=prefix, partitions=partitions)
        if not access.secured:
            return ["This Kafka asks for no user name: services share its rights. Use it for trials only."]
        if passwords:
            admin.set_users(passwords)
        admin.set_rights(rights(TOPICS, prefix=prefix))
    except KafkaException as error:
        if error.args[0].code() == _NO_AUTHORIZER:
            return [
                "This Kafka has no authorizer: rights per service are not enforced. Use it for trials only."
            ]
        raise StackError(
            f"Kafka at {access.bootstrap} refused topics, users or rights to {access.username!r} ({_reason(error)}): "
            "KAFKA_USERNAME must be a user that may create topics, alter users and alter ACLs."
        ) from error
    return []


async def provision_async(access: KafkaAccess, passwords: Mapping[str, str]) -> list[str]:
    """Run `provision` without blocking the event loop."""
    return await asyncio.to_thread(functools.partial(provision, access, passwords))


def _new_topic(topic: Topic, prefix: str, partitions: int | None) -> NewTopic:
    number = topic.partitions if topic.compacted or partitions is None else partitions
    config = (
        {"cleanup.policy": "compact"}
        if topic.compacted
        else {"cleanup.policy": "delete", "retention.ms": "-1"}
    )
    return NewTopic(prefix + topic.name, num_partitions=number, replication_factor=-1, config=config)


def _binding(right: Right, host: str) -> AclBinding:
    return AclBinding(
        ResourceType[right.kind], right.name, ResourcePatternType.LITERAL, f"User:{right.user}", host,
        AclOperation[right.operation], AclPermissionType.ALLOW,
    )  # fmt: skip


def _reason(error: Exception) -> str:
    return (
        str(error.args[0].str())
        if isinstance(error, KafkaException)
        else (str(error) or type(error).__name__)
    )
