"""Seeded people and the local issuer: generated passwords, signed tokens, slow guessing."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from contracts.codes import Role
from deploy.local import issuer, users
from deploy.local.login_limit import LoginLimit
from libs.errors import SignInError
from libs.tokens import read_key, verify

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    users.ensure(home)
    issuer.ensure(home)
    return home


def first_passwords(home) -> dict[str, str]:
    return dict(line.split("\t") for line in (home / "first-passwords.txt").read_text().splitlines())


def test_each_role_has_someone(home):
    people = users.load(home)

    assert {role for name in people.names for role in people.identity(name).roles} == set(Role)


def test_the_first_password_opens_and_a_wrong_one_does_not(home):
    people, passwords = users.load(home), first_passwords(home)

    assert people.check("clerk", passwords["clerk"]).username == "clerk"
    assert people.check("clerk", passwords["admin"]) is None
    assert people.check("nobody", passwords["clerk"]) is None


def test_no_two_stacks_share_a_password(home, tmp_path):
    users.ensure(tmp_path)

    assert not set(first_passwords(home).values()) & set(first_passwords(tmp_path).values())


def test_only_hashes_are_kept_and_only_the_owner_reads_them(home):
    kept = (home / "users.json").read_text()

    assert not [password for password in first_passwords(home).values() if password in kept]
    assert all(entry["password_hash"].startswith("$argon2id$") for entry in json.loads(kept))
    for name in ("users.json", "first-passwords.txt", "issuer-key.json"):
        assert (home / name).stat().st_mode & 0o077 == 0


def test_people_are_made_once(home):
    assert users.ensure(home) is None


def test_a_token_is_good_for_eight_hours(home):
    signer = issuer.load(home)
    token = signer.token(users.load(home).identity("inspector"), now=NOW)
    key = read_key(signer.public_key)

    assert verify(token, key, now=NOW + timedelta(hours=7, minutes=59)).username == "inspector"
    with pytest.raises(SignInError):
        verify(token, key, now=NOW + timedelta(hours=8, minutes=1))


def test_the_public_key_holds_no_private_part(home):
    assert "d" not in json.loads(issuer.load(home).public_key)


def test_another_stacks_token_is_refused(home, tmp_path):
    foreign = issuer.ensure(tmp_path).token(users.load(home).identity("admin"), now=NOW)

    with pytest.raises(SignInError):
        verify(foreign, read_key(issuer.load(home).public_key), now=NOW)


def test_after_five_failures_a_name_waits():
    limit = LoginLimit()
    for second in range(5):
        assert limit.wait("clerk", now=second) == 0
        limit.failed("clerk", now=second)

    assert limit.wait("clerk", now=10) == 290
    assert limit.wait("admin", now=10) == 0
    assert limit.wait("clerk", now=301) == 0


def test_signing_in_forgets_the_failures():
    limit = LoginLimit()
    for _ in range(4):
        limit.failed("clerk", now=0)
    limit.succeeded("clerk")
    limit.failed("clerk", now=1)

    assert limit.wait("clerk", now=1) == 0


def test_a_new_password_replaces_the_first(tmp_path):
    users.ensure(tmp_path)
    first = first_passwords(tmp_path)["officer"]

    assert users.set_password(tmp_path, "officer", "a-longer-one")
    assert not users.set_password(tmp_path, "nobody", "a-longer-one")

    people = users.load(tmp_path)
    assert people.check("officer", first) is None
    assert people.check("officer", "a-longer-one").username == "officer"
