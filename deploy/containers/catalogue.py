"""Load the seeded reference data once the services answer."""

from deploy.containers.settings import ContainerSettings
from deploy.local import catalogue, issuer, users
from deploy.local.errors import StackError
from deploy.local.progress import Teller
from libs.clock import utcnow


async def load(settings: ContainerSettings) -> None:
    """Publish what the services do not have yet, as the seeded administrator."""
    admin = users.load(settings.identity).identity("admin")
    if admin is None:
        raise StackError("There is no user 'admin' among the people: reference data needs an administrator.")
    token = issuer.load(settings.identity).token(admin, now=utcnow())
    await catalogue.load(settings.identity, settings.gateway, token, teller=Teller())
