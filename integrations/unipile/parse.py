"""From a stored Unipile call to the contract it means."""

from datetime import datetime
from typing import Any

from integrations import fields as f
from integrations.contracts import InboundMessage, LinkedInConnected, PersonDetails, ProviderIds, SentMessage
from integrations.unipile.payload import Call, Contact
from zrg.lib.hashing import sha

# Column of the message's id; a longer one is kept as its hash, which is as unique.
MAX_MESSAGE_ID = 191


def inbound_message(call: Call, common: dict[str, Any]) -> InboundMessage:
    """A person wrote to us; `common` are the fields of `events.common_fields`."""
    sender = call.message.sender
    return InboundMessage(
        **common,
        provider_message_id=message_id(call),
        thread_handle=call.message.chat_id,
        person=_person(sender),
        ids=_ids(sender),
        text=call.message.text,
        attachments=call.message.attachments,
        sent_at=_time(call, common),
    )


def sent_message(call: Call, common: dict[str, Any]) -> SentMessage:
    """Our account wrote: from here, or by a person in LinkedIn itself. Without exactly one other member in
    the chat nobody is named.
    """
    others = [one for one in call.message.others if one.key != call.owner_id]
    receiver = others[0] if len(others) == 1 else Contact()
    return SentMessage(
        **common,
        provider_message_id=message_id(call),
        thread_handle=call.message.chat_id,
        person=_person(receiver),
        ids=_ids(receiver),
        text=call.message.text,
        attachments=call.message.attachments,
        sent_at=_time(call, common),
        campaign_step=False,
        echo=True,
    )


def linkedin_connected(call: Call, common: dict[str, Any]) -> LinkedInConnected:
    """Somebody is connected with our account now."""
    return LinkedInConnected(
        **common,
        person=_person(call.contact),
        linkedin_id=call.contact.member_id,
        profile_url=call.contact.profile_url,
    )


def message_id(call: Call) -> str:
    """The message's id as it is stored."""
    found = call.message.id or ""
    return found if len(found) <= MAX_MESSAGE_ID else f"h:{sha(found)}"


def _person(contact: Contact) -> PersonDetails:
    first, _, last = " ".join((contact.name or "").split()).partition(" ")
    return PersonDetails(first_name=first or None, last_name=last or None, linkedin_url=contact.profile_url)


def _ids(contact: Contact) -> ProviderIds:
    return ProviderIds(linkedin_id=contact.member_id, linkedin_url=contact.profile_url)


def _time(call: Call, common: dict[str, Any]) -> datetime:
    received: datetime = common["received_at"]
    return f.moment(call.message.timestamp, now=received) or received
