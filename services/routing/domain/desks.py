"""Which officer gets a leg: the one at the desk with the least open work."""

from uuid import UUID


def choose(loads: dict[UUID, int]) -> UUID | None:
    """Return the officer with the fewest open legs (of equals the lowest id) and count the new one; None: nobody."""
    if not loads:
        return None
    officer = min(loads, key=lambda staff: (loads[staff], staff))
    loads[officer] += 1
    return officer
