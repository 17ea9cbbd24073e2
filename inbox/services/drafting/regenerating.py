"""A new draft because a person wants one (05 R27, R14).

[HARD] `05.regenerate-keeps-old`, `07.old-draft-survives`: the old draft is superseded only in the transaction
that stores the new one. [HARD] `05.regenerated-never-auto-sent`: no trigger, no evaluation; a person sends it.
"""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import structlog
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from inbox.enums import (
    Channel,
    DeliveryStatus,
    DraftClosedReason,
    DraftOrigin,
    MessageSource,
    SafetyKind,
)
from inbox.models import Draft, Message, SendOrder
from inbox.models.draft import ENGINE_ORIGINS
from inbox.models.send_order import OPEN_STATES
from inbox.querysets import DraftQuerySet
from inbox.rules.archetypes import next_archetype
from inbox.rules.eligibility import draft_eligibility
from inbox.rules.sentences import skip_sentence
from inbox.rules.time_budget import CONTEXT_SECONDS
from inbox.services.approving import supersede_pending
from inbox.services.channels.linkedin import linkedin_problem
from inbox.services.channels.sms import sms_problem
from inbox.services.drafting.knowing import DraftContext, gather
from inbox.services.drafting.storing import Origin, insert_draft, newer_inbound
from inbox.services.drafting.writing import Wish, Written, write_text
from inbox.services.guards import is_blocked_on
from leads.models import Lead
from zrg.lib import log_events
from zrg.workspaces.context import tenant
from zrg.workspaces.models import User, WorkspaceSettings

logger = structlog.get_logger(__name__)

