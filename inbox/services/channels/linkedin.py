"""LinkedIn: what a message needs before it is claimed, the way to the member, what it tells about the lead."""

from dataclasses import dataclass
from urllib.parse import unquote
from uuid import UUID

from django.utils import timezone

from inbox.enums import Channel, DeliveryStatus, LinkedInKind
from inbox.models import Message
from inbox.services.channels.base import Outbound
from inbox.services.guards import Block, may_still_send
from integrations.enums import Code, ConnectionStatus, Provider
from integrations.models import Connection
from integrations.results import ProviderResult
from integrations.services.clients import get_client
from integrations.unipile import client as unipile
from integrations.unipile.types import Delivery
from integrations.unipile.waterfall import send_linkedin
from leads.enums import LinkedInConnection
from leads.models import Lead
from leads.services.linkedin import LinkedInFacts, note_linkedin

NO_PROFILE = Block(code="no_linkedin_profile", detail="No personal LinkedIn profile of this lead is known.")
DISCONNECTED = Block(code="linkedin_disconnected", detail="LinkedIn is not connected in this workspace.")
UNREACHABLE = Block(code="linkedin_unreachable", detail="This lead cannot be reached on LinkedIn.")


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedLinkedIn:
    """Everything the way to the member needs; built under the lock, used after the commit."""

    workspace_id: UUID
    lead_id: UUID
    person: str
    text: str
    subject: str | None
    allow_inmail: bool

    def message_fields(self) -> dict[str, object]:
        """Columns of the Message written ahead; the kind is known only when the way was found."""
        return {"linkedin_kind": None}


class LinkedInSender:
    """The LinkedIn channel of `send_message`."""

    def prepare(self, lead: Lead, outbound: Outbound) -> PreparedLinkedIn | Block:
        """The member and the account, or why there is none."""
        problem = linkedin_problem(lead)
        if problem is not None:
            return problem
        return PreparedLinkedIn(
            workspace_id=lead.workspace_id,
            lead_id=lead.pk,
            person=_person(lead),
            text=outbound.body,
            subject=outbound.subject,
            allow_inmail=outbound.allow_inmail,
        )

    def deliver(self, prepared: PreparedLinkedIn) -> ProviderResult:
        """Find the way and go it once; a second way only where the first was certainly refused."""
        return send_linkedin(
            get_client(prepared.workspace_id, unipile.SPEC),
            person=prepared.person,
            text=prepared.text,
            subject=prepared.subject,
            allow_inmail=prepared.allow_inmail,
            may_go_on=lambda: may_still_send(prepared.workspace_id, prepared.lead_id, Channel.LINKEDIN),
        )

    def note_result(self, message: Message, result: ProviderResult) -> None:
        """The kind that was used, and what was learned about the lead on the way."""
        told = result.data if isinstance(result.data, Delivery) else Delivery()
        if told.kind and message.delivery_status in (DeliveryStatus.SENT, DeliveryStatus.UNKNOWN):
            _note_kind(message, told)
        facts = LinkedInFacts(
            member_id=told.member_id,
            connection=LinkedInConnection(told.state) if told.state else None,
            invited=result.ok and told.kind == "connection_request",
            unreachable=result.message if result.code == Code.LINKEDIN_UNREACHABLE else None,
            reached=result.ok,
        )
        note_linkedin(Lead.objects.get(pk=message.lead_id), facts, at=timezone.now())


def linkedin_problem(lead: Lead) -> Block | None:
    """Why nothing can be sent to the lead on LinkedIn. A company page is no person (02.company-never-person).

    Runs as the workspace: a setter sees no connection.
    """
    if not (lead.linkedin_id or lead.linkedin_url):
        return NO_PROFILE
    connections = Connection.objects.in_workspace(lead.workspace_id).of(Provider.UNIPILE).active()
    if not connections.exclude(status=ConnectionStatus.DISCONNECTED).exists():
        return DISCONNECTED
    return UNREACHABLE if lead.linkedin_unreachable_at is not None else None


def _person(lead: Lead) -> str:
    """The member id, else the last part of the profile's address."""
    return lead.linkedin_id or unquote((lead.linkedin_url or "").rpartition("/in/")[2])


def _note_kind(message: Message, told: Delivery) -> None:
    message.linkedin_kind, message.subject = LinkedInKind(told.kind or ""), told.subject
    Message.objects.filter(pk=message.pk).update(linkedin_kind=message.linkedin_kind, subject=message.subject)
