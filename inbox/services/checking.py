"""What a person typed, and why it may not leave: the checks of approving and of sending by hand."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from django.utils.translation import gettext

from booking.registry import calendar
from inbox.contracts import Decision
from inbox.enums import Channel
from inbox.metrics import count_approve_conflict
from inbox.rules.outbound_text import (
    MAX_SUBJECT_CHARS,
    find_placeholders,
    fits_sms,
    has_truncated_url,
    split_sms_parts,
)
from inbox.services.guards import is_blocked_on, unseen_messages
from leads.models import Lead
from zrg.lib import log_events
from zrg.lib.errors import BadInput
from zrg.lib.text import storable

logger = structlog.get_logger(__name__)

MAX_BODY = 20_000
STALE_OFFERS = ("stale", "unbacked_time")


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """What a person typed; recipients None = as the thread has them."""

    content: str | None = None
    subject: str | None = None
    to: str | None = None
    cc: list[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was on the person's screen, for the send guard."""

    message_id: UUID | None = None
    acknowledge_newer: bool = False
    version: int | None = None


def clean_body(text: str, *, allow_empty: bool = False) -> str:
    """Trimmed text of 1 to 20,000 characters that the database can hold."""
    body = storable(text).replace("\r\n", "\n").strip()
    if not body and not allow_empty:
        raise BadInput(gettext("Write a message first."), code="empty_body", field="content")
    if len(body) > MAX_BODY:
        raise BadInput(
            gettext("At most {max_body:,} characters.").format(max_body=MAX_BODY), code="body_too_long", field="content"
        )
    return body


def clean_subject(subject: str | None) -> str | None:
    """One line of at most 998 characters; None for nothing."""
    words = " ".join(storable(subject or "").split())
    if len(words) > MAX_SUBJECT_CHARS:
        raise BadInput(
            gettext("At most {max_subject_chars} characters.").format(max_subject_chars=MAX_SUBJECT_CHARS),
            code="subject_too_long",
            field="subject",
        )
    return words or None


def refuse_text(lead: Lead, channel: str, body: str) -> Decision | None:
    """Why this text cannot go to the lead at all."""
    if is_blocked_on(lead, channel):
        return refused_with("lead_blacklisted", gettext("This lead asked not to be contacted."), 409)
    if not body:
        return refused_with("empty_draft", gettext("There is no text to send."), 422)
    if placeholders := find_placeholders(body):
        return refused_with(
            "placeholder", "Fill in or remove: " + ", ".join(placeholders[:5]), 422, placeholders=placeholders
        )
    if has_truncated_url(body):
        return refused_with("truncated_url", gettext("A link in the text is cut off."), 422)
    if channel == Channel.SMS and not fits_sms(split_sms_parts(body)):
        return refused_with("too_long", gettext("At most three SMS parts of 160 characters."), 422)
    return None


def refuse_newer(lead: Lead, seen: Seen) -> Decision | None:
    """The send guard: what the person has not seen must be acknowledged; a machine's message never can be."""
    unseen = list(unseen_messages(lead.pk, seen.message_id))
    if seen.acknowledge_newer:
        unseen = [message for message in unseen if message.sent_by == "ai"]
    if not unseen:
        return None
    newest = unseen[0]
    return refused_with(
        "newer_message",
        gettext("A newer message arrived while you were writing."),
        409,
        message={
            "id": str(newest.pk),
            "direction": newest.direction,
            "channel": newest.channel,
            "preview": newest.body[:240],
            "sentAt": newest.sent_at.isoformat(),
        },
    )


def refuse_stale_times(
    lead: Lead, offer_set: UUID | None, body: str, *, by_machine: bool, now: datetime
) -> Decision | None:
    """Times the text offers must still be free (09 §2.9). A person may send what could not be checked."""
    check = calendar().check_offer(lead.workspace_id, lead.pk, offer_set, body, now=now)
    if check.state in STALE_OFFERS or (by_machine and check.state != "ok"):
        return refused_with(
            "stale_slots",
            gettext("An offered time is no longer free."),
            409,
            labels=list(check.stale_labels),
            why=check.state,
        )
    return None


def refused_with(code: str, detail: str, http_status: int, **data: object) -> Decision:
    """A refusal; nothing was written."""
    count_approve_conflict(code)
    logger.info(log_events.DRAFT_APPROVE_CONFLICT, reason=code)
    return Decision(state="blocked", code=code, http_status=http_status, detail=detail, data=data)
