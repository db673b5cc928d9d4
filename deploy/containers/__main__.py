"""`python -m deploy.containers provision` before the services, `… catalogue` once they answer."""

import asyncio
import sys

from deploy.containers.settings import ContainerSettings
from deploy.local.errors import StackError


def main() -> None:
    """Run one of the one-shot steps; a sentence on stderr and exit code 1 when it cannot."""
    steps = {"provision": _provision, "catalogue": _catalogue}
    if len(sys.argv) != 2 or sys.argv[1] not in steps:  # noqa: PLR2004 - program and step
        raise SystemExit(f"usage: python -m deploy.containers {'|'.join(steps)}")
    try:
        asyncio.run(steps[sys.argv[1]](ContainerSettings()))
    except StackError as error:
        raise SystemExit(str(error)) from None


async def _provision(settings: ContainerSettings) -> None:
    from deploy.containers.provision import provision

    await provision(settings)


async def _catalogue(settings: ContainerSettings) -> None:
    from deploy.containers.catalogue import load

    await load(settings)


if __name__ == "__main__":
    main()
