"""A service's environment: `MOTCUA_*` variables, or files named by `MOTCUA_*_FILE` (container secrets)."""

import os
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

PREFIX = "MOTCUA_"


class _FileSource(PydanticBaseSettingsSource):
    """Reads `MOTCUA_X_FILE=/run/secrets/x` as the value of `MOTCUA_X`."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        alias = field.validation_alias
        name = alias if isinstance(alias, str) else f"{PREFIX}{field_name.upper()}"
        path = os.environ.get(f"{name}_FILE")
        return (Path(path).read_text().strip() if path else None), name, False

    def __call__(self) -> dict[str, Any]:
        found = {}
        for field_name, field in self.settings_cls.model_fields.items():
            value, _, _ = self.get_field_value(field, field_name)
            if value is not None:
                found[field_name] = value
        return found


class ServiceSettings(BaseSettings):
    """What every service reads from its environment; a service subclasses it for its own.

    Read once, in `__main__`; frozen. In tests it is built with keywords: `ServiceSettings(service=…, …)`.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="ignore", populate_by_name=True, hide_input_in_errors=True
    )

    KINDS: ClassVar[tuple[str, ...]] = ("unit", "procedure", "calendar", "ruleset")
    """Kinds of reference data this service works with."""

    service: str = ""
    database_url: SecretStr
    """PostgreSQL address of this service's own role."""
    db_schema: str = Field(default="", validation_alias=f"{PREFIX}SCHEMA")
    """Its schema; the service's name if not given."""
    kafka_bootstrap: str = "127.0.0.1:9092"
    kafka_username: str = ""
    """Without a user name Kafka is spoken to in plain text (only for a broker without listeners' rights)."""
    kafka_password: SecretStr = SecretStr("")
    kafka_security: str = "SASL_PLAINTEXT"
    kafka_ca: Path | None = None
    """Certificate authority for SASL_SSL."""
    topic_prefix: str = ""
    """Put before every topic and group name, so that tests can share a broker."""
    held: bool = False
    """Wait for a line on standard input before touching any server (see libs/process.py)."""
    host: str = "127.0.0.1"
    port: int = 0
    """Of this process's HTTP server; 0 takes a free one."""
    instance: str = ""
    """Stable and unique per live process: Kafka's static membership hangs on it."""
    token_public_key: str = ""
    """Public key (JWK, JSON) that signed identities are checked with; without it nobody can sign in."""
    login_url: str = "/login"
    home: Path | None = None
    log_level: str = "info"
    pool_size: int = Field(default=8, ge=1)

    @classmethod
    def settings_customise_sources(  # type: ignore[override]  # pydantic passes them by name

        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource, **_others: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:  # fmt: skip
        """Keywords first, then the environment, then files named by it."""
        return init_settings, env_settings, _FileSource(settings_cls)

    @property
    def schema_name(self) -> str:
        """Return the PostgreSQL schema."""
        return self.db_schema or self.service

    @property
    def dsn(self) -> str:
        """Return the database address, password included: never log it."""
        return self.database_url.get_secret_value()

    @property
    def group(self) -> str:
        """Return the Kafka consumer group: the service's name, with the prefix."""
        return self.topic_prefix + self.service

    def topic(self, logical: str) -> str:
        """Return the topic's name on the broker."""
        return self.topic_prefix + logical
