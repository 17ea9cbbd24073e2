"""The provider fields of the provisioning call become connections."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext

from integrations.calendly.subscription import request_subscription
from integrations.enums import EMAIL_PROVIDERS, Provider
from integrations.models import Connection, EmailBisonBaseHost
from integrations.rules.connections import SECRETS, normalise_account_id, normalise_sender, requirement
from integrations.rules.hosts import normalise_host
from integrations.services.checking import request_check
from integrations.services.connections import ConnectionInput, describe, save_connection
from zrg.lib.errors import BadInput
from zrg.lib.secrets_hygiene import clean_secret_input
from zrg.workspaces.models import Workspace
from zrg.workspaces.services.audit import PROVISIONING_LABEL


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fields:
    """Wire names of one provider: its secrets, and its account id, host and public settings if it has them."""

    secrets: Mapping[str, str]
    account: str | None = None
    host: str | None = None
    config: Mapping[str, str] = field(default_factory=dict)

    def names(self) -> set[str]:
        return {*self.secrets, *self.config, *filter(None, (self.account, self.host))}


_FIELDS: Mapping[Provider, _Fields] = {
    Provider.EMAILBISON: _Fields(
        secrets={"emailBisonApiKey": "api_key", "emailBisonWebhookSecret": "webhook_secret"},
        account="emailBisonWorkspaceId",
        host="emailBisonBaseHost",
    ),
    Provider.SMARTLEAD: _Fields(secrets={"smartLeadApiKey": "api_key", "smartLeadWebhookSecret": "webhook_secret"}),
    Provider.INSTANTLY: _Fields(secrets={"instantlyApiKey": "api_key", "instantlyWebhookSecret": "webhook_secret"}),
    Provider.GHL: _Fields(
        secrets={"ghlPrivateKey": "private_key", "ghlWebhookSecret": "webhook_secret"}, account="ghlLocationId"
    ),
    Provider.UNIPILE: _Fields(secrets={}, account="unipileAccountId"),
    Provider.CALENDLY: _Fields(secrets={"calendlyAccessToken": "access_token"}),
    Provider.SLACK: _Fields(secrets={"slackBotToken": "bot_token", "slackSigningSecret": "signing_secret"}),
    Provider.RESEND: _Fields(secrets={"resendApiKey": "api_key"}, config={"resendFromEmail": "from_email"}),
}


class ConnectionProvisioning:
    """Provisioning part: checks everything before the first row is written, echoes no secret."""

    fields = frozenset({"emailProvider"}.union(*(fields.names() for fields in _FIELDS.values())))

    def check(self, body: Mapping[str, Any]) -> None:
        """Raise (400) for fields that cannot become connections: `ambiguous_email_provider`, a missing key,
        an unknown host. An account of another workspace is found by `apply` (409).
        """
        for provider in self._wanted(body):
            given = _input(provider, body)
            if missing := _missing(provider, given):
                raise BadInput(requirement(provider), code="incomplete_provider", http_status=400, field=missing)

    def apply(self, workspace: Workspace, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Save the connections inside the call's transaction; the providers are asked afterwards, by jobs."""
        for provider in self._wanted(body):
            saved = save_connection(workspace, provider, _input(provider, body), by=PROVISIONING_LABEL)
            request_check(saved)
            if provider == Provider.CALENDLY:
                request_subscription(saved)
        return self.status(workspace)

    def status(self, workspace: Workspace) -> Mapping[str, Any]:
        """Connected or not, and masks."""
        rows = Connection.objects.in_workspace(workspace).active().order_by("provider")
        views = [describe(connection) for connection in rows]
        return {
            "connections": [
                {"provider": view.provider, "connected": view.connected, "status": view.status, **view.masked}
                for view in views
            ]
        }

    def _wanted(self, body: Mapping[str, Any]) -> list[Provider]:
        named = _email_provider(body)
        filled = [provider for provider in _FIELDS if _mentions(body, provider)]
        email = [provider for provider in filled if provider in EMAIL_PROVIDERS]
        if named is None and len(email) > 1:
            raise BadInput(gettext("Several email providers"), code="ambiguous_email_provider", http_status=400)
        chosen = [named] if named else email
        return [*chosen, *(provider for provider in filled if provider not in EMAIL_PROVIDERS)]


def _email_provider(body: Mapping[str, Any]) -> Provider | None:
    given = body.get("emailProvider")
    if given in (None, ""):
        return None
    if given not in EMAIL_PROVIDERS:
        raise BadInput(
            gettext("Unknown emailProvider"), code="unknown_email_provider", http_status=400, field="emailProvider"
        )
    return Provider(given)


def _mentions(body: Mapping[str, Any], provider: Provider) -> bool:
    fields = _FIELDS[provider]
    # An account id or a host alone is no credential of an e-mail provider.
    names = fields.secrets if provider in EMAIL_PROVIDERS else fields.names()
    return any(_text(body, name) for name in names)


def _input(provider: Provider, body: Mapping[str, Any]) -> ConnectionInput:
    fields = _FIELDS[provider]
    values: dict[str, Any] = {}
    if fields.account and _text(body, fields.account):
        values["external_account_id"] = normalise_account_id(provider, _text(body, fields.account))
    if fields.host and (typed := _text(body, fields.host)):
        host = EmailBisonBaseHost.objects.filter(host=normalise_host(typed)).first()
        if host is None:
            raise BadInput(gettext("Unknown base host"), code="unknown_base_host", http_status=400, field=fields.host)
        values["base_host"] = host
    secrets = {secret: clean_secret_input(name, _text(body, name)) for name, secret in fields.secrets.items()}
    config = {name: normalise_sender(_text(body, wire)) for wire, name in fields.config.items() if _text(body, wire)}
    # Nobody waits here for a provider, and nothing may be half made: tokens are checked once they are stored.
    return ConnectionInput(secrets=secrets, config=config, switch=True, checked=True, **values)


def _missing(provider: Provider, given: ConnectionInput) -> str | None:
    needed = SECRETS[provider]
    for name, secret in _FIELDS[provider].secrets.items():
        if needed[secret] and not given.secrets.get(secret):
            return name
    return None


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise BadInput(
            gettext("{name} must be a text").format(name=name), code="bad_value", http_status=400, field=name
        )
    return str(value).strip()
