"""Where the messages of a workspace, and those of the platform, can go now, and why not elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings as django_settings

from integrations.enums import ConnectionStatus, Provider
from integrations.models import Connection
from integrations.services.resend import can_mail
from notifications.constants import ALL_ADDRESSES, GLOBAL_WEBHOOK, NOBODY, PAGER
from notifications.contracts import Content
from notifications.enums import Destination
from notifications.env import (
    alert_channel,
    has_global_webhook,
    has_pager,
    has_platform_bot,
    ops_emails,
    platform_alert_emails,
)
from notifications.services.outbox import NewRow
from zrg.workspaces.models import WorkspaceSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """One destination: its targets, or the reason why there are none. `recipients` are a mail's addresses."""

    destination: Destination
    targets: tuple[str, ...] = ()
    reason: str = ""
    recipients: tuple[str, ...] = ()

    def rows(self, kind: str, key: str, content: Content, *, suffix: str = "") -> list[NewRow]:
        """The rows that tell `content` here; `key` gets destination, target and `suffix` appended."""
        is_plain = self.destination in (Destination.EMAIL, Destination.SMS, Destination.WEBHOOK)
        return [
            NewRow(
                kind=kind,
                destination=self.destination,
                target=target,
                key=f"{key}:{self.destination}:{target}{suffix}",
                text=content.text if is_plain else content.slack,
                subject=content.subject,
                recipients=self.recipients,
                reason=self.reason,
            )
            for target in self.targets or (NOBODY,)
        ]


def slack_reach(row: WorkspaceSettings) -> Reach:
    """The workspace's channels. Order of the checks: switched off, not configured, nobody chosen."""
    if not row.slack_alerts:
        reason = "slack_off"
    elif (status := _status_of(row.workspace_id, Provider.SLACK)) is None:
        reason = "slack_not_configured"
    elif status == ConnectionStatus.DISCONNECTED:
        reason = "slack_disconnected"
    else:
        reason = "" if row.notification_slack_channel_ids else "no_recipients"
    targets = tuple(row.notification_slack_channel_ids) if not reason else ()
    return Reach(destination=Destination.SLACK, targets=targets, reason=reason)


def email_reach(row: WorkspaceSettings) -> Reach:
    """One mail to all addresses of the workspace."""
    recipients = tuple(row.notification_emails)
    if not (can_mail(row.workspace_id) or django_settings.MAIL_CONFIGURED):
        reason = "email_not_configured"
    elif _status_of(row.workspace_id, Provider.RESEND) == ConnectionStatus.DISCONNECTED:
        reason = "email_disconnected"
    else:
        reason = "" if recipients else "no_recipients"
    if reason:
        return Reach(destination=Destination.EMAIL, reason=reason)
    return Reach(destination=Destination.EMAIL, targets=(ALL_ADDRESSES,), recipients=recipients)


def sms_reach(row: WorkspaceSettings) -> Reach:
    """A text to each phone, over the workspace's GoHighLevel."""
    status = _status_of(row.workspace_id, Provider.GHL)
    if status is None:
        reason = "sms_not_configured"
    elif status == ConnectionStatus.DISCONNECTED:
        reason = "sms_disconnected"
    else:
        reason = "" if row.notification_phones else "no_recipients"
    targets = tuple(row.notification_phones) if not reason else ()
    return Reach(destination=Destination.SMS, targets=targets, reason=reason)


def reach_of(destination: str, row: WorkspaceSettings) -> Reach:
    """Slack, mail or texts."""
    return {Destination.SLACK: slack_reach, Destination.EMAIL: email_reach, Destination.SMS: sms_reach}[
        Destination(destination)
    ](row)


def global_reach(row: WorkspaceSettings) -> Reach | None:
    """The platform's own channel, for what concerns a workspace too; None without one, or switched off."""
    if not has_global_webhook() or not row.slack_alerts:
        return None
    return Reach(destination=Destination.SLACK, targets=(GLOBAL_WEBHOOK,))


def platform_reach() -> Reach:
    """The staff of the platform: its channel, else a direct message each, else a mail each."""
    if has_global_webhook():
        return Reach(destination=Destination.SLACK, targets=(GLOBAL_WEBHOOK,))
    people = platform_alert_emails()
    if not people:
        return Reach(destination=Destination.SLACK, reason="no_recipients")
    if has_platform_bot():
        return Reach(destination=Destination.SLACK_DM, targets=people)
    if can_mail(None) or django_settings.MAIL_CONFIGURED:
        return Reach(destination=Destination.EMAIL, targets=people)
    return Reach(destination=Destination.SLACK_DM, reason="slack_not_configured")


def named_reaches(ways: Sequence[str]) -> list[Reach]:
    """Where a notice of the platform goes that names its ways ("pager", "slack", "email"): each of them. Slack and mail
    without an address of their own are the staff's usual way.
    """
    reaches = {"pager": _pager_reach, "slack": _alert_channel_reach, "email": _ops_mail_reach}
    return [reaches[way]() for way in ways]


def _pager_reach() -> Reach:
    if not has_pager():
        return Reach(destination=Destination.WEBHOOK, reason="pager_not_configured")
    return Reach(destination=Destination.WEBHOOK, targets=(PAGER,))


def _alert_channel_reach() -> Reach:
    channel = alert_channel()
    if not channel or not has_platform_bot():
        return platform_reach()
    return Reach(destination=Destination.SLACK, targets=(channel,))


def _ops_mail_reach() -> Reach:
    people = ops_emails()
    if not people or not (can_mail(None) or django_settings.MAIL_CONFIGURED):
        return platform_reach()
    return Reach(destination=Destination.EMAIL, targets=people)


def _status_of(workspace_id: UUID, provider: str) -> str | None:
    rows = Connection.objects.in_workspace(workspace_id).of(provider).active()
    return rows.values_list("status", flat=True).first()
