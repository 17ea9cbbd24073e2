"""The workspaces of a person, and what they may do in each: drives the interface, decides nothing."""

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from zrg.workspaces.access import WorkspaceAccess, require
from zrg.workspaces.api.views import TenantAPIView
from zrg.workspaces.enums import Role
from zrg.workspaces.registry import workspaces_with_calendar
from zrg.workspaces.rules.permissions import decide

ABILITIES = {
    "canReply": "message.send",
    "canEditLeads": "lead.edit_status",
    "canAssign": "lead.assign",
    "canEditSettings": "settings.edit_general",
    "canEditIntegrations": "settings.edit_integrations",
    "canEditAi": "settings.edit_ai",
    "canManageTeam": "team.invite",
    "canExport": "export.csv",
    "canUseInsights": "insights.use",
    "canViewAiOps": "aiops.view",
}


def capabilities(found: WorkspaceAccess) -> dict[str, object]:
    """What the interface offers in one workspace."""
    able = {name: decide(found.role, found.extras, action) != "deny" for name, action in ABILITIES.items()}
    return {
        "role": found.role,
        "isPortal": found.role == Role.CLIENT_PORTAL,
        "canViewAllLeads": found.sees_all_leads,
        **able,
    }


class WorkspaceList(TenantAPIView):
    """The entries of the selector."""

    permission_action = "workspace.open"

    def get(self, request: Request) -> Response:
        """All workspaces of the person, in the order of the selector."""
        with_calendar = workspaces_with_calendar(list(self.access.by_workspace))
        return Response(
            {
                "workspaces": [
                    {
                        "id": str(one.workspace_id),
                        "name": one.name,
                        "brandName": one.brand_name,
                        "logo": one.brand_logo,
                        "role": one.role,
                        "status": one.status,
                        "capabilities": capabilities(one),
                        "hasDefaultCalendar": one.workspace_id in with_calendar,
                    }
                    for one in self.access.by_workspace.values()
                ]
            }
        )


class WorkspaceCapabilities(TenantAPIView):
    """What the person may do in one workspace."""

    permission_action = "workspace.open"

    def get(self, request: Request, workspace_id: UUID) -> Response:
        """404 for a workspace that is not theirs."""
        found = require(self.access, "workspace.open", workspace_id)
        assert found is not None
        return Response(capabilities(found))
