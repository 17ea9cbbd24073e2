"""A file comes in, is looked at, started and perhaps cancelled."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from uuid import UUID

import structlog
from django.core.files.base import File
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext

from leads.enums import DuplicateHandling, ImportSource, ImportStatus, RowOutcome
from leads.errors import ImportStateRefused
from leads.models import LeadImportJob, LeadImportMapping
from leads.rules.importing.mapping import fitting, guess_mapping, names_people, read_mapping
from leads.rules.importing.planning import FilePlanner, RowPlan
from leads.rules.importing.rows import ImportRow, read_row
from leads.services.importing.chunks import plan_rows
from leads.services.importing.files import OpenFile, open_file, store_file, summarise
from leads.services.senders import own_sender_entries
from zrg.jobs.services.enqueue import enqueue_job, requeue_job
from zrg.lib import log_events
from zrg.lib.addresses import OwnSenders
from zrg.lib.errors import BadInput
from zrg.workspaces.models import User
from zrg.workspaces.services.audit import record_audit

logger = structlog.get_logger(__name__)

LEAD_IMPORT = "LEAD_IMPORT"
PREVIEW_ROWS = 10
MAX_MAPPING_NAME = 120
OPEN = (ImportStatus.PENDING, ImportStatus.VALIDATING, ImportStatus.PROCESSING)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """How an import treats people who are there already, and whether new ones may be handed on."""

    on_duplicate: DuplicateHandling = DuplicateHandling.SKIP
    overwrite_names: bool = False
    route: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewRow:
    """A row of the file with what would happen to it."""

    line: int
    cells: tuple[str, ...]
    row: ImportRow
    outcome: RowOutcome
    matched_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """The first rows of a file; `ready` when its mapping names people."""

    columns: tuple[str, ...]
    encoding: str
    delimiter: str
    rows: list[PreviewRow]
    ready: bool


def upload_import(
    workspace_id: UUID,
    uploaded: File,  # type: ignore[type-arg]
    *,
    by: User | None,
    source: ImportSource = ImportSource.CSV,
    mapping: Mapping[str, object] | None = None,
    mapping_name: str = "",
    options: ImportOptions = ImportOptions(),
) -> LeadImportJob:
    """Store a file within the limits and guess its mapping; nothing is imported yet.

    The mapping is the one given or named, else the workspace's default where the file has its columns,
    else guessed from the names of the columns. Everything is checked before anything is stored: raises
    `UnreadableFile`, or `BadInput` for a mapping that does not fit.
    """
    summary = summarise(uploaded.file, uploaded.size)  # type: ignore[arg-type]
    columns = summary.header.columns
    chosen = read_mapping(mapping, columns) if mapping else _first_mapping(workspace_id, columns, mapping_name)
    job = LeadImportJob(
        workspace_id=workspace_id,
        created_by=by,
        source=source,
        mapping=chosen,
        total_rows=summary.rows,
        on_duplicate=options.on_duplicate,
        overwrite_names=options.overwrite_names,
        route=options.route,
    )
    store_file(job, uploaded.name or "import.csv", uploaded)
    try:
        with transaction.atomic():
            job.save(force_insert=True)
    except Exception:
        # No row, no file.
        job.file.delete(save=False)
        raise
    return job


def preview_import(job: LeadImportJob, *, limit: int = PREVIEW_ROWS) -> Preview:
    """What would happen to the first rows; reads only."""
    with open_file(job) as opened:
        records = list(islice(opened.records, limit))
    columns, own = opened.header.columns, OwnSenders.of(own_sender_entries(job.workspace_id))
    mapping = fitting(job.mapping, columns)
    rows = [read_row(number, record, columns, mapping, own) for number, record in enumerate(records)]
    planner = FilePlanner(DuplicateHandling(job.on_duplicate))
    plans = plan_rows(job.workspace_id, rows, planner, import_id=None)
    return Preview(
        columns=columns,
        encoding=opened.header.format.encoding,
        delimiter=opened.header.format.delimiter,
        rows=[_preview_row(record.cells, plan) for record, plan in zip(records, plans, strict=True)],
        ready=names_people(mapping),
    )


def change_import(
    job: LeadImportJob, mapping: Mapping[str, object] | None, options: ImportOptions | None
) -> LeadImportJob:
    """Set mapping and options of an import that has not started."""
    with transaction.atomic():
        locked = _locked(job, (ImportStatus.PENDING,), "It has started already.")
        if mapping is not None:
            locked.mapping = read_mapping(mapping, _columns(locked))
        if options is not None:
            locked.on_duplicate = options.on_duplicate
            locked.overwrite_names = options.overwrite_names
            locked.route = options.route
        locked.save(update_fields=["mapping", "on_duplicate", "overwrite_names", "route"])
    return locked


def start_import(job: LeadImportJob, *, by: User | None, save_mapping_as: str = "") -> LeadImportJob:
    """Queue the work; a second start of a running or finished import changes nothing. Audited."""
    with transaction.atomic():
        locked = LeadImportJob.objects.select_for_update().get(pk=job.pk)
        if locked.status in (ImportStatus.VALIDATING, ImportStatus.PROCESSING, ImportStatus.COMPLETED):
            return locked
        if locked.status == ImportStatus.CANCELLED:
            raise ImportStateRefused(gettext("This import was cancelled."))
        mapping = read_mapping(locked.mapping, _columns(locked))
        LeadImportJob.objects.filter(pk=job.pk).update(status=ImportStatus.VALIDATING, completed_at=None)
        if name := " ".join(save_mapping_as.split())[:MAX_MAPPING_NAME]:
            save_mapping(locked.workspace_id, name, mapping)
        _enqueue(locked)
        record_audit(
            "import.started",
            actor=by,
            workspace=locked.workspace_id,
            obj=locked,
            after={"rows": locked.total_rows, "on_duplicate": locked.on_duplicate, "fields": sorted(mapping.values())},
        )
    logger.info(log_events.IMPORT_STARTED, import_id=str(job.pk), rows=locked.total_rows)
    locked.status = ImportStatus.VALIDATING
    return locked


def cancel_import(job: LeadImportJob, *, by: User | None) -> bool:
    """End an import between two chunks; what was imported stays. Returns whether it was open. Audited."""
    with transaction.atomic():
        open_ones = LeadImportJob.objects.filter(pk=job.pk, status__in=OPEN)
        cancelled = bool(open_ones.update(status=ImportStatus.CANCELLED, completed_at=timezone.now()))
        if cancelled:
            record_audit("import.cancelled", actor=by, workspace=job.workspace_id, obj=job)
    return cancelled


def save_mapping(
    workspace_id: UUID, name: str, mapping: Mapping[str, str], *, is_default: bool = False
) -> LeadImportMapping:
    """Remember a mapping under a name; the same name is replaced."""
    mappings = LeadImportMapping.objects.in_workspace(workspace_id)
    with transaction.atomic():
        if is_default:
            mappings.update(is_default=False)
        known = mappings.filter(name__iexact=name).first()
        if known is None:
            return LeadImportMapping.objects.create(
                workspace_id=workspace_id, name=name, mapping=dict(mapping), is_default=is_default
            )
        known.mapping, known.is_default = dict(mapping), known.is_default or is_default
        known.save(update_fields=["mapping", "is_default", "updated_at"])
    return known


def abandoned_imports(older_than: timedelta) -> Q:
    """Uploads nobody started."""
    return Q(status=ImportStatus.PENDING, created_at__lt=timezone.now() - older_than)


def _first_mapping(workspace_id: UUID, columns: tuple[str, ...], name: str) -> dict[str, str]:
    mappings = LeadImportMapping.objects.in_workspace(workspace_id)
    if name:
        chosen = mappings.filter(name__iexact=name.strip()).first()
        if chosen is None:
            raise BadInput(gettext("There is no mapping of this name."), code="unknown_mapping", field="mappingName")
        return fitting(chosen.mapping, columns)
    default = mappings.filter(is_default=True).first()
    if default is not None and set(default.mapping) <= set(columns):
        return fitting(default.mapping, columns)
    return guess_mapping(columns)


def _preview_row(cells: tuple[str, ...], plan: RowPlan) -> PreviewRow:
    return PreviewRow(line=plan.row.line, cells=cells, row=plan.row, outcome=plan.outcome, matched_by=plan.matched_by)


def _columns(job: LeadImportJob) -> tuple[str, ...]:
    opened: OpenFile
    with open_file(job) as opened:
        return opened.header.columns


def _locked(job: LeadImportJob, states: tuple[ImportStatus, ...], refusal: str) -> LeadImportJob:
    locked = LeadImportJob.objects.select_for_update().get(pk=job.pk)
    if locked.status not in states:
        raise ImportStateRefused(refusal)
    return locked


def _enqueue(job: LeadImportJob) -> None:
    key = f"{job.workspace_id}:{job.pk}:{LEAD_IMPORT}"
    if not enqueue_job(LEAD_IMPORT, job.workspace_id, dedupe_key=key, payload={"import_id": str(job.pk)}):
        requeue_job(key)
