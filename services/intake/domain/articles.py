"""The article behind a rule, as the person at the counter reads it."""

from law.rule_set import UnknownRuleSetError, rule_sets

_PRESENT = "nd-118-2025"
_PARTS = 3
"""Of a document's code: kind, number, year."""


def article(rule_set: str | None, rule: str) -> str:
    """Return the legal ground of a rule of a rule set (none given: the present one), as `NĐ 118/2025 Đ.19.5`.

    "" where the rule is practice only.
    """
    try:
        ground = rule_sets().get(rule_set or _PRESENT).basis(rule).ground or ""
    except UnknownRuleSetError:
        return ""
    document, _, number = ground.partition("/")
    parts = document.split("-")
    if len(parts) < _PARTS:
        return ground
    name = f"{parts[0].replace('ND', 'NĐ')} {parts[1]}/{parts[2]}"
    return f"{name} Đ.{number}" if number else name
