"""From a stored EmailBison call to the contract it means."""

import re
from typing import Any

from integrations import fields as f
from integrations.contracts import (
    Address,
    Bounce,
    CampaignRef,
    EmailOpened,
    InboundMessage,
    PersonDetails,
    ProviderEvent,
    ProviderIds,
    SenderAccount,
    SentMessage,
    Unsubscribe,
)
from integrations.emailbison.payload import Data
from integrations.events import time_of

# Enhanced status code of a delivery report (RFC 3463).
_STATUS_CODE = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")


def contract_of(data: Data, common: dict[str, Any]) -> ProviderEvent:
    """The contract of a complete event (`payload.problem_of` found nothing); `common` are the fields of
    `events.common_fields`. Unreadable times become the time of receipt.
    """
    return _MAKERS[str(common["event_type"])](data, common)


def _replied(data: Data, common: dict[str, Any]) -> InboundMessage:
    known_lead = bool(data.lead_email or f.text(data.lead.get("id")))
    interested = f.flag(data.reply.get("interested"))
    return InboundMessage(
        **common,
        **_inbound(data, common),
        person=_person(data) if known_lead else _writer(data),
        ids=_ids(data),
        campaign=_campaign(data),
        interested=True if common["event_type"] == "LEAD_INTERESTED" else interested,
    )


def _untracked(data: Data, common: dict[str, Any]) -> InboundMessage:
    # Nobody told us which lead this is: the writer is, and no id of the payload may say otherwise.
    return InboundMessage(
        **common,
        **_inbound(data, common),
        person=_writer(data),
        interested=f.flag(data.reply.get("interested")),
    )


def _sent(data: Data, common: dict[str, Any]) -> SentMessage:
    return SentMessage(
        **common,
        provider_message_id=f.text(data.scheduled.get("raw_message_id")),
        scheduled_id=data.scheduled_id,
        person=_person(data),
        ids=_ids(data),
        campaign=_campaign(data),
        sender_account=_sender(data),
        from_address=f.address(data.sender.get("email"), data.sender.get("name")),
        to=(Address(email=data.lead_email),) if data.lead_email else (),
        subject=f.text(data.scheduled.get("email_subject")),
        html=f.raw_text(data.scheduled.get("email_body")),
        sent_at=time_of(common, data.scheduled.get("sent_at"), data.campaign_event.get("created_at")),
        campaign_step=True,
    )


def _sent_by_hand(data: Data, common: dict[str, Any]) -> SentMessage:
    to = f.addresses(data.reply.get("to"))
    lead = _person(data) if data.lead_email else PersonDetails(email=to[0].email if to else None)
    return SentMessage(
        **common,
        provider_message_id=data.reply_id or f.text(data.scheduled.get("raw_message_id")),
        scheduled_id=data.scheduled_id,
        person=lead,
        ids=_ids(data),
        campaign=_campaign(data),
        sender_account=_sender(data),
        from_address=f.address(data.sender.get("email"), data.sender.get("name")),
        to=to or ((Address(email=data.lead_email),) if data.lead_email else ()),
        cc=f.addresses(data.reply.get("cc")),
        subject=f.text(data.reply.get("email_subject")) or f.text(data.scheduled.get("email_subject")),
        text=f.raw_text(data.reply.get("text_body")),
        html=f.raw_text(data.reply.get("html_body")) or f.raw_text(data.scheduled.get("email_body")),
        sent_at=time_of(common, data.scheduled.get("sent_at"), data.reply.get("date_received")),
        campaign_step=False,
        echo=True,
        confirm_only=True,
    )


def _opened(data: Data, common: dict[str, Any]) -> EmailOpened:
    return EmailOpened(
        **common,
        person=_person(data),
        ids=_ids(data),
        campaign=_campaign(data),
        opened_at=time_of(common, data.campaign_event.get("created_at")),
    )


def _bounced(data: Data, common: dict[str, Any]) -> Bounce:
    text, html = f.raw_text(data.reply.get("text_body")), f.raw_text(data.reply.get("html_body"))
    code = _STATUS_CODE.search(text or html or "")
    return Bounce(
        **common,
        person=_person(data),
        ids=_ids(data),
        campaign=_campaign(data),
        sender_account=_sender(data),
        failed_recipient=data.lead_email,
        status_code=code.group() if code else None,
        text=text,
        html=html,
        subject=f.text(data.reply.get("email_subject")) or f.text(data.scheduled.get("email_subject")),
        provider_message_id=data.reply_id,
        scheduled_id=data.scheduled_id,
        from_address=f.address(data.reply.get("from_email_address"), data.reply.get("from_name")),
        bounced_at=time_of(common, data.campaign_event.get("created_at"), data.reply.get("date_received")),
    )


def _unsubscribed(data: Data, common: dict[str, Any]) -> Unsubscribe:
    return Unsubscribe(
        **common,
        person=_person(data),
        ids=_ids(data),
        campaign=_campaign(data),
        sender_account=_sender(data),
        unsubscribed_at=time_of(common, data.campaign_event.get("created_at")),
    )


_MAKERS = {
    "LEAD_REPLIED": _replied,
    "LEAD_INTERESTED": _replied,
    "UNTRACKED_REPLY_RECEIVED": _untracked,
    "EMAIL_SENT": _sent,
    "MANUAL_EMAIL_SENT": _sent_by_hand,
    "EMAIL_OPENED": _opened,
    "EMAIL_BOUNCED": _bounced,
    "LEAD_UNSUBSCRIBED": _unsubscribed,
}


def _inbound(data: Data, common: dict[str, Any]) -> dict[str, Any]:
    reply = data.reply
    return {
        "provider_message_id": data.reply_id,
        "thread_handle": data.reply_id,
        "sender_account": _sender(data),
        "from_address": f.address(reply.get("from_email_address"), reply.get("from_name")),
        "to": f.addresses(reply.get("to")),
        "cc": f.addresses(reply.get("cc")),
        "bcc": f.addresses(reply.get("bcc")),
        "subject": f.text(reply.get("email_subject")),
        "text": f.raw_text(reply.get("text_body")),
        "html": f.raw_text(reply.get("html_body")),
        "sent_at": time_of(common, reply.get("date_received"), reply.get("created_at")),
        "automated": f.flag(reply.get("automated_reply")) is True,
    }


def _person(data: Data) -> PersonDetails:
    """Whom the provider's lead record names; a colleague who answers is only the writer."""
    return PersonDetails(
        email=data.lead_email,
        first_name=f.text(data.lead.get("first_name")),
        last_name=f.text(data.lead.get("last_name")),
        company_name=f.text(data.lead.get("company")),
        job_title=f.text(data.lead.get("title")),
    )


def _writer(data: Data) -> PersonDetails:
    first, last = f.split_name(data.reply.get("from_name"))
    return PersonDetails(email=data.from_email, first_name=first, last_name=last)


def _ids(data: Data) -> ProviderIds:
    return ProviderIds(email_bison_lead_id=f.text(data.lead.get("id")))


def _campaign(data: Data) -> CampaignRef | None:
    campaign_id = f.text(data.campaign.get("id"))
    return CampaignRef(id=campaign_id, name=f.text(data.campaign.get("name"))) if campaign_id else None


def _sender(data: Data) -> SenderAccount | None:
    sender = SenderAccount(
        id=data.sender_id, email=f.email(data.sender.get("email")), name=f.text(data.sender.get("name"))
    )
    return sender if sender.id or sender.email else None
