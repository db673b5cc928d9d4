"""Who is asking: one dependency that checks the token, and which roles may use a route.

Every route carries `require(…)` or `anyone()`; a test walks the route table.
"""

from collections.abc import Callable, Iterable
from typing import Annotated, Any

from fastapi import Depends, Request

from contracts.codes import Role
from libs.clock import utcnow
from libs.errors import ForbiddenError, SignInError
from libs.tokens import Identity, verify

COOKIE = "motcua_session"

__all__ = ["Identity", "Role", "access_rules", "anyone", "identity_of", "require"]


def token_of(request: Request) -> str:
    """Return the bearer token, else the session cookie, else ''."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip()
    return request.cookies.get(COOKIE, "")


def identity_of(request: Request) -> Identity | None:
    """Return who is asking, None for nobody; raises SignInError for a bad token."""
    token = token_of(request)
    if not token:
        return None
    key = request.app.state.token_key
    if key is None:
        raise SignInError("", "no_key", "Hệ thống chưa được cấp khóa xác thực")
    return verify(token, key, now=utcnow())


def require(*roles: Role) -> Callable[[Request], Identity]:
    """Return a dependency that lets in people with one of `roles` (none named: anybody signed in)."""

    def check(request: Request) -> Identity:
        identity = identity_of(request)
        if identity is None:
            raise SignInError("", "sign_in_required", "Cần đăng nhập")
        if roles and not identity.has(*roles):
            raise ForbiddenError("", "role_missing", "Tài khoản không có quyền thực hiện việc này")
        return identity

    check.access_rule = tuple(roles) or ("signed-in",)  # type: ignore[attr-defined]
    return check


def anyone() -> Callable[[Request], Identity | None]:
    """Return a dependency that marks a public route; it yields who is asking, or None."""

    def check(request: Request) -> Identity | None:
        try:
            return identity_of(request)
        except SignInError:
            return None

    check.access_rule = ("anyone",)  # type: ignore[attr-defined]
    return check


SignedIn = Annotated[Identity, Depends(require())]
"""For a route any signed-in person may use."""


def access_rules(dependencies: Iterable[Any]) -> list[tuple[str, ...]]:
    """Return the access rules in a route's tree of dependencies (`route.dependant.dependencies`)."""
    rules = []
    for dependency in dependencies:
        rule = getattr(dependency.call, "access_rule", None)
        if rule is not None:
            rules.append(rule)
        rules += access_rules(dependency.dependencies)
    return rules
