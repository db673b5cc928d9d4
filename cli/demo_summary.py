"""What the demo shows when the year is loaded: rates beside the published ones, late dossiers, one deadline."""

from datetime import datetime
from pathlib import Path
from typing import Any

import typer

from cli import clock
from cli.client import Client
from cli.output import emit
from deploy.seed.totals import expected
from libs.clock import VN

YEAR = {"unit": "P49", "from": "2022-01-01", "to": "2022-12-31", "as_of": "2022-12-31"}
NAMES = {"province": "tỉnh", "district": "huyện", "commune": "xã"}
HEADER = (
    "cấp",
    "tiếp nhận",
    "trước hạn",
    "đúng hạn",
    "quá hạn",
    "đang giải quyết",
    "đang quá hạn",
    "tỷ lệ %",
)
LATE_HEADER = ("mã hồ sơ", "thủ tục", "hẹn trả", "ngày làm việc trễ", "", "đang giữ")
_PAGE = 15


def show(admin: Client, home: Path, scale: int) -> bool:
    """Print the summary; return whether the clock's integers are the published ones, and say so."""
    answer = admin.get("/reporting/api/v1/rates", by="level", scale=1, rounding="truncate", **YEAR)
    _table(answer["rows"])
    _late(admin)
    _explain(admin)
    _addresses(admin, home)
    return _compare(answer["rows"], scale, home)


def _table(rows: list[dict[str, Any]]) -> None:
    typer.echo(
        "\nQuảng Nam, tiếp nhận năm 2022, chốt đến hết 31/12/2022 (một chữ số thập phân, bỏ chữ số sau):\n"
    )
    lines = [
        (
            NAMES[row["key"]],
            *(
                _number(row[name])
                for name in ("received", "early", "on_time", "late", "open_in_time", "open_late")
            ),
            f"{row['rate']:.1f}".replace(".", ","),
        )
        for row in rows
    ]
    emit(HEADER, lines)


def _late(admin: Client) -> None:
    page = admin.get("/sla/api/v1/late-dossiers", unit="P49", limit=_PAGE)
    total = page["totals"]["total"]
    typer.echo(
        f"\nHồ sơ quá hạn tính đến nay, {_PAGE} của {_number(total)} (trang đầu của `motcua late --unit P49`):\n"
    )
    emit(LATE_HEADER, [_late_line(row) for row in page["items"]])


def _late_line(row: dict[str, Any]) -> tuple[str, ...]:
    due = datetime.fromisoformat(row["due_current"]).astimezone(VN)
    state = "đã xong" if row["state"] == "stopped" else "chưa xong"
    return (
        row["code"],
        row["procedure_name"] or row["procedure_code"],
        f"{due:%d/%m/%Y}",
        str(row["days_late"]),
        state,
        row["holder_name"] or row["holder"],
    )


def _explain(admin: Client) -> None:
    page = admin.get("/sla/api/v1/late-dossiers", unit="P49", state="closed", min_days=2, limit=1)
    if page["items"]:
        code = page["items"][0]["code"]
        typer.echo(f"\nVì sao hồ sơ {code} quá hạn (`motcua explain {code}`):\n")
        clock.show(admin, code)


def _addresses(admin: Client, home: Path) -> None:
    base = str(admin.http.base_url).rstrip("/")
    typer.echo(f"\nPages      {base}/   (people and first passwords: {home}/first-passwords.txt)")
    typer.echo(f"Late list  {base}/sla/        Rates  {base}/reporting/")
    typer.echo(
        f"Metrics    {base}/reporting/metrics   {base}/sla/metrics   {base}/routing/metrics   {base}/intake/metrics"
    )
    typer.echo(f"Commands   MOTCUA_HOME={home} .venv/bin/motcua late | rates | explain CODE | status")


def _compare(rows: list[dict[str, Any]], scale: int, home: Path) -> bool:
    """Compare what the clock made of the moments with what the register must count to."""
    found = {row["key"]: row for row in rows}
    for level, wanted in expected(scale).items():
        row = found.get(level.value, {"received": 0, "early": 0, "on_time": 0})
        good = row["early"] + row["on_time"]
        if (row["received"], good) != (wanted.received, wanted.good):
            typer.echo(
                f"\n{level.value}: {good} of {row['received']} are early or on time,"
                f" the published totals at 1 : {scale} are {wanted.good} of {wanted.received}. Dossiers of 2022 that you"
                " imported into Quảng Nam count, too: 'motcua import --void BATCH' takes a batch out. If you imported"
                f" none, 'MOTCUA_HOME={home} .venv/bin/motcua reconcile' looks for the cause.",
                err=True,
            )
            return False
    typer.echo(f"\nThe integers equal the published totals at 1 : {scale}.")
    return True


def _number(value: int) -> str:
    return f"{value:,}".replace(",", ".")
