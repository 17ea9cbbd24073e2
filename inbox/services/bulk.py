"""One act for up to 200 leads: the plan a person sees, the run, its progress, undo."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext

from inbox.enums import BulkItemState, BulkState
from inbox.models import BulkItem, BulkRun
from inbox.registry import BulkAction, bulk_action
from inbox.services.drafting.requests import bulk_progress
from leads.models import Lead
from zrg.jobs.errors import Cancelled, Reschedule
from zrg.jobs.services.enqueue import enqueue_job
from zrg.lib import log_events
from zrg.lib.errors import BadInput, NotVisible, ZrgError
from zrg.workspaces.access import Access, can
from zrg.workspaces.context import tenant
from zrg.workspaces.models import User
from zrg.workspaces.services.audit import record_audit

logger = structlog.get_logger(__name__)

BULK_RUN = "BULK_RUN"
MAX_LEADS = 200
UNDO_FOR = timedelta(hours=1)
# After a reload the result of a run is still there, with its undo.
SHOWN_FOR = timedelta(minutes=1)
SPARE_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A lead the act leaves alone, and why."""

    lead_id: UUID
    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkPlan:
    """What would happen: `leads` are acted upon, `skipped` and `unavailable` (a number) are not."""

    action: BulkAction
    value: str
    label: str
    consequence: str
    leads: tuple[Lead, ...]
    skipped: tuple[Skipped, ...]
    unavailable: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkReport:
    """How far a run is."""

    run: BulkRun
    total: int
    waiting: int
    done: int
    undone: int
    skipped: tuple[Skipped, ...]
    undoable: bool


def plan_bulk(access: Access, workspace_id: UUID, lead_ids: Sequence[UUID], key: str, value: str) -> BulkPlan:
    """Sort the chosen leads into those the act reaches and those it skips. Writes nothing; one query for any number."""
    chosen = list(dict.fromkeys(lead_ids))
    if not 1 <= len(chosen) <= MAX_LEADS:
        raise BadInput(
            gettext("Choose 1 to {max_leads} conversations.").format(max_leads=MAX_LEADS),
            code="too_many",
            field="leads",
        )
    action = bulk_action(key)
    labels = dict(action.choices(workspace_id)) if action else {}
    if action is None or value not in labels:
        raise BadInput(gettext("Choose what to do."), code="unknown_action", field="act")
    leads = Lead.objects.visible_to(access).in_workspace(workspace_id).filter(pk__in=chosen).defer("search_vector")
    reached, skipped = [], []
    for lead in leads.order_by("-sort_at", "-id"):
        allowed = can(access, action.permission, workspace_id, lead)
        reason = action.refuse(lead, value) if allowed else gettext("Your role does not include this.")
        if reason:
            skipped.append(Skipped(lead_id=lead.pk, name=lead.shown_name, reason=reason))
        else:
            reached.append(lead)
    return BulkPlan(
        action=action,
        value=value,
        label=labels[value],
        consequence=action.consequence(value),
        leads=tuple(reached),
        skipped=tuple(skipped),
        unavailable=len(chosen) - len(reached) - len(skipped),
    )


def start_bulk(plan: BulkPlan, workspace_id: UUID, run_id: UUID, *, by: User) -> BulkRun:
    """Carry out a plan as a job. Idempotent by `run_id`, the id made with the plan."""
    if not plan.leads:
        raise BadInput(gettext("None of the chosen conversations can be changed."), code="nothing_to_do", field="leads")
    run = BulkRun(
        pk=run_id,
        workspace_id=workspace_id,
        requested_by=by,
        action=plan.action.key,
        value=plan.value,
        label=plan.label,
    )
    with transaction.atomic():
        try:
            with transaction.atomic():
                run.save(force_insert=True)
        except IntegrityError:
            return own_run(workspace_id, run_id, by)
        reasons = {one.lead_id: one.reason for one in plan.skipped}
        items = [BulkItem(workspace_id=workspace_id, run=run, lead=lead) for lead in plan.leads] + [
            BulkItem(
                workspace_id=workspace_id, run=run, lead_id=lead_id, state=BulkItemState.SKIPPED, reason=reason[:200]
            )
            for lead_id, reason in reasons.items()
        ]
        BulkItem.objects.bulk_create(items)
        after = {"action": plan.action.key, "value": plan.value, "leads": len(plan.leads), "skipped": len(reasons)}
        record_audit("bulk.started", actor=by, workspace=workspace_id, obj=run, before={}, after=after)
        if plan.action.start is not None:
            _hand_over(run, plan, by)
        else:
            enqueue_job(BULK_RUN, workspace_id, dedupe_key=f"bulk:{run_id}", payload={"run_id": str(run_id)})
    logger.info(log_events.BULK_STARTED, run=str(run_id), action=plan.action.key, leads=len(plan.leads))
    return run


def undo_bulk(workspace_id: UUID, run_id: UUID, *, by: User) -> BulkRun:
    """Take a finished run back, lead by lead, where nothing happened since. Asking twice undoes once."""
    run = own_run(workspace_id, run_id, by)
    if not _is_undoable(run):
        raise BadInput(gettext("This can no longer be undone."), code="not_undoable")
    moved = BulkRun.objects.filter(pk=run.pk, state=BulkState.DONE).update(state=BulkState.UNDOING)
    if moved:
        payload = {"run_id": str(run_id), "undo": True}
        enqueue_job(BULK_RUN, workspace_id, dedupe_key=f"bulk_undo:{run_id}", payload=payload)
    run.refresh_from_db()
    return run


