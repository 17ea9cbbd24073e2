"""Importing a file: choose it, see what would happen, start, watch, take the rows that had something wrong."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from leads.enums import DuplicateHandling, ImportField, ImportStatus
from leads.errors import ImportFileGone
from leads.forms import read_mapping_form, read_options
from leads.models import LeadImportJob, LeadImportMapping
from leads.services.importing.files import MAX_BYTES, MAX_COLUMNS, MAX_ROWS, open_file
from leads.services.importing.problems import problem_lines
from leads.services.importing.starting import (
    OPEN,
    cancel_import,
    change_import,
    preview_import,
    start_import,
    upload_import,
)
from leads.views.frame import leads_page
from zrg.lib.errors import BadInput, Conflict, NotVisible
from zrg.lib.spoken import spoken_choices
from zrg.workspaces.context import REPORT_TIMEOUT_MS
from zrg.workspaces.decorators import person_of, requires

CURRENT = "lead_imports"
LISTED = 50


@require_GET
@requires("lead.import")
def imports(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """The form for a new file, and the imports so far."""
    return _list_page(request, workspace_id)


@require_POST
@requires("lead.import")
def upload(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """Take a file in; nothing is imported before somebody has seen what would happen."""
    given = request.FILES.get("file")
    if given is None:
        return _list_page(request, workspace_id, status=422, error=gettext("Choose a file first."))
    try:
        job = upload_import(workspace_id, given, by=person_of(request), mapping_name=request.POST.get("mapping", ""))
    except BadInput as refused:
        return _list_page(request, workspace_id, status=refused.http_status, error=str(refused))
    return _to(job)


@require_GET
@requires("lead.import")
def detail(request: HttpRequest, workspace_id: UUID, import_id: UUID) -> HttpResponse:
    """The preview of an import that has not started, or how far it is."""
    return _detail_page(request, _job_in(workspace_id, import_id))


@require_GET
@requires("lead.import")
def progress(request: HttpRequest, workspace_id: UUID, import_id: UUID) -> HttpResponse:
    """How far a running import is, as a fragment the page asks for every two seconds."""
    job = _job_in(workspace_id, import_id)
    return leads_page(request, workspace_id, "leads/imports/detail.html#state", current=CURRENT, **_facts(job))


@require_POST
@requires("lead.import")
def preview(request: HttpRequest, workspace_id: UUID, import_id: UUID) -> HttpResponse:
    """Keep another mapping or other options and show what would happen then."""
    job = _job_in(workspace_id, import_id)
    try:
        change_import(job, _mapping_of(request, job), read_options(_options_of(request)))
    except (BadInput, Conflict) as refused:
        return _detail_page(request, job, status=refused.http_status, error=str(refused))
    return _to(job)


@require_POST
@requires("lead.import")
def start(request: HttpRequest, workspace_id: UUID, import_id: UUID) -> HttpResponse:
    """Start with the mapping and options of the form."""
    job = _job_in(workspace_id, import_id)
    try:
        if job.status == ImportStatus.PENDING:
            job = change_import(job, _mapping_of(request, job), read_options(_options_of(request)))
        start_import(job, by=person_of(request), save_mapping_as=request.POST.get("save_as", ""))
    except (BadInput, Conflict) as refused:
        return _detail_page(request, job, status=refused.http_status, error=str(refused))
    return _to(job)


@require_POST
@requires("lead.import", timeout_ms=REPORT_TIMEOUT_MS)  # waits for the chunk that is being written
def cancel(request: HttpRequest, workspace_id: UUID, import_id: UUID) -> HttpResponse:
    """End it between two chunks."""
    job = _job_in(workspace_id, import_id)
    if not cancel_import(job, by=person_of(request)):
        messages.info(request, gettext("It had ended already."))
    return _to(job)


@require_GET
@requires("lead.import")
def errors(request: HttpRequest, workspace_id: UUID, import_id: UUID) -> HttpResponseBase:
    """The rows that had something wrong, with line and reason."""
    return errors_response(_job_in(workspace_id, import_id))


def errors_response(job: LeadImportJob) -> HttpResponseBase:
    """The file of errors, streamed from the stored file."""
    response = StreamingHttpResponse(problem_lines(job), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-errors-{job.created_at:%Y-%m-%d}.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _list_page(request: HttpRequest, workspace_id: UUID, *, status: int = 200, error: str = "") -> HttpResponse:
    jobs = LeadImportJob.objects.in_workspace(workspace_id).select_related("created_by").order_by("-created_at", "-id")
    return leads_page(
        request,
        workspace_id,
        "leads/imports/list.html",
        current=CURRENT,
        status=status,
        error=error,
        jobs=list(jobs[:LISTED]),
        mappings=list(LeadImportMapping.objects.in_workspace(workspace_id).order_by("name")),
        limits={"megabytes": MAX_BYTES // 1024 // 1024, "rows": MAX_ROWS, "columns": MAX_COLUMNS},
    )


def _detail_page(request: HttpRequest, job: LeadImportJob, *, status: int = 200, error: str = "") -> HttpResponse:
    context = {**_facts(job), "error": error}
    if job.status == ImportStatus.PENDING:
        context |= _preview_of(job)
    return leads_page(request, job.workspace_id, "leads/imports/detail.html", current=CURRENT, status=status, **context)


def _preview_of(job: LeadImportJob) -> dict[str, Any]:
    try:
        shown = preview_import(job)
    except ImportFileGone as gone:
        return {"preview": None, "error": str(gone)}
    return {
        "preview": shown,
        "columns": [
            {"name": column, "number": number, "field": job.mapping.get(column, "")}
            for number, column in enumerate(shown.columns)
        ],
        "fields": spoken_choices(ImportField.choices),
        "handlings": spoken_choices(DuplicateHandling.choices),
    }


def _facts(job: LeadImportJob) -> dict[str, Any]:
    return {
        "job": job,
        "running": job.status in (ImportStatus.VALIDATING, ImportStatus.PROCESSING),
        "can_cancel": job.status in OPEN,
        "has_errors": bool(job.error_log),
        "share": job.processed_rows * 100 // job.total_rows if job.total_rows else 0,
    }


def _job_in(workspace_id: UUID, import_id: UUID) -> LeadImportJob:
    job = LeadImportJob.objects.in_workspace(workspace_id).select_related("created_by").filter(pk=import_id).first()
    if job is None:
        raise NotVisible
    return job


def _mapping_of(request: HttpRequest, job: LeadImportJob) -> dict[str, object]:
    with open_file(job) as opened:
        return read_mapping_form(request.POST, opened.header.columns)


def _options_of(request: HttpRequest) -> dict[str, Any]:
    # An unchecked box is not sent at all.
    return {**request.POST.dict(), "route": "route" in request.POST}


def _to(job: LeadImportJob) -> HttpResponse:
    response = HttpResponseRedirect(reverse("lead_import", args=[job.workspace_id, job.pk]))
    response.status_code = 303
    return response
