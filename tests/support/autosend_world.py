"""A campaign that sends automatically, a lead that wrote, a draft that waits, a provider that answers."""

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from inbox.models import Draft, DraftEvent, InboundStageRun, Message
from inbox.services.autosend.flow import Decision, evaluate_draft
from leads.models import EmailCampaign, Lead
from tests.factories.inbox import DraftFactory, MessageFactory
from tests.factories.integrations import ConnectionFactory, EmailSenderFactory
from tests.factories.leads import EmailCampaignFactory, LeadFactory
from tests.factories.workspaces import UserFactory, WorkspaceFactory
from tests.support.drain import drain
from tests.support.simulator import RunningSimulator
from zrg.jobs.models import BackgroundJob
from zrg.workspaces.context import NOTHING, db_context
from zrg.workspaces.models import User, Workspace, WorkspaceSettings

SAFE = {"safe_to_send": True, "requires_human_review": False, "confidence": 0.95, "reason": ""}
TEXT = "Hi Dana,\n\nhappy to send the details."


@dataclass
class World:
    """One lead of a campaign in AI_AUTO_SEND with a reply and its pending draft."""

    simulator: RunningSimulator
    workspace: Workspace
    campaign: EmailCampaign
    person: User
    lead: Lead
    reply: Message
    draft: Draft

    def judge(self, **changes: Any) -> None:
        """What the evaluator says next."""
        self.simulator.answer("auto_send.evaluate", {**SAFE, **changes})

    def decide(self, **changes: Any) -> Decision:
        """Stage 11 for the draft; changes are the evaluator's answer."""
        self.judge(**changes)
        return self.evaluate()

    def evaluate(self) -> Decision:
        with db_context(NOTHING):
            decision = evaluate_draft(self.workspace.pk, self.draft.pk, deadline=_far())
        self.draft.refresh_from_db()
        return decision

    def fall_due(self) -> None:
        """The planned time has come."""
        past = timezone.now() - timedelta(seconds=5)
        Draft.objects.filter(pk=self.draft.pk).update(auto_send_run_at=past)
        BackgroundJob.objects.filter(draft_id=self.draft.pk, type="AI_AUTO_SEND_DELAYED").update(run_at=past)

    def work(self) -> None:
        drain()
        self.draft.refresh_from_db()

    def pass_time(self) -> None:
        self.fall_due()
        self.work()

    def configure(self, **values: Any) -> None:
        WorkspaceSettings.objects.filter(workspace=self.workspace).update(**values)

    def set_campaign(self, **values: Any) -> None:
        EmailCampaign.objects.filter(pk=self.campaign.pk).update(**values)

    def writes(self, body: str = "One more question", **values: Any) -> Message:
        return MessageFactory(lead=self.lead, body=body, sent_at=timezone.now(), **values)

    @property
    def jobs(self) -> list[tuple[str, str]]:
        rows = BackgroundJob.objects.filter(draft_id=self.draft.pk, type="AI_AUTO_SEND_DELAYED")
        return list(rows.values_list("dedupe_key", "status"))

    @property
    def sent(self) -> list[str]:
        return [body["message"] for body in self.simulator.sent_replies()]

    @property
    def events(self) -> list[tuple[str, str]]:
        return list(DraftEvent.objects.filter(draft=self.draft).order_by("at").values_list("kind", "reason"))

    @property
    def outcome(self) -> tuple[str, str | None, str | None]:
        self.draft.refresh_from_db()
        return self.draft.status, self.draft.auto_send_outcome, self.draft.auto_send_outcome_reason


def _far() -> float:
    return time.monotonic() + 60


def make_world(simulator: RunningSimulator, **values: Any) -> World:
    workspace = WorkspaceFactory(settings__timezone="UTC")
    ConnectionFactory(workspace=workspace, external_account_id="14")
    EmailSenderFactory(workspace=workspace, sender_email_id="67", email_address="priya@outbound.example")
    campaign = EmailCampaignFactory(workspace=workspace, response_mode="AI_AUTO_SEND")
    payload = simulator.state.emailbison.write_as_lead(
        "dana@northfork.example", "Could you send more details?", base_url=f"{simulator.url}/emailbison"
    )
    lead = LeadFactory(
        workspace=workspace,
        email="dana@northfork.example",
        email_campaign=campaign,
        email_bison_lead_id=str(payload["data"]["lead"]["id"]),
        sender_account_id="67",
        sentiment_tag="Information Requested",
        status="qualified",
        **values,
    )
    reply = MessageFactory(
        lead=lead,
        email_bison_reply_id=str(payload["data"]["reply"]["id"]),
        to_email="priya@outbound.example",
        sentiment_tag="Information Requested",
        sent_at=timezone.now(),
    )
    InboundStageRun.objects.create(
        workspace=workspace,
        message=reply,
        stage="signals",
        state="done",
        result={"route": 1},
        started_at=timezone.now(),
    )
    draft = DraftFactory(
        lead=lead,
        content=TEXT,
        trigger_key=f"message:{reply.pk}",
        trigger_message=reply,
        context_message=reply,
    )
    return World(
        simulator=simulator,
        workspace=workspace,
        campaign=campaign,
        person=UserFactory(display_name="Kim"),
        lead=lead,
        reply=reply,
        draft=draft,
    )
