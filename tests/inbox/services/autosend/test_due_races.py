"""Two real connections at the moment of an unattended send."""

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
from inbox.services.approving import approve_draft, reject_draft
from inbox.services.autosend.due import run_due
from inbox.services.autosend.flow import evaluate_draft
from inbox.services.checking import Seen
from inbox.services.orders import run_send_order
from inbox.services.stopping import stop_lead
from leads.models import Lead
from tests.factories.inbox import MessageFactory
from tests.inbox.services.test_races import at_once
from tests.support.autosend_world import SAFE, make_world
from tests.support.blocking import wait_until_blocking
from zrg.jobs.contracts import JobContext
from zrg.jobs.errors import JobSignal
from zrg.jobs.models import BackgroundJob
from zrg.workspaces.context import platform, tenant
from zrg.workspaces.switches import forget_switches

ROUNDS = range(3)
WAITING_SECONDS = 20.0


class Moment:
    """A draft whose unattended send is due, in a database that really commits."""

    def __init__(self, simulator: Any):
        forget_switches()
        self.simulator = simulator
        with platform():
            self.world = make_world(simulator)
        simulator.answer("auto_send.evaluate", SAFE, times=2)
        self.workspace_id = self.world.workspace.pk
        self.draft_id = self.world.draft.pk

    def decide(self) -> str:
        return evaluate_draft(self.workspace_id, self.draft_id, deadline=time.monotonic() + 60).action

    def come(self) -> "Moment":
        self.decide()
        past = timezone.now() - timedelta(seconds=5)
        with platform():
            Draft.objects.filter(pk=self.draft_id).update(auto_send_run_at=past)
        return self

    def due(self) -> str:
        return self._run(run_due, "AI_AUTO_SEND_DELAYED", {})

    def work(self) -> str:
        with platform():
            order = SendOrder.objects.filter(lead=self.world.lead).first()
        return self._run(run_send_order, "SEND_ORDER", {"order_id": str(order.pk)}) if order else "no order"

    def _run(self, handler: Callable[[JobContext], None], job: str, payload: dict[str, Any]) -> str:
        context = JobContext(
            id=uuid.uuid4(),
            type=job,
            workspace_id=self.workspace_id,
            lead_id=None,
            message_id=None,
            draft_id=self.draft_id,
            payload=payload,
            attempts=1,
            max_attempts=3,
            correlation_id="t",
            deadline=time.monotonic() + 60,
        )
        try:
            handler(context)
        except JobSignal as signal:
            return str(signal)
        return "done"

    def approve(self) -> str:
        with tenant(self.workspace_id):
            return approve_draft(
                self.draft_id,
                source=ApprovalSource.DASHBOARD,
                by=self.world.person,
                seen=Seen(message_id=self.world.reply.pk),
                now=timezone.now() - timedelta(minutes=1),
            ).state

    def reject(self) -> str:
        with tenant(self.workspace_id):
            return reject_draft(self.draft_id, by=self.world.person).state

    def stop(self) -> None:
        with tenant(self.workspace_id):
            stop_lead(Lead.objects.select_for_update().get(pk=self.world.lead.pk), "opt_out")

    def state(self) -> tuple[str, str | None, str | None, int]:
        with platform():
            draft = Draft.objects.get(pk=self.draft_id)
            messages = Message.objects.outbound().count()
            return draft.status, draft.auto_send_outcome, draft.auto_send_outcome_reason, messages


@pytest.fixture
def moment(committed_db, simulator):
    return Moment(simulator)


def test_hard_06_revalidate_under_lock(moment):
    """A reply that is being stored holds the lead; the timer waits for it, and sees it."""
    moment.come()
    found: list[str] = []

    def due() -> None:
        found.append(moment.due())
        connections.close_all()

    timer = threading.Thread(target=due)
    with platform():
        Lead.objects.select_for_update().get(pk=moment.world.lead.pk)
        MessageFactory(lead=moment.world.lead, body="One more question", sent_at=timezone.now())
        timer.start()
        wait_until_blocking()
    timer.join(WAITING_SECONDS)

    assert found == ["newer_inbound_exists"]
    assert moment.state() == ("pending", "canceled", "newer_inbound_exists", 0)
    assert moment.simulator.sent_replies() == []


@pytest.mark.parametrize("attempt", ROUNDS)
def test_hard_06_exactly_one_message_timer_and_person_at_once(moment, attempt):
    moment.come()

    answer, timer = at_once(moment.approve, moment.due)
    at_once(moment.work, moment.work)

    assert (answer, timer) in (("queued", "draft_status_approved"), ("already_decided", "done"))
    status, outcome, reason, messages = moment.state()
    assert (status, messages, len(moment.simulator.sent_replies())) == ("approved", 1, 1)
    assert (outcome, reason) in (("canceled", "draft_status_approved"), ("sent", None))


@pytest.mark.parametrize("attempt", ROUNDS)
def test_hard_06_exactly_one_message_two_timers_at_once(moment, attempt):
    moment.come()

    first, second = at_once(moment.due, moment.due)
    at_once(moment.work, moment.work)

    assert sorted([first, second]) == ["done", "draft_status_approved"]
    assert moment.state() == ("approved", "sent", None, 1)
    assert len(moment.simulator.sent_replies()) == 1


def test_two_deciders_at_once_schedule_once(moment):
    actions = at_once(moment.decide, moment.decide)

    assert sorted(actions) == ["", "send_delayed"]
    with platform():
        assert BackgroundJob.objects.filter(type="AI_AUTO_SEND_DELAYED").count() == 1


@pytest.mark.parametrize("attempt", ROUNDS)
def test_a_stop_and_the_timer_at_once_never_send_to_the_stopped(moment, attempt):
    moment.come()

    at_once(moment.stop, moment.due)
    moment.work()

    status, outcome, _reason, messages = moment.state()
    assert (status, outcome, messages) == ("rejected", "canceled", 0)
    assert moment.simulator.sent_replies() == []


def test_a_rejection_and_the_timer_at_once(moment):
    moment.come()

    rejected, timer = at_once(moment.reject, moment.due)
    moment.work()

    assert (rejected, timer) in (("rejected", "draft_status_rejected"), ("already_decided", "done"))
    assert len(moment.simulator.sent_replies()) == (rejected == "already_decided")
