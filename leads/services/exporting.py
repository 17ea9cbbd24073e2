"""Leads as a file, within what the person may see."""

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import structlog
from django.core import signing
from django.core.files.base import File
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext

from leads.enums import ExportKind, ExportStatus
from leads.errors import ExportGone, ExportLimit
from leads.metrics import count_export
from leads.models import ExportJob
from leads.querysets import LeadQuerySet
from leads.rules.filters import read_filters
from leads.services.lists import filter_leads
from zrg.jobs.contracts import JobContext, RunContext
from zrg.jobs.enums import JobStatus
from zrg.jobs.models import BackgroundJob
from zrg.jobs.services.enqueue import enqueue_job
from zrg.lib import log_events
from zrg.lib.csv_files import BOM, csv_line
from zrg.lib.errors import NotVisible, ZrgError
from zrg.workspaces.access import Access, compute_access, context_of, require
from zrg.workspaces.context import JOB_TIMEOUT_MS, platform, tenant
from zrg.workspaces.models import User
from zrg.workspaces.services.audit import record_audit

logger = structlog.get_logger(__name__)

EXPORT = "EXPORT"
AT_ONCE_ROWS = 1_000
BATCH_ROWS = 5_000
MAX_WORKING = 2
KEPT = timedelta(hours=24)
PURGE_BATCH = 500
SALT = "leads.export"

HEADER = (
    "ID",
    "First Name",
    "Last Name",
    "Email",
    "Phone",
    "Company",
    "Status",
    "Sentiment",
    "LinkedIn URL",
    "Created At",
    "Updated At",
)
_COLUMNS = (
    "id",
    "first_name",
    "last_name",
    "email",
    "phone",
    "company_name",
    "status",
    "sentiment_tag",
    "linkedin_url",
    "created_at",
    "updated_at",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportAnswer:
    """Either the whole file (few rows) or the job that writes it."""

    text: str = ""
    job: ExportJob | None = None


def export_leads(access: Access, workspace_id: UUID, params: Mapping[str, Sequence[str]], *, by: User) -> ExportAnswer:
    """The leads of a list as CSV: at once up to 1,000 rows, else as a job. Audited.

    `params` are those of the conversation list without its place. Raises `UnknownFilter`, `Forbidden`,
    and `ExportLimit` while two exports of the workspace are being written.
    """
    require(access, "export.csv", workspace_id)
    wanted = _fixed(workspace_id, params)
    leads = _leads(access, wanted)
    rows = list(leads.order_by("pk").values_list(*_COLUMNS)[: AT_ONCE_ROWS + 1])
    if len(rows) > AT_ONCE_ROWS:
        return ExportAnswer(job=_queue(workspace_id, wanted, by=by))
    for action in ("export.created", "export.downloaded"):
        record_audit(
            action,
            actor=by,
            workspace=workspace_id,
            object_type="exportjob",
            after={"kind": ExportKind.LEADS_CSV.value, "rows": len(rows)},
        )
    logger.info(log_events.EXPORT_CREATED, kind=ExportKind.LEADS_CSV.value, rows=len(rows))
    return ExportAnswer(text="".join([BOM, csv_line(HEADER), *map(_line, rows)]))


def run_export(ctx: JobContext) -> None:
    """`EXPORT`: write the file in batches by id, each in a short transaction of the person's own context.

    By id and not in the order of the list, so that a lead that moves meanwhile is neither missed nor
    written twice. A run that dies starts anew; the row counts along.
    """
    export_id = UUID(str(ctx.payload["export_id"]))
    job = _begin(ctx.workspace_id, export_id)
    if job is None:
        return
    try:
        _write_file(job)
    except ZrgError as error:
        # The person may no longer export here: there is nothing to try again.
        _end(job, ExportStatus.FAILED)
        logger.warning(log_events.EXPORT_FAILED, export_id=str(job.pk), reason=error.code)
    except Exception as error:
        if ctx.is_last_attempt:
            _end(job, ExportStatus.FAILED)
            logger.error(log_events.EXPORT_FAILED, export_id=str(job.pk), reason=type(error).__name__)
        raise


def download_link(job: ExportJob) -> str:
    """The signed part of the address under which the person who asked may fetch the file."""
    return signing.dumps(str(job.pk), salt=SALT)


def open_download(access: Access, signed: str, *, by: User) -> ExportJob:
    """The export a link names, for the person who asked, within its day. Audited.

    Raises `NotVisible` for everybody else and for a changed link, `ExportGone` after its time.
    """
    try:
        export_id = signing.loads(signed, salt=SALT, max_age=KEPT)
    except signing.SignatureExpired as error:
        raise ExportGone from error
    except signing.BadSignature as error:
        raise NotVisible from error
    job = ExportJob.objects.visible_to(access).filter(pk=export_id).first()
    if job is None:
        raise NotVisible
    require(access, "export.csv", job.workspace_id)
    if job.status != ExportStatus.DONE or not job.file or (job.expires_at and job.expires_at <= timezone.now()):
        raise ExportGone
    record_audit("export.downloaded", actor=by, workspace=job.workspace_id, obj=job, after={"rows": job.rows})
    logger.info(log_events.EXPORT_DOWNLOADED, export_id=str(job.pk), rows=job.rows)
    return job


def purge_exports(ctx: RunContext) -> None:
    """Routine: delete files a day after they were written; the rows stay as history."""
    while not ctx.should_stop():
        with platform():
            over = ExportJob.objects.filter(status=ExportStatus.DONE, expires_at__lte=timezone.now())
            jobs = list(over.order_by("expires_at")[:PURGE_BATCH])
            for job in jobs if not ctx.dry_run else ():
                job.file.storage.delete(str(job.file.name))
                ExportJob.objects.filter(pk=job.pk).update(status=ExportStatus.EXPIRED, file=None)
        ctx.count("export_files", len(jobs))
        if ctx.dry_run or len(jobs) < PURGE_BATCH:
            return


def end_dead_exports(ctx: RunContext) -> None:
    """Routine: an export whose job failed for good has failed (a worker killed in every attempt says nothing)."""
    with platform():
        running = ExportJob.objects.working().values_list("workspace_id", "pk")
        keys = {f"{workspace_id}:{pk}:{EXPORT}": pk for workspace_id, pk in running}
        failed = BackgroundJob.objects.filter(dedupe_key__in=keys, status=JobStatus.FAILED)
        dead = [keys[key] for key in failed.values_list("dedupe_key", flat=True)]
        ended = ExportJob.objects.working().filter(pk__in=dead)
        ctx.count("exports_failed", ended.update(status=ExportStatus.FAILED, finished_at=timezone.now()))


def _fixed(workspace_id: UUID, params: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The list as asked for, checked, tied to its workspace, without a place in it."""
    wanted = {key: list(values) for key, values in params.items() if key not in ("cursor", "limit")}
    wanted["clientId"] = [str(workspace_id)]
    read_filters(wanted)
    return wanted


def _leads(access: Access, params: Mapping[str, Any]) -> LeadQuerySet:
    return filter_leads(access, params)


def _queue(workspace_id: UUID, params: dict[str, list[str]], *, by: User) -> ExportJob:
    with transaction.atomic():
        _lock(workspace_id)
        if _working(workspace_id) >= MAX_WORKING:
            raise ExportLimit(
                gettext("Two exports of this workspace are being written. Try again in a minute."), retry_after=60
            )
        job = ExportJob.objects.create(
            workspace_id=workspace_id, kind=ExportKind.LEADS_CSV, params=params, requested_by=by
        )
        key = f"{workspace_id}:{job.pk}:{EXPORT}"
        enqueue_job(EXPORT, workspace_id, dedupe_key=key, payload={"export_id": str(job.pk)})
        record_audit("export.created", actor=by, workspace=workspace_id, obj=job, after={"kind": job.kind})
    logger.info(log_events.EXPORT_CREATED, kind=job.kind, export_id=str(job.pk))
    return job


def _lock(workspace_id: UUID) -> None:
    """Requests of one workspace come one after the other, so that the limit holds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"export:{workspace_id}"])


