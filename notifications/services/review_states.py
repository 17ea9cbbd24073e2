"""How the review posts of a draft stand, for the inbox."""

from uuid import UUID

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from inbox.registry import ReviewPost
from integrations.rules.approvers import read_approvers
from notifications.constants import NOBODY
from notifications.enums import SendStatus
from notifications.services.reviews import rows_of_draft
from zrg.workspaces.context import platform
from zrg.workspaces.models import WorkspaceSettings

WORDS = {
    SendStatus.PENDING: (_("Waits to be posted"), "quiet"),
    SendStatus.SENDING: (_("Waits to be posted"), "quiet"),
    SendStatus.SENT: (_("Posted"), "good"),
    SendStatus.FAILED: (_("Could not be posted"), "bad"),
    SendStatus.UNKNOWN: (_("Posted, not confirmed"), "warn"),
    SendStatus.SUPPRESSED: (_("Not posted"), "quiet"),
    SendStatus.SKIPPED: (_("Not posted"), "quiet"),
}


def posts_of_draft(workspace_id: UUID, draft_id: UUID) -> list[ReviewPost]:
    """One line per post, the newest version first. People have no rows of the outbox: read as the platform."""
    with platform():
        rows = (
            rows_of_draft(workspace_id, draft_id)
            .order_by("-created_at", "target")
            .values_list("target", "status", "reason")
        )
        found = list(rows)
        stored = WorkspaceSettings.objects.in_workspace(workspace_id).values_list(
            "slack_auto_send_approval_recipients", flat=True
        )
        approvers = read_approvers(stored.first())
    return [_post(approvers.name_of(target) or target, status, reason, target) for target, status, reason in found]


def _post(recipient: str, status: str, reason: str, target: str) -> ReviewPost:
    text, tone = WORDS[SendStatus(status)]
    because = f": {reason.replace('_', ' ')}" if reason and status != SendStatus.SENT else ""
    return ReviewPost(
        recipient=gettext("Nobody") if target == NOBODY else recipient,
        text=f"{gettext(text)}{because}",
        tone=tone,  # type: ignore[arg-type]
    )
