"""Whom a person may write to: the lead's known addresses, nobody else (07.known-recipients-only)."""

from django.utils.translation import gettext

from inbox.enums import Channel
from inbox.errors import InvalidRecipients
from inbox.models import Message
from inbox.services.channels.email import PROVIDERS_WITHOUT_TO_OVERRIDE
from integrations.services.connections import active_email_provider
from leads.models import Lead
from leads.rules.participants import sanitize_cc_list
from leads.services.senders import own_sender_entries
from zrg.lib.addresses import normalize_email


def recipient_options(lead: Lead) -> list[str]:
    """Current replier, writer of the latest inbound, primary, alternates; each once."""
    latest = Message.objects.of_lead(lead.pk).inbound().on_channel(Channel.EMAIL).newest_first().first()
    candidates = [
        lead.current_replier_email,
        latest.from_email if latest else None,
        lead.email,
        *lead.alternate_emails,
    ]
    return list(dict.fromkeys(address for raw in candidates if raw and (address := normalize_email(raw))))


def check_recipients(lead: Lead, channel: str, *, to: str | None, cc: list[str] | None) -> None:
    """Refuse an unknown To, an invalid CC, and an override the provider cannot honour."""
    if channel != Channel.EMAIL:
        return
    options = recipient_options(lead)
    if not options:
        raise InvalidRecipients(gettext("This lead has no e-mail address."), code="no_recipient", field="to")
    if to is not None:
        if active_email_provider(lead.workspace_id) in PROVIDERS_WITHOUT_TO_OVERRIDE:
            raise InvalidRecipients(
                gettext("Instantly cannot change the recipient of a reply."), code="override_unsupported", field="to"
            )
        if normalize_email(to) not in options:
            raise InvalidRecipients(
                gettext("Choose one of the lead's addresses."), code="unknown_recipient", field="to"
            )
    invalid = sanitize_cc_list(cc or [], own=own_sender_entries(lead.workspace_id))["invalid"]
    if invalid:
        raise InvalidRecipients("Not an e-mail address: " + ", ".join(invalid[:5]), field="cc", invalid=invalid)
