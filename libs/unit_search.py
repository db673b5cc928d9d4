"""Units found by their code or a piece of their name: what every page's unit field suggests as one types."""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from fastapi import Request
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRouter
from markupsafe import Markup

from contracts.catalogue import Unit
from libs.catalogue import Catalogue
from libs.identity import SignedIn

_MOST, _SHORTEST, _LONGEST = 20, 2, 80
_OPTION = Markup('<option value="{}">{}</option>')


def units_router() -> APIRouter:
    """Return the route `/don-vi`: the units of the caller that the one field of the query string may mean."""
    router = APIRouter()

    @router.get("/don-vi", response_class=HTMLResponse)
    async def suggest(request: Request, identity: SignedIn) -> HTMLResponse:
        catalogue: Catalogue = request.app.state.runtime.catalogue
        typed = next(iter(request.query_params.values()), "")[:_LONGEST]
        scope = identity.scope(catalogue)
        found = (unit for unit in matches(catalogue, typed) if scope is None or unit.code in scope)
        options = (_OPTION.format(unit.code, described(unit, catalogue)) for unit in islice(found, _MOST))
        return HTMLResponse("\n".join(options), headers={"Cache-Control": "no-store"})

    return router


def matches(catalogue: Catalogue, typed: str) -> Iterator[Unit]:
    """Yield units whose code or name holds every word typed, accents and case aside.

    Those that still exist come first, then the highest level; those that ended still have dossiers to be looked for.
    """
    words = folded(typed).split()
    if len("".join(words)) < _SHORTEST:
        return
    for text, unit in _index(catalogue):
        if all(word in text for word in words):
            yield unit


def described(unit: Unit, catalogue: Catalogue) -> str:
    """Return a unit's name with that of the unit above it, and until when it was."""
    name = f"{unit.name}, {catalogue.name_of(unit.parent)}" if unit.parent else unit.name
    return f"{name} (đến {unit.valid_to:%d/%m/%Y})" if unit.valid_to else name


def folded(text: str) -> str:
    """Return a text without accents and case, as people type it in a hurry."""
    bare = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(letter for letter in bare if not unicodedata.combining(letter))


@lru_cache(maxsize=1)
def _index(catalogue: Catalogue) -> list[tuple[str, Unit]]:
    units = sorted(catalogue.units.values(), key=_rank)
    return [(f"{folded(unit.name)} {unit.code.lower()}", unit) for unit in units]


def _rank(unit: Unit) -> tuple[bool, int, str, str]:
    return unit.valid_to is not None, unit.code.count("."), unit.name, unit.code
