"""One asking of the late list: the question checked against what is known, and the list that answers it."""

from datetime import datetime, timedelta

from libs.errors import ConflictError, NotFoundError
from libs.identity import Identity
from libs.runtime import Runtime
from services.sla.domain.late_buckets import Bucket, parse_buckets
from services.sla.handlers.late_list import LateList
from services.sla.handlers.past_rulebooks import rulebook_at
from services.sla.handlers.question import LateQuestion
from services.sla.handlers.rulebook import Rulebook
from services.sla.store import imports, late
from services.sla.store.late import Reader
from services.sla.store.late_filter import LateFilter

_UNKNOWN = {
    "field": ("field", "field_unknown", "Không có lĩnh vực {}"),
    "procedure": ("procedure_code", "procedure_unknown", "Không có thủ tục {}"),
    "rule_set": ("rule_set", "rule_set_unknown", "Không có bộ quy định {}"),
}
_ARMED = timedelta(days=1)
"""No import's partition takes longer to arm."""


def buckets_of(runtime: Runtime) -> tuple[Bucket, ...]:
    """Return how this installation tells lateness apart."""
    return parse_buckets(runtime.settings.late_buckets)


class Asked:
    """The list as one person may see it, at one moment."""

    def __init__(self, runtime: Runtime, rulebook: Rulebook, identity: Identity) -> None:
        self._runtime, self._rulebook = runtime, rulebook
        self.scope = identity.scope(rulebook.catalogue)

    async def list_of(
        self, asked: LateQuestion, now: datetime, reader: Reader | None = None
    ) -> tuple[LateList, LateFilter]:
        """Return the list and what to select; raises DomainError naming the parameter that makes no sense.

        Raises ConflictError for a moment of the last day while an import is being armed, which is one transaction
        per partition: its dossiers would be on the list as of then a minute later.
        """
        reader = reader or self._runtime.pool
        buckets = buckets_of(self._runtime)
        wanted = asked.filter(self._rulebook.catalogue, scope=self.scope, now=now, buckets=buckets)
        await require_known(reader, self._rulebook, asked)
        if asked.as_of is not None and asked.as_of > now - _ARMED and await imports.is_arming(reader):
            raise ConflictError(
                "as_of", "import_under_way", "Đang nhập hồ sơ, hãy xem lại thời điểm này sau ít phút"
            )
        rulebook = (
            await rulebook_at(reader, self._rulebook, wanted.as_of) if wanted.is_past else self._rulebook
        )
        return LateList(reader, rulebook, buckets, asked.sort), wanted


async def require_known(reader: Reader, rulebook: Rulebook, asked: LateQuestion) -> None:
    """Raise NotFoundError for a code that neither the catalogue nor any late dossier has."""
    for name, (column, rule, message) in _UNKNOWN.items():
        code = getattr(asked, name)
        if (
            code
            and not _is_in_catalogue(rulebook, name, code)
            and not await late.is_said(reader, column, code)
        ):
            raise NotFoundError(name, rule, message.format(code))


def _is_in_catalogue(rulebook: Rulebook, name: str, code: str) -> bool:
    if name == "rule_set":
        return rulebook.rule_set(code) is not None
    procedures = rulebook.catalogue.procedures()
    return any(code == (each.field if name == "field" else each.code) for each in procedures)
