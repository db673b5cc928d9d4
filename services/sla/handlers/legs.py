"""Who held a dossier on which leg, without a gap, out of its story. Pure."""

from collections.abc import Iterable

from services.sla.domain.cause import Custody, Holding
from services.sla.handlers import head
from services.sla.store.packing import Entry


class _Log(head.Custody):
    """Remembers every giving: the row keeps only who holds it now."""

    def __init__(self) -> None:
        super().__init__()
        self.given: list[tuple[int, str, int | None]] = []

    def give(self, at: int, unit: str, leg: int | None) -> None:
        """Let `unit` hold it from `at` on."""
        super().give(at, unit, leg)
        self.given.append((at, unit, leg))


def custody_of(story: Iterable[Entry]) -> Custody:
    """Return the holdings of a story (in its order) and the budgets of its legs."""
    log = _Log()
    budgets: dict[int, int] = {}
    for entry in story:
        move = head.MOVES.get(entry.name)
        if move is not None:
            move(log, entry, entry.data)
        minutes = entry.data.get("budget_minutes")
        if minutes is not None:
            budgets[entry.data["leg_no"]] = minutes
    ends = [at for at, _, _ in log.given[1:]]
    holdings = (
        [
            Holding(unit, leg, at, until)
            for (at, unit, leg), until in zip(log.given, [*ends, None], strict=True)
            if until is None or until > at
        ]
        if log.given
        else []
    )
    return Custody(holdings, budgets)
