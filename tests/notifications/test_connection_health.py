"""People hear that a connection was lost, once a day while it is, and once that it works again."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections
from django.utils import timezone

from integrations.contracts import ConnectionStateChanged
from integrations.enums import Code
from integrations.models import Connection
from integrations.results import ProviderResult
from integrations.services.health import record_provider_outcome
from integrations.slack.simulator import DEMO_CHANNEL
from notifications.models import NotificationEvent, NotificationSendLog
from notifications.services.connection_health import note_transition, tell_due_states, tell_state
from tests.factories import ConnectionFactory
from tests.notifications.support import (
    OPS,
    connect_resend,
    connect_slack,
    deliver,
    global_webhook,
    rows,
    workspace,
)
from tests.support.drain import drain
from tests.support.simulator import RunningSimulator
from zrg.workspaces.context import platform
from zrg.workspaces.models import Workspace, WorkspaceSettings

START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def bison(db: None) -> Connection:
    """An e-mail connection of a workspace that can be told by Slack and by mail."""
    owner = workspace()
    connect_slack(owner)
    connect_resend(owner)
    return ConnectionFactory(workspace=owner, status="CONNECTED")


def change(connection: Connection, state: str, at: datetime) -> None:
    """The connection changes, and its event is received."""
    values = {"disconnected_at": at, "last_error_message": "key refused"} if state == "DISCONNECTED" else {}
    Connection.objects.filter(pk=connection.pk).update(status=state, **values)
    event = ConnectionStateChanged(
        workspace_id=connection.workspace_id,
        connection_id=connection.pk,
        provider=connection.provider,
        state=state,
        detail="key refused",
        changed_at=at,
    )
    for _ in range(2):
        note_transition(event, now=at)


def told() -> list[tuple[str, str]]:
    """(destination, first line) of all rows, in their order."""
    found = NotificationSendLog.objects.order_by("created_at", "destination", "target")
    return [(row.destination, row.payload.get("text", "").split("\n")[0]) for row in found]


def count() -> int:
    return NotificationSendLog.objects.count()


def test_lost_connection_is_told_at_once(bison: Connection, simulator: RunningSimulator) -> None:
    change(bison, "DISCONNECTED", START)
    deliver()

    assert rows() == [("email", "all", "sent", ""), ("slack", DEMO_CHANNEL, "sent", "")]
    (text,) = simulator.state.slack.texts(DEMO_CHANNEL)
    assert text == (
        "Northwind: EmailBison is disconnected.\nReason: key refused\n"
        f"Reconnect: https://app.example.net/?view=settings&amp;clientId={bison.workspace_id}"
        "&amp;settingsTab=integrations"
    )
    assert simulator.state.resend.emails[0]["to"] == [OPS]
    row = NotificationSendLog.objects.get(destination="slack")
    assert row.dedupe_key == (
        f"integration_health:{bison.workspace_id}:EMAILBISON:{int(START.timestamp())}:0:slack:{DEMO_CHANNEL}"
    )
    assert NotificationEvent.objects.get().created_at == START


def test_whole_way_from_a_refused_call(bison: Connection, simulator: RunningSimulator) -> None:
    refused = ProviderResult(outcome="failed", status=401, code=Code.AUTH_FAILED, message="Unauthenticated.")
    record_provider_outcome(bison, refused)
    drain()
    deliver()
    record_provider_outcome(bison, ProviderResult(outcome="ok", status=200))
    drain()
    assert len(simulator.state.slack.texts(DEMO_CHANNEL)) == 1

    tell_due_states(now=timezone.now() + timedelta(minutes=11))
    deliver()

    texts = simulator.state.slack.texts(DEMO_CHANNEL)
    assert texts[0].startswith("Northwind: EmailBison is disconnected.\nReason: Unauthenticated.")
    assert texts[1:] == ["Northwind: EmailBison works again."]


def test_reminder_once_a_day_without_mail(bison: Connection) -> None:
    change(bison, "DISCONNECTED", START)
    at_start = count()

    moments = [START + timedelta(hours=hours) for hours in (1, 23.9, 24, 25, 47.9, 48.1)]
    told_at = [moment for moment in moments if tell_due_states(now=moment)]

    assert told_at == [moments[2], moments[5]]
    reminders = NotificationSendLog.objects.filter(payload__text__icontains="still")
    assert at_start == 2
    assert [(row.destination, row.dedupe_key.split(":")[4]) for row in reminders.order_by("dedupe_key")] == [
        ("slack", "1"),
        ("slack", "2"),
    ]


def test_recovery_is_told_once(bison: Connection) -> None:
    change(bison, "DISCONNECTED", START)
    change(bison, "CONNECTED", START + timedelta(hours=2))
    for hours in (2, 3, 30):
        tell_due_states(now=START + timedelta(hours=hours))

    assert [line for _, line in told()][2:] == ["Northwind: EmailBison works again."] * 2
    bison.refresh_from_db()
    assert bison.last_notified_at is None


def test_flapping_is_recorded_and_not_told(bison: Connection) -> None:
    change(bison, "DISCONNECTED", START)
    change(bison, "CONNECTED", START + timedelta(minutes=3))
    change(bison, "DISCONNECTED", START + timedelta(minutes=5))
    change(bison, "CONNECTED", START + timedelta(minutes=9))
    assert (NotificationEvent.objects.count(), count()) == (4, 2)

    assert tell_due_states(now=START + timedelta(minutes=18)) == 0
    assert tell_due_states(now=START + timedelta(minutes=19, seconds=1)) == 1

    assert [line for _, line in told()][2:] == ["Northwind: EmailBison works again."] * 2


def test_flapping_that_ends_where_it_began_needs_no_word(bison: Connection) -> None:
    change(bison, "DISCONNECTED", START)
    change(bison, "CONNECTED", START + timedelta(minutes=3))
    change(bison, "DISCONNECTED", START + timedelta(minutes=5))

    assert tell_due_states(now=START + timedelta(hours=1)) == 0
    assert count() == 2


def test_platforms_channel_hears_of_it(
    bison: Connection, simulator: RunningSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_WEBHOOK_URL", global_webhook(simulator.url))

    change(bison, "DISCONNECTED", START)
    deliver()

    assert len(simulator.state.slack.webhook_texts) == 1
    assert len(simulator.state.slack.texts(DEMO_CHANNEL)) == 1


def test_slack_alerts_off_silences_both_channels(
    bison: Connection, simulator: RunningSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_WEBHOOK_URL", global_webhook(simulator.url))
    WorkspaceSettings.objects.update(slack_alerts=False)

    change(bison, "DISCONNECTED", START)
    tell_due_states(now=START + timedelta(hours=25))
    deliver()

    assert rows() == [("email", "all", "sent", ""), ("slack", "-", "skipped", "slack_off")]
    assert simulator.state.slack.webhook_texts == []


def test_lost_slack_is_told_by_mail(bison: Connection, simulator: RunningSimulator) -> None:
    slack = Connection.objects.get(provider="SLACK")

    change(slack, "DISCONNECTED", START)
    tell_due_states(now=START + timedelta(hours=25))
    deliver()

    assert [row[:2] for row in rows()] == [("email", "all"), ("email", "all")]
    assert [mail["subject"] for mail in simulator.state.resend.emails] == [
        "[Northwind] Slack is disconnected.",
        "[Northwind] Slack is still disconnected for 1 day.",
    ]
    assert simulator.requests("slack") == []


def test_lost_resend_is_told_by_slack(bison: Connection, simulator: RunningSimulator) -> None:
    change(Connection.objects.get(provider="RESEND"), "DISCONNECTED", START)
    deliver()

    assert rows() == [("slack", DEMO_CHANNEL, "sent", "")]
    assert simulator.requests("resend") == []


def test_suspended_workspace_is_recorded_only(bison: Connection) -> None:
    Workspace.objects.filter(pk=bison.workspace_id).update(status="suspended")

    change(bison, "DISCONNECTED", START)

    assert {row[2:] for row in rows()} == {("skipped", "suspended")}
    assert NotificationEvent.objects.count() == 1


def test_hard_10_inside_workspace_other_workspaces_hear_nothing(bison: Connection, simulator: RunningSimulator) -> None:
    other = workspace("Granite Co", channels=("G0OWNERS",))
    connect_slack(other)

    change(bison, "DISCONNECTED", START)
    deliver()

    assert simulator.state.slack.texts("G0OWNERS") == []
    assert not NotificationSendLog.objects.filter(workspace=other).exists()


def test_credential_entered_anew_recovers_with_the_first_good_call(bison: Connection) -> None:
    change(bison, "DISCONNECTED", START)
    Connection.objects.filter(pk=bison.pk).update(status="UNKNOWN", disconnected_at=None)
    assert tell_due_states(now=START + timedelta(hours=1)) == 0

    Connection.objects.filter(pk=bison.pk).update(status="CONNECTED")

    assert tell_due_states(now=START + timedelta(hours=1)) == 1


def test_connection_nobody_uses_any_more_is_forgotten(bison: Connection) -> None:
    change(bison, "DISCONNECTED", START)
    Connection.objects.filter(pk=bison.pk).update(is_active=False, status="UNKNOWN")

    assert tell_due_states(now=START + timedelta(hours=25)) == 0

    bison.refresh_from_db()
    assert (bison.last_notified_at, count()) == (None, 2)


@pytest.mark.integration
def test_hard_10_once_per_recipient_two_workers_notice_at_once(committed_db: None) -> None:
    with platform():
        owner = workspace()
        connect_slack(owner)
        lost = ConnectionFactory(workspace=owner, status="DISCONNECTED", disconnected_at=START)
    start, results = threading.Barrier(2), []

    def work() -> None:
        start.wait()
        results.append(tell_state(owner.pk, lost.pk))
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    with platform():
        assert sorted(results) == [False, True]
        assert NotificationSendLog.objects.filter(destination="slack").count() == 1
