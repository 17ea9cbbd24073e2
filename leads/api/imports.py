"""`/api/imports/leads`: upload, preview, start, progress, cancel, errors."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from django.utils.translation import gettext
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from leads.enums import DuplicateHandling, ImportSource, ImportStatus
from leads.forms import read_options
from leads.models import LeadImportJob
from leads.registry import import_figures
from leads.rules.importing.rows import column_values
from leads.services.importing.starting import (
    ImportOptions,
    Preview,
    PreviewRow,
    cancel_import,
    change_import,
    preview_import,
    start_import,
    upload_import,
)
from leads.views.imports import errors_response
from zrg.lib.errors import BadInput, NotVisible
from zrg.workspaces.access import require, workspace_key
from zrg.workspaces.api.parsers import JSONParser
from zrg.workspaces.api.views import TenantAPIView
from zrg.workspaces.context import REPORT_TIMEOUT_MS
from zrg.workspaces.models import User

OPTION_NAMES = {"onDuplicate": "on_duplicate", "overwriteNames": "overwrite_names", "route": "route"}


class ImportAPIView(TenantAPIView):
    """The import of a path, asked for by its action."""

    permission_action = "lead.import"
    parser_classes = [JSONParser, MultiPartParser, FormParser]

    def job(self, import_id: UUID) -> LeadImportJob:
        """The import, where the person may import; everything else answers like a missing id."""
        job = LeadImportJob.objects.visible_to(self.access).filter(pk=import_id).first()
        if job is None:
            raise NotVisible
        require(self.access, "lead.import", job.workspace_id)
        return job

    def person(self) -> User:
        """Who acts."""
        assert isinstance(self.request.user, User)
        return self.request.user


class Imports(ImportAPIView):
    """`POST /api/imports/leads` (multipart): `clientId`, `file`, optional `mapping`, `mappingName`, options."""

    def post(self, request: Request) -> Response:
        """201 with the preview; nothing is imported yet."""
        fields = _fields(request)
        workspace_id = workspace_key(str(fields.get("clientId", "")))
        require(self.access, "lead.import", workspace_id)
        given = request.FILES.get("file")
        if given is None:
            raise BadInput(gettext("There is no file."), code="file_required", field="file")
        source = str(fields.get("source") or ImportSource.CSV.value)
        if source not in ImportSource.values:
            raise BadInput(gettext("Unknown source."), field="source")
        job = upload_import(
            workspace_id,
            given,
            by=self.person(),
            source=ImportSource(source),
            mapping=_mapping(fields),
            mapping_name=str(fields.get("mappingName") or ""),
            options=_options(fields, ImportOptions()) or ImportOptions(),
        )
        return Response({**import_payload(job), "preview": preview_payload(preview_import(job))}, status=201)


class ImportDetail(ImportAPIView):
    """`GET/PATCH /api/imports/leads/<id>`."""

    def get(self, request: Request, import_id: UUID) -> Response:
        """How far it is; with its preview while it has not started."""
        return Response(_with_preview(self.job(import_id)))

    def patch(self, request: Request, import_id: UUID) -> Response:
        """Another mapping or other options before the start; answers with the new preview."""
        return Response(_with_preview(_changed(self.job(import_id), request)))


class ImportStart(ImportAPIView):
    """`POST /api/imports/leads/<id>/start`."""

    def post(self, request: Request, import_id: UUID) -> Response:
        """202; a second start of a running or finished import changes nothing."""
        job = self.job(import_id)
        if job.status == ImportStatus.PENDING:
            job = _changed(job, request)
        name = str(_fields(request).get("saveMappingAs") or "")
        return Response(import_payload(start_import(job, by=self.person(), save_mapping_as=name)), status=202)


class ImportCancel(ImportAPIView):
    """`POST /api/imports/leads/<id>/cancel`; waits for the chunk that is being written."""

    statement_timeout_ms = REPORT_TIMEOUT_MS

    def post(self, request: Request, import_id: UUID) -> Response:
        """Ends between two chunks; `cancelled` false when it had ended."""
        job = self.job(import_id)
        cancelled = cancel_import(job, by=self.person())
        job.refresh_from_db()
        return Response({**import_payload(job), "cancelled": cancelled})


class ImportErrors(ImportAPIView):
    """`GET /api/imports/leads/<id>/errors.csv`."""

    def get(self, request: Request, import_id: UUID) -> HttpResponseBase:
        """Rows that had something wrong, with line and reason."""
        return errors_response(self.job(import_id))


def import_payload(job: LeadImportJob) -> dict[str, Any]:
    """An import as JSON; with where its leads went, where an app above knows."""
    figures = import_figures()
    routing = {"routing": dict(figures(job))} if figures and job.route else {}
    return {
        **routing,
        "id": str(job.pk),
        "clientId": str(job.workspace_id),
        "status": job.status,
        "source": job.source,
        "fileName": job.file_name,
        "fileSize": job.file_size,
        "mapping": job.mapping,
        "onDuplicate": job.on_duplicate,
        "overwriteNames": job.overwrite_names,
        "route": job.route,
        "totalRows": job.total_rows,
        "processedRows": job.processed_rows,
        "createdLeads": job.created_leads,
        "duplicateRows": job.duplicate_rows,
        "invalidRows": job.invalid_rows,
        "errors": job.error_log,
        "createdAt": job.created_at.isoformat(),
        "startedAt": job.started_at.isoformat() if job.started_at else None,
        "completedAt": job.completed_at.isoformat() if job.completed_at else None,
    }


def preview_payload(preview: Preview) -> dict[str, Any]:
    """What would happen, as JSON."""
    return {
        "columns": list(preview.columns),
        "encoding": preview.encoding,
        "delimiter": preview.delimiter,
        "ready": preview.ready,
        "rows": [_row_payload(row) for row in preview.rows],
    }


def _row_payload(shown: PreviewRow) -> dict[str, Any]:
    identity = shown.row.identity
    return {
        "line": shown.line,
        "outcome": shown.outcome.value,
        "matchedBy": shown.matched_by or None,
        "email": identity.email,
        "phone": identity.phone.e164 or identity.phone.national,
        "linkedinUrl": identity.linkedin_url,
        "values": column_values(shown.row),
        "problems": [{"field": one.field, "code": one.code} for one in shown.row.problems],
    }


def _with_preview(job: LeadImportJob) -> dict[str, Any]:
    if job.status != ImportStatus.PENDING:
        return import_payload(job)
    return {**import_payload(job), "preview": preview_payload(preview_import(job))}


def _changed(job: LeadImportJob, request: Request) -> LeadImportJob:
    """Mapping and options as far as the request names them."""
    fields = _fields(request)
    stored = ImportOptions(
        on_duplicate=DuplicateHandling(job.on_duplicate), overwrite_names=job.overwrite_names, route=job.route
    )
    mapping, options = _mapping(fields), _options(fields, stored)
    return change_import(job, mapping, options) if mapping or options else job


def _fields(request: Request) -> Mapping[str, Any]:
    if not isinstance(request.data, Mapping):
        raise BadInput(gettext("A JSON object is expected."), code="bad_request", http_status=400)
    return request.data


def _mapping(fields: Mapping[str, Any]) -> Mapping[str, object] | None:
    """The mapping; a form carries it as JSON text."""
    mapping = fields.get("mapping")
    if isinstance(mapping, str) and mapping:
        try:
            mapping = json.loads(mapping)
        except ValueError as error:
            raise BadInput(gettext("The mapping is no JSON."), field="mapping") from error
    if mapping and not isinstance(mapping, Mapping):
        raise BadInput(gettext("The mapping is an object of column and field."), field="mapping")
    return mapping or None


def _options(fields: Mapping[str, Any], stored: ImportOptions) -> ImportOptions | None:
    """The options named, over those stored; None when none is named."""
    named = {name: fields[key] for key, name in OPTION_NAMES.items() if key in fields}
    return read_options({**asdict(stored), **named}) if named else None
