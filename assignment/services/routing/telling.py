"""What a routing transaction leaves behind: announcements inside it, logs and figures after it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

import structlog
from django.db import DatabaseError, connection

from assignment import metrics
from assignment.constants import MAILS_PER_BATCH
from assignment.contracts import LeadsRouted
from assignment.enums import SETTLEMENTS
from assignment.services.routing.database import Completed, Completion, Failed, Failure, TakenLead
from zrg.jobs import registry
from zrg.jobs.services.announce import announce_all
from zrg.jobs.services.nudges import nudge_queue
from zrg.lib import log_events
from zrg.lib.arrays import plain_array
from zrg.workspaces.context import RowContext, db_context, platform

logger = structlog.get_logger(__name__)

RETRY_SCHEDULE = "lead-routing-retry"
_OTHERS = "SELECT id, duplicate_of_lead_id FROM leads_lead WHERE id = ANY (%s::uuid[])"
_HOMES = "SELECT id, workspace_id FROM leads_lead WHERE id = ANY (%s::uuid[])"


def announce_arrivals(source: UUID, completed: Iterable[Completed], *, mails: int = MAILS_PER_BATCH) -> None:
    """Tell who reacts to arrivals, in the transaction of the move; one event per destination, each with its part of
    the e-mails a batch may send.
    """
    arrived: dict[UUID, list[Completed]] = defaultdict(list)
    for one in completed:
        if one.result == "success" and one.workspace_id and one.log_id:
            arrived[one.workspace_id].append(one)
    if not arrived:
        return
    if not registry.receivers_of(LeadsRouted.__name__):
        return
    each, over = divmod(mails, len(arrived))
    # The jobs belong to the destinations, which this transaction does not see.
    with db_context(RowContext(kind="service", ws_all=tuple(map(str, sorted(arrived)))), savepoint=False):
        announce_all(
            LeadsRouted(
                workspace_id=destination,
                source_workspace_id=source,
                log_ids=tuple(row.log_id for row in rows if row.log_id),
                lead_ids=tuple(row.lead_id for row in rows),
                mails=each + (place < over),
            )
            for place, (destination, rows) in enumerate(sorted(arrived.items()))
        )


def tell_outcomes(
    source: UUID,
    leads: Sequence[TakenLead],
    completed: Sequence[Completed],
    failed: Sequence[tuple[Failure, Failed]],
    *,
    path: str,
    choices: Sequence[Completion] = (),
) -> None:
    """Figures, and one line per duplicate and failure, after the commit. `choices` are what the rules said."""
    for result, times in Counter(one.result for one in completed).items():
        metrics.count_outcome(result, path, times=times)
    waiting = {one.lead_id for one in completed if one.result not in SETTLEMENTS} | {made.lead_id for _, made in failed}
    for lead in leads:
        if lead.attempts <= 1 and not (waiting and lead.id in waiting):
            metrics.TIME_TO_ROUTE.observe(max(0.0, lead.waited_seconds))
    if duplicates := [one.lead_id for one in completed if one.result == "duplicate"]:
        _log_duplicates(source, duplicates, leads, {choice.lead_id: choice for choice in choices}, path)
    for failure, made in failed:
        metrics.count_outcome(made.result, path, code=failure.code)
        _log_failure(source, failure, made)
    nudge_retries([made for _, made in failed])


def nudge_retries(failed: Iterable[Failed]) -> None:
    """Wake the retry runner when the first of these is due; the sweep of five minutes is the backstop."""
    due = min((one.next_retry_at for one in failed if one.next_retry_at is not None), default=None)
    if due is not None and registry.has_schedule(RETRY_SCHEDULE):
        nudge_queue(RETRY_SCHEDULE, run_at=due)


def log_kept(source: UUID, completed: Sequence[Completed], choices: Sequence[Completion], *, path: str) -> None:
    """Why leads of a batch stay where they are, one line each."""
    kept = {one.lead_id for one in completed if one.result == "kept"}
    if not kept:
        return
    for choice in choices:
        if choice.lead_id in kept:
            logger.info(
                log_events.ROUTING_COMPLETE,
                lead=str(choice.lead_id),
                source=str(source),
                destination=str(source),
                rule=choice.rule_id or None,
                result="kept",
                code=str(choice.code) if choice.code else None,
                path=path,
            )


def _log_duplicates(
    source: UUID, duplicates: Sequence[UUID], leads: Sequence[TakenLead], choices: dict[UUID, Completion], path: str
) -> None:
    """`destination`: where the rules sent the lead, else where the person is already. For operators; what a source
    may read says neither (11b R9.6).
    """
    known = {lead.id: lead.duplicate_of for lead in leads}
    homes = _homes_of_others({lead_id: known.get(lead_id) for lead_id in duplicates})
    for lead_id in duplicates:
        choice, home = choices.get(lead_id), homes.get(lead_id)
        wanted = choice.destination if choice and not choice.forced else None
        said = {"lead": str(lead_id), "source": str(source), "destination": wanted or home, "path": path}
        if wanted is not None and wanted == home:
            logger.info(log_events.ROUTING_COLLISION_CAUGHT, rule=choice.rule_id or None if choice else None, **said)
        logger.info(log_events.ROUTING_DUPLICATE_DETECTED, **said)


def _homes_of_others(others: dict[UUID, UUID | None]) -> dict[UUID, str]:
    """The workspace of the lead each of these doubles, as far as it is known which; the settlement wrote it down.
    A line without it is better than none.
    """
    try:
        with platform(), connection.cursor() as cursor:
            if unknown := [lead_id for lead_id, other in others.items() if other is None]:
                cursor.execute(_OTHERS, [plain_array(unknown)])
                others = others | dict(cursor.fetchall())
            cursor.execute(_HOMES, [plain_array({other for other in others.values() if other})])
            homes = dict(cursor.fetchall())
        return {lead_id: str(homes[other]) for lead_id, other in others.items() if other in homes}
    except DatabaseError as error:
        logger.warning(log_events.METRICS_UNREADABLE, error=type(error).__name__)
        return {}


def _log_failure(source: UUID, failure: Failure, made: Failed) -> None:
    names = {
        "retry": log_events.ROUTING_RETRY_SCHEDULED,
        "deferred": log_events.ROUTING_DEFERRED,
        "failed": log_events.ROUTING_FAILED,
    }
    if made.result in names:
        logger.info(
            names[made.result],
            lead=str(made.lead_id),
            source=str(source),
            code=failure.code,
            attempt=made.attempt,
            next_retry_at=made.next_retry_at.isoformat() if made.next_retry_at else None,
        )
