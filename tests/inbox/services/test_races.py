"""Two real connections at once: one decision, one provider call, no deadlock."""

import threading
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from inbox.enums import ApprovalSource
from inbox.models import Draft, Message, SendOrder
from inbox.services.approving import approve_draft, reject_draft, send_manual
from inbox.services.checking import Seen, Text
from inbox.services.expiring import expire_old_drafts
from inbox.services.orders import cancel_order, run_send_order
from inbox.services.receiving import receive_message
from inbox.services.settling import record_result, resolve_unknown
from inbox.services.stopping import stop_lead
from inbox.services.sweeping import mark_stale_sends
from integrations.contracts import Address, InboundMessage, PersonDetails, ProviderIds
from integrations.results import ProviderResult
from leads.models import Lead
from leads.services.rollups import recompute_rollups
from tests.factories.inbox import DraftFactory, MessageFactory
from tests.factories.integrations import ConnectionFactory, EmailSenderFactory
from tests.factories.leads import LeadFactory
from tests.factories.workspaces import UserFactory, WorkspaceFactory
from zrg.jobs.contracts import JobContext
from zrg.jobs.errors import Reschedule
from zrg.workspaces.context import platform, tenant

ROUNDS = range(4)
JOIN_SECONDS = 60


class Scene:
    """One lead with a reply and a pending draft, known to the provider."""

    def __init__(self, simulator: Any, workspace: Any, number: int) -> None:
        address = f"dana{number}@northfork.example"
        payload = simulator.state.emailbison.write_as_lead(
            address, "Could you send more details?", subject="Re: quick idea", base_url=f"{simulator.url}/emailbison"
        )
        with platform():
            self.lead = LeadFactory(
                workspace=workspace,
                email=address,
                email_bison_lead_id=str(payload["data"]["lead"]["id"]),
                sender_account_id="67",
            )
            self.reply = MessageFactory(lead=self.lead, email_bison_reply_id=str(payload["data"]["reply"]["id"]))
            self.draft = DraftFactory(lead=self.lead, context_message=self.reply)
        self.workspace_id = workspace.pk
        self.number = number

    def approve(self, by: Any) -> str:
        with tenant(self.workspace_id):
            past = timezone.now() - timedelta(minutes=1)
            seen = Seen(message_id=self.reply.pk)
            return approve_draft(self.draft.pk, source=ApprovalSource.DASHBOARD, by=by, seen=seen, now=past).state

    def order(self) -> SendOrder:
        with platform():
            return SendOrder.objects.get(lead=self.lead)

    def work(self) -> str:
        context = JobContext(
            id=uuid.uuid4(),
            type="SEND_ORDER",
            workspace_id=self.workspace_id,
            lead_id=None,
            message_id=None,
            draft_id=self.draft.pk,
            payload={"order_id": str(self.order().pk)},
            attempts=1,
            max_attempts=3,
            correlation_id="t",
            deadline=time.monotonic() + 60,
        )
        try:
            run_send_order(context)
        except Reschedule:
            return "later"
        return "ended"

    def stop(self) -> None:
        with tenant(self.workspace_id):
            stop_lead(Lead.objects.select_for_update().get(pk=self.lead.pk), "opt_out")

    def receive(self) -> str:
        with tenant(self.workspace_id):
            return receive_message(
                InboundMessage(
                    workspace_id=self.workspace_id,
                    event_id=uuid.uuid4(),
                    event_key=f"reply:new{self.number}",
                    event_type="LEAD_REPLIED",
                    provider="EMAILBISON",
                    channel="email",
                    received_at=timezone.now(),
                    provider_message_id=f"99{self.number}",
                    thread_handle=f"99{self.number}",
                    person=PersonDetails(email=self.lead.email),
                    ids=ProviderIds(email_bison_lead_id=self.lead.email_bison_lead_id),
                    from_address=Address(email=self.lead.email),
                    text="One more question",
                    sent_at=timezone.now(),
                )
            )

    def state(self) -> tuple[str, str | None, list[str]]:
        """Draft, order and deliveries; the lead's flags must agree with the rows."""
        with platform():
            before = Lead.objects.get(pk=self.lead.pk)
            recompute_rollups(before)
            after = Lead.objects.get(pk=self.lead.pk)
            for flag in ("has_pending_draft", "has_review_draft", "has_ai_sent", "last_answer_at"):
                assert getattr(before, flag) == getattr(after, flag), flag
            draft = Draft.objects.get(pk=self.draft.pk)
            order = SendOrder.objects.filter(lead=self.lead).values_list("state", flat=True).first()
            sent = Message.objects.filter(lead=self.lead).outbound().values_list("delivery_status", flat=True)
            return draft.status, order, list(sent)


@pytest.fixture
def scenes(committed_db, simulator):
    with platform():
        workspace = WorkspaceFactory()
        ConnectionFactory(workspace=workspace, external_account_id="14")
        EmailSenderFactory(workspace=workspace, sender_email_id="67", email_address="priya@outbound.example")
    return [Scene(simulator, workspace, number) for number in ROUNDS]


