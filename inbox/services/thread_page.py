"""What the thread of one lead shows: messages of all channels, orders on their way, system lines."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.db.models.functions import Left, Length
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from inbox.enums import Channel, DeliveryStatus, Direction, LinkedInKind, MessageOrigin, MessageSource, OrderState
from inbox.models import DraftEvent, Message, MessageRaw, SendOrder
from inbox.registry import act_sentences
from inbox.rules.ages import day_label
from inbox.rules.attachments import AttachedFile, attached_files
from inbox.rules.cleaning.links import MAX_HTML_CHARS, extract_links
from inbox.rules.rendering import append_missing_links, render_text
from inbox.rules.sentences import act_sentence, delivery_sentence
from inbox.services.notes import ThreadNote, notes_of_thread
from leads.models import Lead
from zrg.workspaces.hours import local_date
from zrg.workspaces.models import AdminAuditEvent

PAGE_SIZE = 100
SYSTEM_LINES_DAYS = timedelta(days=90)
MAX_SYSTEM_LINES = 100
QUOTE_FROM_CHARS = 20
"""A received text that is longer than its cleaned body by less than this has lost white space, not a quote."""
UNDO_WINDOW = timedelta(seconds=90)
"""An order that is due later than this was scheduled; sooner ones count down (the longest undo is 60 s)."""
SHOWN_ORDERS = (OrderState.WAITING, OrderState.TAKEN, OrderState.HELD, OrderState.FAILED)
SOURCE_LABELS = {
    MessageSource.ZRG: _("Written here"),
    MessageSource.CAMPAIGN: _("Campaign step"),
    MessageSource.LINKEDIN: _("Through LinkedIn"),
    MessageSource.BOUNCE: _("Delivery report"),
    MessageSource.IMPORT: _("Imported from the provider"),
}
SENT_AS: dict[str, str] = {
    LinkedInKind.INMAIL: _("As InMail"),
    LinkedInKind.CONNECTION_REQUEST: _("As the note of an invitation"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadMessage:
    """One message as shown; `delivery` is "" for what the provider itself sent or received."""

    id: UUID
    channel: str
    channel_label: str
    inbound: bool
    html: SafeString
    is_cut: bool
    sender: str
    sender_kind: str
    at: datetime
    delivery: str
    problem: str
    subject: str
    show_subject: bool
    details: tuple[tuple[str, str], ...]
    attachments: tuple[AttachedFile, ...]
    has_quoted: bool
    has_original: bool
    source: str
    tag: str
    classification: str
    is_automated: bool
    body: str
    confidence: int | None
    draft_id: UUID | None = None
    kind: str = "message"


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadOrder:
    """A message that was ordered and has no row yet, or did not get one."""

    id: UUID
    channel: str
    channel_label: str
    html: SafeString
    body: str
    at: datetime
    due_at: datetime
    state: str
    problem: str
    sender: str
    has_draft: bool
    is_scheduled: bool = False
    kind: str = "order"


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemLine:
    """An act on the lead."""

    at: datetime
    who: str
    text: str
    kind: str = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class DayLine:
    """Separator of days in the workspace's zone."""

    day: date
    label: str
    kind: str = "day"


Item = ThreadMessage | ThreadOrder | ThreadNote | SystemLine | DayLine


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadPage:
    """The newest part of a thread, oldest first; `before` asks for the part above it.

    `newest_id` is the newest message as stored: what the person has seen, for the send guard.
    """

    items: list[Item]
    before: UUID | None
    newest_id: UUID | None
    messages: list[Message]
    channels: list[str]


def load_thread(
    lead: Lead,
    *,
    zone: ZoneInfo,
    now: datetime,
    before: UUID | None = None,
    size: int = PAGE_SIZE,
    with_notes: bool = False,
) -> ThreadPage:
    """One page of the thread, `with_notes` for those who see internal notes. At most eight queries, whatever
    its length.
    """
    rows = _messages(lead, before, size + 1)
    more = len(rows) > size
    rows = list(reversed(rows[:size]))
    items: list[Item] = [*_shown_messages(lead, rows, _stored_parts(rows))]
    oldest = rows[0].sent_at if rows and more else None
    latest = rows[-1].sent_at if rows and before else None
    items += _system_lines(lead, now, oldest, latest)
    if with_notes:
        items += notes_of_thread(lead, since=oldest, before=before)
    if before is None:
        items += _orders(lead, rows, now)
    items.sort(key=lambda item: (_sort_time(item), item.kind != "message"))
    return ThreadPage(
        items=list(_with_days(items, zone, now)),
        before=rows[0].pk if more and rows else None,
        newest_id=max(rows, key=lambda row: (row.created_at, row.pk)).pk if rows else None,
        messages=rows,
        channels=list(dict.fromkeys(row.channel for row in rows)),
    )


