"""The optional check of a mailbox before an e-mail leaves (03 R12); it fails open."""

from inbox.models import Message
from inbox.services.stopping import stop_lead
from integrations.emailguard.client import is_clearly_invalid
from integrations.results import ProviderResult
from integrations.transport import failure
from leads.enums import BlacklistReason
from leads.models import Lead

EMAIL_INVALID = "email_invalid"


def refusal_of_mailbox(email: str) -> ProviderResult | None:
    """Why nothing is sent to this address; None when it may be used or nobody knows better. Call outside of
    transactions.
    """
    return failure(EMAIL_INVALID, "This mailbox does not exist.") if is_clearly_invalid(email) else None


def note_mailbox(message: Message, result: ProviderResult) -> None:
    """A mailbox that does not exist blocks e-mail to its lead; a colleague's says nothing about the lead. In
    the recording transaction.
    """
    if result.code != EMAIL_INVALID:
        return
    lead = Lead.objects.get(pk=message.lead_id)
    if lead.email == message.to_email:
        stop_lead(lead, BlacklistReason.EMAIL_INVALID, message=message)
