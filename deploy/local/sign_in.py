"""Log-in page, log-out and token of the local issuer."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import jinja2
from aiohttp import web

from contracts.codes import Role
from deploy.local.issuer import SESSION, Issuer
from deploy.local.login_limit import LoginLimit
from deploy.local.proxy import problem_response
from deploy.local.users import Users
from libs.errors import SignInError
from libs.identity import COOKIE
from libs.tokens import Identity, verify
from libs.ui.assets import STATIC
from libs.ui.policy import CONTENT_POLICY
from libs.ui.templating import environment

_HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_WRONG = "Tên đăng nhập hoặc mật khẩu không đúng"
_WAIT = "Đăng nhập sai nhiều lần, xin thử lại sau {minutes} phút"
_HOME_OF = {
    Role.CLERK: "/intake/",
    Role.OFFICER: "/routing/",
    Role.SUPERVISOR: "/sla/",
    Role.INSPECTOR: "/sla/",
    Role.OPERATOR: "/reporting/",
    Role.ADMIN: "/reporting/",
}


class TooManyTriesError(Exception):
    """A name that must wait before another try."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"wait {seconds:.0f} s")
        self.seconds = seconds


class SignIn:
    """The routes with which a person gets and drops a session."""

    def __init__(
        self, issuer: Issuer, load_users: Callable[[], Users], clock: Callable[[], datetime]
    ) -> None:
        self._issuer, self._load_users, self._clock = issuer, load_users, clock
        self._limit = LoginLimit()
        self._pages = environment("login", Path(__file__).parent / "templates")

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return the routes, the design system's files for the log-in page among them."""
        return [
            web.get("/", self.start),
            web.get("/login", self.form),
            web.post("/login", self.submit),
            web.post("/logout", self.logout),
            web.post("/auth/token", self.token),
            web.static("/login/static", STATIC),
        ]

    async def _check(self, username: str, password: str) -> Identity | None:
        now = time.monotonic()
        if seconds := self._limit.wait(username, now=now):
            raise TooManyTriesError(seconds)
        self._limit.failed(username, now=now)  # counted before it is looked at: tries side by side count too
        identity = await asyncio.to_thread(lambda: self._load_users().check(username, password))
        if identity:
            self._limit.succeeded(username)
        return identity

    def who(self, request: web.Request) -> Identity | None:
        """Return who holds the session cookie, or None."""
        token = request.cookies.get(COOKIE)
        if not token:
            return None
        try:
            return verify(token, self._issuer.verification_key, now=self._clock())
        except SignInError:
            return None

    async def start(self, request: web.Request) -> web.StreamResponse:
        """Send a person to the page of their role, or to the log-in."""
        identity = self.who(request)
        raise web.HTTPSeeOther(home_of(identity) if identity else "/login")

    async def form(self, request: web.Request) -> web.Response:
        """Show the log-in page."""
        return self._page(next_path=request.query.get("next", ""))

    async def submit(self, request: web.Request) -> web.StreamResponse:
        """Sign a person in and send them on, or show what was wrong."""
        if not same_origin(request):
            return problem_response(403, "Yêu cầu đến từ trang khác")
        form = await request.post()
        username, password = str(form.get("username", "")).strip(), str(form.get("password", ""))
        next_path = str(form.get("next", ""))
        try:
            identity = await self._check(username, password)
        except TooManyTriesError as error:
            return self._page(
                next_path, username, _WAIT.format(minutes=int(error.seconds // 60) + 1), status=429
            )
        if identity is None:
            return self._page(next_path, username, _WRONG, status=401)
        response = web.Response(status=303, headers={"Location": local_path(next_path) or home_of(identity)})
        response.set_cookie(
            COOKIE,
            self._issuer.token(identity, now=self._clock()),
            max_age=int(SESSION.total_seconds()),
            httponly=True,
            samesite="Strict",
            secure=request.headers.get("X-Forwarded-Proto") == "https",
            path="/",
        )
        return response

    async def logout(self, request: web.Request) -> web.StreamResponse:
        """Drop the session."""
        if not same_origin(request):
            return problem_response(403, "Yêu cầu đến từ trang khác")
        response = web.Response(status=303, headers={"Location": "/login"})
        response.del_cookie(COOKIE, path="/")
        return response

    async def token(self, request: web.Request) -> web.StreamResponse:
        """Answer a name and password in JSON with a bearer token."""
        try:
            asked = await request.json()
            username, password = str(asked["username"]), str(asked["password"])
        except (ValueError, KeyError, TypeError):
            return problem_response(422, "Cần username và password trong JSON")
        try:
            identity = await self._check(username, password)
        except TooManyTriesError as error:
            return problem_response(
                429, "Đăng nhập sai nhiều lần", headers={"Retry-After": f"{error.seconds:.0f}"}
            )
        if identity is None:
            return problem_response(401, _WRONG)
        token = self._issuer.token(identity, now=self._clock())
        answer = {"access_token": token, "token_type": "Bearer", "expires_in": int(SESSION.total_seconds())}
        return web.json_response(answer, headers={"Cache-Control": "no-store"})

    def _page(
        self, next_path: str, username: str = "", error: str = "", *, status: int = 200
    ) -> web.Response:
        html = render(self._pages, next_path=local_path(next_path) or "", username=username, error=error)
        return web.Response(text=html, content_type="text/html", status=status, headers=_HEADERS)


def render(pages: jinja2.Environment, *, next_path: str, username: str, error: str) -> str:
    """Return the log-in page."""
    errors = [{"field": "username", "message": error}] if error else []
    template = pages.get_template("login.html")
    return template.render(action="/login", next=next_path, username=username, errors=errors, hint="")


def home_of(identity: Identity) -> str:
    """Return the page a person's work begins on."""
    return next((page for role, page in _HOME_OF.items() if identity.has(role)), "/reporting/")


def local_path(path: str) -> str | None:
    """Return the path when it stays on this site, else None (no log-in may send a person elsewhere)."""
    parts = urlsplit(path)
    if (
        parts.scheme
        or parts.netloc
        or not path.startswith("/")
        or path.startswith(("//", "/\\"))
        or "\\" in path
    ):
        return None
    return path


def same_origin(request: web.Request) -> bool:
    """Return whether a form was sent from a page of this site."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("Origin") or request.headers.get("Referer")
    return origin is None or urlsplit(origin).netloc == request.host
