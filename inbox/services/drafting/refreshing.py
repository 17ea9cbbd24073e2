"""Putting fresh times into a waiting draft, word for word (05 R27, 09 §2.9)."""

from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext

from booking.registry import calendar
from inbox.enums import DraftEventKind, DraftEventSource, DraftStatus
from inbox.errors import DraftNotPending, StaleDraft
from inbox.models import Draft
from inbox.services.approving import already_decided
from inbox.services.draft_events import record_draft_event
from inbox.services.locking import lock_lead_and_draft
from inbox.services.orders import refuse_while_sending
from leads.models import Lead
from zrg.workspaces.context import tenant
from zrg.workspaces.models import User

REFRESH_SECONDS = 8.0
NO_OFFER = "no_offer"
NO_TIMES = "no_times"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """The draft with its new times, or the code that says why it is unchanged."""

    draft: Draft
    changed: bool
    code: str = ""


def refresh_availability(
    workspace_id: UUID, draft_id: UUID, *, by: User | None, expected_version: int | None = None
) -> Refreshed:
    """Replace the offered labels of a pending draft by labels that are open now; all else stays as it is.

    For outside of transactions: the calendar may be asked in between. A draft that changed meanwhile raises.
    """
    with tenant(workspace_id):
        draft = Draft.objects.in_workspace(workspace_id).get(pk=draft_id)
        _refuse_decided(draft)
        if expected_version is not None and expected_version != draft.version:
            raise StaleDraft(gettext("Somebody changed this draft."), version=draft.version, content=draft.content)
    if draft.offer_set is None:
        return Refreshed(draft=draft, changed=False, code=NO_OFFER)
    fresh = calendar().refresh_offer(
        workspace_id, draft.lead_id, draft.offer_set, draft.content, seconds=REFRESH_SECONDS
    )
    if fresh is None or fresh.text == draft.content:
        return Refreshed(draft=draft, changed=False, code=NO_TIMES)
    with tenant(workspace_id):
        return _replace(draft, text=fresh.text, offer_set=fresh.offer_set, by=by)


def _replace(seen: Draft, *, text: str, offer_set: UUID, by: User | None) -> Refreshed:
    lead, draft = lock_lead_and_draft(seen.pk)
    _refuse_decided(draft)
    refuse_while_sending(draft)
    if draft.version != seen.version:
        raise StaleDraft(gettext("Somebody changed this draft."), version=draft.version, content=draft.content)
    flags = [flag for flag in draft.quality_flags if flag != "stale_slots"]
    Draft.objects.filter(pk=draft.pk).update(
        content=text,
        # The machine's words with the machine's new times: replacing them is no edit of a person.
        ai_content=text if not draft.edited_by_person else draft.ai_content,
        offer_set=offer_set,
        version=draft.version + 1,
        quality_flags=flags,
        updated_at=timezone.now(),
    )
    record_draft_event(
        draft,
        DraftEventKind.EDITED,
        source=DraftEventSource.DASHBOARD,
        reason="times_refreshed",
        actor=by,
        version=draft.version + 1,
    )
    Lead.objects.filter(pk=lead.pk).update(changed_at=timezone.now())
    draft.refresh_from_db()
    return Refreshed(draft=draft, changed=True)


def _refuse_decided(draft: Draft) -> None:
    if draft.status != DraftStatus.PENDING:
        raise DraftNotPending(gettext("This draft was decided."), **(already_decided(draft).data or {}))
