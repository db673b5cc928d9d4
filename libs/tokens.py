"""Who a person is, as a signed token says it: {staff id, roles, units}."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import orjson
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from contracts.codes import Role
from libs.catalogue import Catalogue
from libs.errors import ForbiddenError, SignInError

ALGORITHMS = ["Ed25519"]
"""The only signatures accepted (EdDSA over Ed25519, RFC 9864)."""
AUDIENCE = "motcua"
ISSUER = "motcua-local"
LIFETIME = timedelta(hours=10)
"""A working day; a role taken away bites at the next sign-in at the latest."""


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


def read_key(jwk: str) -> OKPKey | None:
    """Return the public key in a JWK's JSON text; None for ''."""
    return OKPKey.import_key(orjson.loads(jwk)) if jwk else None
