"""Clicks as Slack posts them."""

import json
import time
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse

from integrations.slack.signature import sign
from tests.support.client import ZrgClient

URL = "/api/webhooks/slack/interactions"
SECRET = "8f1e2d3c4b5a69788796a5b4c3d2e1f0"
DRAFT = "7d0a3f52-97f4-4a52-8f0e-0b6f3fd6f0a1"
LEAD = "4c0b9f5e-7d57-4a39-8a11-1b2c3d4e5f60"


def value(workspace_id: UUID | str, **more: Any) -> str:
    return json.dumps({"draftId": DRAFT, "leadId": LEAD, "clientId": str(workspace_id), "v": 3, **more})


def action(workspace_id: UUID | str, action_id: str = "approve_send", ts: str = "1772728901.123") -> dict[str, Any]:
    return {"action_id": action_id, "action_ts": ts, "type": "button", "value": value(workspace_id)}


def payload(*actions: dict[str, Any], team: str = "T0ZRG", **more: Any) -> dict[str, Any]:
    return {
        "type": "block_actions",
        "token": "verification-token",
        "trigger_id": "trigger",
        "team": {"id": team, "domain": "acme"},
        "user": {"id": "U0SETTER", "name": "kim"},
        "channel": {"id": "D09"},
        "message": {"ts": "1772728863.000200", "text": "the draft's text"},
        "response_url": "https://hooks.slack.com/actions/T01/1/x",
        "actions": list(actions),
        **more,
    }


def post(client: ZrgClient, given: Any, *, secret: str = SECRET, stamp: int | None = None) -> HttpResponse:
    """Post a payload as a form, or bytes as they are, signed with `secret`."""
    body = given if isinstance(given, bytes) else urlencode({"payload": json.dumps(given)}).encode()
    timestamp = str(stamp or int(time.time()))
    headers = {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": sign(secret, timestamp, body)}
    return client.generic("POST", URL, body, content_type="application/x-www-form-urlencoded", headers=headers)
