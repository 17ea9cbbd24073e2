"""What the action station of one lead offers: channels, the draft or an empty editor, recipients, what is under way."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Count
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from booking.registry import calendar
from inbox.enums import AutoSendOutcome, Channel, DraftStatus, OrderState
from inbox.models import Draft, Message, SendOrder
from inbox.rules.ages import month_name
from inbox.rules.sentences import closed_sentence, delivery_sentence, flag_sentence, skip_sentence
from inbox.services.channels.email import PROVIDERS_WITHOUT_TO_OVERRIDE
from inbox.services.channels.linkedin import linkedin_problem
from inbox.services.channels.sms import sms_problem
from inbox.services.draft_story import headline
from inbox.services.drafting.requests import GenerationState, regeneration_state
from inbox.services.recipients import recipient_options
from inbox.services.thread_page import UNDO_WINDOW
from integrations.services.connections import active_email_provider
from integrations.unipile.waterfall import MAX_NOTE
from leads.enums import LinkedInConnection
from leads.models import Lead
from leads.rules.participants import resolve_reply_recipients
from leads.services.senders import own_sender_entries
from leads.services.sms_health import is_sms_blocked
from zrg.workspaces.context import tenant

MAX_ORDERS = 20
BLOCKED = _("This lead asked not to be contacted, or mail to them bounces.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelTab:
    """One channel; `problem` says why nothing can be sent on it."""

    key: str
    label: str
    count: int
    has_draft: bool
    selected: bool
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StationDraft:
    """The draft in the editor."""

    id: UUID
    channel: str
    content: str
    subject: str
    version: int
    is_review: bool
    confidence: int | None
    threshold: int | None
    reason: str
    outdated: bool
    flags: tuple[str, ...]
    created_at: datetime
    edited: bool
    why: str
    sends_at: datetime | None
    offers_times: bool
    offered: tuple[str, ...]
    judged_before: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """Everything the station's template prints."""

    channel: str
    channel_label: str
    tabs: list[ChannelTab]
    draft: StationDraft | None
    other_drafts: list[StationDraft]
    order: SendOrder | None
    scheduled: list[SendOrder]
    held: SendOrder | None
    held_notice: str
    to_options: list[str]
    to_locked: bool
    cc: list[str]
    subject: str
    seen_message_id: UUID | None
    skip_line: str
    problem: str
    idempotency_key: UUID = field(default_factory=uuid.uuid4)
    lost_draft: str = ""
    blocked_notice: str = ""
    note_limit: int | None = None
    generation: GenerationState = field(default_factory=GenerationState)
    can_generate: bool = False


def load_station(
    lead: Lead,
    *,
    channel: str | None = None,
    draft_id: UUID | None = None,
    now: datetime,
) -> Station:
    """The state of the station; a pending `draft_id` comes first and brings its channel."""
    counts = dict(Message.objects.of_lead(lead.pk).values_list("channel").annotate(n=Count("pk")))
    latest = Message.objects.of_lead(lead.pk).inbound().exclude(source="bounce").newest_first().first()
    drafts = _pending(lead, draft_id)
    selected = _selected(channel, draft_id, drafts, latest)
    on_channel = [draft for draft in drafts if draft.channel == selected]
    email = _email_side(lead) if selected == Channel.EMAIL else _EmailSide()
    orders = _orders(lead)
    here = [order for order in orders if order.channel == selected]
    held = next((order for order in reversed(here) if order.state == OrderState.HELD), None)
    scheduled = [order for order in orders if order.state == OrderState.WAITING and order.due_at > now + UNDO_WINDOW]
    shown = [_shown(draft, latest) for draft in on_channel]
    tabs = [
        _tab(lead, key, gettext(label), counts.get(key, 0), drafts, key == selected) for key, label in Channel.choices
    ]
    return Station(
        channel=selected,
        channel_label=gettext(Channel(selected).label),
        tabs=tabs,
        draft=shown[0] if shown else None,
        other_drafts=shown[1:],
        order=next((one for one in here if one.state != OrderState.HELD and one not in scheduled), None),
        scheduled=scheduled,
        held=held,
        held_notice=delivery_sentence(held.held_reason) if held else "",
        to_options=email.options,
        to_locked=email.locked,
        cc=email.cc,
        subject="",
        seen_message_id=_newest_stored(lead),
        skip_line=_skip_line(latest, bool(shown)),
        problem=next(tab.problem for tab in tabs if tab.selected),
        lost_draft=_lost(lead, draft_id, drafts),
        blocked_notice=_blocked_notice(lead) if selected == Channel.SMS else "",
        note_limit=_note_limit(lead, selected),
        generation=regeneration_state(lead, selected),
        can_generate=latest is not None,
    )


