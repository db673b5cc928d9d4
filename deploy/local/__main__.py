"""The launcher's own processes: `servers` (only PostgreSQL and Kafka), `stack` (everything), `gateway`."""

import argparse
import sys

from deploy.local.running import run_to_end
from deploy.local.settings import DEFAULT_GATEWAY_PORT, LocalSettings


def main() -> None:
    """Run one of the launcher's processes."""
    asked = _arguments()
    if asked.command == "gateway":
        _gateway()
    elif asked.command == "servers":
        from deploy.local import servers_only

        sys.exit(run_to_end(servers_only.run(LocalSettings(), linger=asked.linger)))
    else:
        from deploy.local import supervisor
        from deploy.local.progress import Teller

        sys.exit(
            run_to_end(
                supervisor.run(LocalSettings(), port=asked.port, teller=Teller(), seeded=not asked.bare)
            )
        )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    servers = commands.add_parser("servers", help="PostgreSQL and Kafka, until nobody uses them")
    servers.add_argument("--linger", type=float, default=20.0, help="seconds to stay after the last user")
    stack = commands.add_parser("stack", help="the whole system")
    stack.add_argument("--port", type=int, default=DEFAULT_GATEWAY_PORT)
    stack.add_argument("--bare", action="store_true", help="don't load the catalogue")
    commands.add_parser("gateway", help="the one port, started by the stack")
    return parser.parse_args()


def _gateway() -> None:
    from deploy.local.gateway import serve
    from deploy.local.gateway_settings import GatewaySettings

    sys.exit(run_to_end(serve(GatewaySettings())))


if __name__ == "__main__":
    main()
