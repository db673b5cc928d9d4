"""Dossiers of ended units pass on: as soon as they are folded, and by a sweep on the date."""

from datetime import date, datetime, time

from libs.clock import VN
from services.routing import metrics
from services.routing.domain.moving import moves, say_moved
from services.routing.domain.process import Rulebook
from services.routing.handlers.speaking import Talk


def pass_on(talk: Talk, book: Rulebook) -> int:
    """Say what successions an open dossier still needs; return how many. Nothing where its units live on."""
    today = talk.now.astimezone(VN).date()
    found = moves(talk.dossier(), units=book.units, today=today)
    talk.say(say_moved(_midnight(on), old, new) for on, old, new in found)
    metrics.MOVED.inc(len(found))
    return len(found)


def _midnight(on: date) -> datetime:
    return datetime.combine(on, time(), VN)
