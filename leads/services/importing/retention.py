"""Files of imports end with their time; imports whose work died end too."""

from datetime import timedelta
from uuid import UUID

import structlog
from django.db.models import Q, QuerySet
from django.utils import timezone

from leads.enums import ImportStatus
from leads.models import LeadImportJob
from leads.services.importing.running import WORKING, fail_import
from leads.services.importing.starting import LEAD_IMPORT, abandoned_imports
from zrg.jobs.contracts import RunContext
from zrg.jobs.enums import JobStatus
from zrg.jobs.models import BackgroundJob
from zrg.lib import log_events
from zrg.workspaces.context import platform

logger = structlog.get_logger(__name__)

KEPT = timedelta(hours=24)
BATCH = 500


def purge_import_files(ctx: RunContext) -> None:
    """Delete files of imports that ended a day ago, and uploads nobody started. The rows stay as history."""
    while not ctx.should_stop():
        with platform():
            ids = list(_over().values_list("pk", flat=True)[:BATCH])
        if ctx.dry_run or not ids:
            ctx.count("import_files", len(ids))
            return
        for import_id in ids:
            _purge(import_id)
        ctx.count("import_files", len(ids))
        logger.info(log_events.RETENTION_PURGED, table="import_files", rows=len(ids))


def end_dead_imports(ctx: RunContext) -> None:
    """Say that an import failed whose job failed for good (a worker killed in every attempt says nothing)."""
    with platform():
        running = LeadImportJob.objects.filter(status__in=WORKING).values_list("workspace_id", "pk")
        keys = {f"{workspace_id}:{pk}:{LEAD_IMPORT}": (workspace_id, pk) for workspace_id, pk in running}
        failed = BackgroundJob.objects.filter(dedupe_key__in=keys, status=JobStatus.FAILED)
        dead = [keys[key] for key in failed.values_list("dedupe_key", flat=True)]
    for workspace_id, import_id in dead:
        ctx.count("imports_failed", int(fail_import(workspace_id, import_id, "job_failed")))


def _over() -> QuerySet[LeadImportJob]:
    until = timezone.now() - KEPT
    ended = Q(completed_at__lt=until) & ~Q(status__in=WORKING)
    return LeadImportJob.objects.filter(ended | abandoned_imports(KEPT)).exclude(Q(file="") | Q(file=None))


def _purge(import_id: UUID) -> None:
    """The file first: a row that still names it is purged again, a file no row names would stay for ever."""
    with platform():
        job = _over().filter(pk=import_id).select_for_update(of=("self",)).first()
        if job is None:
            return
        job.file.storage.delete(str(job.file.name))
        job.file = None
        if job.status == ImportStatus.PENDING:
            job.status, job.completed_at = ImportStatus.CANCELLED, timezone.now()
        job.save(update_fields=["file", "status", "completed_at"])
