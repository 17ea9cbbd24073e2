"""What the doctor says of notifications: people nobody can reach, rules nobody reads, messages that do not leave."""

import os
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from django.conf import settings as django_settings
from django.utils import timezone

from integrations.env import pager_webhook_url
from integrations.services.resend import can_mail
from integrations.transport import host_refusal
from notifications.enums import SendStatus
from notifications.env import alert_channel, has_platform_bot, ops_emails
from notifications.models import NotificationSendLog
from notifications.rules.sentiment import rule_problems
from notifications.services.destinations import email_reach, slack_reach, sms_reach
from zrg.workspaces.models import WorkspaceSettings
from zrg.workspaces.registry import Finding

# Counted from when a row is due: quiet hours and the waits between attempts are no fault.
STUCK_AFTER = timedelta(hours=1)
UNKNOWN_WITHIN = timedelta(hours=24)
WHERE = "Settings → General → Notifications"
# Reasons that are a choice, not a fault.
CHOSEN = ("", "slack_off", "no_recipients")


def examine_notifications(workspace_id: UUID | None) -> Iterator[Finding]:
    """The findings of one workspace; of the rows that belong to none without one."""
    if workspace_id is not None:
        row = WorkspaceSettings.objects.get(workspace_id=workspace_id)
        yield from _unreachable(row)
        yield from _unknown_tags(row)
    else:
        yield from _operators()
    yield from _stuck(workspace_id)


def _operators() -> Iterator[Finding]:
    """Ways of alerts that are named and cannot be used; the pager's address is not shown."""
    if (url := pager_webhook_url()) and (refused := host_refusal(url)) is not None:
        yield _no_way("ROUTING_PAGER_WEBHOOK_URL", refused.message, "Give it an https address of a public host.")
    if alert_channel() and not has_platform_bot():
        yield _no_way("ROUTING_ALERT_SLACK_CHANNEL", "it needs the platform's bot", "Set SLACK_BOT_TOKEN.")
    if entries := [entry for entry in os.environ.get("ROUTING_OPS_EMAIL", "").split(",") if entry.strip()]:
        if len(ops_emails()) < len(entries):
            yield _no_way("ROUTING_OPS_EMAIL", "not every entry is an address", "Write addresses with commas between.")
        if not (can_mail(None) or django_settings.MAIL_CONFIGURED):
            yield _no_way("ROUTING_OPS_EMAIL", "no mail can be sent", "Set RESEND_API_KEY or EMAIL_URL.")


def _no_way(variable: str, why: str, act: str) -> Finding:
    return Finding(name="routing_alerts", state="warn", evidence=f"{variable} is not used: {why}", act=act)


def _unreachable(row: WorkspaceSettings) -> Iterator[Finding]:
    reaches = (
        (row.notification_slack_channel_ids, slack_reach),
        (row.notification_emails, email_reach),
        (row.notification_phones, sms_reach),
    )
    for recipients, reach in reaches:
        if not recipients:
            continue
        found = reach(row)
        if found.reason not in CHOSEN:
            told = f"{len(recipients)} recipients by {found.destination.label}, but {found.reason}"
            yield Finding(
                name="notification_transport",
                state="warn",
                evidence=told,
                act=f"Connect it under Settings → Integrations, or take them out under {WHERE}.",
            )


def _unknown_tags(row: WorkspaceSettings) -> Iterator[Finding]:
    if problems := rule_problems(row.notification_sentiment_rules):
        evidence = f"rules nobody reads: {', '.join(problems)[:200]}"
        yield Finding(name="notification_rules", state="warn", evidence=evidence, act=f"Save the rules under {WHERE}.")


def _stuck(workspace_id: UUID | None) -> Iterator[Finding]:
    now = timezone.now()
    every = NotificationSendLog.objects
    rows = every.filter(workspace=None) if workspace_id is None else every.in_workspace(workspace_id)
    if waiting := rows.due(now - STUCK_AFTER).count():
        yield Finding(
            name="outbox_pending",
            state="fail",
            evidence=f"{waiting} messages are due for over an hour",
            act="Look whether a worker runs (manage.py queue_status).",
        )
    unknown = rows.filter(status=SendStatus.UNKNOWN, created_at__gte=now - UNKNOWN_WITHIN).count()
    if unknown:
        yield Finding(
            name="outbox_unknown",
            state="warn",
            evidence=f"{unknown} messages of the last day may or may not have arrived",
            act="Ask the recipients, then mark the rows as handled in the administration.",
        )