@pytest.fixture
def people(committed_db):
    with platform():
        return UserFactory(), UserFactory()


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Run each in a thread with a connection of its own, started together; raises what one raised."""
    barrier, results, errors = threading.Barrier(len(works)), [None] * len(works), []

    def run(index: int, work: Callable[[], Any]) -> None:
        try:
            barrier.wait()
            results[index] = work()
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(JOIN_SECONDS)
    assert not any(thread.is_alive() for thread in threads)
    if errors:
        raise errors[0]
    return results


def test_hard_06_exactly_one_message_two_approvals_at_once(scenes, people, simulator):
    for scene in scenes:
        answers = at_once(lambda s=scene: s.approve(people[0]), lambda s=scene: s.approve(people[1]))
        assert sorted(answers) == ["already_decided", "queued"]
        assert at_once(scene.work, scene.work, scene.work).count("ended") >= 1
        assert scene.state() == ("approved", "done", ["sent"])

    assert len(simulator.sent_replies()) == len(scenes)


def test_two_workers_with_one_order_call_the_provider_once(scenes, people, simulator):
    simulator.script("emailbison", "/api/replies/*/reply", method="POST", delay_ms=200, times=len(scenes))
    for scene in scenes:
        scene.approve(people[0])
        at_once(scene.work, scene.work)
        assert scene.state()[2] == ["sent"]

    assert len(simulator.sent_replies()) == len(scenes)


def test_stop_and_approval_at_once_never_send_to_the_stopped(scenes, people, simulator):
    for scene in scenes:
        at_once(lambda s=scene: s.approve(people[0]), scene.stop)
        with platform():
            ordered = SendOrder.objects.filter(lead=scene.lead).exists()
        if ordered:
            scene.work()
        draft, order, sent = scene.state()
        assert (draft, sent) == ("rejected", [])
        assert order in (None, "cancelled")

    assert simulator.sent_replies() == []


def test_stop_and_worker_at_once(scenes, people, simulator):
    """Either the message was claimed first, or nothing leaves; never a pending draft of a stopped lead."""
    for scene in scenes:
        scene.approve(people[0])
        at_once(scene.work, scene.stop)
        draft, order, sent = scene.state()
        assert (draft, order, sent) in (
            ("approved", "done", ["sent"]),
            ("rejected", "failed", []),
            ("rejected", "cancelled", []),
        )


def test_undo_and_worker_at_once(scenes, people, simulator):
    for scene in scenes:
        scene.approve(people[0])
        order = scene.order()

        def undo(s=scene, o=order):
            with tenant(s.workspace_id):
                return cancel_order(o.pk, by=people[0])

        undone, _ = at_once(undo, scene.work)
        assert scene.state() == (("pending", "cancelled", []) if undone else ("approved", "done", ["sent"]))


def test_reply_and_approval_at_once(scenes, people, simulator):
    """Whichever is first: a reply nobody saw holds the message back."""
    for scene in scenes:
        approved, received = at_once(lambda s=scene: s.approve(people[0]), scene.receive)
        assert received == "processed"
        if approved == "queued":
            scene.work()
            assert scene.state() == ("pending", "held", [])
        else:
            assert (approved, scene.state()[:2]) == ("blocked", ("pending", None))

    assert simulator.sent_replies() == []


def test_reply_and_worker_at_once(scenes, people, simulator):
    for scene in scenes:
        scene.approve(people[0])
        at_once(scene.work, scene.receive)
        assert scene.state() in (("approved", "done", ["sent"]), ("pending", "held", []))


def test_rejecting_approving_expiring_and_a_manual_reply_do_not_wait_for_each_other(scenes, people):
    for scene in scenes:
        with platform():
            Draft.objects.filter(pk=scene.draft.pk).update(created_at=timezone.now() - timedelta(days=40))

        def reject(s=scene):
            with tenant(s.workspace_id):
                return reject_draft(s.draft.pk, by=people[1]).state

        def answer(s=scene):
            with tenant(s.workspace_id):
                return send_manual(
                    s.lead.pk,
                    channel="email",
                    text=Text(content="Hello"),
                    seen=Seen(message_id=s.reply.pk),
                    idempotency_key=uuid.uuid4(),
                    by=people[0],
                ).state

        at_once(lambda s=scene: s.approve(people[0]), reject, answer, lambda s=scene: expire_old_drafts(s.workspace_id))
        assert scene.state()[0] in ("approved", "rejected", "superseded")


def test_sweeper_person_and_late_answer_at_once_settle_once(scenes, people, simulator):
    """Three parties decide about one message; the draft, the order and the flags agree with whoever won."""
    for scene in scenes:
        scene.approve(people[0])
        with platform():
            SendOrder.objects.filter(lead=scene.lead).update(state="taken")
            claimed_at = timezone.now() - timedelta(minutes=20)
            message = MessageFactory(
                lead=scene.lead,
                outbound=True,
                draft=scene.draft,
                draft_part_index=0,
                delivery_status="sending",
                send_key=f"draft:{scene.draft.pk}:part:0",
                sent_at=claimed_at,
            )
            Message.objects.filter(pk=message.pk).update(updated_at=claimed_at)

        def late(m=message, at=claimed_at, s=scene):
            with tenant(s.workspace_id):
                return record_result(m.pk, ProviderResult(outcome="ok"), claimed_at=at).status

        def decide(m=message, s=scene):
            with tenant(s.workspace_id):
                try:
                    resolve_unknown(m.pk, was_sent=True, by=people[0], reason="Looked")
                except Exception as error:
                    return type(error).__name__

        at_once(late, decide, lambda s=scene: mark_stale_sends(s.workspace_id))
        assert scene.state()[2] == ["sent"]
