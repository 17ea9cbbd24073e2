"""The routing functions of the database, as Python calls. Each joins the caller's transaction and context."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from assignment.rules.routing.contracts import Counts, CountsByScope, Decision, LeadFacts, RuleSet
from assignment.rules.routing.facts import ALL_COLUMNS, columns_of, facts_from_lead
from zrg.lib.arrays import plain_array

LOCK_TIMEOUT = "2s"
# What every path reads of a lead; `waited` are the seconds since it was created.
_STATE = ("id", "routing_attempts", "excluded", "has_activity", "suppressed", "duplicate_of", "max_attempts")
_WAITED = "extract(epoch FROM now() - {}created_at)::double precision"
_NAMES = ("waited", *_STATE, "lead_expires_at", *ALL_COLUMNS)
_TAKE = f"""
SELECT now(), config, acquired, {_WAITED.format("(facts).")}, {", ".join(f"(facts).{name}" for name in _NAMES[1:])}
FROM take_routing_lead(%s, %s, %s, %s, %s)
"""  # noqa: S608  # names of our own
_COMPLETE = """
SELECT lead_id, result, destination_workspace_id, log_id FROM complete_routing_batch(
    %s::uuid, %s::uuid[], %s::uuid[], %s::uuid[], %s, %s::uuid, %s::text[], %s::text[], %s::uuid[], %s::jsonb[],
    true, %s::integer)
"""
_FAIL = """
SELECT lead_id, result, attempt, next_retry_at FROM fail_routing_batch(
    %s::uuid, %s::uuid[], %s::text[], %s::text[], %s::boolean[], %s::timestamptz[], %s::integer, %s, %s::uuid,
    %s::jsonb[])
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenLead:
    """A lead under our lock: what rules see, and what its queue says."""

    id: UUID
    facts: LeadFacts
    waited_seconds: float
    attempts: int
    duplicate_of: UUID | None
    max_attempts: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """How one lead is to be settled."""

    lead_id: UUID
    destination: str | None = None
    rule_id: str | None = None
    forced: str | None = None
    code: str | None = None
    duplicate_of: UUID | None = None
    considered: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """What the database made of it: `blocked` (a cap is full) and `skipped` (not ours) changed nothing."""

    lead_id: UUID
    result: str
    workspace_id: UUID | None
    log_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why one lead is not settled now."""

    lead_id: UUID
    code: str
    message: str
    retryable: bool = True
    defer_until: datetime | None = None
    considered: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """`result` is retry, deferred, failed or skipped."""

    lead_id: UUID
    result: str
    attempt: int | None
    next_retry_at: datetime | None


def read_config(source: UUID, known_version: int | None) -> tuple[datetime, dict[str, Any] | None]:
    """The time of this transaction and the rules in force; waits for a change that is being made."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('lock_timeout', %s, true), now(), routing_config(%s, %s)",
            [LOCK_TIMEOUT, source, known_version],
        )
        _, now, stored = cursor.fetchone()
    return now, json.loads(stored) if isinstance(stored, str) else stored


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """The time of this transaction, the rules in force as stored, and the lead if it is ours now.

    `lead` is None with `acquired` for a lead of another workspace.
    """

    now: datetime
    config: dict[str, Any] | None
    acquired: bool
    lead: TakenLead | None


def take_lead(source: UUID, lead_id: UUID, owner: UUID, known_version: int | None) -> Taking:
    """Rules, lock and facts of one lead. Not acquired: somebody has it, or it is not to be routed."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [source, lead_id, owner, known_version, LOCK_TIMEOUT])
        now, stored, acquired, *facts = cursor.fetchone()
    return Taking(
        now=now,
        config=json.loads(stored) if isinstance(stored, str) else stored,
        acquired=bool(acquired),
        lead=_taken_from(_NAMES, facts) if acquired and facts[1] is not None else None,
    )


def acquire_lock(lead_id: UUID, owner: UUID) -> bool:
    """Take one lead; false when somebody has it or it is not to be routed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT acquire_routing_lock(%s, %s)", [lead_id, owner])
        return bool(cursor.fetchone()[0])


def read_facts(lead_id: UUID) -> TakenLead | None:
    """Facts of a lead we hold."""
    return next(_taken(ALL_COLUMNS, "read_routing_facts(%s)", [lead_id]), None)


def read_many_facts(source: UUID, lead_ids: Sequence[UUID]) -> list[TakenLead]:
    """Facts of leads of a workspace, without taking them."""
    return list(_taken(ALL_COLUMNS, "read_many_routing_facts(%s, %s::uuid[])", [source, plain_array(lead_ids)]))


