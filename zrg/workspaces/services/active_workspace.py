"""Which workspace a request opens, remembered per person."""

from collections.abc import Callable, Mapping
from uuid import UUID

from zrg.workspaces.access import Access
from zrg.workspaces.models import UserPreference
from zrg.workspaces.rules.deep_links import ActiveWorkspace, DeepLink, choose_workspace, read_link


def resolve_active_workspace(
    access: Access, params: Mapping[str, str], *, lead_workspace_of: Callable[[UUID], UUID | None]
) -> tuple[DeepLink, ActiveWorkspace]:
    """The cleaned link and its workspace; the choice becomes the person's last workspace.

    `lead_workspace_of` answers the workspace of a lead this person may see, None for any other; it is
    the app above that knows leads.
    """
    link = read_link(params)
    preference = UserPreference.objects.filter(user_id=access.user_id).only("last_workspace").first()
    last = preference.last_workspace_id if preference else None
    active = choose_workspace(
        link,
        accessible=list(access.by_workspace),
        lead_workspace=lead_workspace_of(link.lead_id) if link.lead_id else None,
        last_workspace=last,
    )
    if active.workspace_id is not None and active.workspace_id != last and active.reason in {"client", "lead"}:
        remember_workspace(access.user_id, active.workspace_id)
    return link, active


def remember_workspace(user_id: UUID, workspace_id: UUID) -> None:
    """Open this workspace next time."""
    UserPreference.objects.update_or_create(user_id=user_id, defaults={"last_workspace_id": workspace_id})
