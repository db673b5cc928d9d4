"""Rights on Kafka follow from contracts/topics.py alone."""

from contracts.topics import BY_NAME, TOPICS
from deploy.local.kafka_rights import Right, rights


def test_only_the_emitter_writes_a_topic():
    writers = {(right.name, right.user) for right in rights() if right.operation == "WRITE"}

    assert writers == {(topic.name, topic.emitter.value) for topic in TOPICS}


def test_a_topic_is_read_by_its_readers_and_slas_by_sla_too():
    readers = {
        (right.name, right.user) for right in rights() if right.kind == "TOPIC" and right.operation == "READ"
    }

    heard = {(topic.name, reader.value) for topic in TOPICS for reader in topic.readers}
    assert readers == heard | {("sla.events", "sla")}


def test_a_group_is_used_only_by_its_service():
    groups = {right for right in rights() if right.kind == "GROUP"}

    assert groups == {Right(s, "GROUP", s, "READ") for s in ("intake", "routing", "sla", "reporting")}


def test_a_prefix_stands_before_every_name():
    assert {right.name.removeprefix("x-") for right in rights(prefix="x-")} == {
        right.name for right in rights()
    }
    assert all(right.name.startswith("x-") for right in rights(prefix="x-"))


def test_reporting_writes_nothing():
    assert not [right for right in rights() if right.user == "reporting" and right.operation == "WRITE"]
    assert "reporting" not in {topic.emitter for topic in BY_NAME.values()}
