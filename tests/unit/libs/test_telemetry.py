"""Library messages that repeat are written once in a while, all as JSON."""

import logging

import orjson
import structlog

from libs import telemetry
from libs.telemetry import RepeatFilter


def line(message: str, created: float) -> logging.LogRecord:
    record = logging.LogRecord("faust", logging.ERROR, "f", 1, message, (), None)
    record.created = created
    return record


def test_the_same_message_is_let_through_once_in_thirty_seconds():
    repeat = RepeatFilter()

    let = [repeat.filter(line("away", at)) for at in (0, 1, 29, 30, 31)]

    assert let == [True, False, False, True, False]
    assert repeat.filter(line("another", 31))


def test_every_line_is_json_with_service_and_role(capsys):
    root = logging.getLogger()
    before = root.handlers[:], root.level, root.filters[:]
    try:
        telemetry.configure("sla", "worker")
        structlog.get_logger().info("batch", applied=3, place="Đà Nẵng")
        logging.getLogger("faust").warning("a library speaks")
    finally:
        root.handlers[:], root.level, root.filters[:] = before[0], before[1], before[2]
        structlog.reset_defaults()
        structlog.contextvars.clear_contextvars()

    ours, theirs = [orjson.loads(text) for text in capsys.readouterr().out.splitlines()]
    assert (ours["event"], ours["service"], ours["role"], ours["applied"]) == ("batch", "sla", "worker", 3)
    assert (theirs["event"], theirs["level"], theirs["logger"]) == ("a library speaks", "warning", "faust")
