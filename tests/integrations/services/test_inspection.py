import time
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from integrations.jobs import inspect_connections
from integrations.models import Connection, WebhookRoute
from integrations.services.checking import request_check
from integrations.services.inspection import inspect_workspace
from tests.factories import ConnectionFactory, WorkspaceFactory
from tests.factories.integrations import API_KEY
from tests.support.drain import drain
from tests.support.simulator import RunningSimulator
from zrg.jobs.contracts import RunContext


def codes(connection: Connection) -> list[str]:
    return [finding.code for finding in inspect_workspace(connection.workspace_id)]


def test_unsigned_webhooks_are_warned_about(northfork: Connection, granite: Connection) -> None:
    assert codes(northfork) == ["unsigned_webhooks"]
    assert codes(granite) == []


def test_silence_while_calls_went_out(granite: Connection) -> None:
    now = timezone.now()
    Connection.objects.filter(pk=granite.pk).update(last_webhook_at=now - timedelta(hours=73), last_ok_at=now)
    assert codes(granite) == ["silent"]

    Connection.objects.filter(pk=granite.pk).update(last_webhook_at=now - timedelta(hours=71))
    assert codes(granite) == []


@pytest.mark.parametrize(
    ("provider", "account", "secrets", "heard", "found"),
    [
        ("GHL", "ve9EPM428h8vShlRW1KT", {"private_key": API_KEY}, True, ["silent"]),
        # Its calendars alone are used.
        ("GHL", "ve9EPM428h8vShlRW1KT", {"private_key": API_KEY}, False, []),
        ("UNIPILE", "kP2nQ8xR", {}, False, ["silent"]),
        # They call about clicks only, and never.
        ("SLACK", "T0ZRG", {"bot_token": "xoxb-1"}, True, []),
        ("RESEND", None, {"api_key": API_KEY}, False, []),
    ],
)
def test_providers_that_report_messages_must_not_be_silent(
    db: None, provider: str, account: str | None, secrets: dict[str, str], heard: bool, found: list[str]
) -> None:
    row = ConnectionFactory(
        workspace=WorkspaceFactory(), provider=provider, external_account_id=account, secrets=secrets
    )
    now = timezone.now()
    long_ago = now - timedelta(hours=73)
    Connection.objects.filter(pk=row.pk).update(
        created_at=long_ago, last_ok_at=now, last_webhook_at=long_ago if heard else None
    )

    assert codes(row) == found


def test_incomplete_unreadable_and_lost(db: None) -> None:
    incomplete = ConnectionFactory(
        workspace=WorkspaceFactory(), provider="SMARTLEAD", secrets={"api_key": "smartlead-key-1"}
    )
    lost = ConnectionFactory(workspace=WorkspaceFactory(), status="DISCONNECTED", last_error_message="refused")
    unreadable = ConnectionFactory(workspace=WorkspaceFactory())
    Connection.objects.filter(pk=unreadable.pk).update(secrets="gAAAAABlost")

    assert codes(incomplete) == ["incomplete"]
    assert codes(lost) == ["unsigned_webhooks", "disconnected"]
    assert codes(unreadable) == ["secret_unreadable"]


def test_inspection_repairs_routes(northfork: Connection) -> None:
    WebhookRoute.objects.all().delete()

    inspect_workspace(northfork.workspace_id)

    assert WebhookRoute.objects.filter(target=northfork.workspace).count() == 3


def test_check_on_demand_is_a_job(northfork: Connection, simulator: RunningSimulator) -> None:
    assert request_check(northfork) is True
    assert simulator.requests() == []

    drain()

    northfork.refresh_from_db()
    assert (northfork.status, len(simulator.requests())) == ("CONNECTED", 1)


def test_command_reports_what_does_not_work(
    northfork: Connection, simulator: RunningSimulator, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("check_integrations")
    assert "Northfork Dental: EmailBison ok" in capsys.readouterr().out

    simulator.state.emailbison.keys.clear()
    with pytest.raises(CommandError, match="1 of 1 connections do not work"):
        call_command("check_integrations", workspace=northfork.workspace_id)
    assert "auth_failed" in capsys.readouterr().out


def test_lost_linkedin_account_is_asked_again_by_itself(db: None, simulator: RunningSimulator) -> None:
    """Nothing is sent through it meanwhile, so no other call would find out that it is back."""
    simulator.state.unipile.add_account("back1")
    values = {"provider": "UNIPILE", "secrets": {}, "status": "DISCONNECTED"}
    back = ConnectionFactory(workspace=WorkspaceFactory(), external_account_id="back1", **values)
    gone = ConnectionFactory(workspace=WorkspaceFactory(), external_account_id="gone1", **values)
    ConnectionFactory(workspace=WorkspaceFactory(), status="DISCONNECTED")

    inspect_connections(RunContext(job="integration-health", deadline=time.monotonic() + 30, correlation_id="test"))
    drain()

    back.refresh_from_db()
    gone.refresh_from_db()
    assert (back.status, gone.status) == ("CONNECTED", "DISCONNECTED")
    asked = {call["query"]["account_id"] for call in simulator.requests("unipile")}
    assert (asked, len(simulator.requests("unipile"))) == ({"back1", "gone1"}, 2)
    assert simulator.requests("emailbison") == []
