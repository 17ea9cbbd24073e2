"""Exporting leads: what to export, what is being written, what can be fetched."""

from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from leads.enums import ExportStatus, LeadStatus, SentimentTag, Tab
from leads.errors import ExportLimit, UnknownFilter
from leads.models import ExportJob
from leads.services.exporting import download_link, export_leads, open_download
from leads.views.frame import leads_page
from zrg.workspaces.context import REPORT_TIMEOUT_MS
from zrg.workspaces.decorators import access_of, person_of, requires

CURRENT = "lead_exports"
LISTED = 20
FORM_KEYS = ("tab", "status", "sentiments", "search")


@require_GET
@requires("export.csv")
def exports(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """The form, and the person's exports."""
    return _page(request, workspace_id)


@require_GET
@requires("export.csv")
def progress(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """The person's exports as a fragment, asked for while one is being written."""
    return _page(request, workspace_id, template="leads/exports.html#jobs")


@require_POST
@requires("export.csv", timeout_ms=REPORT_TIMEOUT_MS)
def create(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """A small file at once, a large one as a job."""
    given = {key: [value for value in request.POST.getlist(key) if value] for key in FORM_KEYS}
    params = {key: values for key, values in given.items() if values}
    try:
        answer = export_leads(access_of(request), workspace_id, params, by=person_of(request))
    except (ExportLimit, UnknownFilter) as refused:
        return _page(request, workspace_id, status=refused.http_status, error=str(refused))
    if answer.job is None:
        return csv_response(answer.text)
    response = HttpResponseRedirect(reverse("lead_exports", args=[workspace_id]))
    response.status_code = 303
    return response


@require_GET
@requires("export.csv")
def download(request: HttpRequest, signed: str) -> HttpResponseBase:
    """The file, for the person who asked for it, within a day."""
    job = open_download(access_of(request), signed, by=person_of(request))
    name = f"leads-{job.created_at:%Y-%m-%d}.csv"
    return _private(FileResponse(job.file.open("rb"), as_attachment=True, filename=name, content_type="text/csv"))


def csv_response(text: str) -> HttpResponse:
    """A whole file as an answer."""
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="leads-{timezone.now():%Y-%m-%d}.csv"'
    _private(response)
    return response


def _private(response: HttpResponseBase) -> HttpResponseBase:
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _page(
    request: HttpRequest,
    workspace_id: UUID,
    *,
    template: str = "leads/exports.html",
    status: int = 200,
    error: str = "",
) -> HttpResponse:
    mine = ExportJob.objects.visible_to(access_of(request)).in_workspace(workspace_id).order_by("-created_at")
    jobs = list(mine[:LISTED])
    return leads_page(
        request,
        workspace_id,
        template,
        current=CURRENT,
        status=status,
        error=error,
        jobs=[{"job": job, "link": download_link(job) if job.status == ExportStatus.DONE else ""} for job in jobs],
        working=any(job.status in (ExportStatus.QUEUED, ExportStatus.RUNNING) for job in jobs),
        tabs=Tab.choices,
        statuses=LeadStatus.choices,
        sentiments=[tag for tag in SentimentTag.values if tag != SentimentTag.SNOOZED],
    )
