"""What decides whether Kafka's start is rehearsed, and what becomes of a rehearsal that fails."""

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from deploy.local import rehearsal
from deploy.local.account import Account
from deploy.local.children import Nursery
from deploy.local.errors import StackError
from deploy.local.places import Places
from deploy.local.progress import Teller
from deploy.local.runtimes import Programs


@pytest.mark.parametrize(
    ("release", "version"),
    [('IMPLEMENTOR="x"\nJAVA_VERSION="25.0.2"\n', 25), ('JAVA_VERSION="17.0.15"', 17), ("", 0), (None, 0)],
)
def test_a_java_tells_its_version(tmp_path: Path, release: str | None, version: int):
    if release is not None:
        (tmp_path / "release").write_text(release)

    assert rehearsal.java_version(tmp_path) == version


@pytest.fixture
def programs(tmp_path: Path) -> Programs:
    java = tmp_path / "java"
    java.mkdir()
    (java / "release").write_text('JAVA_VERSION="25.0.2"')
    return Programs(tmp_path, java, tmp_path, tmp_path / "kafka.aot")


async def rehearse(programs: Programs, home: Path) -> tuple[bool, str]:
    told = StringIO()
    places = Places(home, home, Account("me", 0, 0, switch=False))
    home.mkdir(exist_ok=True)
    return await rehearsal.rehearse(
        programs, places, Nursery(places, 0), Teller(Console(file=told, width=2000))
    ), told.getvalue()


async def test_a_failure_is_told_once_and_leaves_nothing(programs: Programs, tmp_path: Path, monkeypatch):
    async def fail(*_args: object) -> None:
        raise StackError("no room")

    monkeypatch.setattr(rehearsal, "_perform", fail)
    home = tmp_path / "home"

    done, told = await rehearse(programs, home)
    assert done
    assert "could not be rehearsed" in told
    assert "no room" in told
    assert not list(home.iterdir())
    assert await rehearse(programs, home) == (False, "")


async def test_what_is_kept_already_is_not_rehearsed_again(programs: Programs, tmp_path: Path):
    programs.archive.write_bytes(b"kept")

    assert await rehearse(programs, tmp_path / "home") == (False, "")


async def test_an_older_java_starts_as_it_always_did(programs: Programs, tmp_path: Path):
    (programs.java_home / "release").write_text('JAVA_VERSION="21.0.1"')

    assert await rehearse(programs, tmp_path / "home") == (False, "")


async def test_a_folder_that_cannot_be_written_is_told_too(programs: Programs, tmp_path: Path, monkeypatch):
    def fail(*_args: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(rehearsal.os, "open", fail)

    done, told = await rehearse(programs, tmp_path / "home")
    assert done
    assert "Permission denied" in told


def test_what_the_broker_made_is_kept_readable_for_all(tmp_path: Path):
    made, archive = tmp_path / "made", tmp_path / "kafka.aot"
    made.write_bytes(b"classes")

    rehearsal._keep(made, archive, owner=made.stat().st_uid)

    assert archive.read_bytes() == b"classes"
    assert archive.stat().st_mode & 0o777 == 0o644


def test_no_link_is_followed_and_nobody_elses_file_is_published(tmp_path: Path):
    secret, made, archive = tmp_path / "secret", tmp_path / "made", tmp_path / "kafka.aot"
    secret.write_bytes(b"secret")
    owner = secret.stat().st_uid
    made.symlink_to(secret)
    with pytest.raises(OSError, match="symbolic link"):
        rehearsal._keep(made, archive, owner=owner)
    made.unlink()
    made.hardlink_to(secret)
    with pytest.raises(StackError):
        rehearsal._keep(made, archive, owner=owner)
    made.unlink()
    made.write_bytes(b"foreign")
    with pytest.raises(StackError):
        rehearsal._keep(made, archive, owner=owner + 1)

    assert not archive.exists()
