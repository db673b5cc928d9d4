"""The launcher's processes: `servers` (only PostgreSQL and Kafka), `stack` (everything)."""

import argparse
import asyncio
import errno
import signal
import sys
from collections.abc import Coroutine
from typing import Any

from deploy.local.errors import StackError
from deploy.local.settings import LocalSettings


def main() -> None:
    """Run one of the launcher's processes."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    servers = commands.add_parser("servers", help="PostgreSQL and Kafka, until nobody uses them")
    servers.add_argument("--linger", type=float, default=20.0, help="seconds to stay after the last user")
    asked = parser.parse_args()
    from deploy.local import servers_only

    sys.exit(run_to_end(servers_only.run(LocalSettings(), linger=asked.linger)))


def run_to_end(work: Coroutine[Any, Any, None]) -> int:
    """Run until done or told to end (INT, TERM, HUP); return the exit code, having said what went wrong."""

    async def supervised() -> None:
        task = asyncio.ensure_future(work)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
        await task

    try:
        asyncio.run(supervised())
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


if __name__ == "__main__":
    main()
