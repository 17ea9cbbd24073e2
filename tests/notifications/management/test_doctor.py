"""The doctor: what of notifications is at fault, with what to do."""

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from notifications.models import NotificationSendLog
from notifications.services.doctor import examine_notifications
from tests.notifications.support import connect_resend, connect_slack, workspace
from zrg.workspaces.models import Workspace, WorkspaceSettings

pytestmark = pytest.mark.usefixtures("db", "clean_cache")


def doctor(*arguments: str) -> tuple[list[tuple[str, str, str]], int]:
    """What it found as (state, name, workspace), and its exit code."""
    out = io.StringIO()
    try:
        call_command("doctor", "--json", *arguments, stdout=out)
    except CommandError as error:
        code = error.returncode
    else:
        code = 0
    found: list[dict[str, Any]] = json.loads(out.getvalue())
    ours = [one for one in found if one["name"].startswith(("notification", "outbox", "routing_alerts"))]
    return [(one["state"], one["name"], one["workspace"]) for one in ours], code


def set_columns(owner: Workspace, **columns: Any) -> None:
    WorkspaceSettings.objects.filter(workspace=owner).update(**columns)


def queue(owner: Workspace | None, key: str, *, due: timedelta, status: str = "pending") -> None:
    NotificationSendLog.objects.create(
        workspace=owner,
        kind="platform_alert",
        destination="slack",
        target="C0ALERTS",
        dedupe_key=key,
        status=status,
        next_attempt_at=timezone.now() + due,
    )


def test_recipients_without_a_transport_are_named(settings: Any) -> None:
    settings.MAIL_CONFIGURED = False
    owner, other = workspace(), workspace()
    columns = {"notification_slack_channel_ids": ["C0ALERTS"], "notification_emails": ["ops@northwind.example"]}
    set_columns(owner, **columns, notification_phones=["+15550100020"])
    set_columns(other, **columns, notification_phones=[])
    connect_slack(other)
    connect_resend(other)

    found, _code = doctor("--workspace", str(owner.pk))

    assert found == [("warn", "notification_transport", owner.name)] * 3
    assert doctor("--workspace", str(other.pk))[0] == []


def test_rules_with_unknown_tags_are_named() -> None:
    owner = workspace()
    set_columns(owner, notification_emails=[], notification_slack_channel_ids=[])
    set_columns(owner, notification_sentiment_rules={"Very Keen": {"mode": "realtime", "destinations": {}}})

    found, code = doctor("--workspace", str(owner.pk))

    assert found == [("warn", "notification_rules", owner.name)]
    assert code in (1, 2)


def test_messages_due_for_over_an_hour_are_a_failure() -> None:
    owner = workspace()
    set_columns(owner, notification_emails=[], notification_slack_channel_ids=[])
    queue(owner, "late", due=-timedelta(minutes=61))
    queue(owner, "soon", due=-timedelta(minutes=59))
    queue(owner, "tomorrow", due=timedelta(hours=8))
    queue(owner, "unsure", due=-timedelta(hours=2), status="unknown")
    queue(None, "platform", due=-timedelta(hours=2))

    found, code = doctor()

    assert found == [
        ("fail", "outbox_pending", ""),
        ("fail", "outbox_pending", owner.name),
        ("warn", "outbox_unknown", owner.name),
    ]
    assert code == 2


def test_ways_of_alerts_that_cannot_be_used_are_named(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.MAIL_CONFIGURED, settings.ZRG_ALLOW_LOOPBACK_PROVIDERS = False, False
    assert doctor()[0] == []
    monkeypatch.setenv("ROUTING_PAGER_WEBHOOK_URL", "http://pager.example/secret")
    monkeypatch.setenv("ROUTING_ALERT_SLACK_CHANNEL", "C0ALERTS")
    monkeypatch.setenv("ROUTING_OPS_EMAIL", "ops@northwind.example, nobody")

    assert doctor()[0] == [("warn", "routing_alerts", "")] * 4
    assert "pager.example" not in str(list(examine_notifications(None)))
    monkeypatch.setenv("ROUTING_PAGER_WEBHOOK_URL", "https://pager.example/secret")
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("ROUTING_OPS_EMAIL", "ops@northwind.example,")
    settings.MAIL_CONFIGURED = True
    assert doctor()[0] == []


def test_unknown_workspace_is_refused() -> None:
    with pytest.raises(CommandError, match="No active workspace"):
        call_command("doctor", workspace=Workspace().pk)
