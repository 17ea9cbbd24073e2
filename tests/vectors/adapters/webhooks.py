"""Webhook calls through the test client, and what stands in the database after the event queue ran."""

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import time_machine
from django.conf import settings
from django.db.models import Model
from django.http import HttpResponse
from django.test import override_settings
from django.urls import Resolver404, resolve
from django.utils import timezone

from inbox.models import Message
from integrations.models import Connection
from integrations.services.routes import remember_clay_lead
from leads.models import EnrichmentRequest, Lead, SmsCampaign
from leads.services.rollups import recompute_rollups
from tests.factories import ConnectionFactory, UserFactory, WorkspaceFactory
from tests.factories.inbox import MessageFactory
from tests.factories.leads import LeadFactory
from tests.support.client import ZrgClient
from tests.support.drain import drain_events
from zrg.jobs.models import BackgroundJob, WebhookEvent
from zrg.workspaces.models import Workspace


def applies(case: dict[str, Any]) -> bool:
    """Whether the case concerns a door this version has; the others wait for theirs."""
    return all(_is_served(request["path"]) for request in _requests(case["input"]))


def run(case_input: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    fixtures, given = document["fixtures"], case_input.get("given", {})
    with _environment({**fixtures.get("env", {}), **given.get("env", {})}):
        _arrange(fixtures, given)
        for earlier in given.get("earlier_requests", []):
            _send(earlier, earlier.get("now"))
            drain_events()
        responses = [_send(case_input["request"], case_input.get("now")) for _ in range(case_input.get("repeat", 1))]
        if case_input.get("drain", True):
            drain_events()
        return {**_answers(responses), "effects": _effects(fixtures)}


def _requests(case_input: dict[str, Any]) -> list[dict[str, Any]]:
    return [*case_input.get("given", {}).get("earlier_requests", []), case_input["request"]]


def _is_served(path: str) -> bool:
    try:
        return resolve(path.split("?")[0]).func.__module__.startswith("integrations.")
    except Resolver404:
        return False


def _arrange(fixtures: dict[str, Any], given: dict[str, Any]) -> None:
    owner = UserFactory()
    for given_workspace in fixtures["workspaces"]:
        row = WorkspaceFactory(id=UUID(given_workspace["id"]), name=given_workspace["name"], owner=owner)
        for connection in given_workspace["connections"]:
            ConnectionFactory(
                workspace=row,
                provider=connection["provider"],
                external_account_id=connection.get("external_account_id"),
                host=connection.get("base_host"),
                secrets=connection.get("secrets", {}),
            )
    for lead in [*fixtures.get("leads", []), *given.get("leads", [])]:
        values = {"workspace": fixtures["workspaces"][0]["id"], **lead}
        workspace = Workspace.objects.get(pk=values.pop("workspace"))
        LeadFactory(workspace=workspace, **values)
    for question in given.get("enrichment_requests", []):
        _arrange_question(question)
    for message in given.get("messages", []):
        _arrange_message(message, fixtures)


def _arrange_message(message: dict[str, Any], fixtures: dict[str, Any]) -> None:
    values = {**message}
    lead = Lead.objects.get(pk=values.pop("lead", fixtures["leads"][0]["id"]))
    if "sent_at" in values:
        values["sent_at"] = datetime.fromisoformat(values["sent_at"])
    MessageFactory(lead=lead, outbound=values.get("direction") == "outbound", **values)
    recompute_rollups(lead)


def _arrange_question(question: dict[str, Any]) -> None:
    """A question to Clay, with the route that asking leaves."""
    values = {"trigger": "positive_reply", **question}
    lead = Lead.objects.get(pk=values.pop("lead"))
    EnrichmentRequest.objects.create(workspace=lead.workspace, lead=lead, **values)
    remember_clay_lead(lead.workspace_id, lead.pk)


def _send(request: dict[str, Any], now: str | None) -> HttpResponse:
    body = json.dumps(request["json"]) if "json" in request else request.get("raw_body", request.get("body", ""))
    headers = dict(request.get("headers", {}))
    started = timezone.now()
    with time_machine.travel(datetime.fromisoformat(now), tick=True) if now else ExitStack():
        response: HttpResponse = ZrgClient().generic(
            request["method"],
            request["path"],
            body,
            content_type=headers.pop("Content-Type", request.get("content_type", "application/json")),
            headers=headers,
        )
    if now:
        # The database keeps the real time of receipt; the case names its own.
        WebhookEvent.objects.filter(created_at__gte=started).update(created_at=datetime.fromisoformat(now))
    return response


def _answers(responses: list[HttpResponse]) -> dict[str, Any]:
    statuses = [response.status_code for response in responses]
    answers: dict[str, Any] = {
        "status": statuses if len(statuses) > 1 else statuses[0],
        "body": _body(responses[0]),
    }
    if len(responses) > 1:
        answers["second_body"] = _body(responses[1])
    return answers


def _body(response: HttpResponse) -> Any:
    return json.loads(response.content) if response.content else None


def _effects(fixtures: dict[str, Any]) -> dict[str, Any]:
    event = WebhookEvent.objects.filter(workspace__isnull=False).order_by("-created_at").first()
    workspace_id = event.workspace_id if event else UUID(fixtures["workspaces"][0]["id"])
    messages = Message.objects.order_by("-created_at")
    message = messages.first()
    lead = message.lead if message else Lead.objects.in_workspace(workspace_id).order_by("-updated_at").first()
    jobs = BackgroundJob.objects.filter(type__endswith="_INBOUND_POST_PROCESS").order_by("seq")
    return {
        "workspace": str(workspace_id) if event else None,
        "events": WebhookEvent.objects.filter(workspace__isnull=False).count(),
        "unrouted_events": WebhookEvent.objects.filter(status="UNROUTED").count(),
        "outcome": event.outcome if event else None,
        "leads": Lead.objects.in_workspace(workspace_id).count(),
        "leads_in": {one["id"]: Lead.objects.in_workspace(one["id"]).count() for one in fixtures["workspaces"]},
        "messages": messages.count(),
        "inbound_messages": messages.filter(direction="inbound").count(),
        "outbound_messages": messages.filter(direction="outbound").count(),
        "bounce_messages": messages.filter(source="bounce").count(),
        "message": _message_fields(message, event),
        "lead": _fields(lead),
        "sms_campaign": _fields(SmsCampaign.objects.in_workspace(workspace_id).first()),
        "jobs": list(jobs.values_list("type", flat=True)),
        "connection": _connection(workspace_id, event),
    }


def _message_fields(message: Message | None, event: WebhookEvent | None) -> dict[str, Any] | None:
    fields = _fields(message)
    if fields and event and message and message.channel == "sms" and message.sent_at == event.created_at:
        fields["sent_at"] = "receipt time"
    return fields


def _fields(row: Model | None) -> dict[str, Any] | None:
    if row is None:
        return None
    values = {field.name: field.value_from_object(row) for field in row._meta.concrete_fields}
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value


def _connection(workspace_id: UUID, event: WebhookEvent | None) -> dict[str, Any] | None:
    """The connection the call came for, else the workspace's e-mail provider."""
    connections = Connection.objects.in_workspace(workspace_id)
    called = connections.filter(pk=event.connection_id).first() if event and event.connection_id else None
    connection = called or connections.email().first()
    if connection is None:
        return None
    return {"workspace": str(workspace_id), "provider": connection.provider, "status": connection.status}


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    """The case's environment: as the settings read it, where a setting of that name exists."""
    known = {name: _as(getattr(settings, name), value) for name, value in values.items() if hasattr(settings, name)}
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        with override_settings(**known):
            yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _as(current: Any, value: str) -> Any:
    if isinstance(current, bool):
        return value.strip().lower() in ("1", "true", "yes", "on")
    return int(value) if isinstance(current, int) else value
