"""From a stored SmartLead call to the contract it means."""

from datetime import UTC, datetime
from typing import Any

from integrations import fields as f
from integrations.contracts import (
    Address,
    CampaignRef,
    InboundMessage,
    PersonDetails,
    ProviderEvent,
    SenderAccount,
    SentMessage,
    Unsubscribe,
)
from integrations.events import time_of
from integrations.smartlead.payload import Call, reference
from zrg.lib.thread_handles import EncodedHandle, ThreadHandle, encode_thread_handle


def contract_of(call: Call, common: dict[str, Any]) -> ProviderEvent:
    """The contract of a complete event (`payload.problem_of` found nothing); `common` are the fields of
    `events.common_fields`. Unreadable times become the time of receipt.
    """
    return _MAKERS[str(common["event_type"])](call, common)


def _replied(call: Call, common: dict[str, Any]) -> InboundMessage:
    text, html, is_teaser = _reply_body(call)
    handle = _handle(call, common)
    return InboundMessage(
        **common,
        provider_message_id=call.reply_id or reference("EMAIL_REPLY", call),
        thread_handle=handle.value,
        thread_json=handle.json_to_keep,
        person=_person(call),
        campaign=_campaign(call),
        sender_account=_mailbox(call, "to_email", "to_name"),
        from_address=_writer(call),
        to=_one(f.address(call.fields.get("to_email"), call.fields.get("to_name"))),
        cc=_copies(call.fields.get("cc_emails")),
        subject=f.text(call.fields.get("subject")),
        text=text,
        html=html,
        body_truncated=is_teaser,
        sent_at=_replied_at(call, common),
    )


def _sent(call: Call, common: dict[str, Any]) -> SentMessage:
    message = call.fields.get("sent_message")
    return SentMessage(
        **common,
        provider_message_id=f.text(call.sent.get("message_id")) or call.message_id,
        person=_person(call),
        campaign=_campaign(call),
        sender_account=_mailbox(call, "from_email", "from_name"),
        from_address=f.address(call.fields.get("from_email"), call.fields.get("from_name")),
        to=_one(f.address(call.lead_email)),
        subject=f.text(call.fields.get("subject")),
        text=f.filled(call.sent.get("text")) or f.filled(message),
        html=f.filled(call.fields.get("sent_message_body")) or f.filled(call.sent.get("html")),
        sent_at=time_of(common, call.sent.get("time"), call.fields.get("event_timestamp")),
        campaign_step=True,
    )


def _unsubscribed(call: Call, common: dict[str, Any]) -> Unsubscribe:
    return Unsubscribe(
        **common,
        person=_person(call),
        campaign=_campaign(call),
        unsubscribed_at=time_of(common, call.fields.get("event_timestamp")),
    )


_MAKERS = {"EMAIL_REPLY": _replied, "EMAIL_SENT": _sent, "LEAD_UNSUBSCRIBED": _unsubscribed}


def _handle(call: Call, common: dict[str, Any]) -> EncodedHandle:
    # Replies to one e-mail share its stats id: without an id of its own a reply is told apart by a time,
    # that of its receipt when it names none.
    times = (call.reply.get("time"), call.fields.get("event_timestamp"), call.fields.get("time_replied"))
    has_time = any(f.moment(value, now=common["received_at"]) for value in times)
    return encode_thread_handle(
        ThreadHandle(
            provider="smartlead",
            campaign_id=call.campaign_id,
            stats_id=call.stats_id,
            message_id=call.reply_id,
            to_email=call.writer_email or call.lead_email,
            time=_iso(_replied_at(call, common)) if has_time or call.reply_id is None else None,
        )
    )


def _replied_at(call: Call, common: dict[str, Any]) -> datetime:
    fields = call.fields
    return time_of(common, call.reply.get("time"), fields.get("event_timestamp"), fields.get("time_replied"))


def _reply_body(call: Call) -> tuple[str | None, str | None, bool]:
    """Text, HTML, and whether only the teaser of the message is known."""
    text, html = f.filled(call.reply.get("text")), f.filled(call.reply.get("html"))
    if text or html:
        return text, html, False
    if whole := f.filled(call.fields.get("reply_body")):
        return whole, None, False
    teaser = f.filled(call.fields.get("preview_text"))
    return teaser, None, teaser is not None


def _person(call: Call) -> PersonDetails:
    first_name, last_name = f.split_name(call.fields.get("sl_lead_name") or _recipient_name(call))
    return PersonDetails(email=call.lead_email, first_name=first_name, last_name=last_name)


def _recipient_name(call: Call) -> Any:
    """The name beside the recipient of a sent e-mail is the lead's; that of a reply is ours."""
    return call.fields.get("to_name") if call.event_type == "EMAIL_SENT" else None


def _writer(call: Call) -> Address | None:
    is_lead = call.writer_email is not None and call.writer_email == call.lead_email
    return f.address(call.writer_email or call.lead_email, call.fields.get("sl_lead_name") if is_lead else None)


def _campaign(call: Call) -> CampaignRef | None:
    name = f.text(call.fields.get("campaign_name"))
    return CampaignRef(id=call.campaign_id, name=name) if call.campaign_id else None


def _mailbox(call: Call, field: str, name: str) -> SenderAccount | None:
    found = f.email(call.fields.get(field))
    return SenderAccount(email=found, name=f.text(call.fields.get(name))) if found else None


def _copies(value: Any) -> tuple[Address, ...]:
    return f.addresses(value.split(",") if isinstance(value, str) else value)


def _one(address: Address | None) -> tuple[Address, ...]:
    return (address,) if address else ()


def _iso(moment: datetime) -> str:
    precision = "microseconds" if moment.microsecond % 1_000 else "milliseconds"
    return moment.astimezone(UTC).isoformat(timespec=precision).replace("+00:00", "Z")
