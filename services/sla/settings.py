"""The environment of sla, beside what every service reads."""

from pydantic import field_validator

from libs.settings import ServiceSettings
from services.sla.domain.late_buckets import USUAL, parse_buckets


class SlaSettings(ServiceSettings):
    """Settings of sla; durations in seconds."""

    service: str = "sla"
    provisional_after: float = 60.0
    """How long a rung waits for the proof that our inputs are applied up to its moment."""
    sweep_batch: int = 500
    """Dossiers whose rungs are told in one transaction: few enough that nobody else waits long for the process."""
    sweep_pause: float = 0.5
    """Longest sleep of the clockwork between two looks."""
    apology_pause: float = 60.0
    """Between two counts of the states of apology."""
    recompute_chunk: int = 1_000
    """Dossiers refolded in one transaction after a calendar decision."""
    preview_chunk: int = 500
    """Dossiers folded at a time to count what a proposed decision would move."""
    late_buckets: str = USUAL
    """How the late list tells lateness apart, in working days: ranges without a gap, the last one open."""

    @field_validator("late_buckets")
    @classmethod
    def _are_buckets(cls, text: str) -> str:
        parse_buckets(text)
        return text
