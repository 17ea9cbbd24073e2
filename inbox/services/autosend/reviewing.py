"""Handing a draft to the people who decide (06 R14)."""

from inbox.contracts import ReviewRequested
from inbox.enums import AutoSendMode, DraftEventKind, DraftEventSource
from inbox.models import Draft
from inbox.services.draft_events import record_draft_event
from zrg.jobs.services.announce import announce
from zrg.workspaces.models import WorkspaceSettings


def request_review(draft: Draft, *, reason: str) -> bool:
    """Tell people that this draft waits for them, in the caller's transaction. Returns whether they are told.

    Nobody is told about the per-lead mode, nor where the workspace does not want it: the queue is enough.
    Announced once per draft and version.
    """
    if draft.auto_send_mode != AutoSendMode.AI_AUTO_SEND:
        return False
    wanted = WorkspaceSettings.objects.filter(workspace_id=draft.workspace_id, flag_uncertain_replies=True)
    if not wanted.exists():
        return False
    announce(
        ReviewRequested(
            workspace_id=draft.workspace_id, lead_id=draft.lead_id, draft_id=draft.pk, version=draft.version
        )
    )
    record_draft_event(
        draft,
        DraftEventKind.REVIEW_REQUESTED,
        source=DraftEventSource.JOB,
        reason=reason.partition(":")[0],
        version=draft.version,
    )
    return True
