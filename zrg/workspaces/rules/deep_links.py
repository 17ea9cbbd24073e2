"""Links into the product: reading their parameters and choosing the workspace they open.

The parameters sit in mails and channels for ever; malformed values count as absent, and nothing
tells whether a workspace or lead exists that the person may not see.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from zrg.workspaces.navigation import SETTINGS_TABS, VIEWS

ALL_WORKSPACES = "all"
NOT_AVAILABLE = _("That workspace is not available to you")
DEFAULT_VIEW = "inbox"
DEFAULT_TAB = "general"

Reason = Literal["client", "lead", "last", "first", "none", "all"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeepLink:
    """The parameters of a link, cleaned."""

    view: str = DEFAULT_VIEW
    client_id: UUID | None = None
    all_workspaces: bool = False
    lead_id: UUID | None = None
    draft_id: UUID | None = None
    settings_tab: str = DEFAULT_TAB
    open_sequences: bool = False
    focus_editor: bool = False
    tab: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveWorkspace:
    """The workspace to show (None = the page without one), why, and a neutral banner."""

    workspace_id: UUID | None
    reason: Reason
    notice: str = ""
    all_workspaces: bool = False


def read_link(params: Mapping[str, str]) -> DeepLink:
    """The cleaned parameters; a lead always opens the inbox."""
    lead_id = _uuid(params.get("leadId"))
    view = params.get("view", DEFAULT_VIEW)
    tab = params.get("tab", "")
    if view == "crm":
        view, tab = "analytics", "crm"
    settings_tab = params.get("settingsTab", DEFAULT_TAB)
    return DeepLink(
        view=DEFAULT_VIEW if lead_id is not None or view not in VIEWS else view,
        client_id=_uuid(params.get("clientId")),
        all_workspaces=params.get("clientId") == ALL_WORKSPACES,
        lead_id=lead_id,
        draft_id=_uuid(params.get("draftId")),
        settings_tab=settings_tab if settings_tab in SETTINGS_TABS else DEFAULT_TAB,
        open_sequences=params.get("action") == "sequence",
        focus_editor=params.get("edit") == "1",
        tab=tab,
    )


def choose_workspace(
    link: DeepLink, *, accessible: Sequence[UUID], lead_workspace: UUID | None, last_workspace: UUID | None
) -> ActiveWorkspace:
    """Lead, then `clientId`, then the last one, then the first in the selector's order.

    `accessible` is in that order; `lead_workspace` is set only when the person may see the lead.
    """
    if lead_workspace is not None and lead_workspace in accessible:
        return ActiveWorkspace(workspace_id=lead_workspace, reason="lead")
    if link.client_id in accessible:
        return ActiveWorkspace(workspace_id=link.client_id, reason="client")
    fallback = _fallback(accessible, last_workspace)
    if link.all_workspaces and len(accessible) > 1 and link.view != "settings":
        return ActiveWorkspace(workspace_id=fallback.workspace_id, reason="all", all_workspaces=True)
    if link.client_id is not None:
        return ActiveWorkspace(
            workspace_id=fallback.workspace_id, reason=fallback.reason, notice=gettext(NOT_AVAILABLE)
        )
    return fallback


def _fallback(accessible: Sequence[UUID], last_workspace: UUID | None) -> ActiveWorkspace:
    if last_workspace in accessible:
        return ActiveWorkspace(workspace_id=last_workspace, reason="last")
    if accessible:
        return ActiveWorkspace(workspace_id=accessible[0], reason="first")
    return ActiveWorkspace(workspace_id=None, reason="none")


def _uuid(value: str | None) -> UUID | None:
    try:
        return UUID(value) if value else None
    except ValueError:
        return None
