"""Fixtures for every test: the shared servers, and a corner of them per test.

The servers live in a folder of their own in the user's cache, are started by the first test that needs them and end a
little after the last (several pytest runs share them); DATABASE_URL and KAFKA_BOOTSTRAP_SERVERS name others.
MOTCUA_TEST_LINGER (seconds) lets them stay longer between runs.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from deploy.local import servers_only
from deploy.local.kafka_admin import KafkaAdmin
from deploy.local.servers import Servers
from deploy.local.settings import LocalSettings
from tests.namespace import Namespace, sweep

# No test fails because the machine was busy.
hypothesis_settings.register_profile("ours", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("ours")


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """PostgreSQL and Kafka with the services' accounts: owner's DSN, administrator's Kafka access."""
    base = LocalSettings()
    settings = base.model_copy(update={"home_override": base.cache / "tests"})
    with servers_only.shared(settings, linger=float(os.environ.get("MOTCUA_TEST_LINGER", "20"))) as found:
        asyncio.run(sweep(found, KafkaAdmin(found.kafka)))
        yield found


@pytest.fixture(scope="session")
def kafka_admin(servers: Servers) -> KafkaAdmin:
    """The broker's administrator."""
    return KafkaAdmin(servers.kafka)


@pytest.fixture
async def make_namespace(
    servers: Servers, kafka_admin: KafkaAdmin
) -> AsyncIterator[Callable[..., Awaitable[Namespace]]]:
    """A factory of namespaces: `await make_namespace(partitions=12, services=("sla",))`."""
    async with AsyncExitStack() as stack:

        async def make(**more: object) -> Namespace:
            namespace = Namespace(servers, kafka_admin, **more)  # type: ignore[arg-type]
            stack.push_async_callback(namespace.drop)
            await namespace.create()
            return namespace

        yield make


@pytest.fixture
async def namespace(make_namespace: Callable[..., Awaitable[Namespace]]) -> Namespace:
    """This test's own schemas, topics and rights for all four services."""
    return await make_namespace()
