"""Many leads of one workspace in one transaction; the row locks are the routing state."""

import time
from collections.abc import Callable, Sequence
from uuid import UUID, uuid4

import structlog
from django.db import Error as DatabaseFault
from django.db import connection

from assignment import env, metrics
from assignment.constants import MAILS_PER_BATCH
from assignment.contracts import BatchResult
from assignment.enums import RoutingPath
from assignment.models import RoutingQueueEntry
from assignment.rules.routing.contracts import RuleSet
from assignment.services.routing import database, faults, telling
from assignment.services.routing.deciding import Verdicts, decide
from assignment.services.routing.rulesets import load_rule_set
from assignment.services.routing.single import route_lead
from leads.enums import RoutingStatus
from leads.models import Lead
from zrg.lib import log_events
from zrg.workspaces.context import tenant
from zrg.workspaces.enums import SwitchKey
from zrg.workspaces.switches import is_switch_on

logger = structlog.get_logger(__name__)

TIMEOUT_MS = 15_000

Claim = Callable[[RuleSet], list[database.TakenLead]]
Names = Callable[[], list[UUID]]


class _Batch:
    """One claim and what became of it; the ids outlive a transaction that failed."""

    def __init__(self, source: UUID, path: str, actor: UUID | None):
        self.source, self.path, self.actor = source, path, actor
        self.owner = uuid4()
        self.started = time.perf_counter()
        self.is_claiming = False
        self.claimed: list[UUID] = []


def route_batch(
    workspace_id: UUID,
    lead_ids: Sequence[UUID] | None = None,
    *,
    limit: int | None = None,
    user_id: UUID | None = None,
    path: str = RoutingPath.BATCH,
) -> BatchResult:
    """Route waiting leads of one workspace: the first pass's oldest, or the named ones.

    Ids of other workspaces and leads that do not wait count as skipped. A batch the database refuses is
    rolled back and repeated lead by lead: one bad lead stops nobody.
    """
    size = min(limit or env.batch_size(), 2_000)
    if lead_ids is not None and len(lead_ids) > size:
        total = BatchResult()
        for start in range(0, len(lead_ids), size):
            total.add(route_batch(workspace_id, lead_ids[start : start + size], limit=size, user_id=user_id, path=path))
        return total
    result = _run(
        _Batch(workspace_id, path, user_id),
        lambda rule_set: database.claim_batch(rule_set, size, lead_ids),
        lambda: _waiting(workspace_id, size, lead_ids),
    )
    if lead_ids is not None:
        result.skipped += len(set(lead_ids)) - result.claimed
    return result


def retry_batch(workspace_id: UUID, *, limit: int) -> BatchResult:
    """Route leads of one workspace whose next attempt is due."""
    batch = _Batch(workspace_id, RoutingPath.RETRY, None)
    return _run(batch, lambda rule_set: database.claim_retries(rule_set, limit), lambda: _due(workspace_id, limit))


def _run(batch: _Batch, claim: Claim, names: Names) -> BatchResult:
    started = time.perf_counter()
    if is_switch_on(SwitchKey.ROUTING_DISABLED):
        return BatchResult()
    try:
        result = _route(batch, claim)
    except Exception as error:
        faults.count_lock_timeout(error)
        if not batch.is_claiming:
            return _unclaimed(batch, error)
        if not batch.claimed:
            # A lead whose row cannot be read: each is named without reading it.
            with tenant(batch.source, timeout_ms=TIMEOUT_MS):
                batch.claimed = names()
        logger.warning(
            log_events.ROUTING_BATCH_FALLBACK,
            source=str(batch.source),
            leads=len(batch.claimed),
            sqlstate=faults.sqlstate_of(error),
            error=faults.message_of(error),
        )
        result = _one_by_one(batch)
    seconds = time.perf_counter() - started
    result.duration_ms = round(seconds * 1_000)
    if result.claimed:
        metrics.observe(batch.path, "total", seconds)
        metrics.BATCH_LEADS.observe(result.claimed)
        logger.info(
            log_events.ROUTING_BATCH,
            source=str(batch.source),
            claimed=result.claimed,
            settled=dict(result.settled),
            retry=result.retry,
            deferred=result.deferred,
            failed=result.failed,
            duration_ms=result.duration_ms,
        )
    return result


