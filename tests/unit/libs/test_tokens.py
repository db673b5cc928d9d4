"""Tokens: who is let in, who is not, and how far a person sees."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import orjson
import pytest
from joserfc import jwt

from contracts.codes import Role
from libs import tokens
from libs.catalogue import Catalogue
from libs.errors import ForbiddenError, SignInError
from libs.tokens import Identity
from tests.unit.libs.test_catalogue import TREE

NOW = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
KEY = tokens.new_key()
CLERK = Identity(UUID(int=7), "lan", frozenset({Role.CLERK}), frozenset({"H1"}))


def test_a_token_brings_the_person_back():
    token = tokens.issue(KEY, CLERK, now=NOW)

    assert (
        tokens.verify(token, tokens.read_key(orjson.dumps(KEY.as_dict(private=False)).decode()), now=NOW)
        == CLERK
    )


def claims(**more: object) -> dict[str, object]:
    base = {
        "iss": tokens.ISSUER,
        "aud": tokens.AUDIENCE,
        "sub": str(CLERK.staff_id),
        "roles": ["clerk"],
        "units": ["H1"],
        "exp": int(NOW.timestamp()) + 60,
    }
    return {k: v for k, v in (base | more).items() if v is not None}


@pytest.mark.parametrize(
    "wrong",
    [
        {"exp": int(NOW.timestamp()) - 1},
        {"exp": None},
        {"aud": "other"},
        {"iss": "other"},
        {"sub": "not an id"},
        {"roles": ["king"]},
        {"roles": None},
        {"units": None},
    ],
)
def test_a_token_with_a_wrong_claim_is_refused(wrong):
    token = jwt.encode({"alg": "Ed25519"}, claims(**wrong), KEY, algorithms=["Ed25519"])

    with pytest.raises(SignInError):
        tokens.verify(token, KEY, now=NOW)


def test_a_token_of_another_key_or_algorithm_is_refused():
    from joserfc.jwk import OctKey

    shared = OctKey.import_key("0123456789abcdef0123456789abcdef")
    foreign = tokens.issue(tokens.new_key(), CLERK, now=NOW)
    symmetric = jwt.encode({"alg": "HS256"}, claims(), shared, algorithms=["HS256"])

    for token in (foreign, symmetric, "", "a.b.c", tokens.issue(KEY, CLERK, now=NOW)[:-4] + "AAAA"):
        with pytest.raises(SignInError):
            tokens.verify(token, KEY, now=NOW)


def test_a_token_ends_after_a_working_day():
    token = tokens.issue(KEY, CLERK, now=NOW)

    tokens.verify(token, KEY, now=NOW + tokens.LIFETIME - timedelta(seconds=1))
    with pytest.raises(SignInError):
        tokens.verify(token, KEY, now=NOW + tokens.LIFETIME + timedelta(seconds=1))


def test_the_scope_is_the_subtree_of_the_units():
    catalogue = Catalogue.of(TREE)
    everywhere = Identity(UUID(int=1), "root", frozenset({Role.ADMIN}), frozenset({"*"}))

    assert CLERK.scope(catalogue) == {"H1", "X1", "X2"}
    assert everywhere.scope(catalogue) is None
    CLERK.require_unit(catalogue, "X1")
    everywhere.require_unit(catalogue, "T2")
    with pytest.raises(ForbiddenError):
        CLERK.require_unit(catalogue, "H2")