def _working(workspace_id: UUID) -> int:
    """Exports of everybody count, also those a setter may not see."""
    with tenant(workspace_id):
        return ExportJob.objects.in_workspace(workspace_id).working().count()


def _begin(workspace_id: UUID, export_id: UUID) -> ExportJob | None:
    with tenant(workspace_id):
        jobs = ExportJob.objects.in_workspace(workspace_id).working().filter(pk=export_id)
        if not jobs.update(status=ExportStatus.RUNNING, rows=0):
            return None
        return ExportJob.objects.select_related("requested_by").get(pk=export_id)


def _write_file(job: ExportJob) -> None:
    access = compute_access(job.requested_by)
    with tempfile.TemporaryFile("w+b") as target:
        target.write((BOM + csv_line(HEADER)).encode())
        last = UUID(int=0)
        while True:
            with context_of(access, timeout_ms=JOB_TIMEOUT_MS):
                require(access, "export.csv", job.workspace_id)
                batch = list(
                    _leads(access, job.params).filter(pk__gt=last).order_by("pk").values_list(*_COLUMNS)[:BATCH_ROWS]
                )
            target.write("".join(map(_line, batch)).encode())
            _count(job, len(batch))
            if len(batch) < BATCH_ROWS:
                break
            last = batch[-1][0]
        _store(job, target)


def _store(job: ExportJob, target: Any) -> None:
    size = target.tell()
    target.seek(0)
    job.file.save(f"{uuid4().hex}.csv", File(target), save=False)
    if not _end(job, ExportStatus.DONE, file=job.file.name, bytes=size, expires_at=timezone.now() + KEPT):
        # Another run ended it first; its file is the one the row names.
        job.file.storage.delete(str(job.file.name))


def _end(job: ExportJob, status: ExportStatus, **values: Any) -> bool:
    with tenant(job.workspace_id):
        jobs = ExportJob.objects.in_workspace(job.workspace_id).working().filter(pk=job.pk)
        ended = bool(jobs.update(status=status, finished_at=timezone.now(), **values))
    if ended:
        count_export(job.kind, status.value)
    if ended and status == ExportStatus.DONE:
        logger.info(log_events.EXPORT_FINISHED, export_id=str(job.pk), rows=job.rows, bytes=values["bytes"])
    return ended


def _count(job: ExportJob, rows: int) -> None:
    job.rows += rows
    with tenant(job.workspace_id):
        ExportJob.objects.in_workspace(job.workspace_id).filter(pk=job.pk).update(rows=job.rows)


def _line(row: Iterable[Any]) -> str:
    return csv_line(value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value for value in row)
