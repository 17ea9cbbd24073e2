"""The copy of our message comes in while the provider still holds our call open: two real connections."""

import json
import threading
from typing import Any

import pytest
from django.db import connections

from inbox.models import Message
from integrations.services.processing import process
from integrations.simulator.core import SimRequest, SimResponse
from integrations.unipile.simulator import UnipileSimulator
from leads.models import Lead
from tests.factories.integrations import ConnectionFactory
from tests.factories.leads import LeadFactory
from tests.factories.workspaces import WorkspaceFactory
from tests.inbox.services.conftest import send_to
from tests.integrations.unipile.payloads import ACCOUNT, CANONICAL, SECRET, URL, received, relayed
from tests.support.client import ZrgClient
from zrg.jobs.models import WebhookEvent
from zrg.workspaces.context import platform, tenant


class Hasty:
    """Unipile as it is on a slow day: its webhook is delivered and worked on before our call is answered."""

    def __init__(self, inner: UnipileSimulator, workspace_id: Any) -> None:
        self._inner = inner
        self._workspace_id = workspace_id

    def handle(self, request: SimRequest) -> SimResponse:
        response = self._inner.handle(request)
        if request.path.endswith("/chats") and response.status == 201:
            self._deliver()
        return response

    def reset(self) -> None:
        self._inner.reset()

    def _deliver(self) -> None:
        given = {"event": "echo", "linkedin": "dana-reyes", "account_id": ACCOUNT}
        call = self._inner.compose(given, base_url="")
        try:
            answer = ZrgClient().post(URL, json.dumps(call.json), content_type="application/json", headers=call.headers)
            with tenant(self._workspace_id):
                process(WebhookEvent.objects.get(pk=answer.json()["event_id"]))
        finally:
            connections.close_all()


@pytest.fixture
def lead(committed_db, simulator, monkeypatch):
    monkeypatch.setenv("UNIPILE_WEBHOOK_SECRET", SECRET)
    with platform():
        workspace = WorkspaceFactory()
        ConnectionFactory(workspace=workspace, provider="UNIPILE", external_account_id=ACCOUNT, secrets={})
        found = LeadFactory(workspace=workspace, linkedin_url=CANONICAL)
    account = simulator.state.unipile
    account.add_account(ACCOUNT)
    account.person("dana-reyes", distance="FIRST_DEGREE")
    simulator.state.providers["unipile"] = Hasty(account, workspace.pk)
    return found


@pytest.mark.parametrize("lost", [False, True])
def test_committed_copy_before_the_answer_is_the_same_message(lead, simulator, lost):
    """With and without the answer to our call: one row, sent, with the provider's id."""
    if lost:
        simulator.script("unipile", "/api/v1/chats", close="after")

    result = send_to(lead, channel="linkedin", body="Here it is")

    with platform():
        message = Message.objects.get()
        stored = Lead.objects.get()
    assert (result.status, message.delivery_status, message.unipile_message_id) == ("sent", "sent", "urn_00001")
    assert (message.linkedin_kind, message.direction, message.source) == ("dm", "outbound", "zrg")
    assert (stored.linkedin_connection, stored.pk) == ("connected", lead.pk)
    assert len(simulator.requests("unipile", method="POST")) == 1


def test_committed_two_calls_about_one_message_are_one_lead_and_one_row(committed_db):
    """Unipile's own call and a relay's, worked on at once by two workers."""
    with platform():
        workspace = WorkspaceFactory()
        ConnectionFactory(workspace=workspace, provider="UNIPILE", external_account_id=ACCOUNT, secrets={})
        events = [
            WebhookEvent.objects.create(
                workspace=workspace, provider="UNIPILE", event_type="x", dedupe_key=f"k{number}", raw=payload
            )
            for number, payload in enumerate([received(), relayed()] * 3)
        ]
    start = threading.Barrier(len(events))
    outcomes: list[str] = []

    def work(event: WebhookEvent) -> None:
        try:
            start.wait(timeout=30)
            with tenant(workspace.pk):
                outcomes.append(process(event))
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work, args=(event,)) for event in events]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=60)

    with platform():
        assert (Lead.objects.count(), Message.objects.count()) == (1, 1)
    assert outcomes == ["processed"] * 6
