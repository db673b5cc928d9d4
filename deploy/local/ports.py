"""Ports on loopback: chosen once, kept in the state folder, chosen anew when someone took them."""

import json
import random
import socket
from collections.abc import Iterable, Mapping
from pathlib import Path

from deploy.local.errors import StackError
from deploy.local.places import write_private

HOST = "127.0.0.1"
_LOWEST, _HIGHEST = 15_000, 31_000  # below the range from which systems draw client ports


def is_busy(port: int) -> bool:
    """Return whether something listens on the loopback port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
    return False


def require_free(port: int) -> None:
    """Raise `StackError` when the port that was asked for is taken."""
    if not 0 < port < 65_536:  # noqa: PLR2004
        raise StackError(f"{port} is not a port number: choose one between 1024 and 65535.")
    if is_busy(port):
        raise StackError(
            f"Port {port} is taken by another program: stop that, or choose another with --port N."
        )


def keep(file: Path, names: Iterable[str], *, fixed: Mapping[str, int] | None = None) -> dict[str, int]:
    """Return a free port for each name: last time's where possible; `fixed` ones as given."""
    known: dict[str, int] = json.loads(file.read_text()) if file.exists() else {}
    chosen: dict[str, int] = dict(fixed or {})
    for name in names:
        if name in chosen:
            continue
        port = known.get(name, 0)
        if not port or port in chosen.values() or is_busy(port):
            port = _free({*chosen.values(), *known.values()})
        chosen[name] = port
    write_private(file, json.dumps({**known, **chosen}))
    return chosen


def _free(used: set[int]) -> int:
    draw = random.SystemRandom()
    for _ in range(500):
        port = draw.randint(_LOWEST, _HIGHEST)
        if port not in used and not is_busy(port):
            return port
    raise StackError("No free port was found on loopback: stop some programs and start again.")
