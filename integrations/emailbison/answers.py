"""Turning the JSON of EmailBison's answers into typed values."""

from collections.abc import Callable
from typing import Any

from integrations import fields as f
from integrations.emailbison.types import Campaign, LeadRecord, ReplyRecord, ScheduledEmail, SenderEmail, SentReply
from integrations.enums import Code
from integrations.transport import Refused, UnexpectedAnswer, error_text

_LIST_KEYS = ("data", "replies", "sent_emails", "scheduled_emails", "leads", "campaigns", "sender_emails")


def explain(status: int, body: Any, *, host: str) -> tuple[str, str]:
    """Code and sentence of an error answer."""
    said = error_text(body)
    if status in (401, 403):
        return Code.AUTH_FAILED, f"{host} refused the API key; it may belong to another instance. {said}".strip()
    if status == 422:
        errors = f.obj(f.obj(body).get("errors"))
        code = Code.SENDER_INVALID if "sender_email_id" in errors else Code.UNPROCESSABLE
        details = "; ".join(
            str(line) for lines in errors.values() for line in (lines if isinstance(lines, list) else [lines])
        )
        return code, said or details or "refused"
    if status == 404:
        return Code.NOT_FOUND, said or "not found"
    if status == 429:
        return Code.RATE_LIMITED, said or "too many requests"
    known = {400: Code.BAD_REQUEST, 402: Code.PAYMENT_REQUIRED, 409: Code.CONFLICT}
    return known.get(status, Code.BAD_REQUEST), said or f"status {status}"


def entries(body: Any) -> list[dict[str, Any]]:
    """The objects of a list answer, in any of the shapes the provider uses."""
    if isinstance(body, dict):
        for key in _LIST_KEYS:
            inner = body.get(key)
            if isinstance(inner, list):
                return [entry for entry in inner if isinstance(entry, dict)]
            if isinstance(inner, dict):
                return entries(inner)
        raise UnexpectedAnswer("answer holds no list")
    if isinstance(body, list):
        return [entry for entry in body if isinstance(entry, dict)]
    raise UnexpectedAnswer("answer holds no list")


def list_of(make: Callable[[dict[str, Any]], Any]) -> Callable[[Any], tuple[Any, ...]]:
    """A reader of lists; entries without an id are dropped."""

    def read(body: Any) -> tuple[Any, ...]:
        return tuple(made for entry in entries(body) if f.text(entry.get("id")) and (made := make(entry)))

    return read


def next_page(body: Any) -> str | None:
    """The address of the next page, wherever the answer names it."""
    links = f.obj(f.obj(body).get("links"))
    return f.text(links.get("next"))


def sent_reply(body: Any) -> SentReply:
    """The answer to a reply: `{"data":{"id"}}` or `{"data":{"success":true,"reply":{"id"}}}`."""
    data = f.obj(f.obj(body).get("data")) or f.obj(body)
    reply_id = f.text(f.obj(data.get("reply")).get("id")) or f.text(data.get("id"))
    if data.get("success") is False:
        raise Refused(Code.UNPROCESSABLE, error_text(body) or "the provider did not accept the reply")
    if reply_id is None and data.get("success") is not True:
        raise UnexpectedAnswer("answer names no reply")
    return SentReply(id=reply_id)


def stopped(body: Any) -> None:
    """The answer to a stop: anything but an explicit success is a refusal."""
    data = f.obj(f.obj(body).get("data"))
    if data.get("success") is not True:
        raise Refused(Code.UNPROCESSABLE, error_text(body) or "the provider did not confirm the stop")


def single_lead(body: Any) -> LeadRecord:
    """The answer that holds one lead."""
    data = f.obj(body).get("data", body)
    data = data[0] if isinstance(data, list) and data else data
    if f.text(f.obj(data).get("id")) is None:
        raise UnexpectedAnswer("answer names no lead")
    return lead(f.obj(data))


def campaign(entry: dict[str, Any]) -> Campaign:
    return Campaign(id=f.text(entry["id"]) or "", name=f.text(entry.get("name")), status=f.text(entry.get("status")))


def lead(entry: dict[str, Any]) -> LeadRecord:
    variables = entry.get("custom_variables")
    named = [f.obj(variable) for variable in variables] if isinstance(variables, list) else []
    return LeadRecord(
        id=f.text(entry["id"]) or "",
        email=f.email(entry.get("email")),
        first_name=f.text(entry.get("first_name")),
        last_name=f.text(entry.get("last_name")),
        company=f.text(entry.get("company")),
        title=f.text(entry.get("title")),
        variables={
            name: value
            for variable in named
            if (name := f.text(variable.get("name"))) and (value := f.text(variable.get("value")))
        },
    )


def sender(entry: dict[str, Any]) -> SenderEmail:
    return SenderEmail(
        id=f.text(entry["id"]) or "",
        email=f.email(entry.get("email")),
        name=f.text(entry.get("name")),
        status=f.text(entry.get("status")),
        raw=entry,
    )


def reply(entry: dict[str, Any]) -> ReplyRecord:
    return ReplyRecord(
        id=f.text(entry["id"]) or "",
        lead_id=f.text(entry.get("lead_id")),
        subject=f.text(entry.get("email_subject")) or f.text(entry.get("subject")),
        text=f.raw_text(entry.get("text_body")),
        html=f.raw_text(entry.get("html_body")),
        from_address=f.address(entry.get("from_email_address"), entry.get("from_name")),
        to=f.addresses(entry.get("to")),
        cc=f.addresses(entry.get("cc")),
        received_at=f.moment(entry.get("date_received")) or f.moment(entry.get("created_at")),
        folder=f.text(entry.get("folder")),
        kind=f.text(entry.get("type")),
        automated=f.flag(entry.get("automated_reply")) is True,
        interested=f.flag(entry.get("interested")),
    )


def scheduled(entry: dict[str, Any]) -> ScheduledEmail:
    return ScheduledEmail(
        id=f.text(entry["id"]) or "",
        lead_id=f.text(entry.get("lead_id")),
        subject=f.text(entry.get("email_subject")),
        html=f.raw_text(entry.get("email_body")),
        status=f.text(entry.get("status")),
        sent_at=f.moment(entry.get("sent_at")),
        sender_email_id=f.text(entry.get("sender_email_id")) or f.text(f.obj(entry.get("sender_email")).get("id")),
        raw_message_id=f.text(entry.get("raw_message_id")),
    )
