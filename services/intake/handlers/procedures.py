"""Procedures before they are published: what the contract's shape alone does not tell."""

from collections.abc import Iterator, Sequence

from contracts.catalogue import CatalogueItem, Procedure, ProcedureItem
from law.rule_set import UnknownRuleSetError, rule_sets
from libs.catalogue import Catalogue
from libs.errors import DomainError, ManyErrors


def check_items(items: Sequence[CatalogueItem], _catalogue: Catalogue) -> None:
    """Raise ManyErrors for procedures that contradict themselves, each named by code and field."""
    errors = [error for item in items if isinstance(item, ProcedureItem) for error in _errors(item)]
    if errors:
        raise ManyErrors(errors)


def _errors(item: ProcedureItem) -> Iterator[DomainError]:
    procedure = item.data
    name = f"{procedure.code}/{procedure.version}"
    if item.subject != f"procedure/{name}":
        yield DomainError(name, "subject", f"{name}: subject không khớp mã và phiên bản")
    if not procedure.levels:
        yield DomainError(name, "levels_required", f"{name}: chưa ghi cấp giải quyết")
    if procedure.valid_to is not None and procedure.valid_to < procedure.valid_from:
        yield DomainError(name, "before_valid_from", f"{name}: ngày hết hiệu lực trước ngày có hiệu lực")
    if len({limit.channel for limit in procedure.limits}) < len(procedure.limits):
        yield DomainError(name, "limits_twice", f"{name}: một hình thức nộp có hai thời hạn")
    if not _is_known(procedure):
        yield DomainError(name, "rule_set_unknown", f"{name}: không có bộ quy định {procedure.rule_set}")


def _is_known(procedure: Procedure) -> bool:
    try:
        return procedure.rule_set is None or rule_sets().get(procedure.rule_set) is not None
    except UnknownRuleSetError:
        return False
