"""The rule sets that come with this program, published as sla's own catalogue."""

from datetime import datetime

import structlog

from contracts.catalogue import RuleSetItem, RuleSetPublished
from law.rule_set import RuleSet, rule_sets
from libs.catalogue_store import publish_items
from libs.db import Pool, transaction
from libs.ids import uuid7
from services.sla import metrics

log = structlog.get_logger()


async def publish_rule_sets(pool: Pool, now: datetime) -> None:
    """Say which rule sets are in force; unchanged ones are not said again.

    One that was edited after it had been published would change open dossiers' rules: it is said, counted and
    logged, for an operator must know. An amendment belongs into a file with a code of its own.
    """
    async with transaction(pool) as conn:
        published = await publish_items(conn, [item_of(rules, now) for rules in rule_sets()])
    metrics.RULE_SETS_EDITED.set(published.changed)
    if published.changed:
        log.error("rule sets were edited after they had been published", number=published.changed)


def item_of(rules: RuleSet, now: datetime) -> RuleSetItem:
    """Return the catalogue item of a rule set."""
    data = RuleSetPublished(
        code=rules.code,
        version=rules.version,
        name=rules.name,
        valid_from=rules.valid_from,
        valid_to=rules.valid_to,
        sha256=rules.sha256,
    )
    key = f"ruleset/{rules.code}/{rules.version}"
    return RuleSetItem(id=uuid7(), time=now, recordedtime=now, subject=key, data=data)
