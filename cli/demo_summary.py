"""What the demo shows when the year is loaded: rates beside the published ones, late dossiers, one deadline."""

from pathlib import Path
from typing import Any

import typer

from cli import clock
from cli.client import Client
from cli.errors import CHECK_FAILED, CliError
from cli.output import emit
from deploy.seed.totals import expected

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
_PAGE = 15


def show(admin: Client, home: Path, scale: int) -> None:
    """Print the summary; raises CliError with exit code 1 where the clock's integers are not the published ones."""
    answer = admin.get("/reporting/api/v1/rates", by="level", scale=1, rounding="truncate", **YEAR)
    _table(answer["rows"])
    _late(admin)
    _explain(admin)
    _addresses(admin, home)
    _compare(answer["rows"], scale)


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
    typer.echo("\nHồ sơ quá hạn chưa xong, trễ nhiều nhất trước (trang đầu của `motcua late --unit P49`):\n")
    page = admin.get("/sla/api/v1/late-dossiers", unit="P49", state="open", limit=_PAGE)
    columns = ("code", "procedure_code", "competent_unit", "due_current", "days_late", "holder")
    emit(columns, [tuple(row[name] for name in columns) for row in page["items"]])


def _explain(admin: Client) -> None:
    page = admin.get("/sla/api/v1/late-dossiers", unit="P49", state="closed", limit=1)
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


def _compare(rows: list[dict[str, Any]], scale: int) -> None:
    """Compare what the clock made of the moments with what the register must count to."""
    found = {row["key"]: row for row in rows}
    for level, wanted in expected(scale).items():
        row = found.get(level.value, {"received": 0, "early": 0, "on_time": 0})
        good = row["early"] + row["on_time"]
        if (row["received"], good) != (wanted.received, wanted.good):
            raise CliError(
                f"{level.value}: {good} of {row['received']} are early or on time,"
                f" the published totals at 1 : {scale} are {wanted.good} of {wanted.received}.",
                CHECK_FAILED,
            )
    typer.echo(f"\nThe integers equal the published totals at 1 : {scale}.")


def _number(value: int) -> str:
    return f"{value:,}".replace(",", ".")
