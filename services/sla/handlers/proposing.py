"""The clock's proposals: why each late dossier is late. Made by the clockwork, so that no fold waits for them."""

from datetime import datetime, timedelta

from libs.db import Pool, transaction
from services.sla.domain.cause import Proposal, propose
from services.sla.domain.clock import fold
from services.sla.handlers.head import head_of
from services.sla.handlers.legs import custody_of
from services.sla.handlers.past_rulebooks import PastRulebooks
from services.sla.handlers.rulebook import Rulebook
from services.sla.store import causes
from services.sla.store.dossiers import Row
from services.sla.store.packing import story_of, unpack


async def propose_some(
    pool: Pool, rulebook: Rulebook, *, now: datetime, size: int, after: timedelta = timedelta(0)
) -> int:
    """Propose causes for up to `size` dossiers late since `after` or longer, in one transaction; return how many."""
    async with transaction(pool) as conn:
        rows = await causes.take_uncaused(conn, now - after, size)
        if rows:
            past = PastRulebooks(conn, rulebook)
            found = [(row.id, proposal_of(row, await past.of(row))) for row in rows]
            await causes.put_proposals(conn, found, now)
    return len(rows)


def proposal_of(row: Row, rulebook: Rulebook) -> Proposal:
    """Return what a dossier's facts suggest, by the rulebook it stands by (`PastRulebooks`)."""
    story = story_of(row.story)
    answer = fold(map(unpack, row.facts), rulebook.terms(head_of(story)))
    return propose(answer, custody_of(story), competent=row.competent_unit)


async def rekey_some(pool: Pool, rulebook: Rulebook, *, now: datetime, size: int) -> bool:
    """Let open late dossiers of units that got decisions of their own be counted by those; return whether any was."""
    keys = [
        (unit, code, rulebook.late_calendar(unit, code))
        for unit in sorted(_decided_below(rulebook))
        for code in rulebook.rule_set_codes
    ]
    if not keys:
        return False
    async with transaction(pool) as conn:
        return await causes.rekey(conn, keys, now, size) > 0


def _decided_below(rulebook: Rulebook) -> frozenset[str]:
    return rulebook.catalogue.subtree(rulebook.deciding_units) or frozenset()
