"""What the pages share: the templates, and words for what they show."""

from pathlib import Path

from contracts.sla import ClockState
from libs.catalogue import Catalogue
from libs.ui import environment

ENV = environment("sla", Path(__file__).parents[1] / "templates")
STATES = {
    ClockState.RUNNING: ("Đang giải quyết", "plain"),
    ClockState.PAUSED: ("Tạm dừng", "wait"),
    ClockState.STOPPED: ("Đã kết thúc", "done"),
    ClockState.VOIDED: ("Đã hủy", "plain"),
    ClockState.ERROR: ("Không tính được hạn", "late"),
}


def fields_of(catalogue: Catalogue) -> list[tuple[str, str]]:
    """Return the fields of the catalogue's procedures with their names, by name."""
    found = {procedure.field: procedure.field_name for procedure in catalogue.procedures()}
    return sorted(found.items(), key=lambda pair: pair[1])
