"""The local issuer: a key pair in the state folder that signs who someone is."""

import json
from datetime import datetime, timedelta
from pathlib import Path

from joserfc.jwk import OKPKey

from deploy.local.places import write_private
from libs.tokens import Identity, issue, new_key

SESSION = timedelta(hours=8)
"""How long a log-in or a printed token lasts."""
_FILE = "issuer-key.json"


class Issuer:
    """Signs tokens with the stack's private key; whoever may read the state folder is its owner."""

    def __init__(self, key: OKPKey) -> None:
        self._key = key

    @property
    def public_key(self) -> str:
        """The public key as JWK text, for the services."""
        return json.dumps(self._key.as_dict(private=False))

    @property
    def verification_key(self) -> OKPKey:
        """The key to verify with."""
        return self._key

    def token(self, identity: Identity, *, now: datetime) -> str:
        """Return a bearer token valid from `now` for a session."""
        return issue(self._key, identity, now=now, lifetime=SESSION)


def load(home: Path) -> Issuer:
    """Return the issuer of the stack in `home`; FileNotFoundError before its first start."""
    return Issuer(OKPKey.import_key(json.loads((home / _FILE).read_text())))


def ensure(home: Path) -> Issuer:
    """Return the issuer, its key made at the first start."""
    if not (home / _FILE).exists():
        write_private(home / _FILE, json.dumps(new_key().as_dict(private=True)))
    return load(home)
