"""The mailboxes of a workspace: which exist, which may send, which one to use."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import structlog
from django.db import connection
from django.utils import timezone

from integrations.emailbison import client as emailbison
from integrations.emailbison.payload import Data
from integrations.emailbison.types import SenderEmail
from integrations.enums import Code, Provider
from integrations.models import EmailSender
from integrations.results import ProviderResult
from integrations.rules.senders import MISSING_IN_PROVIDER, pick_sender, refusal_of_status
from integrations.services.clients import get_client
from zrg.jobs.services.enqueue import enqueue_job
from zrg.lib.log_events import SENDERS_REFRESHED
from zrg.workspaces.context import tenant

REFUSAL_HOLDS = timedelta(minutes=60)
REFRESH_JOB = "EMAIL_SENDERS_REFRESH"

# With every event that names a mailbox, so it is not put together anew for each.
_NOTE = """
INSERT INTO integrations_emailsender
    (id, workspace_id, provider, sender_email_id, email_address, name, is_sendable, fetched_at)
VALUES (%s, %s, %s, %s, %s, %s, true, %s)
ON CONFLICT DO NOTHING
"""
_COLUMNS = ["email_address", "name", "status", "is_sendable", "disabled_reason", "raw", "fetched_at"]

logger = structlog.get_logger(__name__)


def choose_sender(
    workspace_id: UUID, *, preferred: Sequence[str | None] = (), provider: str = Provider.EMAILBISON
) -> EmailSender | None:
    """The first mailbox of `preferred` (ids or addresses) that may send, else the one with the lowest id;
    None when the workspace has none. Runs in the caller's context.
    """
    senders = {
        sender.sender_email_id: sender
        for sender in EmailSender.objects.in_workspace(workspace_id).of(provider).sendable()
    }
    by_address = {sender.email_address: sender_id for sender_id, sender in senders.items()}
    chosen = pick_sender(list(senders), [by_address.get((wanted or "").lower(), wanted) for wanted in preferred])
    return senders[chosen] if chosen else None


def mark_not_sendable(
    workspace_id: UUID, sender_email_id: str, *, reason: str, provider: str = Provider.EMAILBISON
) -> bool:
    """Do not send from this mailbox until a listing says otherwise, and ask for one. Runs in the
    caller's context and transaction.
    """
    rows = EmailSender.objects.in_workspace(workspace_id).of(provider).filter(sender_email_id=sender_email_id)
    marked = bool(rows.update(is_sendable=False, disabled_reason=reason[:191], fetched_at=timezone.now()))
    request_refresh(workspace_id)
    return marked


def request_refresh(workspace_id: UUID, *, now: datetime | None = None) -> bool:
    """Queue a fresh listing of the workspace's mailboxes, at most one a minute. Joins the transaction."""
    minute = int((now or timezone.now()).timestamp()) // 60
    return enqueue_job(
        REFRESH_JOB, workspace_id, dedupe_key=f"{workspace_id}:{REFRESH_JOB}:{minute}", payload={"minute": minute}
    )


def note_sender(
    workspace_id: UUID,
    *,
    sender_email_id: str,
    email: str | None,
    name: str | None,
    seen_at: datetime,
    provider: str = Provider.EMAILBISON,
) -> None:
    """Remember a mailbox an event named, unless it is known. Runs in the caller's context.

    Until the next complete listing (EmailBison; the others list none) this is what makes its address one
    of our own senders.
    """
    address, shown = email[:320] if email else None, name[:255] if name else None
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, [uuid4(), workspace_id, str(provider), sender_email_id[:64], address, shown, seen_at])


def apply_account_event(workspace_id: UUID, event_type: str, data: Data) -> str:
    """A mailbox was lost, removed or came back: note what the event says, ask for a fresh listing.

    Runs in the event's transaction, so the provider is asked by a job.
    """
    if sender_id := data.sender_id:
        rows = EmailSender.objects.in_workspace(workspace_id).of(Provider.EMAILBISON)
        lost = event_type != "EMAIL_ACCOUNT_RECONNECTED"
        reason = "disconnected" if event_type == "EMAIL_ACCOUNT_DISCONNECTED" else "deleted"
        rows.filter(sender_email_id=sender_id).update(is_sendable=not lost, disabled_reason=reason if lost else None)
    request_refresh(workspace_id)
    return "processed"


def own_addresses(workspace_id: UUID) -> frozenset[str]:
    """Addresses of all mailboxes of a workspace, sendable or not. Runs in the caller's context."""
    rows = EmailSender.objects.in_workspace(workspace_id).filter(email_address__isnull=False)
    return frozenset(filter(None, rows.values_list("email_address", flat=True)))


def refresh_senders(workspace_id: UUID) -> ProviderResult:
    """Fetch the provider's complete listing and make our snapshot equal to it; on any answer but ok the
    snapshot stays. Opens its own transactions.
    """
    result = get_client(workspace_id, emailbison.SPEC).list_sender_emails()
    if not result.ok:
        return result
    listed: tuple[SenderEmail, ...] = result.data
    with tenant(workspace_id):
        _store_listing(workspace_id, listed, timezone.now())
    logger.info(SENDERS_REFRESHED, workspace=str(workspace_id), senders=len(listed))
    return result


def _store_listing(workspace_id: UUID, listed: Iterable[SenderEmail], now: datetime) -> None:
    known = EmailSender.objects.in_workspace(workspace_id).of(Provider.EMAILBISON)
    # A listing may call a mailbox healthy that just refused to send; the refusal is the better news.
    refused = set(
        known.filter(disabled_reason=Code.SENDER_INVALID, fetched_at__gt=now - REFUSAL_HOLDS).values_list(
            "sender_email_id", flat=True
        )
    )
    rows = [_row(workspace_id, sender, now) for sender in listed]
    EmailSender.objects.bulk_create(
        [row for row in rows if row.sender_email_id not in refused],
        update_conflicts=True,
        unique_fields=["workspace", "provider", "sender_email_id"],
        update_fields=_COLUMNS,
        batch_size=500,
    )
    known.exclude(sender_email_id__in=[row.sender_email_id for row in rows]).update(
        is_sendable=False, disabled_reason=MISSING_IN_PROVIDER, fetched_at=now
    )


def _row(workspace_id: UUID, sender: SenderEmail, now: datetime) -> EmailSender:
    reason = refusal_of_status(sender.status)
    return EmailSender(
        workspace_id=workspace_id,
        provider=Provider.EMAILBISON,
        sender_email_id=sender.id[:64],
        email_address=sender.email[:320] if sender.email else None,
        name=sender.name[:255] if sender.name else None,
        status=sender.status[:64] if sender.status else None,
        is_sendable=reason is None,
        disabled_reason=reason,
        raw=sender.raw,
        fetched_at=now,
    )