def _unclaimed(batch: _Batch, error: Exception) -> BatchResult:
    """Somebody holds this workspace's rules: its leads stay as they are, and other workspaces go on."""
    if not (isinstance(error, DatabaseFault) and faults.is_transient(error)):
        raise error
    logger.warning(
        log_events.ROUTING_BATCH_FALLBACK,
        source=str(batch.source),
        leads=0,
        sqlstate=faults.sqlstate_of(error),
        error=faults.message_of(error),
    )
    return BatchResult()


def _route(batch: _Batch, claim: Claim) -> BatchResult:
    with tenant(batch.source, timeout_ms=TIMEOUT_MS):
        rule_set, now = load_rule_set(batch.source)
        if rule_set is None or not rule_set.is_workspace_active:
            return BatchResult()
        before = time.perf_counter()
        batch.is_claiming = True
        leads = claim(rule_set)
        metrics.observe(batch.path, "acquire", time.perf_counter() - before)
        if not leads:
            return BatchResult()
        batch.claimed = [lead.id for lead in leads]
        metrics.LOCKS.labels(outcome="acquired").inc(len(leads))
        before = time.perf_counter()
        verdicts = decide(rule_set, leads, now)
        metrics.observe(batch.path, "evaluate", time.perf_counter() - before)
        before = time.perf_counter()
        completed, failed = _write(batch, verdicts)
        metrics.observe(batch.path, "complete", time.perf_counter() - before)
        telling.announce_arrivals(batch.source, completed)
    chosen = verdicts.completions
    telling.tell_outcomes(batch.source, leads, completed, failed, path=batch.path, choices=chosen)
    telling.log_kept(batch.source, completed, chosen, path=batch.path)
    return _count(leads, completed, failed)


Written = tuple[list[database.Completed], list[tuple[database.Failure, database.Failed]]]


def _write(batch: _Batch, verdicts: Verdicts) -> Written:
    completed = database.complete(
        batch.owner,
        verdicts.completions,
        path=batch.path,
        actor=batch.actor,
        duration_ms=round((time.perf_counter() - batch.started) * 1_000),
    )
    made = database.fail(batch.owner, verdicts.failures, path=batch.path, actor=batch.actor, max_attempts=None)
    reasons = {failure.lead_id: failure for failure in verdicts.failures}
    return completed, [(reasons[one.lead_id], one) for one in made]


def _count(
    leads: Sequence[database.TakenLead],
    completed: Sequence[database.Completed],
    failed: Sequence[tuple[database.Failure, database.Failed]],
) -> BatchResult:
    result = BatchResult(claimed=len(leads))
    for one in completed:
        # A place that was given away in the same moment: the lead still waits and is claimed again.
        if one.result in ("blocked", "skipped"):
            result.skipped += 1
            continue
        result.settled[one.result] += 1
        if one.result == "success":
            result.by_destination[str(one.workspace_id)] += 1
    for failure, made in failed:
        if made.result == "skipped":
            result.skipped += 1
            continue
        setattr(result, made.result, getattr(result, made.result) + 1)
        result.note_error(made.lead_id, str(failure.code))
    return result


def _one_by_one(batch: _Batch) -> BatchResult:
    result = BatchResult(claimed=len(batch.claimed))
    path = RoutingPath.SINGLE if batch.path == RoutingPath.BATCH else batch.path
    for lead_id in batch.claimed:
        try:
            mails = max(0, MAILS_PER_BATCH - result.settled["success"])
            single = route_lead(lead_id, batch.source, user_id=batch.actor, path=path, mails=mails)
        except DatabaseFault as error:
            if not connection.is_usable():
                raise
            logger.error(log_events.ROUTING_FAILED, lead=str(lead_id), error=faults.message_of(error))
            result.skipped += 1
            result.note_error(lead_id, str(faults.code_of(error)))
        else:
            result.add_single(lead_id, single)
    return result


def _waiting(workspace_id: UUID, limit: int, lead_ids: Sequence[UUID] | None) -> list[UUID]:
    leads = Lead.objects.in_workspace(workspace_id).filter(routing_status=RoutingStatus.PENDING)
    if lead_ids is None:
        leads = leads.filter(routing_attempts=0)
    else:
        leads = leads.filter(pk__in=lead_ids)
    return list(leads.order_by("created_at", "pk").values_list("pk", flat=True)[:limit])


def _due(workspace_id: UUID, limit: int) -> list[UUID]:
    due = RoutingQueueEntry.objects.in_workspace(workspace_id).due()
    return list(due.order_by("next_retry_at", "pk").values_list("lead_id", flat=True)[:limit])
