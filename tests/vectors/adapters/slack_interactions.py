"""Calls to Slack's interactivity address, and how many events they leave."""

import json
import os
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import time_machine
from django.http import HttpResponse

from tests.factories import ConnectionFactory, WorkspaceFactory
from tests.support.client import ZrgClient
from zrg.jobs.models import WebhookEvent

URL = "/api/webhooks/slack/interactions"
TEAM = "T0ZRG"
CALLS = {"request": 1, "request_twice": 2}


def applies(case: dict[str, Any]) -> bool:
    """What a stored click does comes with the part that acts on it."""
    return case["input"]["call"] in CALLS


def run(case_input: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    ConnectionFactory(
        workspace=WorkspaceFactory(), provider="SLACK", external_account_id=TEAM, secrets={"bot_token": "xoxb-vectors"}
    )
    with patch.dict(os.environ, {"SLACK_SIGNING_SECRET": case_input.get("signing_secret") or ""}):
        responses = [send(case_input) for _ in range(CALLS[case_input["call"]])]
    answers = [answer(response) for response in responses]
    last = answers[-1]
    return {
        **last,
        "statuses": [one["status"] for one in answers],
        "events_stored": WebhookEvent.objects.count(),
    }


def send(case_input: dict[str, Any]) -> HttpResponse:
    body = b"x" * case_input["body_bytes"] if "body_bytes" in case_input else case_input["body"].encode()
    headers = dict(case_input["headers"])
    with time_machine.travel(datetime.fromtimestamp(case_input["now"], UTC), tick=False):
        response: HttpResponse = ZrgClient().generic(
            "POST", URL, body, content_type=headers.pop("Content-Type", ""), headers=headers
        )
    return response


def answer(response: HttpResponse) -> dict[str, Any]:
    parsed = {"json": json.loads(response.content)} if response.content else {}
    return {"status": response.status_code, **parsed}
