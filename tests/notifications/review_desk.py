"""A draft that two approvers are asked about in the simulated Slack, and their fingers."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse

from inbox.contracts import ReviewRequested
from inbox.models import Draft, Message
from integrations.slack.simulator import DEMO_BOT_TOKEN, DEMO_SIGNING_SECRET, TEAM_ID
from tests.factories import ConnectionFactory
from tests.inbox.desk import Desk, make_desk
from tests.notifications.support import deliver
from tests.support.client import ZrgClient, no_context
from tests.support.drain import drain
from tests.support.simulator import RunningSimulator
from zrg.jobs.services.announce import announce
from zrg.workspaces.models import WorkspaceSettings

PRIYA = {"id": "U0PRIYA", "displayName": "Priya Nair", "email": "priya@outbound.example"}
KIM = {"id": "U0KIM", "displayName": "Kim Okoro"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDesk:
    """The desk, its Slack, and what happens there."""

    desk: Desk
    simulator: RunningSimulator
    client: ZrgClient

    @property
    def draft(self) -> Draft:
        return Draft.objects.get(pk=self.desk.draft.pk)

    @property
    def posts(self) -> list[dict[str, Any]]:
        """What stands in Slack, by channel."""
        return sorted(self.simulator.state.slack.messages, key=lambda post: str(post["channel"]))

    def ask(self, draft_id: UUID | None = None) -> None:
        """Announce that the draft needs a look, and let everything happen."""
        draft = Draft.objects.get(pk=draft_id or self.desk.draft.pk)
        announce(
            ReviewRequested(
                workspace_id=draft.workspace_id, lead_id=draft.lead_id, draft_id=draft.pk, version=draft.version
            )
        )
        self.work()

    def press(self, event: str, *, work: bool = True, **given: Any) -> HttpResponse:
        """Somebody presses a button of the newest post that has it."""
        outgoing = self.simulator.state.slack.compose({"event": event, **given}, base_url=self.simulator.url)
        headers = dict(outgoing.headers)
        response: HttpResponse = self.client.generic(
            "POST", outgoing.path, outgoing.body, content_type=headers.pop("Content-Type"), headers=headers
        )
        if work:
            self.work()
        return response

    def work(self) -> None:
        """Jobs, the outbox, and the jobs that follow from it."""
        for _ in range(3):
            drain()
            with no_context():
                deliver()

    def value(self, **changes: Any) -> str:
        """What a button of the draft carries."""
        named = {"draftId": self.desk.draft.pk, "leadId": self.desk.lead.pk, "clientId": self.desk.workspace.pk, "v": 1}
        return json.dumps({name: one if name == "v" else str(one) for name, one in {**named, **changes}.items()})

    def sent(self) -> list[Message]:
        return list(Message.objects.filter(lead=self.desk.lead, direction="outbound"))


def make_review_desk(simulator: RunningSimulator, client: ZrgClient, **decided: Any) -> ReviewDesk:
    """The draft missed its threshold; Priya and Kim are asked. `decided` replaces columns of the draft."""
    desk = make_desk(simulator)
    ConnectionFactory(
        workspace=desk.workspace,
        provider="SLACK",
        external_account_id=TEAM_ID,
        secrets={"bot_token": DEMO_BOT_TOKEN, "signing_secret": DEMO_SIGNING_SECRET},
    )
    rows = WorkspaceSettings.objects.filter(workspace=desk.workspace)
    rows.update(slack_auto_send_approval_recipients=[PRIYA, KIM], timezone="America/New_York")
    values = {
        "auto_send_mode": "AI_AUTO_SEND",
        "auto_send_action": "needs_review",
        "auto_send_confidence": 0.72,
        "auto_send_threshold": 0.9,
        "auto_send_reason": "The lead asks for a price that the context does not hold.",
        "auto_send_reason_code": "below_threshold",
    }
    Draft.objects.filter(pk=desk.draft.pk).update(**values | decided)
    return ReviewDesk(desk=desk, simulator=simulator, client=client)


def said(post: dict[str, Any]) -> str:
    """The paragraphs of a post."""
    sections = [block for block in post["blocks"] if block["type"] == "section" and "text" in block]
    return "\n".join(block["text"]["text"] for block in sections)


def buttons(post: dict[str, Any]) -> list[str]:
    """The buttons under a post."""
    return [one["action_id"] for block in post["blocks"] if block["type"] == "actions" for one in block["elements"]]
