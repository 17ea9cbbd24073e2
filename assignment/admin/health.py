"""The page "Routing health": six panels, seven alerts, promises, switches, one pass of retries."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from assignment.enums import RoutingCode
from assignment.rules.routing.health import LEVELS, add_up, expiry_message, find_alerts
from assignment.services.routing.health import broken_promises, get_routing_health, health_rows, workspace_names
from assignment.services.routing.running import process_retry_queue
from zrg.workspaces.access import require
from zrg.workspaces.context import dispatch
from zrg.workspaces.decorators import access_of
from zrg.workspaces.enums import SwitchKey
from zrg.workspaces.switches import switch_states

ACTION = "platform.routing"
RETRIES_AT_ONCE = 100
SHOWN = 20
SHOWN_DUPLICATES = 10
SWITCHES = (SwitchKey.ROUTING_DISABLED, SwitchKey.ROUTING_RETRY_DISABLED)
ALERTS = {
    "A1": "More than a tenth fails (15 minutes)",
    "A2": "Retries pile up (10 minutes)",
    "A3": "Lock timeouts (5 minutes)",
    "A4": "Attempts are put off (30 minutes)",
    "A5": "Locks left behind (5 minutes)",
    "A6": "Duplicates (1 hour)",
    "A7": "Leads nobody took (24 hours)",
}
REASONS = {
    "queue_critical": "more than 500 attempts are due",
    "queue_depth": "many attempts are due",
    "failure_spike": "many leads fail",
    "failure_rate": "leads fail",
    "stale_locks": "locks were left behind",
    "lock_timeouts": "statements wait too long for locks",
    "invariants": "a promise is broken",
}


def show_health(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    """Platform people only. POST runs one pass over what is due."""
    require(access_of(request), ACTION)
    if request.method == "POST":
        done = process_retry_queue(RETRIES_AT_ONCE)
        messages.success(request, f"{done['processed']} tried, {done['succeeded']} routed, {done['failed']} failed.")
        return redirect("admin:assignment_routing_health")
    broken = broken_promises()
    with dispatch():
        rows = health_rows()
        health = get_routing_health(violations=len(broken))
    firing = {alert.code: alert.text for alert in find_alerts(add_up(rows))}
    names = workspace_names(rows)
    expiry = expiry_message(rows, names)
    if expiry is not None:
        firing[expiry.code] = expiry.text
    switches = [state for state in switch_states() if state.key in SWITCHES]
    context = {
        **site_context,
        "title": "Routing health",
        "health": health,
        "panels": _panels(health, rows),
        "reasons": [REASONS.get(one, one) for one in health["reasons"]],
        "duplicates": _most_duplicates(rows, names),
        "unroutable": _unroutable(health["unroutable"]),
        "alerts": [(code, LEVELS[code], meaning, firing.get(code, "")) for code, meaning in ALERTS.items()],
        "broken": broken[:SHOWN],
        "switches": switches,
        "can_retry": not any(state.value for state in switches),
    }
    return render(request, "assignment/admin/health.html", context)


def _most_duplicates(rows: list[dict[str, Any]], names: dict[UUID, str]) -> list[tuple[str, int]]:
    most = sorted(rows, key=lambda row: -row["duplicates_24h"])[:SHOWN_DUPLICATES]
    return [
        (names.get(row["workspace_id"], str(row["workspace_id"])), row["duplicates_24h"])
        for row in most
        if row["duplicates_24h"]
    ]


def _unroutable(codes: dict[str, int]) -> list[tuple[str, int]]:
    labels = dict(RoutingCode.choices)
    return [(labels.get(code, code), count) for code, count in sorted(codes.items(), key=lambda one: -one[1])]


def _panels(health: dict[str, Any], rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [
        ("Success rate, 1 hour", _share(health["successRate1h"])),
        ("Retries due", f"{health['dueCount']}{_age(health['oldestDueSeconds'])}"),
        ("Locks acquired by this process", _share(health["lockAcquisitionRate1h"])),
        ("Latency p95, 1 hour", f"{health['p95Ms1h']} ms" if health["p95Ms1h"] is not None else "–"),
        ("Duplicates, 24 hours", str(sum(row["duplicates_24h"] for row in rows))),
        ("Stale locks", str(health["staleLockCount"])),
    ]


def _share(value: float | None) -> str:
    return f"{value:.1%}" if value is not None else "–"


def _age(seconds: int) -> str:
    if not seconds:
        return ""
    return f" (oldest {seconds} s)" if seconds < 120 else f" (oldest {seconds // 60} min)"
