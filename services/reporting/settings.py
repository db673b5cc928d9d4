"""The environment of reporting."""

from libs.settings import ServiceSettings


class ReportingSettings(ServiceSettings):
    """Adds how often the gauges are renewed."""

    service: str = "reporting"
    snapshot_seconds: float = 5.0
