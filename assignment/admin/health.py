"""The page "Routing health": six panels, seven alerts, promises, switches, one pass of retries."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from assignment.rules.routing.health import add_up, expiry_message, find_alerts
from assignment.services.routing.health import broken_promises, get_routing_health, health_rows
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
    "A2": "Retries pile up",
    "A3": "Lock timeouts (5 minutes)",
    "A4": "Attempts are put off (30 minutes)",
    "A5": "Locks left behind",
    "A6": "Duplicates (1 hour)",
    "A7": "Leads nobody took (24 hours)",
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
    expiry = expiry_message(rows)
    if expiry is not None:
        firing[expiry.code] = expiry.text
    context = {
        **site_context,
        "title": "Routing health",
        "health": health,
        "panels": _panels(health, rows),
        "duplicates": _most_duplicates(rows),
        "alerts": [(code, text, firing.get(code, "")) for code, text in ALERTS.items()],
        "broken": broken[:SHOWN],
        "switches": [state for state in switch_states() if state.key in SWITCHES],
    }
    return render(request, "assignment/admin/health.html", context)


def _most_duplicates(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    most = sorted(rows, key=lambda row: -row["duplicates_24h"])[:SHOWN_DUPLICATES]
    return [row for row in most if row["duplicates_24h"]]


def _panels(health: dict[str, Any], rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [
        ("Success rate, 1 hour", _share(health["successRate1h"])),
        ("Retries due", f"{health['dueCount']} (oldest {health['oldestDueSeconds']} s)"),
        ("Locks acquired, 1 hour", _share(health["lockAcquisitionRate1h"])),
        ("Latency p95, 1 hour", f"{health['p95Ms1h']} ms" if health["p95Ms1h"] is not None else "–"),
        ("Duplicates, 24 hours", str(sum(row["duplicates_24h"] for row in rows))),
        ("Stale locks", str(health["staleLockCount"])),
    ]


def _share(value: float | None) -> str:
    return f"{value:.1%}" if value is not None else "–"
