"""What a lead's providers hold of the conversation, in one shape. Calls providers: outside of transactions."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from inbox.enums import Channel
from integrations.contracts import Address
from integrations.emailbison import client as emailbison
from integrations.emailbison.types import ReplyRecord, ScheduledEmail
from integrations.ghl import client as ghl
from integrations.ghl.types import MessagePage, MessageRecord
from integrations.results import ProviderResult
from integrations.services.clients import get_client

MAX_MESSAGES = 2_000
FAILED_TEXTS = ("failed", "undelivered", "rejected")
"""States of an SMS the provider has not delivered: such a row proves nothing."""

Note = Literal["", "not_connected", "no_history", "unknown_there", "unavailable", "cut"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Whose conversation it is, by the ids the providers know the lead under."""

    workspace_id: UUID
    lead_id: UUID
    email_provider: str | None
    email_bison_lead_id: str | None
    has_ghl: bool
    ghl_contact_id: str | None
    has_linkedin: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteMessage:
    """One message as its provider holds it; `column` is where its id is kept here."""

    channel: str
    provider: str
    inbound: bool
    column: str
    id: str
    sent_at: datetime
    subject: str | None = None
    text: str | None = None
    html: str | None = None
    from_address: Address | None = None
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    automated: bool = False
    interested: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The messages of one channel, oldest first. `note` says why there are none, or not all: no
    connection, a provider without such a call, a lead it does not know, a call that failed, a bound.
    """

    channel: str
    messages: tuple[RemoteMessage, ...] = ()
    note: Note = ""
    problems: tuple[ProviderResult, ...] = field(default=())

    @property
    def is_complete(self) -> bool:
        """Whether everything there is was read."""
        return self.note not in ("unavailable", "cut")


def read_history(target: Target, channel: str) -> History:
    """What the provider of a channel holds, at most MAX_MESSAGES of the newest."""
    return _READERS[channel](target)


def _read_email(target: Target) -> History:
    if target.email_provider is None:
        return History(channel=Channel.EMAIL, note="not_connected")
    if target.email_provider != "EMAILBISON":
        return History(channel=Channel.EMAIL, note="no_history")
    if not target.email_bison_lead_id:
        return History(channel=Channel.EMAIL, note="unknown_there")
    client = get_client(target.workspace_id, emailbison.SPEC)
    replies = client.list_replies(target.email_bison_lead_id)
    steps = client.list_sent_emails(target.email_bison_lead_id)
    found = [_reply(row) for row in replies.data or ()] + [_step(row) for row in steps.data or ()]
    return _history(Channel.EMAIL, found, [result for result in (replies, steps) if not result.ok])


def _read_sms(target: Target) -> History:
    """The conversation first; where it has nothing, or fails on the way, the export."""
    if not target.has_ghl:
        return History(channel=Channel.SMS, note="not_connected")
    if not target.ghl_contact_id:
        return History(channel=Channel.SMS, note="unknown_there")
    client = get_client(target.workspace_id, ghl.SPEC)
    records, problem = _conversation(client, target.ghl_contact_id)
    if problem is not None or not records:
        exported = client.export_messages(target.ghl_contact_id)
        if exported.ok:
            page: MessagePage = exported.data
            cut = page.following is not None
            return _history(Channel.SMS, [_sms(row) for row in page.messages], [], cut=cut)
        problem = exported
    return _history(Channel.SMS, [_sms(row) for row in records], [problem] if problem else [])


def _read_linkedin(target: Target) -> History:
    return History(channel=Channel.LINKEDIN, note="no_history" if target.has_linkedin else "not_connected")


_READERS: dict[str, Callable[[Target], History]] = {
    Channel.EMAIL.value: _read_email,
    Channel.SMS.value: _read_sms,
    Channel.LINKEDIN.value: _read_linkedin,
}


def _conversation(client: ghl.GhlClient, contact_id: str) -> tuple[list[MessageRecord], ProviderResult | None]:
    """What could be read of the contact's threads, and the call that failed."""
    found: list[MessageRecord] = []
    threads = client.search_conversations(contact_id)
    if not threads.ok:
        return found, threads
    for thread in threads.data:
        before: str | None = None
        while len(found) < MAX_MESSAGES:
            page = client.list_messages(thread.id, before=before)
            if not page.ok:
                return found, page
            found.extend(page.data.messages)
            if page.data.following is None or page.data.following == before:
                break
            before = page.data.following
    return found, None


def _history(
    channel: str, found: Iterable[RemoteMessage | None], problems: list[ProviderResult], *, cut: bool = False
) -> History:
    messages = {(one.column, one.id): one for one in found if one is not None}
    ordered = sorted(messages.values(), key=lambda one: (one.sent_at, one.id))
    cut = cut or len(ordered) >= MAX_MESSAGES
    note: Note = "unavailable" if problems else "cut" if cut else ""
    return History(channel=channel, messages=tuple(ordered[-MAX_MESSAGES:]), note=note, problems=tuple(problems))


def _reply(row: ReplyRecord) -> RemoteMessage | None:
    if row.received_at is None:
        return None
    return RemoteMessage(
        channel=Channel.EMAIL,
        provider="EMAILBISON",
        inbound=not row.is_outgoing,
        column="email_bison_reply_id",
        id=row.id,
        sent_at=row.received_at,
        subject=row.subject,
        text=row.text,
        html=row.html,
        from_address=row.from_address,
        to=row.to,
        cc=row.cc,
        automated=row.automated,
        interested=row.interested,
    )


def _step(row: ScheduledEmail) -> RemoteMessage | None:
    if row.sent_at is None or (row.status or "sent").lower() != "sent":
        return None
    return RemoteMessage(
        channel=Channel.EMAIL,
        provider="EMAILBISON",
        inbound=False,
        column="inboxxia_scheduled_email_id",
        id=row.id,
        sent_at=row.sent_at,
        subject=row.subject,
        html=row.html,
    )


def _sms(row: MessageRecord) -> RemoteMessage | None:
    undelivered = not row.is_inbound and (row.status or "").lower() in FAILED_TEXTS
    if not row.is_sms or row.added_at is None or undelivered or not (row.text or "").strip():
        return None
    return RemoteMessage(
        channel=Channel.SMS,
        provider="GHL",
        inbound=row.is_inbound,
        column="ghl_id",
        id=row.id,
        sent_at=row.added_at,
        text=row.text,
    )