Mode = Literal["full", "fast"]
LIMIT = 6
LIMIT_WINDOW = timedelta(minutes=10)
"""Regenerated drafts of one lead; counted from the rows."""
FAST_SECONDS = 20.0
NOT_ELIGIBLE = _("Cannot generate draft for this sentiment")
ORIGIN_OF_MODE: dict[str, DraftOrigin] = {"full": DraftOrigin.REGENERATE, "fast": DraftOrigin.FAST_REGENERATE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Regenerated:
    """The new draft, or the code that says why the old one is still there; `refused`: nothing was tried."""

    draft_id: UUID | None = None
    code: str = ""
    refused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why nothing is generated: a stable code, what the edge answers, a sentence for the person."""

    code: str
    http_status: int
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What was there when writing began; anything newer wins."""

    at: datetime
    message: Message
    old: Draft | None
    channel: str
    tag: str
    archetype: str


def regenerate_draft(
    workspace_id: UUID,
    lead_id: UUID,
    channel: str,
    *,
    mode: Mode,
    by: User | None,
    slack_user: str | None = None,
    cycle_key: str | None = None,
    origin: DraftOrigin | None = None,
    deadline: float,
) -> Regenerated:
    """Write a new draft for the newest inbound and put it in the old one's place; for outside of transactions.

    `deadline` is a `time.monotonic()` instant. `cycle_key` seeds the first shape of a lead whose drafts had none.
    `origin` other than the mode's own is MANUAL_SENTIMENT, which never replaces a waiting draft. Refusals and
    failures come back as codes; the old draft is untouched by them.
    """
    origin = origin or ORIGIN_OF_MODE[mode]
    with tenant(workspace_id):
        lead = Lead.objects.in_workspace(workspace_id).filter(pk=lead_id).first()
        if lead is None:
            return Regenerated(code="lead_gone", refused=True)
        refusal = refuse_generation(lead, channel, origin=origin)
        if refusal is not None:
            return Regenerated(code=refusal.code, refused=True)
        start = begin_writing(lead, channel, cycle_key)
    context, written = write_again(start, mode, deadline)
    if not written.content:
        logger.warning(log_events.DRAFT_FALLBACK, step=mode, code=written.reason, lead=str(lead_id))
        return Regenerated(code=written.reason or "generation_failed")
    with tenant(workspace_id):
        return put_in_place(start, context, written, origin=origin, by=by, slack_user=slack_user)


def refuse_generation(lead: Lead, channel: str, *, origin: DraftOrigin, now: datetime | None = None) -> Refusal | None:
    """First reason against generating for a person, nothing changed; in the caller's transaction."""
    return (
        _not_eligible(lead, channel)
        or _under_way(lead, channel)
        or (None if origin == DraftOrigin.MANUAL_SENTIMENT else _too_often(lead, now or timezone.now()))
    )


def newest_to_answer(lead_id: UUID, channel: str) -> Message | None:
    """The newest inbound of the channel, else of any: what a draft on this channel answers."""
    answerable = (
        Message.objects.of_lead(lead_id)
        .inbound()
        .exclude(source=MessageSource.BOUNCE)
        .exclude(safety_kind=SafetyKind.OUT_OF_OFFICE)
        .newest_first()
    )
    return answerable.on_channel(channel).first() or answerable.first()


def pending_reply(lead_id: UUID, channel: str) -> Draft | None:
    """The reply draft that waits on the channel; a sequence's own drafts are no replies."""
    return _pending_replies(lead_id, channel).first()


# --- refusing


def _not_eligible(lead: Lead, channel: str) -> Refusal | None:
    settings = WorkspaceSettings.objects.get(workspace_id=lead.workspace_id)
    message = newest_to_answer(lead.pk, channel)
    verdict = draft_eligibility(
        sentiment=lead.sentiment_tag,
        channel=channel,
        lead_email=lead.email,
        safety_kind=(message.safety_kind if message else None) or SafetyKind.NONE,
        draft_generation_enabled=settings.draft_generation_enabled,
        lead_opted_out=lead.opted_out_at is not None or is_blocked_on(lead, channel),
        manual=True,
    )
    if not verdict.eligible:
        code = verdict.reason or ""
        detail = gettext(NOT_ELIGIBLE) if code == "sentiment_not_eligible" else skip_sentence(code)
        return Refusal(code=code, http_status=422, detail=detail)
    if message is None:
        return Refusal(code="no_inbound", http_status=422, detail=gettext("This lead has not written yet."))
    problem = {Channel.SMS: sms_problem, Channel.LINKEDIN: linkedin_problem}.get(Channel(channel))
    block = problem(lead) if problem else None
    return Refusal(code=block.code, http_status=422, detail=block.detail) if block else None


def _under_way(lead: Lead, channel: str) -> Refusal | None:
    """A text of this channel is ordered or on its way: a second one would be a second answer."""
    ordered = SendOrder.objects.filter(lead=lead, channel=channel, state__in=OPEN_STATES)
    sending = Message.objects.of_lead(lead.pk).on_channel(channel).filter(delivery_status=DeliveryStatus.SENDING)
    if ordered.exists() or sending.exists():
        return Refusal(code="send_in_progress", http_status=409, detail=gettext("A message is being sent right now."))
    old = pending_reply(lead.pk, channel)
    sent = (DeliveryStatus.SENT, DeliveryStatus.UNKNOWN)
    if old is not None and Message.objects.of_lead(lead.pk).filter(draft=old, delivery_status__in=sent).exists():
        return Refusal(
            code="partly_sent",
            http_status=409,
            detail=gettext("A part of this draft was sent already: finish it or reject it."),
        )
    return None


def _too_often(lead: Lead, now: datetime) -> Refusal | None:
    lately = Draft.objects.of_lead(lead.pk).filter(
        origin__in=(DraftOrigin.REGENERATE, DraftOrigin.FAST_REGENERATE), created_at__gt=now - LIMIT_WINDOW
    )
    if lately.count() < LIMIT:
        return None
    return Refusal(
        code="regenerate_limit",
        http_status=429,
        detail=gettext("Six new drafts in ten minutes. Edit this one, or wait a little."),
    )


# --- writing and storing


def begin_writing(lead: Lead, channel: str, cycle_key: str | None) -> Start:
    """What the text is written from, and what it may replace; in the caller's transaction."""
    message = newest_to_answer(lead.pk, channel)
    assert message is not None, "refuse_generation answers for a lead without inbound"
    shaped = Draft.objects.of_lead(lead.pk).on_channel(channel).filter(archetype_id__isnull=False)
    previous = shaped.order_by("-created_at").values_list("archetype_id", flat=True).first()
    return Start(
        at=timezone.now(),
        message=message,
        old=pending_reply(lead.pk, channel),
        channel=channel,
        tag=lead.sentiment_tag,
        archetype=next_archetype(previous, seed=cycle_key or f"{lead.pk}{message.pk}"),
    )


def write_again(start: Start, mode: Mode, deadline: float) -> tuple[DraftContext, Written]:
    """The new text, or why there is none, with what it was written from; for outside of transactions."""
    started = time.monotonic()
    rewrite = start.old.content if mode == "fast" and start.old is not None and start.old.content.strip() else None
    seconds = min(deadline - started, FAST_SECONDS) if rewrite is not None else deadline - started
    context = gather(
        start.message,
        channel=start.channel,
        tag=start.tag,
        seconds=min(CONTEXT_SECONDS, seconds),
        fast=rewrite is not None,
    )
    written = write_text(
        context,
        started=started,
        seconds=seconds,
        source="inbox.regenerate",
        trace_id=f"regenerate:{start.message.lead_id}",
        wish=Wish(archetype=start.archetype, rewrite=rewrite, template=False),
    )
    return context, written


def put_in_place(
    start: Start,
    context: DraftContext,
    written: Written,
    *,
    origin: DraftOrigin,
    by: User | None,
    slack_user: str | None,
) -> Regenerated:
    """Store the text and supersede the old draft in the caller's transaction, unless something newer happened."""
    lead = Lead.objects.select_for_update().get(pk=start.message.lead_id)
    if code := _overtaken(lead, start, origin):
        return Regenerated(code=code)
    channel = start.channel
    if origin != DraftOrigin.MANUAL_SENTIMENT:
        supersede_pending(lead.pk, channel, DraftClosedReason.SUPERSEDED_BY_REGENERATE, by=by)
    draft = insert_draft(
        lead, context, written, Origin(kind=origin, trigger_key=None, trigger=None, answers=start.message)
    )
    logger.info(
        log_events.DRAFT_REGENERATED,
        draft=str(draft.pk),
        origin=origin,
        by=str(by.pk) if by else None,
        slack_user=slack_user,
    )
    return Regenerated(draft_id=draft.pk)


def _overtaken(lead: Lead, start: Start, origin: DraftOrigin) -> str:
    """What happened while the text was written and takes precedence over it, or ""."""
    channel = start.channel
    if lead.opted_out_at is not None or is_blocked_on(lead, channel):
        return "lead_opted_out"
    if refusal := _under_way(lead, channel):
        return refusal.code
    answers = Message.objects.of_lead(lead.pk).on_channel(channel).answers()
    if answers.filter(created_at__gt=start.at).exists():
        return "already_answered"
    if newer_inbound(start.message) is not None:
        return "newer_inbound"
    now = pending_reply(lead.pk, channel)
    if now is None:
        # Decided meanwhile: the person has answered the question this draft was about.
        return "draft_decided" if start.old is not None else ""
    if origin == DraftOrigin.MANUAL_SENTIMENT:
        return "draft_pending"
    unchanged = start.old is not None and (now.pk, now.version) == (start.old.pk, start.old.version)
    return "" if unchanged else "draft_changed"


def _pending_replies(lead_id: UUID, channel: str) -> DraftQuerySet:
    return Draft.objects.of_lead(lead_id).on_channel(channel).pending().exclude(origin__in=ENGINE_ORIGINS)
