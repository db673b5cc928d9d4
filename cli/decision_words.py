"""Calendar decisions and proposals in words."""

from typing import Any

from cli.output import vn_moment

_ACTS = {"proposed": "đề xuất", "previewed": "tính thử", "approved": "duyệt", "rejected": "không duyệt"}


def proposal(item: dict[str, Any]) -> str:
    """Return a proposal in a sentence: what it is about, where it stands, what it would move."""
    states = {"proposed": "chờ duyệt", "approved": "đã duyệt", "rejected": "không duyệt"}
    preview = item["preview"]
    counted = (
        preview["text"]
        if preview["state"] == "done"
        else f"đang tính, {preview['seen']}/{preview['total'] or '?'}"
    )
    what = "rút quyết định" if item["withdraws"] else "quyết định"
    return f"Đề xuất {item['id']}: {what} {item['decision']['code']}, {states[item['state']]}; {counted}"


def decision(item: dict[str, Any]) -> list[str]:
    """Return a decision line by line: documents, scope, days, who did what, what its recomputations moved."""
    said = [
        f"{item['code']}: {'; '.join(map(_document, item['documents']))}",
        f"Phạm vi: {item['unit_name'] or 'cả nước'}; {state(item)}",
    ]
    said += [
        f"  {day['date']} {day['kind']} {day['name'] or ''} {_spans(day)}".rstrip() for day in item["days"]
    ]
    said += [
        f"  {', '.join(map(_weekday, rule['weekdays']))} {rule['kind']} {_spans(rule)}"
        for rule in item["weekly"]
    ]
    said += [
        f"{vn_moment(act['at'])} {_ACTS.get(act['act'], act['act'])} {act['username'] or ''} {act['note'] or ''}".rstrip()
        for act in item["acts"]
    ]
    said += [
        f"{vn_moment(task['created_at'])} tính lại: xem {task['seen']}, dời {task['moved']}"
        + ("" if task["done_at"] else " (chưa xong)")
        for task in item["recomputations"]
    ]
    return said


def _document(version: dict[str, Any]) -> str:
    """Return a document in words: of what came, and of what took it back."""
    said = (
        f"{version['document']}, ngày {version['decided_on']}"
        if version["decided_on"]
        else version["document"]
    )
    return f"rút theo {said}" if version["withdrawn"] else str(said)


def _weekday(number: int) -> str:
    """Return a weekday's name; 1 is Monday, 7 Sunday."""
    return "chủ nhật" if number == 7 else f"thứ {number + 1}"  # noqa: PLR2004


def _spans(day: dict[str, Any]) -> str:
    return " ".join("-".join(session) for session in day["sessions"])


def state(item: dict[str, Any]) -> str:
    """Return whether a decision stands, and by whose word."""
    if item["withdrawn"]:
        return "đã rút"
    return "đã duyệt" if item["origin"] == "decision" else "dữ liệu nền"
