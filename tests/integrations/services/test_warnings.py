"""Findings of the inspection become notices, once a day for each workspace and kind."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from integrations.jobs import inspect_connections
from integrations.models import Connection
from integrations.services.inspection import inspect_workspace
from integrations.services.warnings import ANNOUNCED, announce_findings
from notifications.enums import SendKind
from notifications.models import NotificationEvent
from tests.factories import ConnectionFactory, WorkspaceFactory
from tests.integrations.support import announced
from tests.support.drain import drain
from zrg.jobs.contracts import Notice, RunContext

# Before midnight in New York, and after it.
EVENING = datetime(2026, 3, 3, 4, 30, tzinfo=UTC)


def run_context() -> RunContext:
    return RunContext(job="integration-health", deadline=time.monotonic() + 30, correlation_id="test")


def test_findings_of_one_code_are_one_notice(db: None) -> None:
    workspace = WorkspaceFactory()
    ConnectionFactory(workspace=workspace, provider="SMARTLEAD", secrets={"api_key": "smartlead-key-1"})
    ConnectionFactory(workspace=workspace, provider="LEAD_PUSH", secrets={})
    findings = inspect_workspace(workspace.pk)

    with announced(Notice) as notices:
        announce_findings(workspace.pk, findings, now=EVENING)

    (notice,) = notices
    assert (notice.workspace_id, notice.kind, notice.notice_key) == (
        workspace.pk,
        "connection_incomplete",
        "2026-03-02",
    )
    assert notice.text == (
        "Lead push: Lead push requires a webhook secret; SmartLead: SmartLead requires an API key and a webhook secret"
    )
    assert "settingsTab=integrations" in notice.link


def test_once_a_workspaces_day(northfork: Connection) -> None:
    findings = inspect_workspace(northfork.workspace_id)
    hours = (0, 0.4, 0.6, 24)

    for after in hours:
        announce_findings(northfork.workspace_id, findings, now=EVENING + timedelta(hours=after))
    drain()

    assert NotificationEvent.objects.filter(kind="connection_unsigned_webhooks").count() == 2


def test_lost_connections_have_messages_of_their_own(granite: Connection) -> None:
    Connection.objects.filter(pk=granite.pk).update(status="DISCONNECTED", last_error_message="refused")

    assert announce_findings(granite.workspace_id, inspect_workspace(granite.workspace_id)) == 0


def test_schedule_announces(granite: Connection) -> None:
    now = timezone.now()
    Connection.objects.filter(pk=granite.pk).update(last_webhook_at=now - timedelta(hours=73), last_ok_at=now)

    for _ in range(2):
        inspect_connections(run_context())
    drain()

    event = NotificationEvent.objects.get()
    assert (event.workspace_id, event.kind) == (granite.workspace_id, "connection_silent")
    assert event.snippet == "EmailBison: No webhook for 72 hours while calls went out"


@pytest.mark.unit
def test_every_kind_has_a_name() -> None:
    assert {f"connection_{code}" for code in ANNOUNCED} <= set(SendKind.values)
