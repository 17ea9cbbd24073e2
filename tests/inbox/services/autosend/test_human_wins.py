"""Whatever leads, people, switches and workers do, in whatever order: the machine never speaks out of turn.

`AUTO_SEND_PROPERTY_EXAMPLES` asks for more orders than the suite tries.
"""

import os
import re
import uuid
from collections import Counter
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from inbox.enums import ApprovalSource
from inbox.models import Draft, Message, SendOrder
from inbox.services.approving import approve_draft, reject_draft, send_manual
from inbox.services.checking import Seen, Text
from inbox.services.orders import cancel_order
from inbox.services.protecting import apply_safety, read_safety
from leads.models import EmailCampaign, Lead
from tests.factories.inbox import DraftFactory, MessageFactory
from tests.support.autosend_world import World, make_world
from tests.support.drain import drain
from zrg.jobs.models import BackgroundJob
from zrg.workspaces.context import platform
from zrg.workspaces.models import OperatorSwitch
from zrg.workspaces.switches import forget_switches

pytestmark = pytest.mark.django_db

EXAMPLES = int(os.environ.get("AUTO_SEND_PROPERTY_EXAMPLES", "12"))
OPERATIONS = [
    "inbound",
    "inbound_sms",
    "opt_out",
    "manual",
    "native",
    "approve",
    "reject",
    "undo",
    "edit",
    "draft",
    "decide",
    "due",
    "send",
    "tick",
    "twice",
    "stop_all",
    "go_on",
    "to_setters",
    "to_machine",
    "book",
    "snooze",
]
# Beginnings that lead somewhere; chance alone seldom finds them.
PHRASES = [["draft", "decide"], ["decide", "due"], ["due", "inbound", "send"], ["draft", "decide", "tick"]]
STEPS = st.one_of(st.sampled_from(PHRASES), st.sampled_from(OPERATIONS).map(lambda operation: [operation]))
TEXT_NAME = re.compile(r"text-([0-9a-f]{8})")


