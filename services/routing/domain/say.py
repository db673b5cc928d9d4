"""What a decision wants said; the shell numbers it and puts it into the outbox."""

from dataclasses import dataclass
from datetime import datetime

from contracts.envelope import Payload
from contracts.routing import RoutingEvent


@dataclass(frozen=True, slots=True)
class Say:
    """An event without its id and number: which, when it happened, and its data."""

    model: type[RoutingEvent]
    at: datetime
    data: Payload


@dataclass(frozen=True, slots=True)
class Rule:
    """Why a step is refused: the input, a stable code, a sentence for the officer, the legal ground."""

    field: str
    rule: str
    message: str
    source: str = ""


class RefusedError(Exception):
    """A step that does not follow from the dossier's state, or whose input breaks a rule."""

    def __init__(self, rule: Rule) -> None:
        super().__init__(f"{rule.field}: {rule.rule}")
        self.rule = rule


class ConflictingStepError(RefusedError):
    """The dossier's state does not allow this step."""


class InvalidStepError(RefusedError):
    """An input of the step breaks a rule."""


class ForeignStepError(RefusedError):
    """The step is another unit's to take."""


def conflict(field: str, rule: str, message: str, source: str = "") -> RefusedError:
    """Return the refusal of a step that the dossier's state does not allow."""
    return ConflictingStepError(Rule(field, rule, message, source))


def invalid(field: str, rule: str, message: str, source: str = "") -> RefusedError:
    """Return the refusal of an input that breaks a rule."""
    return InvalidStepError(Rule(field, rule, message, source))
