"""The launcher maltreated: killed, killed early, refused, misdirected; in a state folder of its own."""

import socket
import sys
from pathlib import Path

import asyncpg
import pytest

from deploy.local import roles
from deploy.local.kafka_admin import KafkaAdmin
from deploy.local.places import locate
from tests.integration.local.launched import Launched, wait_for

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")


@pytest.fixture(scope="module")
def launched(tmp_path_factory):
    launched = Launched(tmp_path_factory.mktemp("stack") / "home")
    yield launched
    launched.remove()


@pytest.fixture
def running(launched):
    """The servers of this module, started unless the test before has left them running."""
    if launched.process is None or launched.process.poll() is not None:
        launched.wait_gone()
        launched.start()
    return launched


@pytest.fixture
def given(running, tmp_path):
    """A factory of launchers that are told to use the running servers."""
    made = []

    def make(**changed):
        servers, kafka = running.servers, running.servers.kafka
        update = {
            "database_url": servers.owner_dsn,
            "kafka_bootstrap": kafka.bootstrap,
            "kafka_username": kafka.username,
            "kafka_password": kafka.password,
        }
        made.append(Launched(tmp_path / str(len(made)), **(update | changed)))
        return made[-1]

    yield make
    for other in made:
        other.remove()


def test_a_first_start_killed_half_way_is_done_again(launched):
    launched.launch()
    half = launched.home / "postgres.half"
    wait_for(half.exists, "initdb", 60)
    launched.kill_all()
    launched.wait_gone()
    assert half.exists()

    launched.start()
    launched.terminate()

    assert not half.exists()
    assert not (launched.home / "kafka.half").exists()


def test_a_second_launcher_is_refused_in_one_sentence(running):
    code, output = Launched(running.home).outcome()

    assert code == 2
    assert "already runs" in output
    assert "Traceback" not in output


def test_the_broker_stays_small(running):
    def resident(pid: int) -> int:
        status = Path(f"/proc/{pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) // 1024

    java = [pid for pid in running.holders() if b"kafka.Kafka" in Path(f"/proc/{pid}/cmdline").read_bytes()]

    assert len(java) == 1
    assert resident(java[0]) <= 200


def test_no_password_stands_in_a_command_line_or_a_log(running):
    secrets = running.servers.dsn_passwords | {"provision": running.servers.kafka.password}
    commands = b"".join(Path(f"/proc/{pid}/cmdline").read_bytes() for pid in running.holders())
    logs = b"".join(file.read_bytes() for file in (running.home / "log").iterdir())

    assert not [user for user, secret in secrets.items() if secret.encode() in commands + logs]


def test_state_is_private(launched):
    for file in ("secrets.json", "ports.json"):
        assert (launched.home / file).stat().st_mode & 0o077 == 0
    assert locate(launched.settings).data.stat().st_mode & 0o077 == 0


def test_a_taken_port_is_named(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, output = Launched(tmp_path).outcome("stack", "--port", str(port))

    assert code == 2
    assert f"Port {port} is taken" in output
    assert "Traceback" not in output


async def test_given_servers_are_used_and_nothing_is_started(given):
    other = given()
    other.start()

    conn = await asyncpg.connect(other.servers.service_dsn("sla"))
    assert await conn.fetchval("SELECT current_schema()") == "sla"
    await conn.close()
    assert KafkaAdmin(other.servers.kafka).topic_names() >= {"intake.events", "sla.catalogue"}
    assert len(other.holders()) == 1


async def test_an_owner_without_rights_is_told_which(running, given):
    conn = await asyncpg.connect(running.servers.owner_dsn)
    await conn.execute("DROP ROLE IF EXISTS weak")
    await conn.execute("CREATE ROLE weak LOGIN PASSWORD 'weak'")
    await conn.close()
    weak = roles.as_user(running.servers.owner_dsn, "weak", "weak")

    code, output = given(database_url=weak).outcome()

    assert code == 2
    assert "may not create roles and databases" in output
    assert "Traceback" not in output


def test_a_wrong_address_is_one_sentence(given):
    wrong = "postgresql://nobody:x@127.0.0.1:1/postgres"

    code, output = given(database_url=wrong).outcome()

    assert code == 2
    assert "correct DATABASE_URL" in output
    assert "Traceback" not in output


def test_nothing_is_left_when_the_launcher_is_killed(running):
    assert len(running.holders()) >= 3

    running.kill_launcher()
    running.wait_gone()

    assert running.holders() == []


async def test_data_survive_when_everything_is_killed(running):
    dsn = roles.with_database(running.servers.owner_dsn, running.servers.database)
    conn = await asyncpg.connect(dsn)
    await conn.execute("CREATE TABLE IF NOT EXISTS sla.kept (id int)")
    await conn.execute("INSERT INTO sla.kept VALUES (1)")
    await conn.close()

    running.kill_all()
    running.wait_gone()
    servers = running.start()

    # Another stack may have taken the port meanwhile; then there is a new one.
    conn = await asyncpg.connect(roles.with_database(servers.owner_dsn, servers.database))
    assert await conn.fetchval("SELECT count(*) FROM sla.kept") == 1
    await conn.execute("DROP TABLE sla.kept")
    await conn.close()


def test_told_to_end_it_leaves_nothing(running):
    running.terminate()
    running.wait_gone()

    assert running.process.returncode == 0
    assert running.holders() == []


def test_the_watchdog_ends_what_a_killed_launcher_leaves_where_the_system_does_not(tmp_path_factory):
    launched = Launched(tmp_path_factory.mktemp("watched") / "home", watchdog="pipe")
    try:
        launched.start()
        launched.kill_launcher()
        launched.wait_gone()

        assert launched.holders() == []
    finally:
        launched.remove()
