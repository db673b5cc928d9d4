"""Numbering what is said: under the dossier's lock, in the order in which it goes to the outbox."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from contracts.routing import RoutingEvent
from libs.ids import uuid7
from services.routing.domain.dossier import Dossier
from services.routing.domain.fold import fold
from services.routing.domain.say import Say
from services.routing.store.dossiers import Row


@dataclass(slots=True)
class Talk:
    """One locked dossier and what is said about it in this transaction, recorded at `now`."""

    row: Row
    now: datetime
    said: list[RoutingEvent] = field(default_factory=list)
    _folded: tuple[int, Dossier] | None = None

    def dossier(self) -> Dossier:
        """Return the dossier as it follows from all facts so far."""
        number = len(self.row.facts)
        if self._folded is None or self._folded[0] != number:
            self._folded = number, fold(self.row.facts)
        return self._folded[1]

    def say(self, says: Iterable[Say]) -> None:
        """Give each its id and number; from now on they are facts."""
        for say in says:
            self.row.seq += 1
            event = say.model.model_validate(
                {
                    "id": uuid7(),
                    "time": say.at,
                    "recordedtime": self.now,
                    "subject": self.row.id,
                    "dossierseq": self.row.seq,
                    "data": say.data,
                }
            )
            self.said.append(event)
            self.row.add(event)
