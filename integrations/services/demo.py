"""What the demo workspace has of this app: connections to the simulators."""

from collections.abc import Mapping

from django.conf import settings

from integrations.calendly import simulator as calendly
from integrations.calendly.subscription import request_subscription
from integrations.emailbison import simulator as emailbison
from integrations.enums import Provider
from integrations.ghl import simulator as ghl
from integrations.models import Connection
from integrations.resend import simulator as resend
from integrations.services.connections import ConnectionInput, save_connection
from integrations.slack import simulator as slack
from integrations.unipile import simulator as unipile
from zrg.workspaces.models import User, Workspace

CONNECTIONS: Mapping[Provider, ConnectionInput] = {
    Provider.EMAILBISON: ConnectionInput(
        secrets={"api_key": emailbison.DEMO_API_KEY}, external_account_id=str(emailbison.WORKSPACE_ID)
    ),
    Provider.GHL: ConnectionInput(
        secrets={"private_key": ghl.DEMO_PRIVATE_KEY}, external_account_id=ghl.DEMO_LOCATION_ID
    ),
    Provider.UNIPILE: ConnectionInput(external_account_id=unipile.DEMO_ACCOUNT),
}
"""The channels messages go through."""


def add_demo_connection(workspace: Workspace, people: dict[str, User]) -> None:
    """Connect the demo workspace to the simulated providers; repeating it changes nothing, nor does it
    take the place of an e-mail provider somebody chose.

    Only where loopback providers are allowed: the simulators' keys must never travel to a real host.
    """
    if not settings.ZRG_ALLOW_LOOPBACK_PROVIDERS:
        return
    connections = Connection.objects.in_workspace(workspace)
    for provider, given in CONNECTIONS.items():
        taken = connections.email() if provider == Provider.EMAILBISON else connections.of(provider)
        if not taken.exists():
            save_connection(workspace, provider, given, by=people.get("owner"))


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


def add_demo_calendar(workspace: Workspace, people: dict[str, User]) -> None:
    """Connect the demo workspace to the simulated Calendly; repeating it changes nothing."""
    connections = Connection.objects.in_workspace(workspace).of(Provider.CALENDLY)
    if not settings.ZRG_ALLOW_LOOPBACK_PROVIDERS or connections.exists():
        return
    given = ConnectionInput(
        secrets={"access_token": calendly.DEMO_TOKEN},
        # What the simulator would answer: nobody is asked inside this transaction.
        config={"user_uri": calendly.USER_URI, "organization_uri": calendly.ORGANIZATION_URI},
        checked=True,
    )
    request_subscription(save_connection(workspace, Provider.CALENDLY, given, by=people.get("owner")))
