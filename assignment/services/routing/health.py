"""Health, statistics and alerts of routing, from the tables."""

import json
from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.models import Count
from django.utils import timezone
from redis.exceptions import RedisError

from assignment import env, metrics
from assignment.enums import RoutingResult
from assignment.models import RoutingLog
from assignment.rules.routing.facts import facts_from_lead
from assignment.rules.routing.health import WAYS, Alert, add_up, expiry_message, find_alerts, judge
from leads.models import Lead
from leads.querysets import LeadQuerySet
from zrg.jobs.contracts import Notice
from zrg.jobs.services.announce import announce
from zrg.lib import log_events
from zrg.workspaces.context import dispatch, platform
from zrg.workspaces.hours import valid_zone
from zrg.workspaces.models import Workspace
from zrg.workspaces.registry import Health

logger = structlog.get_logger(__name__)

DAILY_HOUR = 9
READY_TIMEOUT_MS = 400
ALERTS_KEY = "zrg:routing-alerts:2"
ALERTS_SECONDS = 86_400


def health_rows(workspace_id: UUID | None = None) -> list[dict[str, Any]]:
    """One row per workspace with routing work, by one query, in the caller's context."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM routing_health(%s::uuid, make_interval(secs => %s))",
            [workspace_id, env.stale_lock_seconds()],
        )
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for row in rows:
        if isinstance(row["unroutable"], str):
            row["unroutable"] = json.loads(row["unroutable"])
    return rows


def get_routing_health(workspace_id: UUID | None = None, *, violations: int = 0) -> dict[str, Any]:
    """Health of one workspace, or of all the caller's context sees."""
    return judge(add_up(health_rows(workspace_id)), violations=violations, lock_rate=_lock_rate())


def workspace_names(rows: list[dict[str, Any]]) -> dict[UUID, str]:
    """Names of the workspaces these rows are about, for people of the platform."""
    with platform():
        found = Workspace.objects.filter(pk__in=[row["workspace_id"] for row in rows])
        return dict(found.values_list("pk", "name"))


def check_routing() -> Health:
    """The block `routing` of `/readyz`: figures only. Leads that wait never take the installation out of service."""
    try:
        with dispatch(timeout_ms=READY_TIMEOUT_MS):
            health = get_routing_health()
    except DatabaseError as error:
        return Health(ok=True, detail=type(error).__name__)
    return Health(ok=True, detail=health["status"], data=health)


def broken_promises() -> list[tuple[str, str, str]]:
    """Invariants that do not hold: (name, lead, detail). Empty when all is well."""
    with dispatch(), connection.cursor() as cursor:
        cursor.execute("SELECT invariant, lead_id, detail FROM routing_invariant_violations()")
        found = [(str(name), str(lead or ""), str(detail)) for name, lead, detail in cursor.fetchall()]
    for name, lead, detail in found[:100]:
        logger.error(log_events.ROUTING_INVARIANT_VIOLATED, invariant=name, lead=lead, detail=detail)
    return found


def get_routing_stats(workspace_id: UUID, days: int = 30) -> dict[str, Any]:
    """What went where in the last days, in the context of somebody who sees the workspace."""
    since = timezone.now() - timedelta(days=min(max(days, 1), 90))
    logs = RoutingLog.objects.in_workspace(workspace_id).filter(created_at__gte=since)
    away = logs.filter(source_workspace_id=workspace_id, routing_result=RoutingResult.SUCCESS)
    leads = Lead.objects.in_workspace(workspace_id).filter(created_at__gte=since)

    def grouped(rows: Any, column: str) -> dict[str, int]:
        found = rows.values_list(column).annotate(n=Count("pk")).order_by("-n")[:50]
        return {str(value): count for value, count in found if value is not None}

    return {
        "totalLeads": leads.count(),
        "routedAway": away.count(),
        "routedIn": logs.filter(destination_workspace_id=workspace_id, routing_result=RoutingResult.SUCCESS).count(),
        "byIndustry": grouped(leads, "industry"),
        "byRegion": _by_region(leads),
        "byRule": grouped(away, "matched_rule_id"),
    }


