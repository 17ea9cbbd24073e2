"""Other people on an e-mail thread (03 R5)."""

from integrations.contracts import InboundMessage
from leads.models import Lead
from leads.rules.participants import add_alternate_email, is_cc_replier
from leads.services.senders import is_own_address
from zrg.lib.addresses import is_machine_address, normalize_email


def update_replier(lead: Lead, contract: InboundMessage) -> None:
    """Remember who wrote: a colleague becomes the current replier, the lead itself clears it.

    Machine addresses and our own mailboxes change nothing. A lead matched by id without an address
    takes the writer's.
    """
    if contract.channel != "email" or contract.from_address is None:
        return
    writer = normalize_email(contract.from_address.email)
    if writer == lead.email and not lead.current_replier_email:
        return
    if writer is None or is_machine_address(writer) or is_own_address(lead.workspace_id, writer):
        return
    if lead.email is None:
        _adopt_address(lead, writer)
    elif is_cc_replier(lead.email, writer):
        _remember_colleague(lead, writer, contract)
    elif lead.current_replier_email:
        _write(lead, current_replier_email=None, current_replier_name=None, current_replier_since=None)


def _adopt_address(lead: Lead, writer: str) -> None:
    taken = Lead.objects.in_workspace(lead.workspace_id).filter(email=writer).exists()
    if not taken:
        _write(lead, email=writer)


def _remember_colleague(lead: Lead, writer: str, contract: InboundMessage) -> None:
    known = lead.current_replier_email == writer
    _write(
        lead,
        current_replier_email=writer,
        current_replier_name=((contract.from_address.name or "")[:255] or None) if contract.from_address else None,
        current_replier_since=lead.current_replier_since if known else contract.sent_at,
        alternate_emails=add_alternate_email(lead.alternate_emails, writer, lead.email)[:50],
    )


def _write(lead: Lead, **values: object) -> None:
    Lead.objects.filter(pk=lead.pk).update(**values)
    for name, value in values.items():
        setattr(lead, name, value)
