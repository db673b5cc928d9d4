"""The stack's generated passwords and names, kept in one private file of the state folder."""

import base64
import json
import secrets
import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from deploy.local.places import write_private

SERVICES = ("intake", "routing", "sla", "reporting")
BROKER_USERS = ("broker", "provision")


@dataclass(frozen=True, slots=True)
class Secrets:
    """What must never be a default: cluster id and a password per account."""

    cluster_id: str
    passwords: dict[str, str] = field(repr=False)

    def password(self, user: str) -> str:
        """Return the password of a server account."""
        return self.passwords[user]


def cluster_id(random: uuid.UUID) -> str:
    """Return an id for a Kafka cluster: 22 characters, the first no dash, which its tools would take for an option."""
    text = base64.urlsafe_b64encode(random.bytes).decode()[:22]
    return "A" + text[1:] if text.startswith("-") else text


def load_or_create(file: Path, users: Iterable[str] = ("postgres", *BROKER_USERS, *SERVICES)) -> Secrets:
    """Return the stack's secrets, made at the first start; new users get a password."""
    known = json.loads(file.read_text()) if file.exists() else {}
    passwords = dict(known.get("passwords", {}))
    missing = [user for user in users if user not in passwords]
    passwords |= {user: secrets.token_hex(24) for user in missing}
    cluster = known.get("cluster_id") or cluster_id(uuid.uuid4())
    result = Secrets(cluster, passwords)
    if missing:
        write_private(file, json.dumps(asdict(result)))
    return result
