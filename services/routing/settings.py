"""The environment of routing, beside what every service reads."""

from typing import ClassVar

from libs.settings import ServiceSettings


class RoutingSettings(ServiceSettings):
    """Settings of routing; durations in seconds."""

    KINDS: ClassVar[tuple[str, ...]] = (*ServiceSettings.KINDS, "succession", "process")

    service: str = "routing"
    sweep_batch: int = 500
    """Dossiers moved to successors in one transaction."""
    sweep_pause: float = 60.0
    """Between two looks for dossiers of units that have ended."""
