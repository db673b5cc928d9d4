"""Run a launcher's work until it ends or is told to end, and say in one sentence what went wrong."""

import asyncio
import errno
import signal
import sys
from collections.abc import Coroutine
from typing import Any

from deploy.local.errors import StackError

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run_to_end(work: Coroutine[Any, Any, None]) -> int:
    """Return the exit code: 0 when it ended as told, else that of the error, whose sentence went to stderr."""
    try:
        asyncio.run(_supervised(work))
    except asyncio.CancelledError:
        return 0
    except StackError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        sys.stderr.write("The disk is full: make room, or set MOTCUA_HOME to a folder on another disk.\n")
        return StackError.exit_code
    return 0


async def _supervised(work: Coroutine[Any, Any, None]) -> None:
    task = asyncio.ensure_future(work)
    for number in _SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    await task
