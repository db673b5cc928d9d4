"""What can go wrong in words a person understands, and its form on the wire (RFC 9457)."""

from collections.abc import Sequence
from typing import Any, ClassVar


class DomainError(Exception):
    """A rule or a shape says no.

    `message` is Vietnamese, for the person at the counter; `rule` is a stable machine code; `source` names
    the legal ground where there is one, as "NĐ 118/2025 Đ.19.5". `field` is the input it is about, or "".
    """

    status: ClassVar[int] = 422
    title: ClassVar[str] = "Dữ liệu không hợp lệ"

    def __init__(self, field: str, rule: str, message: str, *, source: str = "") -> None:
        super().__init__(f"{field}: {rule}: {message}" if field else f"{rule}: {message}")
        self.field, self.rule, self.message, self.source = field, rule, message, source

    def detail(self) -> dict[str, str]:
        """Return the entry for `errors[]`."""
        entry = {"field": self.field, "rule": self.rule, "message": self.message}
        return entry | ({"source": self.source} if self.source else {})


class ManyErrors(DomainError):  # noqa: N818 - it is many
    """Several rules said no at once."""

    def __init__(self, errors: Sequence[DomainError]) -> None:
        first = errors[0]
        super().__init__(first.field, first.rule, first.message, source=first.source)
        self.errors = tuple(errors)


class SignInError(DomainError):
    """Nobody is signed in, or the token is not valid."""

    status = 401
    title = "Chưa đăng nhập"


class ForbiddenError(DomainError):
    """The person is known but may not do this, or not there."""

    status = 403
    title = "Không có quyền"


class NotFoundError(DomainError):
    """There is no such thing, or it lies outside the person's scope."""

    status = 404
    title = "Không tìm thấy"


class ConflictError(DomainError):
    """What was asked contradicts what is already there."""

    status = 409
    title = "Xung đột với dữ liệu hiện có"


class StaleError(DomainError):
    """The thing changed since the person read it (`If-Match`)."""

    status = 412
    title = "Hồ sơ đã thay đổi"


class UnavailableError(DomainError):
    """Not now: a server we need is away. Trying again later is right."""

    status = 503
    title = "Tạm thời không phục vụ được"


def problem(
    status: int, title: str, *, detail: str = "", errors: Sequence[dict[str, Any]] = ()
) -> dict[str, Any]:
    """Return an RFC 9457 problem details object."""
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status}
    if detail:
        body["detail"] = detail
    if errors:
        body["errors"] = list(errors)
    return body


def problem_of(error: DomainError) -> dict[str, Any]:
    """Return the problem details of a domain error, one `errors[]` entry per rule."""
    many = error.errors if isinstance(error, ManyErrors) else (error,)
    return problem(error.status, error.title, detail=error.message, errors=[e.detail() for e in many])
