"""Kafka's jars: what the lock says is what lies in the cache, or a sentence says why not."""

import hashlib

import pytest

from deploy.local import jars
from deploy.local.errors import StackError
from deploy.local.jars import Jar, read_lock


@pytest.fixture
def lock(tmp_path, monkeypatch):
    """A lock of two small jars, and their contents by artifact."""
    contents = {"alpha": b"a" * 10, "beta": b"b" * 30}
    lines = [
        f"org.example:{name}:1.0  sha256:{hashlib.sha256(content).hexdigest()}  {len(content)}"
        for name, content in contents.items()
    ]
    file = tmp_path / "kafka-test.lock"
    file.write_text("# a comment\n" + "\n".join(lines) + "\n")
    monkeypatch.setattr(jars, "LOCK_FILE", file)
    return contents


def fetcher(contents, fetched):
    def fetch(jar: Jar, scratch):
        fetched.append(jar.artifact)
        file = scratch / jar.file_name
        file.write_bytes(contents[jar.artifact])
        return file

    return fetch


def test_the_pinned_lock_names_46_jars_each_with_a_digest():
    pinned = read_lock(jars.LOCK_FILE.read_text())

    assert len(pinned) == 46
    assert any(jar.artifact == "kafka_2.13" and jar.version == "4.3.1" for jar in pinned)
    assert len({jar.file_name for jar in pinned}) == 46


def test_a_line_that_is_none_is_refused():
    with pytest.raises(ValueError, match="not a line"):
        read_lock("org.example:thing:1.0 md5:abc 3")


def test_every_jar_arrives_with_progress(lock, tmp_path):
    fetched, told = [], []

    folder = jars.ensure(
        tmp_path / "cache",
        fetch=fetcher(lock, fetched),
        tell=lambda done, everything: told.append((done, everything)),
    )

    assert sorted(file.name for file in folder.iterdir()) == ["alpha-1.0.jar", "beta-1.0.jar"]
    assert told[0] == (0, 40)
    assert told[-1] == (40, 40)


def test_what_is_there_is_not_fetched_again(lock, tmp_path):
    fetched = []
    for _ in range(2):
        jars.ensure(tmp_path, fetch=fetcher(lock, fetched))

    assert sorted(fetched) == ["alpha", "beta"]


def test_a_changed_file_is_fetched_again(lock, tmp_path):
    fetched = []
    folder = jars.ensure(tmp_path, fetch=fetcher(lock, fetched))
    (folder / "beta-1.0.jar").write_bytes(b"x" * 30)

    jars.ensure(tmp_path, fetch=fetcher(lock, fetched))

    assert sorted(fetched) == ["alpha", "beta", "beta"]
    assert (folder / "beta-1.0.jar").read_bytes() == lock["beta"]


def test_a_wrong_file_is_refused_and_not_kept(lock, tmp_path):
    with pytest.raises(StackError, match=r"beta-1\.0\.jar arrived damaged"):
        jars.ensure(tmp_path, fetch=fetcher(lock | {"beta": b"?" * 30}, []))

    assert not (tmp_path / jars.LOCK_FILE.stem / "beta-1.0.jar").exists()


def test_a_broken_download_is_one_sentence_and_keeps_what_arrived(lock, tmp_path):
    def fetch(jar, scratch):
        if jar.artifact == "beta":
            raise ConnectionResetError
        return fetcher(lock, [])(jar, scratch)

    with pytest.raises(StackError, match="check the network"):
        jars.ensure(tmp_path, fetch=fetch)

    assert (tmp_path / jars.LOCK_FILE.stem / "alpha-1.0.jar").exists()
