"""The addresses people paste into the providers' forms."""

from uuid import UUID

from django.conf import settings

from integrations.enums import Provider

_PATHS = {
    Provider.EMAILBISON: "/api/webhooks/email",
    Provider.SMARTLEAD: "/api/webhooks/smartlead",
    Provider.INSTANTLY: "/api/webhooks/instantly",
    Provider.UNIPILE: "/api/webhooks/linkedin",
    Provider.GHL: "/api/webhooks/ghl/sms",
    Provider.CALENDLY: "/api/webhooks/calendly/{workspace}",
    Provider.SLACK: "/api/webhooks/slack/interactions",
    Provider.LEAD_PUSH: "/api/webhooks/lead-push/api",
}
# Their calls name the account or the team they are about.
_SHARED = (Provider.UNIPILE, Provider.GHL, Provider.SLACK)
# Their address itself names the workspace.
_NAMED = (Provider.CALENDLY,)


def webhook_url(provider: str, workspace_id: UUID) -> str | None:
    """The webhook address of a workspace at a provider; None while there is no such door. It names no
    secret: people add theirs where the provider offers a field for it.
    """
    path = _PATHS.get(Provider(provider))
    if path is None:
        return None
    query = "" if provider in (*_SHARED, *_NAMED) else f"?clientId={workspace_id}"
    return f"{settings.PUBLIC_APP_URL}{path.format(workspace=workspace_id)}{query}"
