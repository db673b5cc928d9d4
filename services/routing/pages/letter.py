"""The printed letter of apology: form 04 of TT 03/2025/TT-VPCP, or the old form for receptions until 30/6/2025.

No personal data passes through here: the applicant's name and address are dotted lines, filled in by hand where
the letter is signed. So no name is fetched over the network for a paper that is signed by hand anyway.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from fastapi.responses import HTMLResponse

from libs.catalogue import Catalogue
from libs.clock import utcnow
from libs.errors import NotFoundError
from libs.http import CatalogueDep, RuntimeDep
from libs.identity import SignedIn
from libs.ui import page
from services.routing.domain.apology import Paper, papers_of
from services.routing.domain.dossier import Dossier
from services.routing.domain.fold import fold
from services.routing.pages import words
from services.routing.store import dossiers, finding

router = APIRouter(prefix="/ho-so")
_REASONS: dict[str, str] = {reason.value: text for reason, text in words.LATE_REASONS}
TITLES = {
    True: "Phiếu xin lỗi và hẹn lại ngày trả kết quả",
    False: "Văn bản xin lỗi và đề nghị gia hạn thời gian giải quyết hồ sơ",
}
"""By whether it is the old form."""
FORMS = {
    True: "Mẫu theo Thông tư 01/2018/TT-VPCP (Nghị định 61/2018/NĐ-CP, Điều 19)",
    False: "Mẫu số 04, Thông tư 03/2025/TT-VPCP (Nghị định 118/2025/NĐ-CP, Điều 19 khoản 6)",
}


@router.get("/{code}/van-ban/{number}")
async def letter(
    code: str,
    number: Annotated[int, Path(ge=1, le=99)],
    identity: SignedIn,
    runtime: RuntimeDep,
    catalogue: CatalogueDep,
) -> HTMLResponse:
    """Show a dossier's letter, to be printed and signed."""
    async with runtime.pool.acquire() as conn:
        dossier_id = await finding.find(conn, code, identity.scope(catalogue))
        if dossier_id is None:
            raise NotFoundError("code", "dossier_unknown", f"Không có hồ sơ {code}")
        row = await dossiers.read(conn, dossier_id)
    dossier = fold(row.facts)
    papers = papers_of(dossier)
    if number > len(papers) or dossier.head is None:
        raise NotFoundError("number", "letter_unknown", f"Hồ sơ {code} không có văn bản xin lỗi số {number}")
    paper = papers[number - 1]
    procedure = catalogue.procedure_version(dossier.head.procedure_code, dossier.head.procedure_version or 0)
    return page(
        words.ENV,
        "letter.html",
        identity=identity,
        now=utcnow(),
        code=code,
        paper=paper,
        title=TITLES[paper.is_old_form],
        form=FORMS[paper.is_old_form],
        unit=catalogue.name_of(dossier.competent_unit),
        procedure=procedure.name if procedure else dossier.head.procedure_code,
        received_at=dossier.head.received_at,
        due_before=paper.due_before or dossier.head.appointment_at,
        reason=_REASONS.get(paper.reason, paper.reason),
        responsible=catalogue.name_of(paper.responsible) if paper.responsible else "",
    )


def letters_of(dossier: Dossier, catalogue: Catalogue) -> list[dict[str, Any]]:
    """Return what a dossier's page shows of its letters."""
    return [_shown(paper, catalogue) for paper in papers_of(dossier)]


def _shown(paper: Paper, catalogue: Catalogue) -> dict[str, Any]:
    return {
        "number": paper.number,
        "issued_at": paper.issued_at,
        "reason": _REASONS.get(paper.reason, paper.reason),
        "responsible": catalogue.name_of(paper.responsible) if paper.responsible else "–",
        "due_before": paper.due_before,
        "new_due_at": paper.new_due_at,
    }
