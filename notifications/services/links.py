"""Addresses of the product in messages."""

from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings


def inbox_link(workspace_id: UUID) -> str:
    """The inbox of a workspace."""
    return _link(view="inbox", clientId=workspace_id)


def lead_link(workspace_id: UUID, lead_id: UUID) -> str:
    """The conversation with a lead."""
    return _link(view="inbox", clientId=workspace_id, leadId=lead_id)


def draft_link(workspace_id: UUID, lead_id: UUID, draft_id: UUID, **more: object) -> str:
    """The conversation with a draft in its editor; `edit=1` puts the cursor there."""
    return _link(view="inbox", clientId=workspace_id, leadId=lead_id, draftId=draft_id, **more)


def integrations_link(workspace_id: UUID) -> str:
    """Where a workspace's connections are repaired."""
    return _link(view="settings", clientId=workspace_id, settingsTab="integrations")


def assignments_link(workspace_id: UUID) -> str:
    """Where the rotation of a workspace is set up."""
    return f"{settings.PUBLIC_APP_URL}/w/{workspace_id}/settings/integrations/assignments"


def _link(**parameters: object) -> str:
    return f"{settings.PUBLIC_APP_URL}/?{urlencode(parameters)}"
