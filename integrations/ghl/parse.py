"""From a stored SMS call to the contract it means."""

from typing import Any

from integrations.contracts import InboundMessage, PersonDetails, ProviderIds
from integrations.ghl.payload import Call, written_at
from zrg.lib.linkedin import extract_linkedin_urls


def contract_of(call: Call, common: dict[str, Any]) -> InboundMessage:
    """The contract of a complete call; `common` are the fields of `events.common_fields`.

    The provider names no message here, so the event's key is the message's.
    """
    linkedin = extract_linkedin_urls([call.custom, call.trigger])
    return InboundMessage(
        **common,
        provider_message_id=common["event_key"],
        person=PersonDetails(
            email=call.email,
            phone=call.phone,
            first_name=call.first_name,
            last_name=call.last_name,
            linkedin_url=linkedin.profile_url,
        ),
        ids=ProviderIds(
            ghl_contact_id=call.contact_id,
            linkedin_id=linkedin.member_id,
            linkedin_url=linkedin.profile_url,
            linkedin_company_url=linkedin.company_url,
        ),
        sms_label=call.label,
        text=call.text,
        sent_at=written_at(call, common["received_at"]),
    )
