"""The launcher's own environment: where state lives, and which servers exist already."""

import hashlib
import os
import sys
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

DEFAULT_GATEWAY_PORT = 8080


class LocalSettings(BaseSettings):
    """Everything the local stack reads from the environment, once."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    home_override: Path | None = Field(None, validation_alias="MOTCUA_HOME")
    cache_override: Path | None = Field(None, validation_alias="MOTCUA_CACHE")
    xdg_state: Path | None = Field(None, validation_alias="XDG_STATE_HOME")
    xdg_cache: Path | None = Field(None, validation_alias="XDG_CACHE_HOME")
    account: str | None = Field(None, validation_alias="MOTCUA_ACCOUNT")
    root_folder: Path = Field(Path("/var/lib/motcua"), validation_alias="MOTCUA_ROOT_FOLDER")
    database_url: str | None = Field(None, validation_alias="DATABASE_URL")
    kafka_bootstrap: str | None = Field(None, validation_alias="KAFKA_BOOTSTRAP_SERVERS")
    kafka_username: str | None = Field(None, validation_alias="KAFKA_USERNAME")
    kafka_password: str | None = Field(None, validation_alias="KAFKA_PASSWORD")
    kafka_security: str | None = Field(None, validation_alias="KAFKA_SECURITY")
    kafka_mechanism: str = Field("SCRAM-SHA-512", validation_alias="KAFKA_SASL_MECHANISM")
    path: str = Field("/usr/local/bin:/usr/bin:/bin", validation_alias="PATH")
    watchdog: Literal["auto", "pipe"] = Field("auto", validation_alias="MOTCUA_WATCHDOG")
    """`pipe` ends children of a dead launcher in the way made for macOS on Linux too."""

    @property
    def home(self) -> Path:
        """The state folder (kept over restarts)."""
        return (self.home_override or self._user_folder("state")).expanduser().absolute()

    @property
    def cache(self) -> Path:
        """The per-user folder of downloads, shared by all stacks of this user."""
        return (self.cache_override or self._user_folder("cache")).expanduser().absolute()

    def _user_folder(self, kind: str) -> Path:
        given = self.xdg_state if kind == "state" else self.xdg_cache
        if given:
            return given / "motcua"
        if sys.platform == "darwin":
            folder = "Application Support" if kind == "state" else "Caches"
            return Path("~/Library") / folder / "motcua"
        return Path("~/.local/state/motcua") if kind == "state" else Path("~/.cache/motcua")

    def child_environment(self) -> dict[str, str]:
        """Return the environment of a launcher that serves the same state folder and the same given servers."""
        given = {
            "MOTCUA_HOME": self.home,
            "MOTCUA_CACHE": self.cache,
            "MOTCUA_ACCOUNT": self.account,
            "MOTCUA_WATCHDOG": self.watchdog,
            "DATABASE_URL": self.database_url,
            "KAFKA_BOOTSTRAP_SERVERS": self.kafka_bootstrap,
            "KAFKA_USERNAME": self.kafka_username,
            "KAFKA_PASSWORD": self.kafka_password,
            "KAFKA_SECURITY": self.kafka_security,
        }
        others = {name: value for name, value in os.environ.items() if name not in given}
        return others | {name: str(value) for name, value in given.items() if value}

    @staticmethod
    def plain_environment() -> dict[str, str]:
        """Return the caller's environment without anything that is this project's or opens a server."""
        ours = ("MOTCUA_", "KAFKA_", "DATABASE_URL")
        return {name: value for name, value in os.environ.items() if not name.startswith(ours)}

    @property
    def home_tag(self) -> str:
        """A short name of the state folder, for what must lie elsewhere."""
        return hashlib.sha256(str(self.home.resolve()).encode()).hexdigest()[:12]
