"""Inserting messages that came from a provider: once, whole, with their raw parts."""

from typing import Any

from django.db import IntegrityError, transaction

from inbox.models import Message, MessageRaw
from inbox.rules.cleaning import CleanedEmail
from integrations.contracts import Attachment


def insert_once(id_field: str, id_value: str | None, **values: Any) -> tuple[Message, bool]:
    """Insert, or return the row that holds the provider id already."""
    try:
        with transaction.atomic():
            return Message.objects.create(**{id_field: id_value}, **values), True
    except IntegrityError:
        if id_value is None:
            raise
        known = Message.objects.filter(workspace_id=values["workspace_id"], **{id_field: id_value}).first()
        if known is None:
            raise
        return known, False


def store_raw(message: Message, cleaned: CleanedEmail, *, thread_json: str | None = None) -> None:
    """Keep the parts as received, and what a shortened thread handle stands for, where there are any."""
    if cleaned.raw_text or cleaned.raw_html or thread_json:
        MessageRaw.objects.create(
            workspace_id=message.workspace_id,
            message=message,
            raw_text=cleaned.raw_text or "",
            raw_html=cleaned.raw_html or "",
            thread_json=thread_json or "",
        )


def attachment_rows(attachments: tuple[Attachment, ...]) -> list[dict[str, str | None]]:
    """The files as they are stored with their message: addresses only, never fetched."""
    return [{"type": one.kind, "url": one.url, "name": one.name} for one in attachments]