def _orders(lead: Lead) -> list[SendOrder]:
    """What is under way or held, on every channel, in the order of its time."""
    states = [OrderState.WAITING, OrderState.TAKEN, OrderState.HELD]
    orders = SendOrder.objects.filter(lead=lead, state__in=states).select_related("ordered_by")
    return list(orders.order_by("due_at", "pk")[:MAX_ORDERS])


def _pending(lead: Lead, draft_id: UUID | None) -> list[Draft]:
    drafts = list(Draft.objects.of_lead(lead.pk).pending().order_by("-created_at"))
    return sorted(drafts, key=lambda draft: draft.pk != draft_id)


def _selected(channel: str | None, draft_id: UUID | None, drafts: list[Draft], latest: Message | None) -> str:
    if channel in Channel.values:
        return str(channel)
    if drafts and drafts[0].pk == draft_id:
        return drafts[0].channel
    if latest is not None:
        return latest.channel
    return drafts[0].channel if drafts else Channel.EMAIL.value


def _shown(draft: Draft, latest: Message | None) -> StationDraft:
    def percent(value: float | None) -> int | None:
        return None if value is None else round(value * 100)

    return StationDraft(
        id=draft.pk,
        channel=draft.channel,
        content=draft.content,
        subject=draft.subject or "",
        version=draft.version,
        is_review=draft.is_review,
        confidence=percent(draft.auto_send_confidence),
        threshold=percent(draft.auto_send_threshold),
        reason=draft.auto_send_reason or "",
        outdated=latest is not None and draft.context_message_id != latest.pk and draft.created_at < latest.created_at,
        flags=tuple(flag_sentence(flag) for flag in draft.quality_flags),
        created_at=draft.created_at,
        edited=draft.edited_by_person,
        why=headline(draft),
        sends_at=draft.auto_send_run_at if draft.auto_send_outcome == AutoSendOutcome.SCHEDULED else None,
        offers_times=draft.offer_set is not None,
        offered=_offered(draft),
        judged_before=draft.evaluated_version is not None
        and draft.evaluated_version != draft.version
        and draft.trigger_message_id is not None,
    )


def _offered(draft: Draft) -> tuple[str, ...]:
    """The times a draft under review offers; read as the workspace, like `_email_side`."""
    if not draft.is_review or draft.offer_set is None:
        return ()
    with tenant(draft.workspace_id):
        return calendar().offered_labels(draft.workspace_id, draft.offer_set)


def _tab(lead: Lead, key: str, label: str, count: int, drafts: list[Draft], selected: bool) -> ChannelTab:
    return ChannelTab(
        key=key,
        label=label,
        count=count,
        has_draft=any(draft.channel == key for draft in drafts),
        selected=selected,
        problem=_channel_problem(lead, key, count),
    )


def _channel_problem(lead: Lead, channel: str, count: int) -> str:
    """Why nothing can be sent on a channel; the send guard decides again."""
    if lead.status == "blacklisted" and (
        lead.blacklist_reason not in ("bounce", "dead_inbox", "email_invalid") or channel == Channel.EMAIL
    ):
        return gettext(BLOCKED)
    if channel == Channel.EMAIL:
        if not (lead.email or lead.current_replier_email or lead.alternate_emails):
            return gettext("No e-mail address of this lead is known.")
        return "" if count else gettext("There is no e-mail of this lead to answer yet.")
    if channel == Channel.SMS:
        return _sms_problem(lead)
    return _linkedin_problem(lead)


