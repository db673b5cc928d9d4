"""The environment of the one-shot containers."""

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class ContainerSettings(BaseSettings):
    """Where the servers are and where secrets lie; every default is what docker-compose.yml gives."""

    model_config = SettingsConfigDict(env_prefix="MOTCUA_PROVISION_", frozen=True, extra="ignore")

    secrets: Path = Path("/run/secrets")
    postgres: str = "postgres:5432"
    database: str = "motcua"
    owner: str = "postgres"
    kafka: str = "kafka:9094"
    """The broker's internal listener, where `provision` logs in with a password of its own."""
    identity: Path = Path("/var/lib/motcua/identity")
    """Private: the issuer's key and the people."""
    keys: Path = Path("/var/lib/motcua/keys")
    """Public: what services check tokens with."""
    gateway: str = "http://gateway:8080"

    def secret(self, name: str) -> str:
        """Return the content of a secret file."""
        return (self.secrets / name).read_text().strip()