def open_run(workspace_id: UUID, user_id: UUID) -> BulkRun | None:
    """The person's run to show when the page is loaded anew: under way, or just finished."""
    run = BulkRun.objects.in_workspace(workspace_id).filter(requested_by_id=user_id).order_by("-created_at").first()
    if run is None or run.finished_at is None:
        return run
    fresh = run.finished_at > timezone.now() - SHOWN_FOR
    return run if fresh or (run.batch is not None and bulk_progress(run.batch).waiting) else None


def find_run(access: Access, run_id: UUID) -> BulkRun:
    """The person's own run, whatever its workspace."""
    rows = BulkRun.objects.filter(pk=run_id, requested_by_id=access.user_id, workspace_id__in=access.workspace_ids)
    run = rows.first()
    if run is None:
        raise NotVisible
    return run


def bulk_report(workspace_id: UUID, run_id: UUID, user: User) -> BulkReport:
    """How far an own run is. A run that was handed over is counted where it runs."""
    run = own_run(workspace_id, run_id, user)
    items = list(run.items.select_related("lead").defer("lead__search_vector").order_by("id"))
    reasons = {item.lead_id: item.reason for item in items if item.reason}
    states = [item.state for item in items]
    waiting, done = states.count(BulkItemState.WAITING), states.count(BulkItemState.DONE)
    if run.batch is not None:
        batch = bulk_progress(run.batch)
        waiting, done = batch.waiting, batch.done
        reasons |= {one.lead_id: one.sentence for one in batch.skipped}
    names = {item.lead_id: item.lead.shown_name for item in items}
    return BulkReport(
        run=run,
        total=len(items),
        waiting=waiting,
        done=done,
        undone=states.count(BulkItemState.UNDONE),
        skipped=tuple(
            Skipped(lead_id=lead_id, name=names[lead_id], reason=reason) for lead_id, reason in reasons.items()
        ),
        undoable=_is_undoable(run) and done > 0,
    )


def is_moving(report: BulkReport) -> bool:
    """Whether it goes on."""
    return report.waiting > 0 or report.run.state in (BulkState.RUNNING, BulkState.UNDOING)


def carry_out_bulk(workspace_id: UUID, run_id: UUID, *, undo: bool, deadline: float) -> None:
    """Act on one lead after the other, each in a transaction of its own with its note; goes on where it stopped."""
    wanted = BulkItemState.DONE if undo else BulkItemState.WAITING
    with tenant(workspace_id):
        run = BulkRun.objects.in_workspace(workspace_id).select_related("requested_by").filter(pk=run_id).first()
        open_state = BulkState.UNDOING if undo else BulkState.RUNNING
        if run is None or run.state != open_state or run.requested_by is None:
            raise Cancelled("no open run")
        ids = list(run.items.filter(state=wanted).order_by("id").values_list("pk", flat=True))
    action = bulk_action(run.action)
    if action is None:
        raise Cancelled("the action is gone")
    for item_id in ids:
        if time.monotonic() > deadline - SPARE_SECONDS:
            raise Reschedule(timezone.now(), "more leads")
        with tenant(workspace_id):
            _carry_out_one(action, run, item_id, wanted, undo=undo)
    with tenant(workspace_id):
        ended = BulkState.UNDONE if undo else BulkState.DONE
        BulkRun.objects.filter(pk=run.pk).update(state=ended, finished_at=timezone.now())


def own_run(workspace_id: UUID, run_id: UUID, user: User) -> BulkRun:
    """The person's own run."""
    run = BulkRun.objects.in_workspace(workspace_id).filter(pk=run_id, requested_by=user).first()
    if run is None:
        raise NotVisible
    return run


def _carry_out_one(action: BulkAction, run: BulkRun, item_id: UUID, wanted: str, *, undo: bool) -> None:
    item = BulkItem.objects.select_for_update(of=("self",)).filter(pk=item_id, state=wanted).first()
    if item is None:
        return
    lead, by = Lead.objects.defer("search_vector").get(pk=item.lead_id), run.requested_by
    assert by is not None
    try:
        with transaction.atomic():
            if undo:
                assert action.undo is not None
                item.reason = action.undo(lead, item.before or {}, by)
                item.state = BulkItemState.DONE if item.reason else BulkItemState.UNDONE
            elif reason := action.refuse(lead, run.value):
                item.state, item.reason = BulkItemState.SKIPPED, reason
            else:
                assert action.act is not None
                item.before = action.act(lead, run.value, by)
                item.state = BulkItemState.DONE
    except ZrgError as refusal:
        item.state, item.reason = BulkItemState.DONE if undo else BulkItemState.SKIPPED, str(refusal)
    item.reason = item.reason[:200]
    item.save(update_fields=["state", "reason", "before"])


def _hand_over(run: BulkRun, plan: BulkPlan, by: User) -> None:
    assert plan.action.start is not None
    run.batch = plan.action.start(plan.leads, plan.value, by)
    run.state, run.finished_at = BulkState.DONE, timezone.now()
    run.save(update_fields=["batch", "state", "finished_at", "updated_at"])
    run.items.filter(state=BulkItemState.WAITING).update(state=BulkItemState.DONE)


def _is_undoable(run: BulkRun) -> bool:
    action = bulk_action(run.action)
    fresh = run.finished_at is not None and run.finished_at > timezone.now() - UNDO_FOR
    return action is not None and action.undo is not None and run.state == BulkState.DONE and fresh
