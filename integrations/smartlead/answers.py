"""Turning SmartLead's answers into typed values."""

from typing import Any

from integrations import fields as f
from integrations.enums import Code
from integrations.smartlead.types import Campaign, QueuedReply
from integrations.transport import Refused, UnexpectedAnswer, error_text


def campaigns(body: Any) -> tuple[Campaign, ...]:
    """The list of campaigns; entries without an id are dropped."""
    rows = body if isinstance(body, list) else f.obj(body).get("data")
    if not isinstance(rows, list):
        raise UnexpectedAnswer("answer holds no list")
    return tuple(found for row in rows if (found := _campaign(f.obj(row))))


def queued_reply(body: Any) -> QueuedReply:
    """A 2xx is an acceptance, be it JSON or a plain sentence. Only an explicit `success: false` is a refusal;
    a page of HTML comes from something in between, and an error without a verdict leaves it open.
    """
    if isinstance(body, str):
        if "<html" in body.lower():
            raise UnexpectedAnswer("answer is a web page")
        return QueuedReply(message=body.strip())
    said = f.obj(body)
    if said.get("success") is False:
        raise Refused(Code.UNPROCESSABLE, error_text(said) or "the provider did not accept the reply")
    if said.get("error") and said.get("success") is not True:
        raise UnexpectedAnswer(error_text(said) or "answer names an error")
    return QueuedReply(message=f.text(said.get("message")) or "")


def _campaign(row: dict[str, Any]) -> Campaign | None:
    campaign_id = f.text(row.get("id"))
    if campaign_id is None:
        return None
    return Campaign(id=campaign_id, name=f.text(row.get("name")), status=f.text(row.get("status")))
