"""The append-only history of a draft."""

from typing import Any

from inbox.enums import DraftEventKind, DraftEventSource
from inbox.models import Draft, DraftEvent
from zrg.workspaces.models import User


def record_draft_event(
    draft: Draft,
    kind: DraftEventKind,
    *,
    source: DraftEventSource,
    reason: str = "",
    actor: User | None = None,
    **detail: Any,
) -> None:
    """Add one line to the draft's history; `detail` takes numbers, codes and ids, never text."""
    DraftEvent.objects.create(
        workspace_id=draft.workspace_id,
        draft=draft,
        kind=kind,
        reason=reason,
        actor=actor,
        source=source,
        detail=detail,
    )
