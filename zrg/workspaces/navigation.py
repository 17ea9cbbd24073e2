"""Links into the product; they stay valid for ever because they sit in mails and channels."""

from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings

VIEWS = ("inbox", "followups", "crm", "analytics", "insights", "settings")
SETTINGS_TABS = ("general", "integrations", "ai", "booking", "team")


def app_link(
    workspace_id: UUID | str,
    lead_id: UUID | str | None = None,
    draft_id: UUID | str | None = None,
    view: str | None = None,
    **parameters: str,
) -> str:
    """An absolute link to a workspace, a conversation, a draft in it, or another view."""
    query = {"view": view or "inbox", "clientId": str(workspace_id)}
    if lead_id is not None:
        query["leadId"] = str(lead_id)
    if draft_id is not None:
        query["draftId"] = str(draft_id)
    return f"{settings.PUBLIC_APP_URL}/?{urlencode(query | parameters)}"


def absolute(path: str) -> str:
    """The public address of a path of ours."""
    return f"{settings.PUBLIC_APP_URL}{path}"
