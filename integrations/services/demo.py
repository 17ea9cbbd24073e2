"""What the demo workspace has of this app: connections to the simulators."""

from django.conf import settings

from integrations.emailbison.simulator import DEMO_API_KEY, WORKSPACE_ID
from integrations.enums import Provider
from integrations.models import Connection
from integrations.resend import simulator as resend
from integrations.services.connections import ConnectionInput, save_connection
from integrations.slack import simulator as slack
from zrg.workspaces.models import User, Workspace


def add_demo_connection(workspace: Workspace, people: dict[str, User]) -> None:
    """Connect the demo workspace to the simulated EmailBison; repeating it changes nothing.

    Only where loopback providers are allowed: the simulator's key must never travel to a real host.
    """
    if not settings.ZRG_ALLOW_LOOPBACK_PROVIDERS or Connection.objects.in_workspace(workspace).email().exists():
        return
    given = ConnectionInput(secrets={"api_key": DEMO_API_KEY}, external_account_id=str(WORKSPACE_ID))
    save_connection(workspace, Provider.EMAILBISON, given, by=people.get("owner"))


def add_demo_messengers(workspace: Workspace, people: dict[str, User]) -> None:
    """Connect the demo workspace to the simulated Slack and Resend; repeating it changes nothing."""
    if not settings.ZRG_ALLOW_LOOPBACK_PROVIDERS:
        return
    known = set(Connection.objects.in_workspace(workspace).values_list("provider", flat=True))
    if Provider.SLACK not in known:
        given = ConnectionInput(
            secrets={"bot_token": slack.DEMO_BOT_TOKEN, "signing_secret": slack.DEMO_SIGNING_SECRET},
            external_account_id=slack.TEAM_ID,
            config={"team_name": slack.TEAM_NAME, "bot_user_id": slack.BOT_USER_ID},
            checked=True,
        )
        save_connection(workspace, Provider.SLACK, given, by=people.get("owner"))
    if Provider.RESEND not in known:
        given = ConnectionInput(secrets={"api_key": resend.DEMO_API_KEY}, config={"from_email": resend.DEMO_SENDER})
        save_connection(workspace, Provider.RESEND, given, by=people.get("owner"))
