"""Intake's environment."""

from libs.settings import ServiceSettings


class IntakeSettings(ServiceSettings):
    """What intake reads beside what every service reads."""

    service: str = "intake"
    import_chunk: int = 1000
    """Dossiers of a register per transaction."""
    import_ahead: int = 50_000
    """How many events may wait for the relay before an import pauses (0: any number)."""
    import_source: str = "register"
    """Names the legacy system in the ids of imported dossiers: same source and code, same id."""