def claim_batch(rule_set: RuleSet, limit: int, lead_ids: Sequence[UUID] | None = None) -> list[TakenLead]:
    """Waiting leads under row locks, oldest first: those without an attempt, or the named ones.

    Of each the facts the rules look at.
    """
    ids = plain_array(lead_ids) if lead_ids is not None else None
    return list(_taken(_asked(rule_set), "claim_routing_batch(%s, %s, %s::uuid[])", [rule_set.source, limit, ids]))


def claim_retries(rule_set: RuleSet, limit: int) -> list[TakenLead]:
    """Leads whose next attempt is due, under row locks."""
    return list(_taken(_asked(rule_set), "claim_routing_retries(%s, %s)", [rule_set.source, limit]))


def lock_counters(scopes: Sequence[tuple[str, str]]) -> CountsByScope:
    """Deliveries so far of capped rules and partnerships, locked until the end of the transaction."""
    if not scopes:
        return {}
    kinds, ids = zip(*sorted(set(scopes)), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT scope, scope_id, daily, weekly, monthly, total FROM lock_routing_counters(%s::text[], %s::uuid[])",
            [list(kinds), list(ids)],
        )
        return {
            (scope, str(scope_id)): Counts(daily=daily, weekly=weekly, monthly=monthly, total=total)
            for scope, scope_id, daily, weekly, monthly, total in cursor.fetchall()
        }


def complete(
    owner: UUID, completions: Sequence[Completion], *, path: str, actor: UUID | None, duration_ms: int | None = None
) -> list[Completed]:
    """Settle leads we hold. Raises the database's errors; `destination` None keeps the lead."""
    if not completions:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            _COMPLETE,
            [
                owner,
                plain_array([one.lead_id for one in completions]),
                plain_array([one.destination for one in completions]),
                plain_array([one.rule_id or None for one in completions]),
                path,
                actor,
                _unless_empty([one.forced for one in completions]),
                _unless_empty([one.code for one in completions]),
                _unless_empty([one.duplicate_of for one in completions]),
                _unless_empty([one.considered for one in completions]),
                duration_ms,
            ],
        )
        return [
            Completed(lead_id=lead, result=result, workspace_id=workspace, log_id=log)
            for lead, result, workspace, log in cursor.fetchall()
        ]


def fail(
    owner: UUID, failures: Sequence[Failure], *, path: str, actor: UUID | None, max_attempts: int | None
) -> list[Failed]:
    """Put leads off or give them up. `max_attempts` None: the queue's, else the workspace's."""
    if not failures:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            _FAIL,
            [
                owner,
                plain_array([one.lead_id for one in failures]),
                [one.code for one in failures],
                [one.message for one in failures],
                [one.retryable for one in failures],
                _unless_empty([one.defer_until for one in failures]),
                max_attempts,
                path,
                actor,
                _unless_empty([one.considered for one in failures]),
            ],
        )
        return [
            Failed(lead_id=lead, result=result, attempt=attempt, next_retry_at=due)
            for lead, result, attempt, due in cursor.fetchall()
        ]


def call_integer(function: str, *values: Any) -> int:
    """A function of the database that answers with a number."""
    marks = ", ".join(["%s"] * len(values))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}({marks})", list(values))  # names of our own
        return int(cursor.fetchone()[0])


def considered_json(decision: Decision) -> str | None:
    """The rules that did not get the lead, as the log stores them."""
    if not decision.considered:
        return None
    return json.dumps([{"rule": one.rule, "why": one.why.value} for one in decision.considered])


def _unless_empty(values: list[Any]) -> list[Any] | None:
    """An array only where it says something: the functions read a missing one as nulls."""
    return values if any(value is not None for value in values) else None


def _asked(rule_set: RuleSet) -> tuple[str, ...]:
    """Columns the conditions of these rules are about; when a lead expires matters where it may be put off."""
    return (*(("lead_expires_at",) if rule_set.is_limited else ()), *columns_of(rule_set.asks))


def _taken(facts: Sequence[str], source: str, values: Sequence[Any]) -> Iterator[TakenLead]:
    names = ("waited", *_STATE, *facts)
    columns = ", ".join((_WAITED.format(""), *names[1:]))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {source}", list(values))  # noqa: S608  # names of our own
        rows = cursor.fetchall()
    return (_taken_from(names, row) for row in rows)


def _taken_from(names: Sequence[str], row: Sequence[Any]) -> TakenLead:
    lead = dict(zip(names, row, strict=True))
    return TakenLead(
        id=lead["id"],
        facts=facts_from_lead(lead),
        waited_seconds=lead["waited"],
        attempts=lead["routing_attempts"],
        duplicate_of=lead["duplicate_of"],
        max_attempts=lead["max_attempts"],
    )
