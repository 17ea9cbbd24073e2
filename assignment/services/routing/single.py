"""One lead, one transaction: lock, decide, settle or put off."""

import time
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4

import structlog
from django.db import Error as DatabaseFault
from django.utils.translation import gettext

from assignment import metrics
from assignment.constants import MAILS_PER_BATCH
from assignment.contracts import RoutingResult
from assignment.enums import RoutingPath
from assignment.models import RoutingLog
from assignment.rules.routing.contracts import Counts, RuleSet
from assignment.services.routing import database, faults, telling
from assignment.services.routing.deciding import Verdicts, decide
from assignment.services.routing.rulesets import kept_rule_set, resolve_rule_set
from leads.enums import RoutingStatus
from leads.models import Lead
from zrg.lib import log_events
from zrg.lib.errors import BadInput
from zrg.workspaces.context import platform, tenant
from zrg.workspaces.enums import SwitchKey
from zrg.workspaces.switches import is_switch_on

logger = structlog.get_logger(__name__)

TIMEOUT_MS = 5_000
MIN_ATTEMPTS, MAX_ATTEMPTS = 1, 10
# A cap that filled up between our look and the settlement: the rule is tried as full.
FULL = Counts(daily=2**31, weekly=2**31, monthly=2**31, total=2**31)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attempt:
    """One try at one lead."""

    lead_id: UUID
    source: UUID
    owner: UUID
    path: str
    actor: UUID | None
    max_attempts: int | None
    mails: int
    started: float


class _Refused(Exception):
    """Nothing is to be written; carries why."""

    def __init__(self, result: str):
        super().__init__(result)
        self.result = result


def route_lead(
    lead_id: UUID,
    source_workspace_id: UUID,
    *,
    user_id: UUID | None = None,
    max_attempts: int | None = None,
    path: str = RoutingPath.SINGLE,
    mails: int = MAILS_PER_BATCH,
) -> RoutingResult:
    """Route one lead of a workspace now; also one that failed, or whose retry is not due yet. `mails`: how many
    e-mails about single arrivals may still be sent.

    Nobody waits: a lead that somebody holds answers `lock_not_acquired`. Idempotent by the lead's state.
    Raises `BadInput` for attempts outside 1–10.
    """
    if max_attempts is not None and not MIN_ATTEMPTS <= max_attempts <= MAX_ATTEMPTS:
        raise BadInput(gettext("Between 1 and 10 attempts."), http_status=400, field="max_attempts")
    started = time.perf_counter()
    if is_switch_on(SwitchKey.ROUTING_DISABLED):
        return RoutingResult(success=False, result="disabled")
    attempt = _Attempt(
        lead_id=lead_id,
        source=source_workspace_id,
        owner=uuid4(),
        path=path,
        actor=user_id,
        max_attempts=max_attempts,
        mails=mails,
        started=started,
    )
    try:
        result = _route(attempt)
    except _Refused as refused:
        result = RoutingResult(success=False, result=refused.result)
    result = replace(result, duration_ms=round((time.perf_counter() - started) * 1_000))
    metrics.observe(path, "total", time.perf_counter() - started)
    return result


def _route(attempt: _Attempt) -> RoutingResult:
    """Whatever goes wrong rolls the attempt back and becomes a failed one; deadlocks and timeouts are tried
    once more at once. A lost connection leaves the lead as before.
    """
    for is_last in (False, True):
        try:
            rule_set, outcome = _try(attempt)
        except _Refused:
            raise
        except Exception as error:
            faults.count_lock_timeout(error)
            if isinstance(error, DatabaseFault) and faults.is_transient(error) and not is_last:
                continue
            return _give_up(attempt, error)
        taken = [outcome.taken] if outcome.taken else []
        chosen = [outcome.choice] if outcome.choice else []
        telling.tell_outcomes(
            attempt.source, taken, outcome.completed, outcome.failed, path=attempt.path, choices=chosen
        )
        return _result(attempt, rule_set, outcome)
    raise AssertionError("unreachable")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """What one attempt came to: a settlement, or a failure with what the database made of it."""

    taken: database.TakenLead | None = None
    choice: database.Completion | None = None
    completed: tuple[database.Completed, ...] = ()
    failed: tuple[tuple[database.Failure, database.Failed], ...] = ()


def _try(attempt: _Attempt) -> tuple[RuleSet, _Outcome]:
    """The whole attempt in one transaction."""
    with tenant(attempt.source, timeout_ms=TIMEOUT_MS):
        kept = kept_rule_set(attempt.source)
        before = time.perf_counter()
        taking = database.take_lead(attempt.source, attempt.lead_id, attempt.owner, kept.version if kept else None)
        rule_set = resolve_rule_set(attempt.source, taking.config, kept)
        metrics.observe(attempt.path, "acquire", time.perf_counter() - before)
        if rule_set is None or not (rule_set.is_enabled and rule_set.is_workspace_active):
            raise _Refused("disabled")
        if not taking.acquired:
            raise _Refused(_why_not_acquired(attempt))
        if taking.lead is None:
            raise _Refused("wrong_workspace")
        metrics.LOCKS.labels(outcome="acquired").inc()
        outcome = _settle(attempt, rule_set, taking.lead, taking.now)
        telling.announce_arrivals(attempt.source, outcome.completed, mails=attempt.mails)
    return rule_set, outcome


