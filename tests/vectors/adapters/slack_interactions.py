"""Calls to Slack's interactivity address and the events they leave; stored clicks and what they bring about."""

import json
import os
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

import time_machine
from django.core.cache import cache
from django.http import HttpResponse
from django.utils import timezone

from inbox.models import Draft, Message
from inbox.services.slack_clicks import process_slack_action, read_click
from integrations.simulator.core import Script
from integrations.simulator.server import Simulator, SimulatorServer
from leads.models import Lead
from tests.factories import ConnectionFactory, WorkspaceFactory
from tests.factories.inbox import MessageFactory
from tests.factories.integrations import API_KEY
from tests.notifications.review_desk import ReviewDesk, buttons, make_review_desk, said
from tests.support.client import ZrgClient, no_context
from tests.support.simulator import RunningSimulator
from zrg.jobs.models import WebhookEvent
from zrg.workspaces.models import WorkspaceSettings

URL = "/api/webhooks/slack/interactions"
TEAM = "T0ZRG"
CALLS = {"request": 1, "request_twice": 2}
LOCATION = "ve9EPM428h8vShlRW1KT"
PHONE = "+14155552671"
# How the simulated provider answers the message; None: it takes it.
PROVIDERS: dict[str, dict[str, Any] | None] = {
    "accepts": None,
    "times_out_after_request_was_sent": {"close": "after"},
    "refuses": {"status": 422, "body": {"data": {"success": False, "message": "The mailbox does not exist"}}},
}
SEND_PATHS = {"email": ("emailbison", "/api/replies/*/reply"), "sms": ("ghl", "/conversations/messages")}


def applies(case: dict[str, Any]) -> bool:
    """Requests, and clicks on buttons that need no model."""
    given = case["input"]
    return given["call"] in CALLS or given.get("provider", "accepts") in PROVIDERS


def run(case_input: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    if case_input["call"] == "process":
        return _process(case_input)
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


def _process(case_input: dict[str, Any]) -> dict[str, Any]:
    cache.clear()
    server = SimulatorServer("127.0.0.1", 0, Simulator())
    server.serve_in_background()
    state = server.simulator
    state.emailbison.add_key(API_KEY)
    state.ghl.add_key(API_KEY)
    bases = {"EMAILBISON_BASE_URL": "emailbison", "GHL_API_BASE": "ghl", "SLACK_API_BASE": "slack/api"}
    try:
        with patch.dict(os.environ, {name: f"{server.url}/{path}" for name, path in bases.items()}):
            review = make_review_desk(RunningSimulator(url=server.url, state=state), ZrgClient())
            return _click(case_input, review)
    finally:
        server.shutdown()
        server.server_close()


def _click(case_input: dict[str, Any], review: ReviewDesk) -> dict[str, Any]:
    given = case_input["given"]
    for user in given["approvers"]:
        review.simulator.state.slack.users.append({"id": user, "name": user.lower(), "profile": {}})
    _arrange(given, review)
    review.ask()
    before = [post["blocks"] for post in review.posts]
    _meanwhile(given, review)
    channel = given["draft"]["channel"]
    provider, path = SEND_PATHS[channel]
    if script := PROVIDERS[case_input.get("provider", "accepts")]:
        review.simulator.state.scripts.add(Script(provider=provider, path=path, method="POST", **script))
    with no_context():
        click = read_click(review.desk.workspace.pk, _payload(case_input, review))
        result = process_slack_action(click)
    review.work()
    draft = review.draft
    message = Message.objects.filter(draft=draft).first()
    return {
        "result": result.result,
        "provider_calls": len(review.simulator.requests(provider, path, "POST")),
        "draft_status": draft.status,
        "approval_source": draft.approval_source,
        "sent_by": message.sent_by if message else None,
        "slack_message": _shown(review, before, result.result),
        "buttons_kept": any("reject_draft" in buttons(post) for post in review.posts),
    }


def _arrange(given: dict[str, Any], review: ReviewDesk) -> None:
    desk, draft = review.desk, given["draft"]
    names = [{"id": user, "displayName": user} for user in given["approvers"]]
    settings = WorkspaceSettings.objects.filter(workspace=desk.workspace)
    settings.update(slack_auto_send_approval_recipients=names)
    Draft.objects.filter(pk=desk.draft.pk).update(version=draft["version"], channel=draft["channel"])
    if draft["channel"] == "sms":
        ConnectionFactory(
            workspace=desk.workspace, provider="GHL", external_account_id=LOCATION, secrets={"private_key": API_KEY}
        )
        contact = review.simulator.state.ghl.add_contact(location_id=LOCATION, email=desk.lead.email, phone=PHONE)
        Lead.objects.filter(pk=desk.lead.pk).update(phone=PHONE, ghl_contact_id=contact["id"])


def _meanwhile(given: dict[str, Any], review: ReviewDesk) -> None:
    """What happened after the post and before the click."""
    desk, draft = review.desk, given["draft"]
    Lead.objects.filter(pk=desk.lead.pk).update(
        status=given["lead_status"], blacklist_reason="opt_out" if given["lead_status"] == "blacklisted" else None
    )
    if given.get("newer_inbound"):
        MessageFactory(lead=desk.lead, body="One more thing: how many seats?", sent_at=timezone.now())
    if draft["status"] == "pending":
        return
    Draft.objects.filter(pk=desk.draft.pk).update(status=draft["status"], approved_at=timezone.now())
    if status := draft.get("delivery_status"):
        MessageFactory(
            outbound=True,
            lead=desk.lead,
            draft=desk.draft,
            delivery_status=status,
            sent_at=timezone.now() - timedelta(minutes=1),
        )


def _payload(case_input: dict[str, Any], review: ReviewDesk) -> dict[str, Any]:
    """The click as its job carries it; the short names of the case become the ids of the desk."""
    desk, draft = review.desk, case_input["given"]["draft"]
    ids = {draft["id"]: desk.draft.pk, draft["lead_id"]: desk.lead.pk, draft["workspace_id"]: desk.workspace.pk}
    strangers: dict[str, UUID] = {}
    value = {
        name: str(ids.get(one) or strangers.setdefault(one, uuid4())) if isinstance(one, str) else one
        for name, one in case_input["value"].items()
    }
    return {
        "action": case_input["action_id"],
        "team": case_input["team_id"],
        "slack_user": case_input["slack_user"],
        "channel_id": review.posts[0]["channel"],
        "click_id": str(uuid4()),
        "value": value,
    }


def _shown(review: ReviewDesk, before: list[Any], result: str) -> str:
    """What the posts say now, in the words of the cases; all of them say the same."""
    if [post["blocks"] for post in review.posts] == before:
        return "unchanged"
    texts = {said(post) for post in review.posts}
    assert len(texts) == 1, texts
    (text,) = texts
    for words, name in (
        ("Sent, not confirmed", "unconfirmed"),
        ("Could not be sent", "failed"),
        ("Blocked", "blocked"),
    ):
        if words in text:
            return name
    if "Sent by" in text:
        return "sent" if result == "queued" else "already_sent"
    return "re-rendered" if "reject_draft" in buttons(review.posts[0]) else "already_processed"
