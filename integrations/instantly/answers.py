"""Turning the JSON of Instantly's answers into typed values."""

from typing import Any

from integrations import fields as f
from integrations.instantly.types import Campaign, SentReply
from integrations.transport import UnexpectedAnswer


def campaign_page(body: Any) -> tuple[tuple[Campaign, ...], str | None]:
    """One page of campaigns, and what names the next one."""
    rows = f.obj(body).get("items")
    if not isinstance(rows, list):
        raise UnexpectedAnswer("answer holds no list")
    found = tuple(campaign for row in rows if (campaign := _campaign(f.obj(row))))
    return found, f.text(f.obj(body).get("next_starting_after"))


def sent_reply(body: Any) -> SentReply:
    """The created e-mail."""
    email = f.obj(body)
    if f.text(email.get("id")) is None:
        raise UnexpectedAnswer("answer names no e-mail")
    return SentReply(
        scheduled_id=f.text(email.get("id")),
        message_id=f.text(email.get("message_id")),
        thread_id=f.text(email.get("thread_id")),
    )


def _campaign(row: dict[str, Any]) -> Campaign | None:
    campaign_id = f.text(row.get("id"))
    if campaign_id is None:
        return None
    return Campaign(id=campaign_id, name=f.text(row.get("name")), status=f.text(row.get("status")))
