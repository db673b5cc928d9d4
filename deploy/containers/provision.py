"""Everything the services need before they start: roles, schemas, topics, users, rights, keys. Safe to run again."""

import asyncio
import sys
from urllib.parse import quote

from deploy.containers.settings import ContainerSettings
from deploy.local import issuer, kafka_admin, roles, users
from deploy.local.kafka_admin import KafkaAccess
from deploy.local.secret_store import SERVICES
from libs.migrate import folder_of, migrate

PUBLIC_KEY = "token-public-key.json"


async def provision(settings: ContainerSettings) -> None:
    """Provide the database and the broker side by side, then the keys. Raises `StackError` with one sentence."""
    await asyncio.gather(_database(settings), asyncio.to_thread(_broker, settings))
    signer = issuer.ensure(settings.identity)
    (settings.keys / PUBLIC_KEY).write_text(signer.public_key)
    first = users.ensure(settings.identity)
    if first is not None:
        sys.stdout.write(f"First passwords of the people: {first}, in the identity volume.\n")


async def _database(settings: ContainerSettings) -> None:
    password = quote(settings.secret("postgres_password"), safe="")
    owner = f"postgresql://{settings.owner}:{password}@{settings.postgres}/postgres"
    passwords = {service: settings.secret(f"{service}_database_password") for service in SERVICES}
    await roles.provision(owner, settings.database, passwords)
    for service in SERVICES:
        done = await migrate(settings.secret(f"{service}_database_url"), service, folder_of(service))
        sys.stdout.write(f"{service}: {', '.join(done) or 'up to date'}\n")


def _broker(settings: ContainerSettings) -> None:
    access = KafkaAccess(
        bootstrap=settings.kafka,
        username="provision",
        password=settings.secret("kafka_provision_password"),
        mechanism="PLAIN",
        host="*",
    )
    passwords = {service: settings.secret(f"{service}_kafka_password") for service in SERVICES}
    for warning in kafka_admin.provision(access, passwords):
        sys.stdout.write(f"{warning}\n")
