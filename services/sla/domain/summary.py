"""The head and the foot of an explanation: what rules, what it makes, and why it ended as it did."""

from datetime import datetime

from contracts.sla import ClockState, Outcome
from law.deadline import Terms
from law.durations import JudgedBy
from law.moments import to_moment
from law.rule_set import RuleSet
from law.worked_time import AsDeclared
from services.sla.domain import words
from services.sla.domain.answer import Answer, Remark
from services.sla.domain.breaches import rule_of
from services.sla.domain.standing import days_late


def head(answer: Answer) -> tuple[str, ...]:
    """Return the rules at the top of an explanation, each with its article."""
    terms = answer.terms
    if terms is None:
        return ()
    rules = terms.rule_set
    said = [f"Áp dụng {rules.name} (bộ quy định {rules.code})", _limit(terms)]
    said.append(f"Bổ sung hồ sơ: {_supplement(terms)} ({words.basis(rules.basis('supplement_appraisal'))})")
    if answer.starts_at and answer.due_original:
        starts, due = words.moment(answer.starts_at), words.moment(answer.due_original)
        said.append(f"Bắt đầu tính từ {starts}, hạn ban đầu {due}")
    said += [f"Tính lại từ đầu từ {words.moment(to_moment(run.start))}" for run in answer.runs[1:]]
    if answer.due_current and answer.due_current != answer.due_original:
        said.append(f"Hạn hiện tại {words.moment(answer.due_current)}")
    by = "theo ngày" if terms.judged_by is JudgedBy.DATE else "theo thời điểm"
    said.append(f"Đánh giá sớm, muộn {by}")
    return tuple(said)


def _limit(terms: Terms) -> str:
    if isinstance(terms.reckoning, AsDeclared):
        return "Hạn theo sổ cũ, vì danh mục chưa có thủ tục này"
    return f"Thời hạn {words.duration(terms.reckoning.duration)}"


def _supplement(terms: Terms) -> str:
    restarts = terms.rule_set.supplement_appraisal.value == "restart"
    return "thời hạn tính lại từ đầu khi đủ hồ sơ" if restarts else "thời gian chờ không tính vào thời hạn"


def conclusion(answer: Answer, *, as_of: datetime) -> str:
    """Return in a sentence how the dossier stands, and why."""
    if answer.error is not None:
        return f"Không tính được hạn: {words.ERRORS[answer.error]}."
    match answer.state:
        case None:
            return "Hồ sơ chưa được tiếp nhận."
        case ClockState.VOIDED:
            return f"Biên nhận đã hủy lúc {words.moment(answer.ended_at or as_of)}, hồ sơ không được tính."
        case ClockState.STOPPED:
            return _ended(answer, as_of)
        case ClockState.PAUSED:
            return _paused(answer)
        case _:
            return _running(answer, as_of)


def _running(answer: Answer, as_of: datetime) -> str:
    due = words.moment(answer.due_current) if answer.due_current else ""
    if answer.late_at and as_of >= answer.late_at:
        return f"Đang quá hạn {days_late(answer, as_of=as_of)} ngày làm việc, hạn {due}."
    return f"Còn trong hạn, hẹn trả {due}."


def _ended(answer: Answer, as_of: datetime) -> str:
    if (
        answer.ended_at is None
        or answer.due_current is None
        or answer.ending is None
        or answer.outcome is None
    ):
        return ""
    said = f"{words.moment(answer.ended_at)} {words.ENDINGS[answer.ending]}; hạn {words.moment(answer.due_current)}"
    late = f" {days_late(answer, as_of=as_of)} ngày làm việc" if answer.outcome is Outcome.LATE else ""
    if answer.late_at and answer.late_at != answer.due_current:
        said += f", từ {words.moment(answer.late_at)} trở đi là quá hạn"
    extended = " (đã gia hạn)" if answer.extended else ""
    return f"{said}: {words.OUTCOMES[answer.outcome]}{late}{extended}."


def _paused(answer: Answer) -> str:
    question = answer.waiting_for
    said = words.wait(question, answer.terms.rule_set if answer.terms else None) if question else "Tạm dừng"
    if answer.wait_expires_at:
        return f"{said}; hết thời hạn chờ {words.moment(answer.wait_expires_at)}."
    return f"{said}."


def notes(answer: Answer) -> tuple[str, ...]:
    """Return a sentence for each fact that was ignored or is remarkable, with the article it offends."""
    rules = answer.terms.rule_set if answer.terms else None
    return tuple(
        f"{words.moment(remark.fact.time)}: {words.NOTES[remark.note]}{_article(remark, rules)}"
        for remark in (*answer.ignored, *answer.flags)
    )


def _article(remark: Remark, rules: RuleSet | None) -> str:
    rule = rule_of(remark)
    ground = rules.basis(rule).ground if rules and rule else None
    return f" ({words.ground(ground)})" if ground else ""
