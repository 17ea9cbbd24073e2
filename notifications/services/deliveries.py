"""The last messages of a workspace as its settings list them: what left for whom, or why not."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext

from notifications.constants import ALL_ADDRESSES, GLOBAL_WEBHOOK, NOBODY
from notifications.enums import Destination, SendKind, SendStatus
from notifications.models import NotificationSendLog
from notifications.rules.delivery_words import mask_target, reason_in_words
from zrg.workspaces.models import WorkspaceSettings

LISTED = 50
_TONES = {
    SendStatus.SENT.value: "good",
    SendStatus.FAILED.value: "bad",
    SendStatus.UNKNOWN.value: "warn",
}

_TARGETS = {ALL_ADDRESSES: "all addresses", NOBODY: "nobody", GLOBAL_WEBHOOK: "the platform's channel"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryLine:
    """One message to one recipient, in words; addresses are masked."""

    at: datetime
    kind: str
    destination: str
    target: str
    status: str
    tone: str
    reason: str


def recent_deliveries(workspace_id: UUID) -> list[DeliveryLine]:
    """The newest 50, in one query; texts are not read."""
    rows = NotificationSendLog.objects.in_workspace(workspace_id).defer("payload").order_by("-created_at", "-id")
    return [_line(row) for row in rows[:LISTED]]


def phone_troubles(row: WorkspaceSettings) -> list[tuple[str, str]]:
    """Phones whose last text was refused, masked, each with the reason; one query."""
    texts = NotificationSendLog.objects.in_workspace(row.workspace_id).filter(
        destination=Destination.SMS, target__in=row.notification_phones, status__in=[SendStatus.SENT, SendStatus.FAILED]
    )
    last = {one.target: one for one in texts.defer("payload").order_by("created_at", "id")}
    return [
        (mask_target(phone), reason_in_words(last[phone].reason))
        for phone in row.notification_phones
        if phone in last and last[phone].status == SendStatus.FAILED
    ]


def _line(row: NotificationSendLog) -> DeliveryLine:
    known = row.kind in SendKind.values
    return DeliveryLine(
        at=row.created_at,
        kind=gettext(SendKind(row.kind).label) if known else row.kind.replace("_", " ").capitalize(),
        destination=gettext(Destination(row.destination).label),
        target=_TARGETS.get(row.target) or mask_target(row.target),
        status=gettext(SendStatus(row.status).label),
        tone=_TONES.get(row.status, "quiet"),
        reason=reason_in_words(row.reason),
    )
