"""Looking a workspace's connections over: what is missing, unsafe or silent."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from integrations.calendly import client as calendly
from integrations.calendly.subscription import PLAN_OR_ROLE
from integrations.emailbison import client as emailbison
from integrations.enums import EMAIL_PROVIDERS, Code, ConnectionStatus, Provider
from integrations.errors import SecretUnreadable
from integrations.ghl import client as ghl
from integrations.instantly import client as instantly
from integrations.models import Connection
from integrations.resend import client as resend
from integrations.results import ProviderResult
from integrations.rules.connections import missing_secrets, requirement
from integrations.services.routes import refresh_routes
from integrations.services.secrets import read_secrets
from integrations.services.slack import remember_identity
from integrations.slack import client as slack
from integrations.smartlead import client as smartlead
from integrations.transport import failure
from integrations.unipile import client as unipile
from zrg.workspaces.context import tenant

SILENCE = timedelta(hours=72)
# They tell us of every message, so that silence while calls go out says that their calls do not arrive.
HEARD_OF = (*EMAIL_PROVIDERS, Provider.GHL, Provider.UNIPILE)

CHECKS: dict[str, Callable[[UUID], ProviderResult]] = {
    Provider.EMAILBISON.value: emailbison.check,
    Provider.GHL.value: ghl.check,
    Provider.SLACK.value: slack.check,
    Provider.UNIPILE.value: unipile.check,
    Provider.RESEND.value: resend.check,
    Provider.CALENDLY.value: calendly.check,
    Provider.SMARTLEAD.value: smartlead.check,
    Provider.INSTANTLY.value: instantly.check,
}
"""By provider: asks it whether the workspace's credential works, and with that writes the connection's
health. Called outside transactions.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing a person should know about a connection; `code` is stable."""

    connection_id: UUID
    provider: str
    code: str
    text: str


def inspect_workspace(workspace_id: UUID, *, now: datetime | None = None) -> list[Finding]:
    """Warnings about the active connections of a workspace; repairs their inbound routes on the way."""
    now = now or timezone.now()
    with tenant(workspace_id):
        rows = Connection.objects.in_workspace(workspace_id).select_related("workspace", "base_host")
        for connection in rows:
            refresh_routes(connection)
        return [finding for connection in rows if connection.is_active for finding in look_at(connection, now=now)]


def check_connection(connection: Connection) -> ProviderResult:
    """Ask the provider whether the credential works. Writes the connection's health; call outside
    transactions.
    """
    check = CHECKS.get(connection.provider)
    if check is None:
        return failure(Code.NOT_CONFIGURED, f"{Provider(connection.provider).label} cannot be tested")
    result = check(connection.workspace_id)
    if result.ok and connection.provider == Provider.SLACK and connection.external_account_id is None:
        remember_identity(connection, result.data)
    return result


def look_at(connection: Connection, *, now: datetime) -> list[Finding]:
    """What is missing, unsafe or silent about one connection; reads only what is stored."""

    def finding(code: str, text: str) -> Finding:
        return Finding(connection_id=connection.pk, provider=connection.provider, code=code, text=text)

    try:
        secrets = read_secrets(connection)
    except SecretUnreadable:
        return [finding("secret_unreadable", "The stored credential cannot be decrypted")]
    found = []
    if missing_secrets(connection.provider, secrets):
        found.append(finding("incomplete", requirement(connection.provider)))
    if connection.provider == Provider.EMAILBISON and not secrets.get("webhook_secret"):
        found.append(finding("unsigned_webhooks", "Webhook calls are accepted without a secret"))
    if connection.provider == Provider.CALENDLY and not _is_subscribed(connection, secrets):
        found.append(finding("no_subscription", _why_unsubscribed(connection)))
    if connection.status == ConnectionStatus.DISCONNECTED:
        found.append(finding("disconnected", connection.last_error_message or "Disconnected"))
    if _is_silent(connection, now):
        found.append(finding("silent", "No webhook for 72 hours while calls went out"))
    return found


def _is_subscribed(connection: Connection, secrets: dict[str, str]) -> bool:
    return bool(connection.config.get("webhook_subscription_uri") and secrets.get("webhook_signing_key"))


def _why_unsubscribed(connection: Connection) -> str:
    refused = connection.config.get("subscription_state") == "plan_or_role"
    return PLAN_OR_ROLE if refused else "Calendly does not call us yet: there is no subscription with a key of ours"


def _is_silent(connection: Connection, now: datetime) -> bool:
    called_lately = connection.last_ok_at is not None and now - connection.last_ok_at < SILENCE
    # A location may be used for its calendars alone; then it has never called.
    since = connection.last_webhook_at or (None if connection.provider == Provider.GHL else connection.created_at)
    return connection.provider in HEARD_OF and called_lately and since is not None and now - since > SILENCE
