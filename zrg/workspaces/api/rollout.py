"""`POST /api/admin/rollout/autosend-revision`: the revision of drafts, workspace by workspace."""

from django.utils.translation import gettext
from rest_framework.request import Request
from rest_framework.response import Response

from zrg.lib.errors import BadInput, Forbidden, NotVisible
from zrg.workspaces.access import can, workspace_key
from zrg.workspaces.api.views import TenantAPIView
from zrg.workspaces.models import User, WorkspaceSettings
from zrg.workspaces.services.settings import record_refused, set_revision

ACTION = "rollout.toggle"
FIELDS = {"clientId", "enabled", "reason"}


class RevisionRollout(TenantAPIView):
    """`{"clientId", "enabled", "reason"}`; super admins, everybody else 403 and a line in the audit."""

    # Asked for inside: the refusal is kept, and a refusal that is raised is rolled back.
    permission_action = "workspace.open"

    def post(self, request: Request) -> Response:
        """Set the column; the same value again is answered alike."""
        body = request.data
        if not isinstance(body, dict) or (unknown := sorted(set(body) - FIELDS)):
            field = unknown[0] if isinstance(body, dict) else ""
            raise BadInput(gettext("Unknown fields."), code="unknown_field", http_status=400, field=field)
        workspace_id = workspace_key(str(body.get("clientId", "")))
        row = WorkspaceSettings.objects.filter(workspace_id=workspace_id).first()
        if self.access.in_workspace(workspace_id) is None or row is None:
            raise NotVisible
        assert isinstance(request.user, User)
        if not can(self.access, ACTION):
            record_refused(row, ["auto_send_revision_enabled"], by=request.user)
            return Response({"error": Forbidden.code, "action": ACTION}, status=Forbidden.http_status)
        if not isinstance(body.get("enabled"), bool) or not isinstance(body.get("reason"), str):
            raise BadInput(gettext("enabled is true or false, reason a text."), field="enabled")
        saved = set_revision(row, enabled=body["enabled"], by=request.user, access=self.access, reason=body["reason"])
        return Response({"clientId": str(workspace_id), "enabled": saved.auto_send_revision_enabled})
