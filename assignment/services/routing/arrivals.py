"""Telling a destination what arrived: some leads singly, the rest of a minute as one.

The account of a destination's minute is the job that will tell the rest: who is handled meanwhile adds to it under its
row lock, together with the announcement of what is told singly.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from assignment.contracts import LeadsRouted
from assignment.models import RoutingLog, RoutingRule
from zrg.jobs.contracts import Notice
from zrg.jobs.enums import JobStatus
from zrg.jobs.models import BackgroundJob
from zrg.jobs.services.announce import announce
from zrg.jobs.services.enqueue import enqueue_job, job_key
from zrg.workspaces.context import platform, tenant

LEAD_ARRIVALS = "LEAD_ARRIVALS"
KIND = "lead_routed"
# Notices about one lead, for each destination and minute of arrival (11b R19).
SINGLE_NOTICES = 5
# Transactions that began within the minute may end and be handled after it.
GRACE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Arrival:
    """One row of the log whose rule asks for a notice."""

    log_id: UUID
    created_at: datetime
    lead_id: UUID
    ways: tuple[str, ...]


def tell_arrivals(event: LeadsRouted) -> None:
    """Announce what may be told singly and leave the rest to the end of the minute. Idempotent by the event's key."""
    arrivals = _wanted(event)
    if not arrivals:
        return
    minute = arrivals[0].created_at.replace(second=0, microsecond=0)
    with tenant(event.workspace_id):
        account, free = _open_account(event, minute)
        events: dict[str, list[int]] = account.payload.get("events", {})
        if event.key in events:
            return
        free -= sum(told for told, _ in events.values())
        singles, rest = _split(arrivals, free, event.mails)
        for one in singles:
            announce(_notice(event.workspace_id, "A new lead arrived.", str(one.log_id), one.ways, one.lead_id))
        ways = {*account.payload.get("ways", ()), *(way for one in rest for way in one.ways)}
        payload = account.payload | {"events": events | {event.key: [len(singles), len(rest)]}, "ways": sorted(ways)}
        BackgroundJob.objects.in_workspace(event.workspace_id).filter(pk=account.pk).update(payload=payload)


def tell_rest(workspace_id: UUID, payload: dict[str, Any]) -> None:
    """Announce what was not told singly, as one. Idempotent by the name of the account."""
    events = payload.get("events", {})
    told, rest = (sum(counts) for counts in zip(*events.values(), strict=True)) if events else (0, 0)
    if not rest:
        return
    leads = f"{'more' if told else 'new'} {'lead' if rest == 1 else 'leads'}"
    with tenant(workspace_id):
        announce(_notice(workspace_id, f"{rest} {leads} arrived.", f"digest:{payload['name']}", tuple(payload["ways"])))


def _split(arrivals: Sequence[_Arrival], free: int, mails: int) -> tuple[list[_Arrival], list[_Arrival]]:
    singles, rest = [], []
    for one in arrivals:
        is_mail = "email" in one.ways
        if free <= 0 or (is_mail and mails <= 0):
            rest.append(one)
            continue
        singles.append(one)
        free, mails = free - 1, mails - is_mail
    return singles, rest


def _open_account(event: LeadsRouted, minute: datetime) -> tuple[BackgroundJob, int]:
    """The account of the minute, locked, and the single notices it allows. One that was closed meanwhile is left: the
    event gets its own, without any.
    """
    name = f"{minute:%Y-%m-%dT%H:%M}"
    account = _account(event.workspace_id, name, minute + timedelta(minutes=1) + GRACE)
    if account.status == JobStatus.PENDING or event.key in account.payload.get("events", {}):
        return account, SINGLE_NOTICES
    return _account(event.workspace_id, f"{name}:{event.key}", minute), 0


def _account(workspace_id: UUID, name: str, run_at: datetime) -> BackgroundJob:
    key = f"{workspace_id}:{LEAD_ARRIVALS}:{name}"
    enqueue_job(LEAD_ARRIVALS, workspace_id, dedupe_key=key, run_at=run_at, payload={"name": name})
    return BackgroundJob.objects.in_workspace(workspace_id).select_for_update().get(dedupe_key=job_key(key))


def _notice(workspace_id: UUID, text: str, key: str, ways: tuple[str, ...], lead_id: UUID | None = None) -> Notice:
    return Notice(workspace_id=workspace_id, kind=KIND, text=text, notice_key=key, ways=ways, lead_id=lead_id)


def _wanted(event: LeadsRouted) -> list[_Arrival]:
    """Log rows whose rule asks for a notice, with its ways; the rules are the source's, which only it sees."""
    with platform():
        rows = list(
            RoutingLog.objects.in_workspace(event.workspace_id)
            .filter(pk__in=event.log_ids)
            .order_by("created_at", "id")
            .values_list("id", "created_at", "lead_id", "matched_rule_id")
        )
        rules = RoutingRule.objects.in_workspace(event.source_workspace_id).filter(
            pk__in={row[3] for row in rows if row[3]}
        )
        telling = {pk: tuple(actions.get("notify_via", ())) for pk, actions in rules.values_list("pk", "actions")}
    return [
        _Arrival(log_id=log_id, created_at=created, lead_id=lead_id, ways=ways)
        for log_id, created, lead_id, rule_id in rows
        if rule_id and (ways := telling.get(rule_id))
    ]
