"""`/api/export/leads` and `/api/export/jobs/<id>`."""

from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext
from rest_framework.request import Request
from rest_framework.response import Response

from leads.enums import ExportStatus
from leads.models import ExportJob
from leads.services.exporting import download_link, export_leads
from leads.views.exports import csv_response
from zrg.lib.errors import BadInput, NotVisible
from zrg.workspaces.access import workspace_key
from zrg.workspaces.api.views import TenantAPIView
from zrg.workspaces.context import REPORT_TIMEOUT_MS
from zrg.workspaces.models import User


class LeadsExport(TenantAPIView):
    """`POST /api/export/leads`: `{"clientId", …}` with the parameters of the conversation list."""

    permission_action = "export.csv"
    statement_timeout_ms = REPORT_TIMEOUT_MS

    def post(self, request: Request) -> HttpResponseBase:
        """The CSV itself up to 1,000 rows, else 202 with the job."""
        if not isinstance(request.data, dict):
            raise BadInput(gettext("A JSON object is expected."), code="bad_request", http_status=400)
        workspace_id = workspace_key(str(request.data.get("clientId", "")))
        assert isinstance(request.user, User)
        params = {key: value if isinstance(value, list) else [value] for key, value in request.data.items()}
        answer = export_leads(self.access, workspace_id, params, by=request.user)
        return csv_response(answer.text) if answer.job is None else Response(export_payload(answer.job), status=202)


class ExportDetail(TenantAPIView):
    """`GET /api/export/jobs/<id>`."""

    permission_action = "export.csv"

    def get(self, request: Request, export_id: UUID) -> Response:
        """How far it is; `url` once it can be fetched. Only for the person who asked."""
        job = ExportJob.objects.visible_to(self.access).filter(pk=export_id).first()
        if job is None:
            raise NotVisible
        return Response(export_payload(job))


def export_payload(job: ExportJob) -> dict[str, Any]:
    """An export as JSON."""
    done = job.status == ExportStatus.DONE
    return {
        "id": str(job.pk),
        "clientId": str(job.workspace_id),
        "kind": job.kind,
        "status": job.status,
        "rows": job.rows,
        "bytes": job.bytes,
        "createdAt": job.created_at.isoformat(),
        "expiresAt": job.expires_at.isoformat() if job.expires_at else None,
        "url": reverse("export_download", args=[download_link(job)]) if done else None,
    }