def render_message_html(message: Message, raw_html: str = "") -> tuple[SafeString, bool]:
    """The body as safe HTML with the links it does not show, and whether it was cut (07 R7)."""
    links = extract_links(raw_html, message.body) if raw_html else []
    rendered = render_text(append_missing_links(message.body, links))
    # Escaped, with `<br />` and checked anchors only: see inbox.rules.rendering.
    return mark_safe(rendered.html), rendered.is_cut  # noqa: S308


def _messages(lead: Lead, before: UUID | None, count: int) -> list[Message]:
    rows = Message.objects.in_workspace(lead.workspace_id).of_lead(lead.pk).newest_first()
    if before is not None:
        mark = Message.objects.in_workspace(lead.workspace_id).of_lead(lead.pk).filter(pk=before).first()
        if mark is None:
            return []
        same = Q(sent_at=mark.sent_at)
        rows = rows.filter(sent_at__lte=mark.sent_at).filter(
            Q(sent_at__lt=mark.sent_at)
            | (same & Q(created_at__lt=mark.created_at))
            | (same & Q(created_at=mark.created_at, pk__lt=mark.pk))
        )
    return list(rows.select_related("sent_by_user", "draft").defer("search_vector", "draft__generation_meta")[:count])


@dataclass(frozen=True, slots=True)
class _Stored:
    """Of a received e-mail as it came: its HTML as far as links are looked for in it, the length of its text."""

    html: str = ""
    text_length: int = 0


def _stored_parts(rows: list[Message]) -> dict[UUID, _Stored]:
    """What was kept of received e-mails."""
    wanted = [row.pk for row in rows if row.direction == Direction.INBOUND and row.channel == Channel.EMAIL]
    if not wanted:
        return {}
    raw = MessageRaw.objects.filter(message_id__in=wanted)
    heads = raw.annotate(head=Left("raw_html", MAX_HTML_CHARS), length=Length("raw_text"))
    return {key: _Stored(head, length) for key, head, length in heads.values_list("message_id", "head", "length")}


def _shown_messages(lead: Lead, rows: list[Message], parts: dict[UUID, _Stored]) -> Iterable[ThreadMessage]:
    subject = ""
    for row in rows:
        shown = _shown(lead, row, parts.get(row.pk, _Stored()), subject)
        if row.channel == Channel.EMAIL:
            subject = _plain_subject(row.subject)
        yield shown


def _shown(lead: Lead, row: Message, stored: _Stored, previous_subject: str) -> ThreadMessage:
    body_html, is_cut = render_message_html(row, stored.html)
    sender, kind = _sender(lead, row)
    subject = row.subject or ""
    return ThreadMessage(
        id=row.pk,
        channel=row.channel,
        channel_label=gettext(row.get_channel_display()),
        inbound=row.direction == Direction.INBOUND,
        html=body_html,
        is_cut=is_cut or row.body_truncated,
        sender=sender,
        sender_kind=kind,
        at=row.sent_at,
        delivery=row.delivery_status or "",
        problem=_problem(row),
        subject=subject,
        show_subject=bool(subject) and _plain_subject(subject) != previous_subject,
        details=_details(row),
        attachments=tuple(attached_files(row.attachments)),
        has_quoted=stored.text_length > len(row.body) + QUOTE_FROM_CHARS,
        # Nothing is cut out of a chat or an SMS.
        has_original=row.direction == Direction.INBOUND and row.channel == Channel.EMAIL,
        source=gettext(SOURCE_LABELS.get(MessageSource(row.source), row.source)),
        tag=row.sentiment_tag or "",
        classification=row.classification_state,
        is_automated=row.is_automated,
        body=row.body,
        confidence=_confidence(row),
        draft_id=row.draft_id if row.sent_by == "ai" else None,
    )


def _sender(lead: Lead, row: Message) -> tuple[str, str]:
    if row.direction == Direction.INBOUND:
        if row.source == MessageSource.BOUNCE:
            return gettext("Mail system"), "system"
        writer = row.from_name or ""
        same_person = not row.from_email or row.from_email == lead.email
        return (lead.shown_name if same_person else writer or row.from_email or lead.shown_name), "lead"
    if row.origin == MessageOrigin.CAMPAIGN:
        return gettext("Campaign"), "campaign"
    if row.sent_by == "ai" or row.origin == MessageOrigin.AI:
        return "AI", "ai"
    if row.origin == MessageOrigin.ENGINE:
        return gettext("Follow-up"), "ai"
    if row.sent_by_user is not None:
        return row.sent_by_user.get_full_name(), "setter"
    return gettext("You, in the provider") if row.origin == MessageOrigin.EXTERNAL else gettext("Your team"), "setter"