def _give_up(attempt: _Attempt, error: Exception) -> RoutingResult:
    """Count the attempt in a transaction that reads nothing of the lead but its state."""
    failure = database.Failure(lead_id=attempt.lead_id, code=faults.code_of(error), message=faults.message_of(error))
    logger.warning(log_events.ROUTING_FAILED, lead=str(attempt.lead_id), error=failure.message, code=failure.code)
    with tenant(attempt.source, timeout_ms=TIMEOUT_MS):
        if not database.acquire_lock(attempt.lead_id, attempt.owner):
            raise _Refused(_why_not_acquired(attempt))
        failed = _fail(attempt, failure)
    telling.tell_outcomes(attempt.source, (), (), failed, path=attempt.path)
    return _failed_result(failed)


def _settle(attempt: _Attempt, rule_set: RuleSet, taken: database.TakenLead, now: datetime) -> _Outcome:
    full: dict[tuple[str, str], Counts] = {}
    while True:
        before = time.perf_counter()
        verdicts = decide(rule_set, [taken], now, full=full)
        metrics.observe(attempt.path, "evaluate", time.perf_counter() - before)
        if verdicts.failures:
            return _Outcome(taken=taken, failed=_fail(attempt, verdicts.failures[0]))
        before = time.perf_counter()
        completed = database.complete(
            attempt.owner,
            verdicts.completions,
            path=attempt.path,
            actor=attempt.actor,
            duration_ms=round((before - attempt.started) * 1_000),
        )
        metrics.observe(attempt.path, "complete", time.perf_counter() - before)
        if completed[0].result != "blocked":
            return _Outcome(taken=taken, choice=verdicts.completions[0], completed=tuple(completed))
        _mark_full(rule_set, verdicts, full)


def _mark_full(rule_set: RuleSet, verdicts: Verdicts, full: dict[tuple[str, str], Counts]) -> None:
    choice = verdicts.completions[0]
    partner = rule_set.partners.get(choice.destination or "")
    key = ("rule", choice.rule_id) if choice.rule_id and ("rule", choice.rule_id) not in full else None
    full[key or ("partner", partner.id if partner else "")] = FULL


def _fail(attempt: _Attempt, failure: database.Failure) -> tuple[tuple[database.Failure, database.Failed], ...]:
    made = database.fail(
        attempt.owner, [failure], path=attempt.path, actor=attempt.actor, max_attempts=attempt.max_attempts
    )
    return tuple((failure, one) for one in made)


def _why_not_acquired(attempt: _Attempt) -> str:
    status = (
        Lead.objects.in_workspace(attempt.source)
        .filter(pk=attempt.lead_id)
        .values_list("routing_status", flat=True)
        .first()
    )
    if status is None:
        return _elsewhere(attempt)
    outcome = "busy" if status in (RoutingStatus.PENDING, RoutingStatus.FAILED, RoutingStatus.ROUTING) else None
    metrics.LOCKS.labels(outcome=outcome or "not_routable").inc()
    if outcome is None:
        return "already_routed" if status == RoutingStatus.ROUTED else "lock_not_acquired"
    logger.info(log_events.ROUTING_LOCK_BUSY, lead=str(attempt.lead_id), source=str(attempt.source))
    return "lock_not_acquired"


def _elsewhere(attempt: _Attempt) -> str:
    """The source remembers whom it gave away; of other leads it learns that they are not its own."""
    metrics.LOCKS.labels(outcome="not_routable").inc()
    if RoutingLog.objects.filter(
        lead_id=attempt.lead_id, source_workspace_id=attempt.source, routing_result="success"
    ).exists():
        return "already_routed"
    with platform(timeout_ms=TIMEOUT_MS):
        exists = Lead.objects.filter(pk=attempt.lead_id).exists()
    return "wrong_workspace" if exists else "lead_not_found"


def _result(attempt: _Attempt, rule_set: RuleSet, outcome: _Outcome) -> RoutingResult:
    if outcome.failed:
        return _failed_result(outcome.failed)
    done, choice, taken = outcome.completed[0], outcome.choice, outcome.taken
    is_duplicate = done.result == "duplicate"
    rule_id = choice.rule_id if choice and not is_duplicate else None
    rule = next((rule for rule in rule_set.rules if rule.id == rule_id), None)
    logger.info(
        log_events.ROUTING_COMPLETE,
        lead=str(attempt.lead_id),
        source=str(attempt.source),
        destination=str(done.workspace_id),
        rule=rule_id,
        result=done.result,
        code=str(choice.code) if choice and choice.code else None,
        path=attempt.path,
        attempt=taken.attempts if taken else None,
        duration_ms=round((time.perf_counter() - attempt.started) * 1_000),
        lock_owner=str(attempt.owner),
    )
    return RoutingResult(
        success=True,
        result=done.result,
        code=str(choice.code) if choice and choice.code and not is_duplicate else None,
        destination_workspace_id=done.workspace_id,
        matched_rule_id=UUID(rule_id) if rule_id else None,
        matched_rule_name=rule.name if rule else None,
        is_duplicate=is_duplicate,
        duplicate_lead_id=taken.duplicate_of if taken and is_duplicate else None,
        attempt=taken.attempts if taken else None,
    )


def _failed_result(failed: tuple[tuple[database.Failure, database.Failed], ...]) -> RoutingResult:
    failure, made = failed[0]
    return RoutingResult(
        success=False,
        result=made.result,
        code=str(failure.code),
        attempt=made.attempt,
        next_retry_at=made.next_retry_at,
    )
