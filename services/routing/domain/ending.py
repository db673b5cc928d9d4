"""Steps that end the time limit before a result: refusal after appraisal, stop."""

from contracts.codes import Reason
from contracts.routing import DossierStopped, RefusedAfterAppraisal
from services.routing.domain.acting import Act, require_open
from services.routing.domain.asking import Why
from services.routing.domain.dossier import Dossier
from services.routing.domain.say import Say, invalid


def refuse(dossier: Dossier, act: Act, *, why: Why) -> list[Say]:
    """Refuse in writing after appraisal (NĐ 118/2025 Đ.19.3); the clock ends."""
    require_open(dossier)
    act.require_unit(dossier.competent_unit)
    data = RefusedAfterAppraisal.Data(
        unit=dossier.competent_unit, reason=why.reason, ground=why.ground, note=why.note, officer=act.staff
    )
    return [Say(RefusedAfterAppraisal, act.at, data)]


def stop(dossier: Dossier, act: Act, *, why: Why) -> list[Say]:
    """Stop for good (form 05), also while waiting for the applicant."""
    require_open(dossier, may_wait=True)
    act.require_unit(dossier.competent_unit)
    if why.reason is Reason.APPLICANT_REQUEST:
        raise invalid("reason", "stop.by_applicant", "Người nộp rút hồ sơ thì ghi nhận ở bộ phận tiếp nhận")
    data = DossierStopped.Data(
        unit=dossier.competent_unit, reason=why.reason, ground=why.ground, note=why.note, officer=act.staff
    )
    return [Say(DossierStopped, act.at, data)]