def _confidence(row: Message) -> int | None:
    if row.sent_by != "ai" or row.draft is None or row.draft.auto_send_confidence is None:
        return None
    return round(row.draft.auto_send_confidence * 100)


def _problem(row: Message) -> str:
    if row.delivery_status == DeliveryStatus.FAILED:
        return delivery_sentence(row.delivery_error_code, row.delivery_error)
    return ""


def _details(row: Message) -> tuple[tuple[str, str], ...]:
    if row.channel == Channel.EMAIL:
        return _shown_pairs(*_headers(row))
    return _shown_pairs(
        (gettext("Sent"), gettext(SENT_AS.get(row.linkedin_kind or "", ""))), (gettext("Subject"), row.subject or "")
    )


def _headers(row: Message) -> tuple[tuple[str, str], ...]:
    return (
        (gettext("From"), _address(row.from_name, row.from_email)),
        (gettext("To"), _address(row.to_name, row.to_email)),
        (gettext("Cc"), ", ".join(row.cc)),
        (gettext("Bcc"), ", ".join(row.bcc)),
        (gettext("Subject"), row.subject or ""),
    )


def _shown_pairs(*pairs: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in pairs if value)


def _address(name: str | None, email: str | None) -> str:
    return f"{name} <{email}>" if name and email else email or name or ""


def _plain_subject(subject: str | None) -> str:
    words = " ".join((subject or "").split()).lower()
    while words.startswith(("re:", "aw:", "fw:", "fwd:")):
        words = words.partition(":")[2].strip()
    return words


def _orders(lead: Lead, rows: list[Message], now: datetime) -> list[ThreadOrder]:
    """Orders without a message of their own yet; failed ones of the last day only."""
    sent_keys = {(row.send_key or "").rsplit(":part:", 1)[0] for row in rows if row.send_key}
    orders = (
        SendOrder.objects.filter(lead=lead, state__in=SHOWN_ORDERS).select_related("ordered_by").order_by("-due_at")
    )
    return [
        _shown_order(order, now) for order in orders[:20] if order.order_key not in sent_keys and _still_said(order)
    ]


def _still_said(order: SendOrder) -> bool:
    """A held or failed order of a draft is told by the draft, which is open again."""
    return order.state in (OrderState.WAITING, OrderState.TAKEN) or order.draft_id is None


def _shown_order(order: SendOrder, now: datetime) -> ThreadOrder:
    # Escaped by the same renderer as every message.
    body_html = mark_safe(render_text(order.body).html)  # noqa: S308
    return ThreadOrder(
        id=order.pk,
        channel=order.channel,
        channel_label=gettext(order.get_channel_display()),
        html=body_html,
        body=order.body,
        at=order.updated_at,
        due_at=order.due_at,
        state=order.state,
        problem=delivery_sentence(order.held_reason) if order.state in (OrderState.HELD, OrderState.FAILED) else "",
        sender=order.ordered_by.get_full_name() if order.ordered_by else "AI",
        has_draft=order.draft_id is not None,
        is_scheduled=order.state == OrderState.WAITING and order.due_at > now + UNDO_WINDOW,
    )


def _system_lines(lead: Lead, now: datetime, oldest: datetime | None, latest: datetime | None) -> list[SystemLine]:
    since = max(now - SYSTEM_LINES_DAYS, oldest) if oldest else now - SYSTEM_LINES_DAYS
    acts = AdminAuditEvent.objects.in_workspace(lead.workspace_id).about("lead", lead.pk).filter(created_at__gte=since)
    decided = DraftEvent.objects.filter(draft__lead=lead, kind="rejected", actor__isnull=False, at__gte=since)
    if latest:
        acts, decided = acts.filter(created_at__lte=latest), decided.filter(at__lte=latest)
    lines = [
        SystemLine(at=act.created_at, who=_who(act), text=text)
        for act in acts.select_related("actor").order_by("-created_at")[:MAX_SYSTEM_LINES]
        if (text := act_sentence(act.action, act.after, act_sentences()))
    ]
    lines += [
        SystemLine(
            at=event.at, who=event.actor.get_full_name() if event.actor else "", text=gettext("rejected a draft")
        )
        for event in decided.select_related("actor").order_by("-at")[:MAX_SYSTEM_LINES]
    ]
    return lines


def _who(act: AdminAuditEvent) -> str:
    return act.actor.get_full_name() if act.actor else "ZRG"


def _sort_time(item: Item) -> datetime:
    assert not isinstance(item, DayLine)
    return item.at


def _with_days(items: list[Item], zone: ZoneInfo, now: datetime) -> Iterable[Item]:
    shown: date | None = None
    today = local_date(now, zone)
    for item in items:
        day = local_date(_sort_time(item), zone)
        if day != shown:
            yield DayLine(day=day, label=day_label(day, today))
            shown = day
        yield item
