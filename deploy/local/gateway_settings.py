"""The gateway process's environment."""

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class GatewaySettings(BaseSettings):
    """Where the gateway listens and which address serves which path."""

    model_config = SettingsConfigDict(env_prefix="MOTCUA_GATEWAY_", frozen=True, extra="ignore")

    home: Path
    port: int
    routes: dict[str, str]
    """First part of the path → address of the service, as {"intake": "http://127.0.0.1:15001"}."""
    host: str = "127.0.0.1"
