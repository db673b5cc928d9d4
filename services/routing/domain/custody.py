"""Who holds a dossier: every minute from reception to its end has exactly one owner."""

from datetime import datetime

from services.routing.domain.dossier import Held


class Custody:
    """The chain of holders, built from hand-overs in the order of time. Half-open spans without a hole.

    Until `begin` nobody holds it (the reception has not been heard of), and nothing is recorded.
    """

    def __init__(self) -> None:
        self.rows: list[Held] = []
        self.holder = ""
        self.under_way_to: str | None = None
        self._ended = False

    def begin(self, unit: str, at: datetime) -> None:
        """The receiving unit holds it first."""
        self.holder = unit
        self.rows.append(Held(unit, at, None))

    def opened(self, unit: str, at: datetime) -> None:
        """A leg began: its unit holds the dossier unless it is still under way to it."""
        if self.under_way_to != unit:
            self._hold(unit, at)

    def sent(self, sender: str, to: str, at: datetime) -> None:
        """It was sent: until receipt is confirmed the sender holds it."""
        self.under_way_to = to
        self._hold(sender, at)

    def received(self, unit: str, at: datetime) -> None:
        """Receipt was confirmed."""
        self.under_way_to = None
        self._hold(unit, at)

    def returned(self, to: str, at: datetime) -> None:
        """It went back; there is no receipt to wait for."""
        self.under_way_to = None
        self._hold(to, at)

    def moved(self, old: str, new: str, at: datetime) -> None:
        """A unit ended: its successor takes its place, as holder and as destination."""
        if self.under_way_to == old:
            self.under_way_to = new
        if self.holder == old:
            self._hold(new, at)

    def end(self, at: datetime) -> None:
        """The dossier ended: nobody holds it from then on."""
        if not self.rows or self._ended:
            return
        self._ended = True
        self.under_way_to = None
        self._close(at)

    def _hold(self, unit: str, at: datetime) -> None:
        if not self.rows or self._ended or unit == self.holder:
            return
        since = self._close(at)
        self.holder = unit
        if self.rows and self.rows[-1].unit == unit:  # what lay between took no time
            self.rows[-1] = Held(unit, self.rows[-1].since, None)
        else:
            self.rows.append(Held(unit, since, None))

    def _close(self, at: datetime) -> datetime:
        """End the running span and return when; one that took no time is forgotten."""
        last = self.rows[-1]
        until = max(at, last.since)
        if until > last.since:
            self.rows[-1] = Held(last.unit, last.since, until)
        else:
            self.rows.pop()
        return until
