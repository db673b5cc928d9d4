"""Some rows of a register, judged: which dossiers they make, which are refused, which are there already."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from services.intake.domain.register.cells import Terms
from services.intake.domain.register.dossiers import Draft, differing, read_dossier
from services.intake.domain.register.files import COLUMNS, Row
from services.intake.domain.register.words import Refusal


@dataclass(slots=True)
class Judged:
    """What some rows come to. `rows`: of REGISTER; those refused or skipped are counted apart."""

    rows: int = 0
    skipped: int = 0
    refused: int = 0
    drafts: list[Draft] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)


def judge(found: Iterable[Any], terms: Terms) -> Judged:
    """Return what staged rows (sorted by code and file) come to. No input or output: runs in a thread."""
    judged = Judged()
    for code, group in groupby(found, key=lambda r: r["code"]):
        rows: dict[str, list[Row]] = {"register": [], "steps": []}
        for row in group:
            rows[row["file"]].append(Row(row["line"], row["cells"]))
        if rows["register"]:
            _judge_one(judged, code, rows["register"], rows["steps"], terms)
    return judged


def _judge_one(judged: Judged, code: str, rows: Sequence[Row], steps: Sequence[Row], terms: Terms) -> None:
    judged.rows += len(rows)
    first, *others = rows
    made = read_dossier(first, steps, terms=terms)
    if isinstance(made, Draft):
        judged.drafts.append(made)
    else:
        judged.refused += 1
        judged.refusals += made
    for row in others:
        if row.cells == first.cells:
            judged.skipped += 1
            continue
        names = [n for n, a, b in zip(COLUMNS["register"], first.cells, row.cells, strict=False) if a != b]
        reason = f"Mã đã có ở dòng {first.line} với nội dung khác: {', '.join(names)}"
        judged.refused += 1
        judged.refusals.append(
            Refusal("register", row.line, code, (names or [""])[0], "other_content", reason)
        )


def settle(judged: Judged, known: dict[str, list[str] | None]) -> None:
    """Take out the drafts whose code is taken: skipped where the content is the same, else refused."""
    free = []
    for draft in judged.drafts:
        if draft.code not in known:
            free.append(draft)
            continue
        before = known[draft.code]
        if before == draft.content:
            judged.skipped += 1
            continue
        judged.refused += 1
        judged.refusals.append(_taken(draft, before))
    judged.drafts = free


def _taken(draft: Draft, before: list[str] | None) -> Refusal:
    if before is None:
        reason = "Mã này là của một hồ sơ tiếp nhận trên hệ thống, không phải hồ sơ nhập từ sổ"
        return Refusal("register", draft.line, draft.code, "code", "taken", reason)
    names = differing(before, draft.content)
    reason = f"Mã đã nhập trước đây với nội dung khác: {', '.join(names)}"
    return Refusal("register", draft.line, draft.code, names[0], "other_content", reason)