def _by_region(leads: LeadQuerySet) -> dict[str, int]:
    """Leads per region of the United States, as rules read it; of the others none is told."""
    counted: Counter[str] = Counter()
    for country, state, times in leads.values_list("company_country", "company_state").annotate(n=Count("pk")):
        facts = facts_from_lead({"id": "", "company_country": country, "company_state": state})
        if region := facts.values.get("region"):
            counted[region.title()] += times
    return dict(counted.most_common())


def raise_routing_alerts(*, dry_run: bool = False) -> dict[str, Any]:
    """Judge all workspaces; tell operators once per hour and change of state, also when it is over."""
    with dispatch():
        rows = health_rows()
    total = add_up(rows)
    verdict = judge(total, lock_rate=_lock_rate())
    logger.info(log_events.ROUTING_HEALTH, status=verdict["status"], reasons=verdict["reasons"])
    alerts = find_alerts(total)
    now = timezone.now()
    if not dry_run:
        _tell_changes(alerts, now)
        _tell_expired(rows, now)
    return {"status": verdict["status"], "alerts": [alert.code for alert in alerts], "due": total["due"]}


def _tell_changes(alerts: list[Alert], now: datetime) -> None:
    """What holds now, and what held at the last run and does not any more."""
    before = _firing_before()
    # Without a memory the hour alone keeps repeats away.
    begun = {
        alert.code: (before or {}).get(alert.code, now.isoformat() if before is not None else "") for alert in alerts
    }
    for alert in alerts:
        _tell(alert, f"{alert.code}:{begun[alert.code]}:{now:%Y-%m-%dT%H}", state="firing")
    for code, began in sorted((before or {}).items()):
        if code not in begun:
            _tell(Alert(code=code, text="it is over"), f"{code}:{began}:over", state="over")
    _remember_firing(begun)


def _tell_expired(rows: list[dict[str, Any]], now: datetime) -> None:
    local = now.astimezone(valid_zone(env.ops_timezone()) or ZoneInfo("UTC"))
    daily = expiry_message(rows, workspace_names(rows)) if local.hour == DAILY_HOUR else None
    if daily is not None:
        _tell(daily, f"A7:{local.date()}", state="firing")


def _tell(alert: Alert, key: str, *, state: str) -> None:
    logger.log(
        {"critical": 40, "warning": 30, "info": 20}[alert.level], log_events.ROUTING_ALERT, code=alert.code, state=state
    )
    announce(
        Notice(
            workspace_id=None,
            kind="platform_alert",
            text=f"Lead routing {alert.code} ({alert.level}): {alert.text}",
            notice_key=f"routing:{key}",
            ways=WAYS[alert.level],
        )
    )


def _firing_before() -> dict[str, str] | None:
    """Since when which alerts hold, as the last run saw it; None when nobody remembers."""
    try:
        return dict(cache.get(ALERTS_KEY) or {})
    except (DatabaseError, RedisError, OSError) as down:
        logger.warning(log_events.ROUTING_ALERTS_FORGOTTEN, error=type(down).__name__)
        return None


def _remember_firing(begun: dict[str, str]) -> None:
    try:
        cache.set(ALERTS_KEY, begun, ALERTS_SECONDS)
    except (DatabaseError, RedisError, OSError) as down:
        logger.warning(log_events.ROUTING_ALERTS_FORGOTTEN, error=type(down).__name__)


def _lock_rate() -> float | None:
    """Share of locks this process got when it asked."""
    acquired = metrics.LOCKS.labels(outcome="acquired")._value.get()
    busy = metrics.LOCKS.labels(outcome="busy")._value.get()
    return round(acquired / (acquired + busy), 3) if acquired + busy else None


def platform_health() -> dict[str, Any]:
    """Health of the installation, for readiness details."""
    with platform():
        return get_routing_health()
