"""Who is asking: a signed token {staff id, roles, units}, one dependency that checks it, and its scope.

Every route carries `require(…)` or `anyone()`; a test walks the route table.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from contracts.codes import Role
from libs.catalogue import Catalogue
from libs.clock import utcnow
from libs.errors import ForbiddenError, SignInError

ALGORITHMS = ["Ed25519"]
"""The only signatures accepted (EdDSA over Ed25519, RFC 9864)."""
AUDIENCE = "motcua"
ISSUER = "motcua-local"
COOKIE = "motcua_session"
LIFETIME = timedelta(hours=10)
"""A working day; a role taken away bites at the next sign-in at the latest."""

__all__ = ["Identity", "Role", "anyone", "issue", "new_key", "require", "verify"]


@dataclass(frozen=True, slots=True)
class Identity:
    """A person at work: opaque id, login name, roles, and the units the roles hold in ("*": the country)."""

    staff_id: UUID
    username: str
    roles: frozenset[Role]
    units: frozenset[str]

    def has(self, *roles: Role) -> bool:
        """Return whether the person has one of `roles`."""
        return not self.roles.isdisjoint(roles)

    def scope(self, catalogue: Catalogue) -> frozenset[str] | None:
        """Return the unit codes the person may see; None means no limit. Passed into every store function."""
        return catalogue.subtree(self.units)

    def require_unit(self, catalogue: Catalogue, code: str, field: str = "unit") -> None:
        """Raise ForbiddenError unless the unit lies in the person's scope."""
        scope = self.scope(catalogue)
        if scope is not None and code not in scope:
            raise ForbiddenError(field, "outside_scope", f"Đơn vị {code} ngoài phạm vi được phân công")


def new_key() -> OKPKey:
    """Return a new signing key; `key.as_dict(private=True)` is what its issuer keeps."""
    return OKPKey.generate_key("Ed25519")


def issue(key: OKPKey, identity: Identity, *, now: datetime, lifetime: timedelta = LIFETIME) -> str:
    """Return a token for `identity`, valid from `now` for `lifetime`. For issuers only."""
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(identity.staff_id),
        "name": identity.username,
        "roles": sorted(identity.roles),
        "units": sorted(identity.units),
        "iat": int(now.timestamp()),
        "exp": int((now + lifetime).timestamp()),
    }
    return jwt.encode({"alg": ALGORITHMS[0]}, claims, key, algorithms=ALGORITHMS)


def verify(token: str, key: OKPKey, *, now: datetime) -> Identity:
    """Return who the token names, or raise SignInError: wrong signature, algorithm, audience, or expired."""
    try:
        claims = jwt.decode(token, key, algorithms=ALGORITHMS).claims
        jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            iss={"essential": True, "value": ISSUER},
            aud={"essential": True, "value": AUDIENCE},
            exp={"essential": True},
            sub={"essential": True},
        ).validate(claims)
        return Identity(
            UUID(claims["sub"]),
            str(claims.get("name", "")),
            frozenset(Role(r) for r in claims["roles"]),
            frozenset(map(str, claims["units"])),
        )
    except (JoseError, ValueError, KeyError, TypeError):
        raise SignInError("", "token_invalid", "Phiên làm việc không hợp lệ hoặc đã hết hạn") from None


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


def read_key(jwk: str) -> OKPKey | None:
    """Return the public key in a JWK's JSON text; None for ''."""
    import orjson

    return OKPKey.import_key(orjson.loads(jwk)) if jwk else None
