"""Inserting messages that came from a provider: once, whole, with their raw parts."""

from typing import Any
from uuid import uuid4

from django.db import IntegrityError, connection, transaction

from inbox.models import Message
from inbox.rules.cleaning import CleanedEmail
from integrations.contracts import Attachment

_STORE_RAW = """
INSERT INTO inbox_messageraw (id, workspace_id, message_id, raw_text, raw_html, thread_json)
VALUES (%s, %s, %s, %s, %s, %s)
"""


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
        parts = [cleaned.raw_text or "", cleaned.raw_html or "", thread_json or ""]
        with connection.cursor() as cursor:
            cursor.execute(_STORE_RAW, [uuid4(), message.workspace_id, message.pk, *parts])


def attachment_rows(attachments: tuple[Attachment, ...]) -> list[dict[str, str | None]]:
    """The files as they are stored with their message: addresses only, never fetched."""
    return [{"type": one.kind, "url": one.url, "name": one.name} for one in attachments]
