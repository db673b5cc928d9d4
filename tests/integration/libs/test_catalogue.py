"""The catalogue's way: published by its owner, through Kafka, into every mirror."""

import asyncio
import contextlib
from datetime import date

import asyncpg
import pytest

from libs import migrate as migrations
from libs.catalogue_feed import CatalogueFeed
from libs.catalogue_store import Published, publish_items
from libs.db import transaction
from libs.plain import run_plain
from libs.relay import run_relay
from libs.runtime import open_runtime
from libs.stream import Pipeline
from tests.integration.libs import toy
from tests.integration.libs.conftest import Corner
from tests.unit.libs.events import event
from tests.unit.libs.test_catalogue import TREE, procedure, unit


async def published(corner: Corner, items: list) -> Published:
    async with transaction(corner.pool) as conn:
        return await publish_items(conn, items)


async def test_unchanged_content_is_not_said_again(corner: Corner):
    assert await published(corner, TREE) == Published(6, 0, 0)
    assert await published(corner, [*TREE, unit("X1", "H2")]) == Published(0, 1, 5)
    assert await published(corner, [*TREE[:2]]) == Published(0, 0, 2)

    assert await corner.pool.fetchval("SELECT count(*) FROM outbox") == 7


async def until_known(corner: Corner, code: str) -> None:
    async with asyncio.timeout(30):
        while code not in (await corner.runtime.refresh_catalogue()).units:
            await asyncio.sleep(0.05)


async def test_items_reach_the_mirror_through_kafka_and_newer_states_win(corner: Corner):
    feed = CatalogueFeed(corner.settings, corner.pool)
    tasks = [asyncio.create_task(feed.run()), asyncio.create_task(run_relay(corner.settings))]
    try:
        async with asyncio.timeout(30):
            await feed.read.wait()
        await published(corner, TREE)
        await until_known(corner, "T2")
        assert corner.runtime.catalogue.subtree(["H2"]) == {"H2"}

        await published(corner, [unit("X1", "H2"), unit("X9", "H2")])
        await until_known(corner, "X9")
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    assert corner.runtime.catalogue.subtree(["H2"]) == {"H2", "X1", "X9"}
    again = CatalogueFeed(corner.settings, corner.pool)
    follower = asyncio.create_task(again.run())
    async with asyncio.timeout(30):
        await again.read.wait()
    follower.cancel()
    await asyncio.gather(follower, return_exceptions=True)
    assert await corner.pool.fetchval("SELECT count(*) FROM catalogue_item") == 7


async def test_the_catalogue_is_read_from_the_table_at_the_start(corner: Corner):
    from libs import catalogue_store

    item = procedure("1.004222", 1, date(2018, 1, 1))
    async with transaction(corner.pool) as conn:
        await catalogue_store.mirror(conn, "intake.catalogue", [(item.key, 0, catalogue_store.as_json(item))])

    async with open_runtime(corner.settings) as runtime:
        assert runtime.catalogue.procedure("1.004222", date(2026, 1, 1)) == item.data


async def test_the_plain_loop_applies_what_the_worker_would(corner: Corner):
    events = [event(n, "intake", seq) for seq in (1, 2, 3) for n in range(500)]
    await corner.say(events)
    told: list[tuple[int, int]] = []
    pipeline = Pipeline(service="routing", topics=toy.TOPICS, handler=toy.note)

    first = await run_plain(corner.runtime, pipeline, until_end=True, progress=lambda *n: told.append(n))
    again = await run_plain(corner.runtime, pipeline, until_end=True)

    assert (first.applied, again.applied) == (1500, 0)
    assert told[-1] == (1500, 1500)
    assert await corner.pool.fetchval("SELECT count(*) FROM toy") == 1500


async def test_migrations_race_and_refuse_a_changed_file(corner: Corner, tmp_path):
    schema, dsn = corner.settings.schema_name, corner.settings.dsn
    folder = tmp_path / "migrations"
    folder.mkdir()
    for path in (migrations.folder_of("routing")).glob("*.sql"):
        (folder / path.name).write_text(path.read_text())
    number = len(list(folder.glob("*.sql"))) + 1
    (folder / f"{number:04d}_more.sql").write_text("CREATE TABLE more (id int);")

    done = await asyncio.gather(*(migrations.migrate(dsn, schema, folder) for _ in range(5)))

    assert sorted(len(names) for names in done) == [0, 0, 0, 0, 1]
    (folder / f"{number:04d}_more.sql").write_text("CREATE TABLE more (id bigint);")
    with pytest.raises(migrations.MigrationError, match="was changed after it had been applied"):
        await migrations.migrate(dsn, schema, folder)


async def test_a_failing_migration_leaves_nothing(corner: Corner, tmp_path):
    schema, dsn = corner.settings.schema_name, corner.settings.dsn
    folder = tmp_path / "migrations"
    folder.mkdir()
    for path in (migrations.folder_of("routing")).glob("*.sql"):
        (folder / path.name).write_text(path.read_text())
    number = len(list(folder.glob("*.sql"))) + 1
    (folder / f"{number:04d}_half.sql").write_text("CREATE TABLE half (id int); SELECT 1/0;")

    with contextlib.suppress(asyncpg.DivisionByZeroError):
        await migrations.migrate(dsn, schema, folder)

    assert await corner.pool.fetchval("SELECT to_regclass('half')") is None
