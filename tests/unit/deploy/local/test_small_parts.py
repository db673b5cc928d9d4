"""Small pure parts of the launcher."""

import base64
import errno
from uuid import UUID

import pytest

from deploy.local import catalogue, places, prometheus
from deploy.local.account import reachable
from deploy.local.errors import StackError
from deploy.local.keeper import next_pause
from deploy.local.places import write_private
from deploy.local.running import run_to_end
from deploy.local.runtimes import java_home_of, wheel_folder
from deploy.local.secret_store import cluster_id
from deploy.local.servers import derived_passwords
from deploy.local.service_processes import PROCESSES
from deploy.local.settings import LocalSettings
from deploy.local.sign_in import local_path
from deploy.local.watchdog import survivors


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/intake/", "/intake/"),
        ("/sla/late?unit=N66", "/sla/late?unit=N66"),
        ("", None),
        ("intake", None),
        ("//evil.example/", None),
        ("/\\evil.example/", None),
        ("https://evil.example/", None),
    ],
)
def test_a_log_in_sends_nobody_to_another_site(path, kept):
    assert local_path(path) == kept


@pytest.mark.parametrize("first", range(0, 256, 4))
def test_a_cluster_id_is_never_taken_for_an_option(first):
    made = cluster_id(UUID(bytes=bytes([first] * 16)))

    assert not made.startswith("-")
    assert len(base64.urlsafe_b64decode(made + "==")) == 16


def test_a_process_that_keeps_ending_waits_longer_and_longer():
    pauses = [0.3]
    for _ in range(8):
        pauses.append(next_pause(pauses[-1], alive=1))

    assert pauses == sorted(pauses)
    assert pauses[-1] == 10.0
    assert next_pause(10.0, alive=60) == 0.3


def test_the_watchdog_knows_who_is_left():
    assert survivors(["+1\n", "+2\n", "-1\n", "+3\n"]) == [2, 3]


def test_prometheus_reads_every_process_and_the_projects_rules(tmp_path):
    import yaml

    (tmp_path / "rules.yml").write_text("groups: []")
    numbers = {spec.name: 20_000 + place for place, spec in enumerate(PROCESSES)}

    config = yaml.safe_load(prometheus.config(numbers, tmp_path))

    assert config["rule_files"] == [str(tmp_path / "rules.yml")]
    assert {job["job_name"] for job in config["scrape_configs"]} == set(numbers)


def test_without_rules_the_configuration_still_holds(tmp_path):
    import yaml

    assert yaml.safe_load(prometheus.config({s.name: 1 for s in PROCESSES}, tmp_path))["rule_files"] == []


def test_an_installed_java_is_taken_when_it_is_new_enough():
    said = "    java.home = /usr/lib/jvm/java-17\n    java.specification.version = 17\n"

    assert str(java_home_of(said)) == "/usr/lib/jvm/java-17"
    with pytest.raises(StackError, match=r"version 11"):
        java_home_of(said.replace("version = 17", "version = 11"))
    with pytest.raises(StackError, match=r"version 0"):
        java_home_of("")


def test_a_private_home_is_not_reachable_by_others(tmp_path):
    inner = tmp_path / "private" / "stack"
    inner.parent.mkdir(mode=0o700)

    assert not reachable(inner)


def test_a_private_file_is_replaced_whole(tmp_path):
    file = tmp_path / "secret"
    write_private(file, "one")
    write_private(file, "two")

    assert file.read_text() == "two"
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_stacks_with_the_same_owner_agree_on_the_services_passwords():
    assert derived_passwords("owner") == derived_passwords("owner")
    assert not set(derived_passwords("owner").values()) & set(derived_passwords("other").values())


def test_the_state_folder_follows_the_environment(tmp_path):
    def home(**given):
        return LocalSettings(**({"home_override": None, "xdg_state": None} | given)).home

    assert home(home_override=tmp_path) == tmp_path
    assert home(xdg_state=tmp_path) == tmp_path / "motcua"
    assert home().is_absolute()
    assert home().name == "motcua"


def test_a_services_process_finds_no_owners_address_in_its_environment(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://owner")
    monkeypatch.setenv("KAFKA_PASSWORD", "x")
    monkeypatch.setenv("MOTCUA_PORT", "1")

    assert not {"DATABASE_URL", "KAFKA_PASSWORD", "MOTCUA_PORT"} & set(LocalSettings.plain_environment())


def test_the_catalogues_fingerprint_follows_its_content():
    assert catalogue.digest([b"a", b"b"]) == catalogue.digest([b"a", b"b"])
    assert catalogue.digest([b"a", b"b"]) != catalogue.digest([b"ab"])


def test_a_missing_wheel_is_a_sentence_that_says_what_to_do():
    with pytest.raises(StackError, match=r"'no-such-wheel' is not installed: run 'make setup'.*DATABASE_URL"):
        wheel_folder("no_such_wheel", "no-such-wheel")


def test_a_full_disk_is_told_before_anything_is_started(tmp_path, monkeypatch):
    monkeypatch.setattr(places, "_NEEDED_BYTES", 2**62)
    settings = LocalSettings(home_override=tmp_path / "home", root_folder=tmp_path / "root")

    with pytest.raises(StackError, match=r"make room, or set MOTCUA_HOME"):
        places.prepare(places.locate(settings))


def test_a_disk_that_fills_up_on_the_way_is_a_sentence_too(capsys):
    async def fill() -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    assert run_to_end(fill()) == 2
    assert "The disk is full" in capsys.readouterr().err


def test_a_state_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    settings = LocalSettings(home_override=tmp_path / "file" / "home")

    with pytest.raises(StackError, match="cannot be made"):
        places.prepare(places.locate(settings))
