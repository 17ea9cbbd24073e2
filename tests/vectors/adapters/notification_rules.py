"""Rules of tags, what a change tells whom, its texts and keys, and what an answer of a provider makes of a row."""

import os
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from django.core.cache import cache
from django.test import override_settings
from django.utils import timezone

from integrations.simulator.core import Script
from integrations.simulator.server import Simulator, SimulatorServer
from leads.models import Lead
from notifications.constants import NOBODY
from notifications.env import realtime_ttl
from notifications.models import NotificationSendLog
from notifications.rules.sentiment import (
    News,
    event_key,
    lead_name,
    news_text,
    normalize_rules,
    rule_problems,
    rules_as_json,
)
from notifications.rules.sms import news_sms
from notifications.services.links import lead_link
from notifications.services.outbox import NewRow, claim_due, enqueue, settle_abandoned
from notifications.services.sentiment import notify_sentiment_change
from tests.factories.leads import LeadFactory
from tests.notifications.support import connect_ghl, connect_resend, connect_slack, deliver, workspace
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
PATHS = {"slack": "/api/chat.postMessage", "email": "/emails", "sms": "/conversations/messages"}
PROVIDERS = {"slack": "slack", "email": "resend", "sms": "ghl"}
TARGETS = {"slack": "C0ALERTS", "email": "all", "sms": "+14155550131"}
TTL = "NOTIFICATION_REALTIME_DEDUPE_TTL_MS"


def applies(case: dict[str, Any]) -> bool:
    """Everything but outcomes nobody here knows."""
    given = case["input"]
    return "outcome" not in given or (given.get("destination") in PATHS and given["outcome"] in OUTCOMES)


def run(case_input: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    if "outcome" in case_input:
        return _outcome(case_input)
    if "settings" in case_input:
        return _realtime(case_input)
    if "env" in case_input:
        env = {} if case_input["env"] is None else {TTL: case_input["env"]}
        with patch.dict(os.environ, env):
            return {"ms": realtime_ttl()}
    if "audit_event" in case_input:
        audit = case_input["audit_event"]
        key = event_key(lead=case_input["lead"], message=case_input["message"], tag=case_input["tag"], audit=audit)
        return {"dedupe_key": key}
    return _rules(case_input["rules"]) if "rules" in case_input else _text(case_input)


def _rules(raw: Any) -> dict[str, Any]:
    problems = rule_problems(raw)
    return {**rules_as_json(normalize_rules(raw)), "ok": not problems, "errors": problems}


def _text(given: dict[str, Any]) -> dict[str, Any]:
    with override_settings(PUBLIC_APP_URL="https://app.example.net"):
        link = lead_link(given["workspace"], given["lead"])
    name = lead_name(given.get("first"), given.get("last"), given.get("email"))
    news = News(
        workspace=given.get("workspace_name", "Northwind"),
        name=name,
        tag=given["tag"],
        phone=given.get("phone") or "",
        latest=given.get("latest") or "",
        link=link,
    )
    content = news_text(news)
    sms = news_sms(workspace=news.workspace, tag=news.tag, name=name, link=link)
    return {"lines": content.text.split("\n"), "subject": content.subject, "slack": content.slack, "sms": sms}


def _realtime(given: dict[str, Any]) -> dict[str, Any]:
    chosen, now = given["settings"], datetime.fromisoformat(given["now"])
    owner = workspace(
        channels=tuple(chosen["slack_channels"]),
        notification_emails=chosen["emails"],
        notification_phones=chosen["phones"],
        notification_sentiment_rules=chosen["notification_sentiment_rules"],
        slack_alerts=chosen["slack_alerts"],
        email_digest=chosen["email_digest"],
    )
    for wanted, connect in (
        ("slack_token", connect_slack),
        ("resend_configured", connect_resend),
        ("ghl_configured", connect_ghl),
    ):
        if chosen[wanted]:
            connect(owner)
    lead = LeadFactory(workspace=owner, phone=given.get("lead_phone"))
    for one in given["earlier"]:
        _earlier(lead, one)
    unset = dict.fromkeys(("RESEND_API_KEY", "RESEND_FROM_EMAIL"), "")
    with patch.dict(os.environ, {**unset, TTL: str(chosen["ttl_ms"])}), override_settings(MAIL_CONFIGURED=False):
        event = notify_sentiment_change(lead, given["previous"], given["new"], None, "inbound", change="c", now=now)
    made = NotificationSendLog.objects.filter(event=event).order_by("created_at") if event else []
    return {"event": event is not None, "rows": [_told(row) for row in made]}


def _told(row: NotificationSendLog) -> dict[str, Any]:
    target = None if row.target == NOBODY else row.target
    return {"destination": row.destination, "target": target, "status": row.status, "reason": row.reason}


def _earlier(lead: Lead, one: dict[str, Any]) -> None:
    at = datetime.fromisoformat(one["created_at"])
    NotificationSendLog.objects.create(
        workspace_id=lead.workspace_id,
        lead=lead,
        kind="sentiment_realtime",
        sentiment_tag=one["tag"],
        destination=one["destination"],
        target=one["target"],
        status=one["status"],
        dedupe_key=str(uuid4()),
        created_at=at,
        sent_at=at if one["status"] == "sent" else None,
        locked_at=at if one["status"] == "sending" else None,
    )


def _outcome(case_input: dict[str, Any]) -> dict[str, Any]:
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
    timeouts = {f"{name}_TIMEOUT_MS": "1000" for name in ("SLACK", "RESEND", "GHL_FETCH")}
    retries = {f"GHL_MAX_{name}_RETRIES": "0" for name in ("429", "NETWORK", "5XX")}
    bases = {"SLACK_API_BASE": f"{base}/slack/api", "RESEND_API_BASE": f"{base}/resend", "GHL_API_BASE": f"{base}/ghl"}
    return {**bases, **timeouts, **retries}


def _deliver(destination: str, outcome: str, simulator: Simulator) -> str:
    cache.clear()
    owner = workspace()
    connect_slack(owner)
    connect_resend(owner)
    connect_ghl(owner)
    target = TARGETS[destination]
    recipients = ("ops@northwind.example",) if destination == "email" else ()
    row = NewRow(
        kind="platform_alert", destination=destination, target=target, key="k", text="x", recipients=recipients
    )
    enqueue([row], event=None, workspace_id=owner.pk)
    script = OUTCOMES[outcome]
    if script is not None:
        provider = PROVIDERS[destination]
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
    via = PROVIDERS[destination]
    with dispatch():
        NotificationSendLog.objects.update(via=via, locked_at=long_ago)
    settle_abandoned()
