"""Working a file off, chunk by chunk. A dead run leaves whole chunks; the next one goes on after them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from uuid import UUID

import structlog
from django.db.models import F
from django.utils import timezone

from leads.enums import DuplicateHandling, ImportStatus
from leads.models import LeadImportJob
from leads.rules.importing.mapping import read_mapping
from leads.rules.importing.planning import FilePlanner
from leads.rules.importing.rows import ImportRow, read_row, row_keys
from leads.services.importing.chunks import ChunkResult, write_rows
from leads.services.importing.files import OpenFile, open_file
from leads.services.senders import own_sender_entries
from zrg.jobs.contracts import JobContext
from zrg.jobs.errors import Reschedule
from zrg.lib import log_events
from zrg.lib.addresses import OwnSenders
from zrg.lib.csv_files import CsvRecord
from zrg.lib.errors import ZrgError
from zrg.workspaces.context import tenant

logger = structlog.get_logger(__name__)

CHUNK_ROWS = 1_000
MAX_LOGGED_PROBLEMS = 100
# A chunk takes a second or two; with less time left the next run takes over.
SECONDS_PER_CHUNK = 20.0
OTHER_RUNNER_WAIT = timedelta(seconds=10)
WORKING = (ImportStatus.VALIDATING, ImportStatus.PROCESSING)


class OtherRunner(Exception):  # not an error: a decision about this run
    """Another run holds the import."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What every row of one run is read with."""

    columns: tuple[str, ...]
    mapping: dict[str, str]
    own: OwnSenders


def run_import(ctx: JobContext) -> None:
    """`LEAD_IMPORT`: from `next_row` to the end of the file, a transaction per chunk.

    Idempotent: a chunk and its place are committed together under the lock of the import's row, so a
    second runner can neither repeat nor skip one. Ends early when the import is cancelled, and hands
    over (`Reschedule`) when its time is up.
    """
    import_id = UUID(str(ctx.payload["import_id"]))
    job = _begin(ctx.workspace_id, import_id)
    if job is None:
        return
    try:
        _work_off(job, ctx)
    except OtherRunner:
        raise Reschedule(timezone.now() + OTHER_RUNNER_WAIT, "another run holds the import") from None
    except ZrgError as error:
        # The file cannot be read any more; trying again would not help.
        fail_import(ctx.workspace_id, import_id, error.code)
    except Exception as error:
        if ctx.is_last_attempt and not isinstance(error, Reschedule):
            fail_import(ctx.workspace_id, import_id, type(error).__name__)
        raise


def fail_import(workspace_id: UUID, import_id: UUID, code: str) -> bool:
    """End an import that cannot go on; what was imported stays. Returns whether it was running."""
    with tenant(workspace_id):
        ended = (
            LeadImportJob.objects.in_workspace(workspace_id)
            .filter(pk=import_id, status__in=WORKING)
            .update(
                status=ImportStatus.FAILED,
                completed_at=timezone.now(),
            )
        )
    if ended:
        logger.error(log_events.IMPORT_FAILED, import_id=str(import_id), reason=code)
    return bool(ended)


def _begin(workspace_id: UUID, import_id: UUID) -> LeadImportJob | None:
    with tenant(workspace_id):
        imports = LeadImportJob.objects.in_workspace(workspace_id).filter(pk=import_id, status__in=WORKING)
        return imports.select_related("created_by").first()


def _work_off(job: LeadImportJob, ctx: JobContext) -> None:
    planner = FilePlanner(DuplicateHandling(job.on_duplicate))
    with open_file(job) as opened:
        setup = _setup(job, opened)
        _mark_processing(job)
        for records in _chunks(opened, setup, planner, job.next_row):
            if ctx.seconds_left() < SECONDS_PER_CHUNK:
                raise Reschedule(timezone.now(), f"{job.next_row} rows done")
            rows = [
                read_row(job.next_row + place, record, setup.columns, setup.mapping, setup.own)
                for place, record in enumerate(records)
            ]
            if not _write_chunk(job, rows, planner):
                return
    _finish(job)


def _setup(job: LeadImportJob, opened: OpenFile) -> Setup:
    columns = opened.header.columns
    with tenant(job.workspace_id):
        own = OwnSenders.of(own_sender_entries(job.workspace_id))
    return Setup(columns=columns, mapping=read_mapping(job.mapping, columns), own=own)


def _mark_processing(job: LeadImportJob) -> None:
    with tenant(job.workspace_id):
        LeadImportJob.objects.in_workspace(job.workspace_id).filter(pk=job.pk, status=ImportStatus.VALIDATING).update(
            status=ImportStatus.PROCESSING, started_at=timezone.now()
        )


def _chunks(opened: OpenFile, setup: Setup, planner: FilePlanner, start: int) -> Iterator[list[CsvRecord]]:
    """Chunks from row `start` on; earlier rows only tell who was in the file already."""
    for record in islice(opened.records, start):
        planner.saw(row_keys(record, setup.columns, setup.mapping, setup.own))
    while chunk := list(islice(opened.records, CHUNK_ROWS)):
        yield chunk


def _write_chunk(job: LeadImportJob, rows: list[ImportRow], planner: FilePlanner) -> bool:
    """One transaction; False when the import was cancelled meanwhile."""
    with tenant(job.workspace_id):
        imports = LeadImportJob.objects.in_workspace(job.workspace_id)
        locked = imports.select_for_update(skip_locked=True, of=("self",)).filter(pk=job.pk).first()
        if locked is None or locked.next_row != job.next_row:
            raise OtherRunner
        if locked.status not in WORKING:
            return False
        result = write_rows(job, rows, planner)
        imports.filter(pk=job.pk).update(**_progress(locked, rows, result))
    job.next_row += len(rows)
    logger.info(log_events.IMPORT_CHUNK, import_id=str(job.pk), next_row=job.next_row, created=result.created)
    return True


def _progress(locked: LeadImportJob, rows: list[ImportRow], result: ChunkResult) -> dict[str, object]:
    logged = [
        {"row": row.line, "field": problem.field, "code": problem.code} for row in rows for problem in row.problems
    ]
    return {
        "next_row": F("next_row") + len(rows),
        "processed_rows": F("processed_rows") + len(rows),
        "created_leads": F("created_leads") + result.created,
        "duplicate_rows": F("duplicate_rows") + result.duplicates,
        "invalid_rows": F("invalid_rows") + result.invalid,
        "error_log": [*locked.error_log, *logged][:MAX_LOGGED_PROBLEMS],
    }


def _finish(job: LeadImportJob) -> None:
    with tenant(job.workspace_id):
        imports = LeadImportJob.objects.in_workspace(job.workspace_id).filter(pk=job.pk, status__in=WORKING)
        done = imports.update(status=ImportStatus.COMPLETED, completed_at=timezone.now())
        job.refresh_from_db()
    if done:
        logger.info(
            log_events.IMPORT_FINISHED,
            import_id=str(job.pk),
            rows=job.processed_rows,
            created=job.created_leads,
            duplicates=job.duplicate_rows,
            invalid=job.invalid_rows,
        )
