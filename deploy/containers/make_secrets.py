"""Makes the secrets of the containers on the host, once: `python3 deploy/containers/make_secrets.py`.

Plain Python without a package, so that a host with nothing but a container engine can run it. Existing files stay.
The folder is closed to others; the files in it are readable, because each container's own user reads them.
"""

import base64
import secrets
import sys
import uuid
from pathlib import Path

SERVICES = ("intake", "routing", "sla", "reporting")
ROOT = Path(__file__).resolve().parents[2]
_JAAS = """// Passwords of the broker's own listeners; those of the services are kept by the broker itself (SCRAM).
{sections}
client.KafkaServer {{
  org.apache.kafka.common.security.scram.ScramLoginModule required;
}};
"""
_SECTION = """{listener}.KafkaServer {{
  org.apache.kafka.common.security.plain.PlainLoginModule required
    username="broker" password="{broker}" user_broker="{broker}" user_provision="{provision}";
}};"""
_CLIENT = """security.protocol=SASL_PLAINTEXT
sasl.mechanism=PLAIN
sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="provision" \
password="{provision}";
"""


def texts(word: str = "") -> dict[str, str]:
    """Return the content of each secret file, with fresh passwords (or, for tests, `word` everywhere)."""

    def password() -> str:
        return word or secrets.token_hex(24)

    broker, provision = password(), password()
    sections = "\n".join(
        _SECTION.format(listener=listener, broker=broker, provision=provision)
        for listener in ("internal", "controller")
    )
    made = {
        "postgres_password": password(),
        "grafana_admin_password": password(),
        "kafka_provision_password": provision,
        "kafka_jaas": _JAAS.format(sections=sections),
        "kafka_admin_client": _CLIENT.format(provision=provision),
    }
    for service in SERVICES:
        secret = password()
        made[f"{service}_database_password"] = secret
        made[f"{service}_database_url"] = f"postgresql://{service}:{secret}@postgres:5432/motcua"
        made[f"{service}_kafka_password"] = password()
    return made


def write(folder: Path) -> bool:
    """Write the secret files unless the folder is there; return whether they were made."""
    if folder.exists():
        return False
    folder.mkdir(mode=0o700, parents=True)
    for name, text in texts().items():
        file = folder / name
        file.write_text(text)
        file.chmod(0o444)
    return True


def write_env(root: Path) -> None:
    """Copy .env.example to .env, with a cluster id of its own, unless it is there."""
    target = root / ".env"
    if target.exists():
        return
    cluster = (
        "A" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode()[1:22]
    )  # a leading dash would be an option
    text = (root / ".env.example").read_text()
    target.write_text(text.replace("KAFKA_CLUSTER_ID=\n", f"KAFKA_CLUSTER_ID={cluster}\n"))


def main() -> None:
    """Make what is missing."""
    made = write(ROOT / "secrets")
    write_env(ROOT)
    sys.stdout.write(
        "secrets/ and .env are made\n" if made else "secrets/ is there already: nothing changed\n"
    )


if __name__ == "__main__":
    main()
