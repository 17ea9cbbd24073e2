"""From a stored Instantly call to the contract it means."""

import re
from typing import Any

from integrations import fields as f
from integrations.contracts import (
    Address,
    Bounce,
    CampaignRef,
    InboundMessage,
    PersonDetails,
    ProviderEvent,
    SenderAccount,
    SentMessage,
    Unsubscribe,
)
from integrations.events import time_of
from integrations.instantly.payload import Call, reference
from zrg.lib.thread_handles import EncodedHandle, ThreadHandle, encode_thread_handle

# Enhanced status code of a delivery report (RFC 3463).
_STATUS_CODE = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")


def contract_of(call: Call, common: dict[str, Any]) -> ProviderEvent:
    """The contract of a complete event (`payload.problem_of` found nothing); `common` are the fields of
    `events.common_fields`. Unreadable times become the time of receipt.
    """
    return _MAKERS[str(common["event_type"])](call, common)


def _replied(call: Call, common: dict[str, Any]) -> InboundMessage:
    text, html = f.filled(call.fields.get("reply_text")), f.filled(call.fields.get("reply_html"))
    teaser = None if text or html else f.filled(call.fields.get("reply_text_snippet"))
    handle = _handle(call, common)
    return InboundMessage(
        **common,
        provider_message_id=reference("reply_received", call),
        thread_handle=handle.value,
        thread_json=handle.json_to_keep,
        person=_person(call),
        campaign=_campaign(call),
        sender_account=_mailbox(call),
        # Who wrote is not said; the lead is the only person the event names.
        from_address=f.address(call.lead_email, call.lead_name),
        to=_ours(call),
        subject=f.text(call.fields.get("reply_subject")),
        text=text or teaser,
        html=html,
        body_truncated=teaser is not None,
        sent_at=time_of(common, call.fields.get("timestamp")),
        automated=common["event_type"] == "auto_reply_received",
    )


def _sent(call: Call, common: dict[str, Any]) -> SentMessage:
    return SentMessage(
        **common,
        scheduled_id=call.email_id,
        person=_person(call),
        campaign=_campaign(call),
        sender_account=_mailbox(call),
        from_address=f.address(call.mailbox),
        to=(Address(email=call.lead_email),) if call.lead_email else (),
        subject=f.text(call.fields.get("email_subject")),
        text=f.filled(call.fields.get("email_text")),
        html=f.filled(call.fields.get("email_html")),
        sent_at=time_of(common, call.fields.get("timestamp")),
        campaign_step=True,
    )


def _unsubscribed(call: Call, common: dict[str, Any]) -> Unsubscribe:
    return Unsubscribe(
        **common,
        person=_person(call),
        campaign=_campaign(call),
        sender_account=_mailbox(call),
        unsubscribed_at=time_of(common, call.fields.get("timestamp")),
    )


def _bounced(call: Call, common: dict[str, Any]) -> Bounce:
    text, html = f.filled(call.fields.get("reply_text")), f.filled(call.fields.get("reply_html"))
    text = text or f.filled(call.fields.get("reply_text_snippet"))
    code = _STATUS_CODE.search(text or html or "")
    return Bounce(
        **common,
        person=_person(call),
        campaign=_campaign(call),
        sender_account=_mailbox(call),
        failed_recipient=call.lead_email,
        status_code=code.group() if code else None,
        text=text or html,
        html=html,
        subject=f.text(call.fields.get("reply_subject")) or f.text(call.fields.get("email_subject")),
        provider_message_id=call.email_id,
        bounced_at=time_of(common, call.fields.get("timestamp")),
    )


_MAKERS = {
    "reply_received": _replied,
    "auto_reply_received": _replied,
    "email_sent": _sent,
    "unsubscribed": _unsubscribed,
    "lead_unsubscribed": _unsubscribed,
    "email_bounced": _bounced,
}


def _handle(call: Call, common: dict[str, Any]) -> EncodedHandle:
    return encode_thread_handle(
        ThreadHandle(
            provider="instantly",
            eaccount=call.mailbox,
            # Without a time of its own, that of receipt keeps two replies with one id apart.
            event_timestamp=call.timestamp or common["received_at"].isoformat(),
            reply_to_uuid=call.email_id,
        )
    )


def _person(call: Call) -> PersonDetails:
    first_name, last_name = f.split_name(call.lead_name)
    return PersonDetails(email=call.lead_email, first_name=first_name, last_name=last_name)


def _campaign(call: Call) -> CampaignRef | None:
    name = f.text(call.fields.get("campaign_name"))
    return CampaignRef(id=call.campaign_id, name=name) if call.campaign_id else None


def _mailbox(call: Call) -> SenderAccount | None:
    return SenderAccount(email=call.mailbox) if call.mailbox else None


def _ours(call: Call) -> tuple[Address, ...]:
    return (Address(email=call.mailbox),) if call.mailbox else ()
