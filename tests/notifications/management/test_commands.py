"""Commands of the outbox."""

from uuid import uuid4

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from integrations.slack.simulator import DEMO_CHANNEL
from notifications.models import NotificationSendLog
from tests.notifications.support import OPS, connect_resend, connect_slack, deliver, rows, workspace
from tests.support.simulator import RunningSimulator

pytestmark = pytest.mark.usefixtures("clean_cache")


def test_test_message_says_that_it_is_one(db: None, simulator: RunningSimulator) -> None:
    owner = workspace()
    connect_slack(owner)
    connect_resend(owner)

    for destination in ("slack", "email", "slack"):
        call_command("notify_test", workspace=owner.pk, destination=destination)
    deliver()

    line = "Test: notifications of Northwind arrive here. Nothing has to be done."
    assert simulator.state.slack.texts(DEMO_CHANNEL) == [line, line]
    assert [(mail["to"], mail["text"]) for mail in simulator.state.resend.emails] == [([OPS], line)]


def test_test_message_names_what_is_missing(db: None) -> None:
    owner = workspace()

    with pytest.raises(CommandError, match="nobody can be told: slack_not_configured"):
        call_command("notify_test", workspace=owner.pk, destination="slack")
    with pytest.raises(CommandError, match="No workspace"):
        call_command("notify_test", workspace=uuid4(), destination="slack")


def test_requeue_takes_failed_rows_only(
    db: None, simulator: RunningSimulator, capsys: pytest.CaptureFixture[str]
) -> None:
    owner = workspace()
    connect_slack(owner)
    simulator.script("slack", "/api/chat.postMessage", status=200, body={"ok": False, "error": "is_archived"})
    call_command("notify_test", workspace=owner.pk, destination="slack")
    deliver()
    row = NotificationSendLog.objects.get()

    call_command("outbox_requeue", id=[row.pk])
    deliver()
    with pytest.raises(CommandError, match="2 of 2 rows"):
        call_command("outbox_requeue", id=[row.pk, uuid4()])

    assert rows() == [("slack", DEMO_CHANNEL, "sent", "")]
    assert "refused (sent)" in capsys.readouterr().out