def _sms_problem(lead: Lead) -> str:
    """As the send guard has it; read as the workspace, like `_email_side`."""
    if not (lead.phone or lead.phone_raw or lead.phone_national):
        return gettext("No phone number of this lead is known.")
    with tenant(lead.workspace_id):
        problem = sms_problem(lead)
    return problem.detail if problem else ""


def _linkedin_problem(lead: Lead) -> str:
    """As the send guard has it, and while an invitation waits: nothing more can be written until it is answered.

    Read as the workspace, like `_email_side`.
    """
    with tenant(lead.workspace_id):
        problem = linkedin_problem(lead)
    if problem is not None:
        return gettext(problem.detail)
    if lead.linkedin_connection != LinkedInConnection.PENDING:
        return ""
    if lead.linkedin_invited_at is None:
        return gettext("An invitation is pending; LinkedIn delivers nothing more before it is accepted.")
    since = f"{lead.linkedin_invited_at.day} {month_name(lead.linkedin_invited_at)}"
    return gettext(
        "An invitation is pending since {since}; LinkedIn delivers nothing more before it is accepted."
    ).format(since=since)


def _note_limit(lead: Lead, channel: str) -> int | None:
    """Characters a text may have that will go out as the note of an invitation; None for any other."""
    is_note = channel == Channel.LINKEDIN and lead.linkedin_connection == LinkedInConnection.NOT_CONNECTED
    return MAX_NOTE if is_note else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _EmailSide:
    options: list[str] = field(default_factory=list)
    locked: bool = False
    cc: list[str] = field(default_factory=list)


def _email_side(lead: Lead) -> _EmailSide:
    """To options and the CC of the latest inbound minus our own addresses.

    Read as the workspace: a setter sees no connection or mailbox rows, yet the answer is the same.
    """
    with tenant(lead.workspace_id):
        newest = Message.objects.of_lead(lead.pk).inbound().on_channel(Channel.EMAIL).newest_first()
        base = resolve_reply_recipients(
            primary_email=lead.email,
            current_replier_email=lead.current_replier_email,
            latest_inbound_cc=newest.values_list("cc", flat=True).first() or [],
            own_senders=own_sender_entries(lead.workspace_id),
        )
        return _EmailSide(
            options=recipient_options(lead),
            locked=active_email_provider(lead.workspace_id) in PROVIDERS_WITHOUT_TO_OVERRIDE,
            cc=[] if "error" in base else list(base["cc"]),
        )


def _blocked_notice(lead: Lead) -> str:
    """The last text was refused for who the person is."""
    if not is_sms_blocked(lead):
        return ""
    return gettext("The last SMS was not delivered. {reason}").format(
        reason=delivery_sentence(lead.sms_last_blocked_reason)
    )


def _newest_stored(lead: Lead) -> UUID | None:
    return Message.objects.of_lead(lead.pk).order_by("-created_at", "-id").values_list("pk", flat=True).first()


def _skip_line(latest: Message | None, has_draft: bool) -> str:
    if has_draft or latest is None:
        return ""
    if latest.draft_skip_reason:
        return skip_sentence(latest.draft_skip_reason)
    if latest.classification_state == "pending":
        return gettext("Reading the reply…")
    if latest.classification_state == "failed":
        return gettext("This reply could not be classified yet; it will be tried again.")
    return ""


def _lost(lead: Lead, draft_id: UUID | None, drafts: list[Draft]) -> str:
    """What became of a deep-linked draft that is no longer pending."""
    if draft_id is None or any(draft.pk == draft_id for draft in drafts):
        return ""
    draft = Draft.objects.of_lead(lead.pk).filter(pk=draft_id).exclude(status=DraftStatus.PENDING).first()
    return (
        ""
        if draft is None
        else gettext("That draft was {outcome}.").format(outcome=closed_sentence(draft.status, draft.closed_reason))
    )
