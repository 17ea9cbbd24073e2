"""What a review post of a draft shows: the facts for it, and saying that they changed.

Posting itself is the business of notifications, which stand above. A post says what the rows say at that
moment, so no order of events can leave buttons under a draft that was decided.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID, uuid4

from inbox.contracts import ReviewOutdated
from inbox.enums import (
    ApprovalSource,
    AutoSendOutcome,
    DeliveryStatus,
    DraftClosedReason,
    DraftEventKind,
    DraftStatus,
    MessageSource,
    OrderState,
)
from inbox.models import Draft, DraftEvent, Message, SendOrder
from inbox.models.draft import ENGINE_ORIGINS
from inbox.rules.autosend.reasons import decision_sentence
from inbox.rules.sentences import closed_sentence, delivery_sentence
from inbox.services.guards import newer_message
from integrations.rules.approvers import read_approvers
from leads.models import Lead
from zrg.jobs.services.announce import announce
from zrg.workspaces.models import User, WorkspaceSettings

State = Literal["open", "sending", "sent", "unconfirmed", "rejected", "blocked", "superseded"]
AUTOMATIC = "the machine"
NOT_ON_ANY_LIST = "somebody in Slack"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Where a draft stands. `who` and `at` name a decision or a sending, `note` is a sentence about it.

    `open` with a `note`: it could not be sent. `is_overtaken`: something newer than the draft came or left,
    so approving it would be refused. `replaced_by`: the draft written in its place.
    """

    state: State
    who: str = ""
    at: datetime | None = None
    note: str = ""
    is_overtaken: bool = False
    replaced_by: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A draft with everything its post shows. Texts are as stored: whoever shows them makes them harmless.
    `private` are the lead's addresses and phone numbers, which no post may hold.
    """

    workspace_id: UUID
    draft_id: UUID
    lead_id: UUID
    version: int
    lead_name: str
    campaign: str
    sentiment: str
    confidence: float | None
    threshold: float | None
    reason: str
    inbound: str
    content: str
    written_at: datetime
    private: tuple[str, ...]
    can_regenerate: bool
    verdict: Verdict


def read_review(workspace_id: UUID, draft_id: UUID) -> Review | None:
    """The draft as its posts should show it now; None when it is gone. Call in the workspace's context."""
    drafts = Draft.objects.in_workspace(workspace_id).filter(pk=draft_id)
    draft = drafts.select_related("lead__email_campaign", "lead__sms_campaign", "approved_by", "rejected_by").first()
    if draft is None:
        return None
    lead = draft.lead
    campaign = lead.email_campaign or lead.sms_campaign
    return Review(
        workspace_id=workspace_id,
        draft_id=draft.pk,
        lead_id=lead.pk,
        version=draft.version,
        lead_name=lead.full_name or lead.company_name or "Lead",
        campaign=str(campaign) if campaign else "",
        sentiment=lead.sentiment_tag or "",
        confidence=draft.auto_send_confidence,
        threshold=draft.auto_send_threshold,
        reason=_reason(draft),
        inbound=_newest_inbound(lead),
        content=draft.content,
        written_at=draft.created_at,
        private=_private(lead),
        can_regenerate=draft.origin not in ENGINE_ORIGINS,
        verdict=_verdict(draft),
    )


def note_review_posted(draft_id: UUID, channel_id: str, ts: str) -> Draft | None:
    """A review post stands in Slack; the first one is named on the draft. Call in the workspace's context."""
    draft = Draft.objects.select_for_update().filter(pk=draft_id).first()
    if draft is None:
        return None
    first = {} if draft.slack_notification_message_ts else _post(channel_id, ts)
    Draft.objects.filter(pk=draft_id).update(auto_send_slack_notified=True, **first)
    return draft


def outdate_review_posts(draft: Draft) -> None:
    """Say that posts of this draft, if there are any, have to be written anew; in the caller's transaction."""
    if not Draft.objects.filter(pk=draft.pk, auto_send_slack_notified=True).exists():
        return
    announce(
        ReviewOutdated(workspace_id=draft.workspace_id, lead_id=draft.lead_id, draft_id=draft.pk, change_id=uuid4().hex)
    )


def _post(channel_id: str, ts: str) -> dict[str, str]:
    return {"slack_notification_channel_id": channel_id[:32], "slack_notification_message_ts": ts[:32]}


def _reason(draft: Draft) -> str:
    """Why a person is asked: what came up at the moment of sending, else the decision, and the evaluator's words."""
    came_up = draft.auto_send_outcome == AutoSendOutcome.NEEDS_REVIEW and draft.auto_send_outcome_reason
    sentence = decision_sentence(came_up or draft.auto_send_reason_code)
    words = "" if came_up else draft.auto_send_reason or ""
    return f"{sentence} {words}".strip()


