"""Pieces of guidance: written by the analysis floor, read when a draft is revised (06 R11, 12)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from zrg.ai.context import redact_memory
from zrg.ai.enums import GuidanceKind
from zrg.ai.models import Guidance
from zrg.ai.models.learning import MAX_PIECE_CHARS
from zrg.workspaces.context import tenant

MAX_AGE = timedelta(days=30)
MAX_READ = 200


def write_guidance(
    workspace_id: UUID, kind: GuidanceKind, pieces: Sequence[str], *, email_campaign_id: UUID | None = None
) -> int:
    """Store each piece without addresses, phones and links, cut to 320 characters; returns how many were kept."""
    texts = [" ".join(redact_memory(piece).split())[:MAX_PIECE_CHARS] for piece in pieces]
    rows = [
        Guidance(workspace_id=workspace_id, email_campaign_id=email_campaign_id, kind=kind, piece=text)
        for text in texts
        if text
    ]
    with tenant(workspace_id):
        return len(Guidance.objects.bulk_create(rows))


def guidance_for(
    workspace_id: UUID, email_campaign_id: UUID | None, *, now: datetime, as_of: datetime | None = None
) -> list[Guidance]:
    """The campaign's pieces of the last 30 days, newest first; the workspace's when the campaign has none.

    `as_of`: those there were at that moment.
    """
    with tenant(workspace_id):
        young = Guidance.objects.in_workspace(workspace_id).filter(created_at__gte=(as_of or now) - MAX_AGE)
        if as_of is not None:
            young = young.filter(created_at__lte=as_of)
        young = young.order_by("-created_at")
        of_campaign = list(young.filter(email_campaign_id=email_campaign_id)[:MAX_READ]) if email_campaign_id else []
        return of_campaign or list(young.filter(email_campaign_id=None)[:MAX_READ])
