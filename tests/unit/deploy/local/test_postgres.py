"""A dead server's postmaster.pid does not stop the next start; a living one's is left alone."""

import base64
import hashlib
import hmac

import pytest

from deploy.local import roles
from deploy.local.postgres import clear_stale_pid


@pytest.fixture
def folder(tmp_path):
    data = tmp_path / "pg"
    data.mkdir()
    (data / "postmaster.pid").write_text(f"42\n{data}\n")
    return data


def process(proc, command: str, state: str = "S"):
    (proc / "42").mkdir(parents=True)
    (proc / "42" / "stat").write_text(f"42 (post gres) {state} 1 42")
    (proc / "42" / "cmdline").write_bytes(command.replace(" ", "\0").encode())


def test_the_file_of_a_process_that_is_gone_is_removed(folder, tmp_path):
    clear_stale_pid(folder, proc=tmp_path / "proc")

    assert not (folder / "postmaster.pid").exists()


def test_the_file_of_a_zombie_is_removed(folder, tmp_path):
    process(tmp_path / "proc", "", state="Z")

    clear_stale_pid(folder, proc=tmp_path / "proc")

    assert not (folder / "postmaster.pid").exists()


def test_the_file_of_another_program_under_the_same_number_is_removed(folder, tmp_path):
    process(tmp_path / "proc", "vim notes")

    clear_stale_pid(folder, proc=tmp_path / "proc")

    assert not (folder / "postmaster.pid").exists()


def test_the_file_of_our_living_server_stays(folder, tmp_path):
    process(tmp_path / "proc", f"postgres -D {folder}")

    clear_stale_pid(folder, proc=tmp_path / "proc")

    assert (folder / "postmaster.pid").exists()


def test_without_the_file_nothing_happens(tmp_path):
    clear_stale_pid(tmp_path, proc=tmp_path)


def test_a_verifier_proves_the_password_without_holding_it():
    verifier = roles.verifier("geheim", salt=b"0123456789abcdef")

    kind, iterations, keys = verifier.split("$")
    salted = hashlib.pbkdf2_hmac("sha256", b"geheim", b"0123456789abcdef", 4096)
    server = base64.b64encode(hmac.digest(salted, b"Server Key", "sha256")).decode()
    assert kind == "SCRAM-SHA-256"
    assert iterations.startswith("4096:")
    assert keys.endswith(f":{server}")
    assert "geheim" not in verifier


def test_an_address_takes_another_user_and_database():
    dsn = "postgresql://owner:old@127.0.0.1:5432/postgres?sslmode=disable"

    other = roles.as_user(roles.with_database(dsn, "motcua"), "sla", "p@ss/word")

    assert other == "postgresql://sla:p%40ss%2Fword@127.0.0.1:5432/motcua?sslmode=disable"
