"""Finds the running stack and asks its services; a problem document becomes a sentence."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from cli.errors import AwayError, CliError
from deploy.local import issuer, users
from deploy.local.locks import launcher_pid
from deploy.local.places import READY
from deploy.local.settings import LocalSettings
from libs.clock import utcnow


def running_url(home: Path) -> str | None:
    """Return the address of the stack that is ready in `home`, or None."""
    try:
        ready = json.loads((home / READY).read_text())
    except (FileNotFoundError, ValueError):
        return None
    return str(ready["url"]) if ready["pid"] == launcher_pid(home) else None


def token_for(home: Path, username: str) -> str:
    """Return a bearer token for one of the stack's people; only who may read the state folder can."""
    try:
        people, signer = users.load(home), issuer.load(home)
    except FileNotFoundError:
        raise CliError(f"No stack has been started in {home} yet: run 'motcua up' first.") from None
    identity = people.identity(username)
    if identity is None:
        raise CliError(f"There is no user {username!r}: choose one of {', '.join(people.names)}.")
    return signer.token(identity, now=utcnow())


class Client:
    """Speaks to the services of the running stack as one of its people."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Return a successful answer; raises `CliError` with what the service said otherwise, `AwayError` for none."""
        try:
            response = self.http.request(method, path, **more)
        except httpx.HTTPError as error:
            raise self._away(error) from None
        _require_success(response)
        return response

    @contextmanager
    def stream(self, path: str, params: dict[str, Any] | None = None) -> Iterator[httpx.Response]:
        """Give a successful answer whose content is still to come; raises as `request`, also while it comes."""
        try:
            with self.http.stream("GET", path, params=params) as response:
                if response.is_error:
                    response.read()
                _require_success(response)
                yield response
        except httpx.HTTPError as error:
            raise self._away(error) from None

    def _away(self, error: httpx.HTTPError) -> AwayError:
        return AwayError(f"The stack at {self.http.base_url} does not answer ({type(error).__name__}).")

    def get(self, path: str, **params: Any) -> Any:
        """Return the JSON of a GET; parameters that are None are left out."""
        return self.request("GET", path, params=_given(params)).json()

    def pages(self, path: str, *, key: str = "items", **params: Any) -> Iterator[dict[str, Any]]:
        """Yield the rows of a keyset-paged list, page after page."""
        cursor: str | None = None
        while True:
            page = self.get(path, cursor=cursor, **params)
            yield from page[key]
            cursor = page.get("next_cursor") or page.get("cursor")
            if not cursor:
                return


@contextmanager
def client(
    *, user: str = "admin", settings: LocalSettings | None = None, timeout: float = 60.0
) -> Iterator[Client]:
    """Give a client of the running stack of MOTCUA_HOME; raises `CliError` when none is ready."""
    home = (settings or LocalSettings()).home
    url = running_url(home)
    if url is None:
        raise CliError(
            f"No stack is running in {home}: start it with 'motcua up --detach', or set MOTCUA_HOME."
        )
    headers = {"Authorization": f"Bearer {token_for(home, user)}"}
    with httpx.Client(base_url=url, headers=headers, timeout=timeout) as http:
        yield Client(http)


def _require_success(response: httpx.Response) -> None:
    if response.is_server_error:
        raise AwayError(sentence(response))
    if response.is_error:
        raise CliError(sentence(response))


def sentence(response: httpx.Response) -> str:
    """Return what a problem document says, in one sentence."""
    try:
        problem = response.json()
    except ValueError:
        return f"{response.request.url.path} answered {response.status_code}."
    if not isinstance(problem, dict):
        return f"{response.request.url.path} answered {response.status_code}."
    details = [
        f"{e['field']}: {e['message']}" if e.get("field") else e["message"]
        for e in problem.get("errors") or []
    ]
    head = str(problem.get("detail") or problem.get("title") or response.status_code)
    return "; ".join(dict.fromkeys(details)) or head


def _given(params: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in params.items() if value is not None}