def _newest_inbound(lead: Lead) -> str:
    inbound = Message.objects.of_lead(lead.pk).inbound().exclude(source=MessageSource.BOUNCE)
    return inbound.newest_first().values_list("body", flat=True).first() or ""


def _private(lead: Lead) -> tuple[str, ...]:
    emails = [lead.email, *(lead.alternate_emails or ()), lead.current_replier_email]
    phones = [lead.phone, lead.phone_raw, lead.phone_national]
    return tuple(value for value in dict.fromkeys([*emails, *phones]) if value)


def _verdict(draft: Draft) -> Verdict:
    if draft.status == DraftStatus.PENDING:
        return _open(draft)
    if draft.status == DraftStatus.APPROVED:
        return _approved(draft)
    if draft.status == DraftStatus.SUPERSEDED:
        replaced = draft.closed_reason == DraftClosedReason.SUPERSEDED_BY_REGENERATE
        return Verdict(
            state="superseded",
            note=_closed(draft),
            at=draft.updated_at,
            replaced_by=_successor(draft) if replaced else None,
        )
    if draft.closed_reason == DraftClosedReason.LEAD_OPTED_OUT:
        return Verdict(state="blocked", at=draft.rejected_at, note="This lead asked not to be contacted.")
    who = _rejected_by(draft) if draft.closed_reason == DraftClosedReason.HUMAN_REJECTED else ""
    return Verdict(state="rejected", who=who, at=draft.rejected_at, note="" if who else _closed(draft))


def _open(draft: Draft) -> Verdict:
    order = SendOrder.objects.filter(draft=draft).order_by("-updated_at").first()
    failed = order is not None and order.state == OrderState.FAILED
    return Verdict(
        state="open",
        note=_failure(draft, order.held_reason or "") if order is not None and failed else "",
        is_overtaken=newer_message(draft.lead_id, draft.context_message_id, own_keys_like=f"draft:{draft.pk}:part:")
        is not None,
    )


def _failure(draft: Draft, code: str) -> str:
    failed = Message.objects.filter(draft=draft, delivery_status=DeliveryStatus.FAILED).newest_first()
    known = failed.values_list("delivery_error_code", "delivery_error").first() or (None, None)
    return delivery_sentence(code or known[0], known[1])


def _approved(draft: Draft) -> Verdict:
    who = _approved_by(draft)
    messages = list(Message.objects.filter(draft=draft).order_by("draft_part_index"))
    if any(message.delivery_status == DeliveryStatus.UNKNOWN for message in messages):
        return Verdict(state="unconfirmed", who=who, at=draft.approved_at)
    sent = [message for message in messages if message.delivery_status == DeliveryStatus.SENT]
    wanted = len(draft.parts or [""])
    if len(sent) >= wanted:
        return Verdict(state="sent", who=who, at=sent[-1].sent_at)
    return Verdict(state="sending", who=who, at=draft.approved_at)


def _approved_by(draft: Draft) -> str:
    if draft.approval_source in (ApprovalSource.AUTO_SEND, ApprovalSource.FOLLOWUP_DUE):
        return AUTOMATIC
    return _named(draft, draft.approved_by, draft.approved_by_slack_user_id)


def _rejected_by(draft: Draft) -> str:
    events = DraftEvent.objects.filter(draft=draft, kind=DraftEventKind.REJECTED).order_by("-at")
    detail: dict[str, Any] = events.values_list("detail", flat=True).first() or {}
    return _named(draft, draft.rejected_by, detail.get("slack_user"))


def _named(draft: Draft, user: User | None, slack_user: str | None) -> str:
    if user is not None:
        return user.display_name or user.email
    settings = WorkspaceSettings.objects.filter(workspace_id=draft.workspace_id)
    stored = settings.values_list("slack_auto_send_approval_recipients", flat=True).first()
    return read_approvers(stored).name_of(slack_user) or NOT_ON_ANY_LIST


def _closed(draft: Draft) -> str:
    sentence = closed_sentence(draft.status, draft.closed_reason)
    return f"{sentence[:1].upper()}{sentence[1:]}."


def _successor(draft: Draft) -> UUID | None:
    """The reply draft of the channel that was written after this one and stands in its place."""
    later = Draft.objects.of_lead(draft.lead_id).on_channel(draft.channel).exclude(origin__in=ENGINE_ORIGINS)
    return (
        later.filter(created_at__gt=draft.created_at)
        .exclude(pk=draft.pk)
        .order_by("-created_at")
        .values_list("pk", flat=True)
        .first()
    )
