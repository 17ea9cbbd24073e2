"""The mail backend of the product: a mail becomes a row of the outbox in the sender's transaction.

A rollback therefore sends nothing, and a crash loses nothing.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from notifications.enums import SendKind
from notifications.services.outbox import enqueue_mail
from zrg.workspaces.context import current_context, tenant, user_context
from zrg.workspaces.mail import ACCOUNT_MAIL, MAIL_DEDUPE_HEADER, MAIL_KIND_HEADER, MAIL_WORKSPACE_HEADER

OWN_HEADERS = (MAIL_KIND_HEADER, MAIL_DEDUPE_HEADER, MAIL_WORKSPACE_HEADER)


class OutboxBackend(BaseEmailBackend):
    """One row per recipient; kind, workspace and key come in headers of our own."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Store the mails; returns how many messages were stored."""
        for message in email_messages:
            with _context(message):
                for recipient in message.recipients():
                    _store(message, recipient)
        return len(email_messages)


def _store(message: EmailMessage, recipient: str) -> None:
    headers: dict[str, Any] = message.extra_headers
    kind = headers.get(MAIL_KIND_HEADER, ACCOUNT_MAIL)
    key = headers.get(MAIL_DEDUPE_HEADER, "")
    enqueue_mail(
        kind=kind if kind in SendKind.values else ACCOUNT_MAIL,
        target=recipient,
        subject=str(message.subject),
        text=str(message.body),
        dedupe_key=f"{key}:{recipient}" if key else "",
        workspace_id=headers.get(MAIL_WORKSPACE_HEADER) or None,
    )


def _context(message: EmailMessage) -> AbstractContextManager[None]:
    if current_context().kind:
        return nullcontext()
    workspace_id = message.extra_headers.get(MAIL_WORKSPACE_HEADER)
    return tenant(workspace_id) if workspace_id else user_context("")
