"""What an answer of a provider makes of a row of the outbox. The cases of sentiment rules wait for theirs."""

import os
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from django.core.cache import cache
from django.utils import timezone

from integrations.simulator.core import Script
from integrations.simulator.server import Simulator, SimulatorServer
from notifications.models import NotificationSendLog
from notifications.services.outbox import NewRow, claim_due, enqueue, settle_abandoned
from tests.notifications.support import connect_resend, connect_slack, deliver, workspace
from tests.support.client import no_context
from zrg.workspaces.context import dispatch

NEXT = {"sent": "sent", "pending": "retry", "failed": "failed", "unknown": "unknown"}
DIED = "worker_died_while_sending"
UNREACHABLE = "connect_error"
# How the simulated provider brings the outcome about; None: it does what it is asked to.
OUTCOMES: dict[str, dict[str, Any] | None] = {
    "ok": None,
    DIED: None,
    UNREACHABLE: None,
    "slack_ratelimited": {"status": 200, "body": {"ok": False, "error": "ratelimited"}},
    "connection_lost_after_write": {"close": "after"},
    "connection_reset": {"close": "after"},
    "read_timeout": {"delay_ms": 1_300},
    "timeout": {"delay_ms": 1_300},
    **{
        f"http_{status}": {"status": status, "body": {"message": "x"}}
        for status in (400, 401, 403, 404, 422, 429, 500, 502, 503, 504)
    },
    **{
        word: {"status": 200, "body": {"ok": False, "error": word}}
        for word in (
            *("channel_not_found", "not_in_channel", "is_archived", "invalid_auth", "token_revoked"),
            *("account_inactive", "missing_scope", "no_text", "msg_too_long", "user_not_found"),
            *("ratelimited", "internal_error", "fatal_error"),
        )
    },
}
PATHS = {"slack": "/api/chat.postMessage", "email": "/emails"}


def applies(case: dict[str, Any]) -> bool:
    """Deliveries by the destinations this version has."""
    given = case["input"]
    return given.get("destination") in PATHS and given.get("outcome") in OUTCOMES


def run(case_input: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    server = SimulatorServer("127.0.0.1", 0, Simulator())
    server.serve_in_background()
    try:
        with patch.dict(os.environ, _environment(server.url, case_input["outcome"])):
            return {"next": _deliver(case_input["destination"], case_input["outcome"], server.simulator)}
    finally:
        server.shutdown()
        server.server_close()


def _environment(url: str, outcome: str) -> dict[str, str]:
    base = "http://127.0.0.1:1" if outcome == UNREACHABLE else url
    timeouts = {"SLACK_TIMEOUT_MS": "1000", "RESEND_TIMEOUT_MS": "1000"}
    return {"SLACK_API_BASE": f"{base}/slack/api", "RESEND_API_BASE": f"{base}/resend", **timeouts}


def _deliver(destination: str, outcome: str, simulator: Simulator) -> str:
    cache.clear()
    owner = workspace()
    connect_slack(owner)
    connect_resend(owner)
    target = {"slack": "C0ALERTS", "email": "all"}[destination]
    recipients = ("ops@northwind.example",) if destination == "email" else ()
    row = NewRow(kind="mention", destination=destination, target=target, key="k", text="x", recipients=recipients)
    enqueue([row], event=None, workspace_id=owner.pk)
    script = OUTCOMES[outcome]
    if script is not None:
        provider = {"slack": "slack", "email": "resend"}[destination]
        simulator.scripts.add(Script(provider=provider, path=PATHS[destination], times=2, **script))
    with no_context():
        if outcome == DIED:
            _die(destination)
        else:
            deliver()
    return NEXT[NotificationSendLog.objects.get().status]


def _die(destination: str) -> None:
    claim_due()
    long_ago = timezone.now() - timedelta(minutes=6)
    via = {"slack": "slack", "email": "resend"}[destination]
    with dispatch():
        NotificationSendLog.objects.update(via=via, locked_at=long_ago)
    settle_abandoned()
