"""Whose prompts and snippets a page edits: the workspace's, or the platform's for super admins."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest

from zrg.lib.errors import NotVisible
from zrg.workspaces.access import can
from zrg.workspaces.decorators import access_of

PLATFORM = "platform"
WORKSPACE_VIEW = "prompt.workspace_view"
WORKSPACE_EDIT, PLATFORM_EDIT = "prompt.workspace_override", "prompt.system_override"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """`workspace_id` None is the platform; `query` keeps the choice in addresses."""

    workspace_id: UUID | None
    may_edit: bool
    may_choose: bool

    @property
    def is_platform(self) -> bool:
        """Whether every workspace is concerned."""
        return self.workspace_id is None

    @property
    def source(self) -> str:
        """The name of this scope as the origin of a text."""
        return PLATFORM if self.is_platform else "workspace"

    @property
    def query(self) -> str:
        """What an address adds to stay in this scope."""
        return "?scope=platform" if self.is_platform else ""


def scope_of(request: HttpRequest, workspace_id: UUID) -> Scope:
    """The scope a request names; the platform's is invisible to everybody but super admins."""
    access = access_of(request)
    may_choose = can(access, PLATFORM_EDIT)
    if (request.POST.get("scope") or request.GET.get("scope")) == PLATFORM:
        if not may_choose:
            raise NotVisible
        return Scope(workspace_id=None, may_edit=True, may_choose=True)
    return Scope(workspace_id=workspace_id, may_edit=can(access, WORKSPACE_EDIT, workspace_id), may_choose=may_choose)
