"""Values of the inbox as JSON."""

from typing import Any

from inbox.contracts import Decision
from inbox.models import Draft, SavedReply
from inbox.rules.reply_variables import unknown_variables
from inbox.services.drafting.requests import GenerationState
from inbox.services.list_page import Row
from inbox.services.notes import ThreadNote
from inbox.services.syncing.reading import SyncStatus
from inbox.services.thread_page import ThreadMessage, ThreadOrder, ThreadPage
from leads.enums import Automation
from leads.models import Lead
from leads.services.counts import Badge


def row_payload(row: Row) -> dict[str, Any]:
    """One conversation of the list."""
    lead = row.lead
    return {
        "id": str(lead.pk),
        "clientId": str(lead.workspace_id),
        "name": row.name,
        "company": row.company or None,
        "channels": list(lead.channels),
        "sentiment": lead.sentiment_tag,
        "status": lead.status,
        "snippet": row.snippet,
        "lastMessageAt": _iso(lead.last_message_at),
        "lastDirection": lead.last_message_direction,
        "isOpen": lead.is_open,
        "requiresAttention": lead.is_attention and lead.is_open,
        "assignedTo": {"id": str(lead.assigned_to_id), "name": row.assigned_name} if lead.assigned_to_id else None,
        "score": lead.overall_score,
        "draft": None
        if row.draft is None
        else {"id": str(row.draft.id), "needsReview": row.draft.is_review, "confidence": row.draft.confidence},
        "unread": row.unread,
        "smsCampaign": row.sms_campaign or None,
        "snoozedUntil": _iso(lead.snoozed_until),
        "dueAt": _iso(lead.due_at),
    }


def generation_payload(state: GenerationState) -> dict[str, Any]:
    """How far the draft somebody asked for is."""
    return {
        "state": state.state,
        "code": state.code or None,
        "message": state.sentence,
        "draftId": str(state.draft_id) if state.draft_id else None,
        "requestId": str(state.request_id) if state.request_id else None,
    }


def lead_payload(lead: Lead) -> dict[str, Any]:
    """The lead beside its thread."""
    return {
        "id": str(lead.pk),
        "clientId": str(lead.workspace_id),
        "name": lead.shown_name,
        "email": lead.email,
        "alternateEmails": list(lead.alternate_emails),
        "currentReplier": lead.current_replier_email,
        "phone": lead.phone or lead.phone_national,
        "linkedinUrl": lead.linkedin_url,
        "company": lead.company_name,
        "jobTitle": lead.job_title,
        "timezone": lead.timezone,
        "status": lead.status,
        "sentiment": lead.sentiment_tag,
        "blacklistReason": lead.blacklist_reason,
        "isOpen": lead.is_open,
        "lastInboundAt": _iso(lead.last_inbound_at),
        "dueAt": _iso(lead.due_at),
        "snoozedUntil": _iso(lead.snoozed_until),
        "snoozeUntilReply": lead.snooze_until_reply,
        "assignedTo": str(lead.assigned_to_id) if lead.assigned_to_id else None,
        "automation": {switch.value: getattr(lead, switch.column) for switch in Automation},
    }


def thread_payload(page: ThreadPage) -> dict[str, Any]:
    """Messages, orders and internal notes of one page, each oldest first; `html` is safe to insert."""
    return {
        "messages": [_message(item) for item in page.items if isinstance(item, ThreadMessage)],
        "orders": [_order(item) for item in page.items if isinstance(item, ThreadOrder)],
        "notes": [note_payload(item) for item in page.items if isinstance(item, ThreadNote)],
        "before": str(page.before) if page.before else None,
        "newestMessageId": str(page.newest_id) if page.newest_id else None,
    }


def sync_payload(status: SyncStatus) -> dict[str, Any]:
    """The comparison of a conversation with its providers; `report` is None before the first."""
    return {
        "state": status.state,
        "busy": status.is_busy,
        "requestedAt": _iso(status.requested_at),
        "finishedAt": _iso(status.finished_at),
        "report": status.report,
        "text": status.sentence,
    }


def draft_payload(draft: Draft) -> dict[str, Any]:
    """A draft as the editor needs it."""
    return {
        "id": str(draft.pk),
        "leadId": str(draft.lead_id),
        "channel": draft.channel,
        "status": draft.status,
        "closedReason": draft.closed_reason,
        "content": draft.content,
        "subject": draft.subject,
        "version": draft.version,
        "needsReview": draft.is_review,
        "confidence": draft.auto_send_confidence,
        "createdAt": _iso(draft.created_at),
    }


def decision_payload(decision: Decision) -> dict[str, Any]:
    """The answer to approve, reject and send (06, Interfaces)."""
    body: dict[str, Any] = {"result": decision.state}
    if decision.order_id:
        body |= {"orderId": str(decision.order_id), "dueAt": _iso(decision.due_at)}
    if decision.state == "already_decided":
        return {**body, **(decision.data or {})}
    if decision.state == "blocked":
        return {"error": decision.code, "detail": decision.detail, **(decision.data or {})}
    return body


def counts_payload(counts: dict[str, Badge]) -> dict[str, Any]:
    """Badges by name."""
    return {name: {"value": badge.value, "capped": badge.capped} for name, badge in counts.items()}


def reply_payload(reply: SavedReply) -> dict[str, Any]:
    """A saved reply as it is kept; `channel` null fits every channel."""
    return {
        "id": str(reply.pk),
        "clientId": str(reply.workspace_id),
        "shared": reply.is_shared,
        "title": reply.title,
        "channel": reply.channel or None,
        "body": reply.body,
        "version": reply.version,
        "unknownVariables": unknown_variables(reply.body),
    }


def note_payload(note: ThreadNote) -> dict[str, Any]:
    """An internal note; `html` is safe to insert."""
    return {
        "id": str(note.id),
        "author": {"id": str(note.author_id), "name": note.author} if note.author_id else None,
        "text": note.text,
        "html": str(note.html),
        "createdAt": _iso(note.at),
        "editedAt": _iso(note.edited_at),
    }


def _message(message: ThreadMessage) -> dict[str, Any]:
    return {
        "id": str(message.id),
        "channel": message.channel,
        "direction": "inbound" if message.inbound else "outbound",
        "sender": message.sender,
        "senderKind": message.sender_kind,
        "sentAt": _iso(message.at),
        "subject": message.subject or None,
        "html": str(message.html),
        "isCut": message.is_cut,
        "delivery": message.delivery or None,
        "problem": message.problem or None,
        "sentiment": message.tag or None,
        "attachments": [
            {"number": one.number, "name": one.name, "size": one.size or None, "host": one.host or None}
            for one in message.attachments
        ],
    }


def _order(order: ThreadOrder) -> dict[str, Any]:
    return {
        "id": str(order.id),
        "channel": order.channel,
        "state": order.state,
        "dueAt": _iso(order.due_at),
        "html": str(order.html),
        "problem": order.problem or None,
    }


def _iso(at: Any) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at else None
