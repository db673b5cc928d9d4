"""uvicorn as one task among others."""

import contextlib
import socket
from typing import Any

import structlog
import uvicorn
from fastapi import FastAPI

from libs.settings import ServiceSettings

log = structlog.get_logger()


class Server(uvicorn.Server):
    """Signals are ours, the socket is opened by us."""

    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        """Leave the signals alone."""
        yield

    async def run_on(self, settings: ServiceSettings) -> None:
        """Serve on the settings' host and port until `should_exit`."""
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((settings.host, settings.port))
        log.info("listening", host=settings.host, port=sock.getsockname()[1])
        await self.serve(sockets=[sock])


def serving(app: FastAPI) -> Server:
    """Return a server of the application."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=5,
        timeout_keep_alive=30,
        proxy_headers=False,
        server_header=False,
    )
    return Server(config)