class Play:
    """One lead of an automatic campaign; the operations act on whatever is there."""

    def __init__(self, world: World):
        self.world = world
        self.rename(world.draft)

    @property
    def lead(self) -> Lead:
        return Lead.objects.get(pk=self.world.lead.pk)

    def do(self, operation: str) -> None:
        getattr(self, operation)()
        calls = Counter(self.called())
        assert not calls or max(calls.values()) == 1, "one text left twice"
        for draft in Draft.objects.of_lead(self.world.lead.pk):
            assert Message.objects.filter(draft=draft).count() <= 1, "two messages of one draft"

    def called(self) -> list[str]:
        """Names of the texts the provider was asked to send, in order."""
        return [TEXT_NAME.search(text)[1] for text in self.world.sent]  # type: ignore[index]

    def rename(self, draft: Draft) -> None:
        text = f"Hi Dana, text-{uuid.uuid4().hex[:8]} it is."
        Draft.objects.filter(pk=draft.pk).update(content=text, ai_content=text)

    def newest(self, **only: Any) -> Message:
        return Message.objects.of_lead(self.world.lead.pk).filter(**only).order_by("-created_at", "-id")[0]

    def pending(self) -> list[Draft]:
        return list(Draft.objects.of_lead(self.world.lead.pk).pending())

    # --- leads

    def inbound(self, body: str = "Could you also send the price?", **values: Any) -> None:
        message = MessageFactory(
            lead=self.world.lead, body=body, sent_at=timezone.now(), sentiment_tag="Information Requested", **values
        )
        lead = Lead.objects.select_for_update().get(pk=self.world.lead.pk)
        reading = read_safety(
            body=body,
            subject=message.subject,
            channel=message.channel,
            from_email=message.from_email,
            provider_automated=False,
            lead=lead,
        )
        apply_safety(lead, message, reading)

    def inbound_sms(self) -> None:
        self.inbound("And by phone?", channel="sms", email_bison_reply_id=None)

    def opt_out(self) -> None:
        self.inbound("Please remove me from your list")

    # --- people

    def manual(self) -> None:
        send_manual(
            self.world.lead.pk,
            channel="email",
            text=Text(content=f"text-{uuid.uuid4().hex[:8]}"),
            seen=Seen(message_id=self.newest().pk),
            idempotency_key=uuid.uuid4(),
            by=self.world.person,
        )

    def native(self) -> None:
        MessageFactory(lead=self.world.lead, outbound=True, origin="external", sent_by=None, sent_at=timezone.now())

    def approve(self) -> None:
        for draft in self.pending():
            approve_draft(
                draft.pk,
                source=ApprovalSource.DASHBOARD,
                by=self.world.person,
                seen=Seen(message_id=self.newest().pk),
            )

    def reject(self) -> None:
        for draft in self.pending():
            reject_draft(draft.pk, by=self.world.person)

    def undo(self) -> None:
        for order in SendOrder.objects.filter(lead=self.world.lead):
            cancel_order(order.pk, by=self.world.person)

    def edit(self) -> None:
        for draft in self.pending():
            self.rename(draft)
            Draft.objects.filter(pk=draft.pk).update(version=draft.version + 1, edited_by_person=True)

    def book(self) -> None:
        Lead.objects.filter(pk=self.world.lead.pk).update(appointment_booked_at=timezone.now())

    def snooze(self) -> None:
        Lead.objects.filter(pk=self.world.lead.pk).update(snooze_until_reply=True)

    # --- switches

    def stop_all(self) -> None:
        OperatorSwitch.objects.update_or_create(key="AUTO_SEND_DISABLED", defaults={"value": True})
        forget_switches()

    def go_on(self) -> None:
        OperatorSwitch.objects.filter(key="AUTO_SEND_DISABLED").update(value=False)
        forget_switches()

    def to_setters(self) -> None:
        self.world.set_campaign(response_mode="SETTER_MANAGED")

    def to_machine(self) -> None:
        self.world.set_campaign(response_mode="AI_AUTO_SEND")

    # --- the machine

    def draft(self) -> None:
        """A text for the newest reply, where none waits."""
        if self.pending() or self.lead.status == "blacklisted":
            return
        message = self.newest(direction="inbound", channel="email")
        draft = DraftFactory(lead=self.world.lead, trigger_message=message, context_message=message)
        self.rename(draft)

    def decide(self) -> None:
        for draft in self.pending():
            self.world.draft = draft
            self.world.evaluate()

    def due(self) -> None:
        for draft in self.pending():
            self.world.draft = draft
            self.world.fall_due()
        self.run("AI_AUTO_SEND_DELAYED")

    def send(self) -> None:
        self.run("SEND_ORDER")

    def tick(self) -> None:
        self.due()
        self.send()

    def twice(self) -> None:
        """The same jobs once more, as after a lost lease."""
        BackgroundJob.objects.filter(type__in=["AI_AUTO_SEND_DELAYED", "SEND_ORDER"]).update(
            status="PENDING", attempts=0, run_at=timezone.now()
        )
        self.run("AI_AUTO_SEND_DELAYED", "SEND_ORDER")

    def run(self, *types: str) -> None:
        """Jobs of these types and no others; what leaves by the machine must have been allowed to."""
        allowed = self.may_leave()
        before = set(self.called())
        now = timezone.now()
        SendOrder.objects.filter(state="waiting").update(due_at=now)
        BackgroundJob.objects.filter(status="PENDING").exclude(type__in=types).update(run_at=now.replace(year=2099))
        BackgroundJob.objects.filter(status="PENDING", type__in=types).update(run_at=now)
        drain(expect_failures=True)
        for name in set(self.called()) - before:
            message = Message.objects.filter(body__contains=f"text-{name}").get()
            if message.sent_by == "ai":
                assert message.draft_id in allowed, "the machine spoke out of turn"

    def may_leave(self) -> set[uuid.UUID]:
        """Drafts the machine may send now: nothing newer than their reply, nobody stopped, nothing switched off."""
        lead = self.lead
        switched_off = OperatorSwitch.objects.filter(key="AUTO_SEND_DISABLED", value=True).exists()
        automatic = EmailCampaign.objects.get(pk=self.world.campaign.pk).response_mode == "AI_AUTO_SEND"
        if lead.status == "blacklisted" or lead.opted_out_at or switched_off or not automatic:
            return set()
        drafts = Draft.objects.of_lead(lead.pk).filter(status__in=["pending", "approved"], edited_by_person=False)
        newest = self.newest().pk
        return {draft.pk for draft in drafts if draft.trigger_message_id == newest}


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEPS, min_size=2, max_size=6))
@example(steps=[["due", "send"]])
@example(steps=[["due", "inbound", "send"]])
@example(steps=[["due", "stop_all", "send"], ["go_on", "twice"]])
@example(steps=[["due", "opt_out", "send"]])
@example(steps=[["inbound"], ["tick"], ["draft", "decide", "tick"]])
@example(steps=[["approve", "tick"], ["twice"]])
def test_the_human_wins_in_every_order(simulator, steps):
    with platform(timeout_ms=30_000), transaction.atomic():
        forget_switches()
        play = Play(make_world(simulator))
        for operation in ["decide", *(one for step in steps for one in step)]:
            play.do(operation)
        transaction.set_rollback(True)
    forget_switches()


def test_the_property_would_notice_a_machine_that_speaks(simulator):
    """The plain order does send: without it the property above would hold for a machine that never speaks."""
    play = Play(make_world(simulator))

    for operation in ("decide", "tick"):
        play.do(operation)

    assert len(play.called()) == 1
    assert Message.objects.get(direction="outbound").sent_by == "ai"
