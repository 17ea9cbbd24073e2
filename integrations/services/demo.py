"""What the demo workspace has of this app: a connection to the simulator."""

from django.conf import settings

from integrations.emailbison.simulator import DEMO_API_KEY, WORKSPACE_ID
from integrations.enums import Provider
from integrations.models import Connection
from integrations.services.connections import ConnectionInput, save_connection
from zrg.workspaces.models import User, Workspace


def add_demo_connection(workspace: Workspace, people: dict[str, User]) -> None:
    """Connect the demo workspace to the simulated EmailBison; repeating it changes nothing.

    Only where loopback providers are allowed: the simulator's key must never travel to a real host.
    """
    if not settings.ZRG_ALLOW_LOOPBACK_PROVIDERS or Connection.objects.in_workspace(workspace).email().exists():
        return
    given = ConnectionInput(secrets={"api_key": DEMO_API_KEY}, external_account_id=str(WORKSPACE_ID))
    save_connection(workspace, Provider.EMAILBISON, given, by=people.get("owner"))
