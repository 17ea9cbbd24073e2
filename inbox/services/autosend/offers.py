"""Times a draft offers that are no longer free: replaced once, word for word (09 §2.9)."""

import time
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from booking.contracts import OfferCheck
from booking.registry import calendar
from inbox.enums import DraftEventKind, DraftEventSource, DraftStatus
from inbox.models import Draft
from inbox.services.draft_events import record_draft_event
from inbox.services.locking import lock_lead_and_draft
from zrg.lib.errors import NotVisible
from zrg.workspaces.context import tenant

REFRESH_SECONDS = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A text and the labels it may name; `ok` when nothing in it is stale. `replaced`: it is not the stored text,
    which had times that are gone; `offer_set` is the one its labels belong to.
    """

    ok: bool
    content: str
    labels: tuple[str, ...]
    offer_set: UUID | None = None
    replaced: bool = False


def find_fresh_times(
    workspace_id: UUID, lead_id: UUID, offer_set: UUID | None, content: str, *, deadline: float
) -> Offered:
    """The text with times that are free. Call outside of transactions; writes nothing.

    Only stale labels are replaced, once; what else is wrong with the times is for a person.
    """
    with tenant(workspace_id):
        check = _check(workspace_id, lead_id, offer_set, content)
        labels = calendar().offered_labels(workspace_id, offer_set) if offer_set else ()
    as_it_is = Offered(ok=check.state == "ok", content=content, labels=labels, offer_set=offer_set)
    if check.state != "stale" or offer_set is None:
        return as_it_is
    seconds = max(0.0, min(REFRESH_SECONDS, deadline - time.monotonic()))
    fresh = calendar().refresh_offer(workspace_id, lead_id, offer_set, content, seconds=seconds)
    if fresh is None:
        return as_it_is
    with tenant(workspace_id):
        state = _check(workspace_id, lead_id, fresh.offer_set, fresh.text).state
    return Offered(ok=state == "ok", content=fresh.text, labels=fresh.labels, offer_set=fresh.offer_set, replaced=True)


def store_fresh_times(draft_id: UUID, version: int, offered: Offered) -> bool:
    """Put a text with fresh times in the place of `version`, in the caller's transaction. False when somebody
    changed or decided the draft meanwhile. A machine's text stays one: `ai_content` follows.
    """
    try:
        _lead, draft = lock_lead_and_draft(draft_id)
    except NotVisible:
        return False
    if draft.status != DraftStatus.PENDING or draft.version != version:
        return False
    Draft.objects.filter(pk=draft.pk).update(
        content=offered.content,
        ai_content=offered.content,
        offer_set=offered.offer_set,
        version=version + 1,
        quality_flags=[flag for flag in draft.quality_flags if flag != "stale_slots"],
        updated_at=timezone.now(),
    )
    record_draft_event(
        draft, DraftEventKind.EDITED, source=DraftEventSource.JOB, reason="times_refreshed", version=version + 1
    )
    return True


def _check(workspace_id: UUID, lead_id: UUID, offer_set: UUID | None, content: str) -> OfferCheck:
    return calendar().check_offer(workspace_id, lead_id, offer_set, content, now=timezone.now())
