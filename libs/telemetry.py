"""Logs and metrics: JSON lines on stdout, one canonical line per batch or request; Prometheus text."""

import logging
import sys
from typing import Any

import orjson
import structlog
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


def _dumps(event: Any, **_: Any) -> str:
    return orjson.dumps(event, default=str).decode()


def configure(service: str, role: str, level: str = "info") -> None:
    """Set up structlog and the standard library's loggers to write JSON lines, each with service and role."""
    number = _LEVELS.get(level, logging.INFO)
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(serializer=_dumps)],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
        cache_logger_on_first_use=False,
    )
    structlog.contextvars.bind_contextvars(service=service, role=role)
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(serializer=_dumps),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(number, logging.WARNING))
    handler.addFilter(RepeatFilter())


class RepeatFilter(logging.Filter):
    """Lets the same message of a library through at most once in 30 seconds (Faust says some ten a second)."""

    def __init__(self, every: float = 30.0) -> None:
        super().__init__()
        self._every = every
        self._last: dict[tuple[str, int, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the record is written."""
        key = (record.name, record.levelno, str(record.msg)[:80])
        last = self._last.get(key)
        if last is not None and record.created - last < self._every:
            return False
        if len(self._last) > 1_000:  # noqa: PLR2004 - messages with changing text must not fill memory
            self._last.clear()
        self._last[key] = record.created
        return True


def exposition(registry: CollectorRegistry = REGISTRY) -> tuple[bytes, str]:
    """Return all metrics as Prometheus text, and its content type."""
    return generate_latest(registry), CONTENT_TYPE_LATEST
