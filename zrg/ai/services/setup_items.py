"""What a new workspace needs so that drafts speak for it."""

from collections.abc import Iterator
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_noop as _

from zrg.ai.models import Persona
from zrg.workspaces.models import WorkspaceSettings
from zrg.workspaces.setup import SetupItem


def setup_items(workspace_id: UUID) -> Iterator[SetupItem]:
    """A voice with a name, and what is offered; two queries."""
    voices = Persona.objects.in_workspace(workspace_id).filter(archived_at=None)
    named = list(voices.values_list("persona_name", "service_description"))
    stored = WorkspaceSettings.objects.filter(workspace_id=workspace_id)
    offer, name = stored.values_list("service_description", "ai_persona_name").first() or ("", "")
    yield SetupItem(
        key="persona",
        title=_("Give the answers a sender"),
        purpose=_("The name, tone and signature drafts are written with"),
        position=30,
        url=reverse("settings_section", args=[workspace_id, "ai", "personas"]),
        done=bool(name) or any(one for one, _offer in named),
    )
    yield SetupItem(
        key="service",
        title=_("Describe what you offer"),
        purpose=_("Prices a draft states are checked against it"),
        position=35,
        url=reverse("settings_section", args=[workspace_id, "ai", "company"]),
        done=bool(offer) or any(one for _name, one in named),
    )
