"""Pages for people: on-time rates, with one chart."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse

from contracts.codes import Channel
from libs.catalogue import Catalogue
from libs.clock import VN, utcnow
from libs.db import Connection
from libs.errors import DomainError
from libs.http import CatalogueDep, RuntimeDep
from libs.identity import SignedIn
from libs.ui import environment, page
from libs.ui.charts import Chart, Heading, line_chart
from services.reporting.domain.rates import Rounding
from services.reporting.domain.table import RateTable
from services.reporting.handlers.tables import CHANNELS, Question, answer, with_by
from services.reporting.store import figures
from services.reporting.store.figures import Basis, By

router = APIRouter()
ENV = environment("reporting", Path(__file__).parent / "templates")
SPLITS = (
    (By.LEVEL, "Cấp"),
    (By.FIELD, "Lĩnh vực"),
    (By.UNIT, "Đơn vị"),
    (By.PROCEDURE, "Thủ tục"),
    (By.CHANNEL, "Hình thức nộp"),
    (By.PROVINCE, "Tỉnh"),
    (By.MONTH, "Tháng"),
)
BASES = ((Basis.RECEPTION, "Ngày tiếp nhận"), (Basis.OUTCOME, "Ngày có kết quả"))
ROUNDINGS = ((Rounding.HALF_UP, "Làm tròn"), (Rounding.TRUNCATE, "Bỏ chữ số thừa"))


def day(text: str, field: str) -> date | None:
    """Return the day typed as 31/12/2022, 31122022 or 2022-12-31; raises DomainError for anything else."""
    words = text.strip()
    if not words:
        return None
    for pattern in ("%d/%m/%Y", "%d%m%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(words, pattern).replace(tzinfo=VN).date()
        except ValueError:
            continue
    raise DomainError(field, "day_invalid", "Ngày phải theo dạng ngày/tháng/năm, ví dụ 31/12/2022")


class Form:
    """What the filter bar holds, as typed; `question` reads it, noting errors instead of raising."""

    def __init__(
        self,
        by: By = By.LEVEL,
        unit: Annotated[str, Query(max_length=80)] = "",
        tu: Annotated[str, Query(max_length=20)] = "",
        den: Annotated[str, Query(max_length=20)] = "",
        chot: Annotated[str, Query(max_length=20)] = "",
        basis: Basis = Basis.RECEPTION,
        channel: Annotated[str, Query(max_length=20)] = "",
        rounding: Rounding = Rounding.HALF_UP,
    ) -> None:
        self.by, self.unit, self.tu, self.den, self.chot = by, unit, tu, den, chot
        self.basis, self.channel, self.rounding = basis, channel, rounding
        self.errors: list[DomainError] = []

    def question(self) -> Question:
        """Return what is asked; a field that makes no sense is left out and noted."""
        cut = self._day(self.chot, "chot")
        return Question(
            by=self.by,
            unit=self.unit.strip() or None,
            basis=self.basis,
            first_day=self._day(self.tu, "tu"),
            last_day=self._day(self.den, "den"),
            channel=Channel(self.channel) if self.channel in set(Channel) else None,
            as_of=cut.isoformat() if cut else None,
            scale=1,
            rounding=self.rounding,
        )

    def _day(self, text: str, field: str) -> date | None:
        try:
            return day(text, field)
        except DomainError as error:
            self.errors.append(error)
            return None


def _export(question: Question) -> str:
    """Return the query string that asks the API for the same table."""
    asked = {
        "by": question.by,
        "unit": question.unit,
        "from": question.first_day,
        "to": question.last_day,
        "basis": question.basis,
        "as_of": question.as_of,
        "channel": question.channel,
        "scale": question.scale,
        "rounding": question.rounding,
    }
    return urlencode({name: str(value) for name, value in asked.items() if value is not None})


@router.get("/")
async def start(
    form: Annotated[Form, Depends()], identity: SignedIn, runtime: RuntimeDep, catalogue: CatalogueDep
) -> HTMLResponse:
    """Show rates and their course over the months, both within the person's units."""
    question, now = form.question(), utcnow()
    table, chart = None, None
    try:
        async with runtime.pool.acquire() as conn:
            scope = identity.scope(catalogue)
            table = await answer(conn, question, catalogue=catalogue, scope=scope)
            chart = await _course(conn, question, catalogue, scope)
    except DomainError as error:
        form.errors.append(error)
    values = {"form": form, "table": table, "chart": chart, "export": _export(question), "question": question}
    choices = {"splits": SPLITS, "bases": BASES, "roundings": ROUNDINGS, "channels": CHANNELS}
    return page(
        ENV,
        "rates.html",
        status=422 if form.errors else 200,
        identity=identity,
        now=now,
        errors=form.errors,
        **values,
        **choices,
    )


async def _course(
    conn: Connection, question: Question, catalogue: Catalogue, scope: frozenset[str] | None
) -> Chart:
    """Return the on-time rate of the last twelve months that have dossiers."""
    months: RateTable = await answer(conn, with_by(question, By.MONTH), catalogue=catalogue, scope=scope)
    objective = {record["field"]: record["ratio"] for record in await figures.objectives(conn)}["*"]
    heading = Heading(
        "ty-le-thang",
        "Tỷ lệ giải quyết trước và đúng hạn theo tháng",
        "Số hồ sơ trước hạn và đúng hạn trên tổng số hồ sơ, từng tháng.",
    )
    points = [(f"{line.key[5:]}/{line.key[:4]}", line.rate) for line in months.lines[-12:]]
    return line_chart(heading, points, target=Decimal(objective) * 100)
