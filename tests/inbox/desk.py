"""A desk: one workspace with people of every role, a connected provider, a lead that wrote, its draft."""

from dataclasses import dataclass
from typing import Any

from inbox.models import Draft, Message
from leads.models import Lead
from tests.factories.inbox import DraftFactory, MessageFactory
from tests.factories.integrations import ConnectionFactory, EmailSenderFactory
from tests.factories.leads import LeadFactory
from tests.factories.workspaces import MembershipFactory, UserFactory, WorkspaceFactory
from tests.support.simulator import RunningSimulator
from zrg.workspaces.models import User, UserPreference, Workspace

TEXT = "Hi Dana,\n\nhappy to send the details."


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything a page test needs."""

    workspace: Workspace
    owner: User
    manager: User
    setter: User
    portal: User
    lead: Lead
    reply: Message
    draft: Draft

    @property
    def prefix(self) -> str:
        """Where the workspace's fragments live."""
        return f"/w/{self.workspace.pk}/inbox"

    def composer(self, **changes: Any) -> dict[str, Any]:
        """The composer's form as the page sends it."""
        form = {
            "channel": "email",
            "content": self.draft.content,
            "version": str(self.draft.version),
            "seen_message": str(self.reply.pk),
            "to": self.lead.email,
            "to_before": self.lead.email,
        }
        return form | changes


def make_desk(simulator: RunningSimulator | None = None) -> Desk:
    """The lead is the setter's; with a simulator the thread can be answered there."""
    workspace = WorkspaceFactory()
    people = {
        role: MembershipFactory(workspace=workspace, role=role, user=UserFactory(display_name=name)).user
        for role, name in (("INBOX_MANAGER", "Robin"), ("SETTER", "Kim"), ("CLIENT_PORTAL", "Client"))
    }
    UserPreference.objects.filter(user__in=people.values()).update(undo_seconds=0)
    handles: dict[str, str | None] = {"lead": None, "reply": "600001"}
    if simulator is not None:
        ConnectionFactory(workspace=workspace, external_account_id="14")
        EmailSenderFactory(workspace=workspace, sender_email_id="67", email_address="priya@outbound.example")
        payload = simulator.state.emailbison.write_as_lead(
            "dana@northfork.example", "Could you send more details?", base_url=f"{simulator.url}/emailbison"
        )
        handles = {"lead": str(payload["data"]["lead"]["id"]), "reply": str(payload["data"]["reply"]["id"])}
    lead = LeadFactory(
        workspace=workspace,
        email="dana@northfork.example",
        alternate_emails=["dana.reyes@private.example"],
        assigned_to=people["SETTER"],
        email_bison_lead_id=handles["lead"],
        sentiment_tag="Interested",
        status="qualified",
    )
    reply = MessageFactory(lead=lead, email_bison_reply_id=handles["reply"], to_email="priya@outbound.example")
    draft = DraftFactory(lead=lead, content=TEXT, context_message=reply, trigger_message=reply)
    lead.refresh_from_db()
    return Desk(
        workspace=workspace,
        owner=workspace.owner,
        manager=people["INBOX_MANAGER"],
        setter=people["SETTER"],
        portal=people["CLIENT_PORTAL"],
        lead=lead,
        reply=reply,
        draft=draft,
    )
