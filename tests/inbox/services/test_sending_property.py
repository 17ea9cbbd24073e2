"""Whatever people, leads, workers and the provider do, in whatever order: what always holds about sending.

`SENDING_PROPERTY_EXAMPLES` asks for more orders than the suite tries.
"""

import os
import re
import uuid
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from inbox.enums import ApprovalSource
from inbox.models import Draft, Message, SendOrder
from inbox.models.draft import ENGINE_ORIGINS
from inbox.services import sending
from inbox.services.approving import approve_draft, reject_draft, send_manual
from inbox.services.checking import Seen, Text
from inbox.services.orders import cancel_order
from inbox.services.protecting import apply_safety, read_safety
from inbox.services.rollup_source import COLUMNS, message_rollups
from inbox.services.settling import resolve_unknown
from inbox.services.stopping import stop_lead
from inbox.services.stranded import fail_stranded_orders
from inbox.services.sweeping import mark_stale_sends
from leads.models import Lead
from tests.factories.inbox import DraftFactory, MessageFactory
from tests.factories.integrations import ConnectionFactory, EmailSenderFactory
from tests.factories.leads import LeadFactory
from tests.factories.workspaces import UserFactory, WorkspaceFactory
from tests.support.drain import drain
from zrg.jobs.models import BackgroundJob
from zrg.workspaces.context import platform

pytestmark = pytest.mark.django_db

EXAMPLES = int(os.environ.get("SENDING_PROPERTY_EXAMPLES", "15"))
ANSWERS = {
    "ok": None,
    "refuses": {"status": 422, "body": {"message": "No", "errors": {}}},
    "fails": {"status": 502, "body": {}},
    "drops": {"close": "after"},
}
OPERATIONS = [
    "inbound",
    "opt_out",
    "draft",
    "approve",
    "approve_later",
    "reject",
    "undo",
    "manual",
    "take",
    "work",
    "work_again",
    "crash",
    "sweep",
    "strand",
    "was_sent",
    "was_not_sent",
    "stop",
    *(f"provider {name}" for name in ANSWERS),
]
# Beginnings that lead somewhere; chance alone seldom finds them.
PHRASES = [
    ["draft", "approve"],
    ["manual"],
    ["take"],
    ["manual", "take"],
    ["provider drops", "work"],
    ["provider refuses", "work", "approve"],
    ["provider ok", "work_again"],
    ["crash", "sweep"],
    ["was_not_sent", "approve", "work"],
]
STEPS = st.one_of(st.sampled_from(PHRASES), st.sampled_from(OPERATIONS).map(lambda operation: [operation]))
TEXT_NAME = re.compile(r"text-([0-9a-f]{8})")


class Crash(RuntimeError):
    """The worker dies between the provider's answer and its recording."""


class World:
    """One lead; the operations act on whatever is there."""

    def __init__(self, simulator: Any) -> None:
        self.simulator = simulator
        self.calls_before = len(simulator.sent_replies())
        workspace = WorkspaceFactory()
        ConnectionFactory(workspace=workspace, external_account_id="14")
        EmailSenderFactory(workspace=workspace, sender_email_id="67", email_address="priya@outbound.example")
        payload = simulator.state.emailbison.write_as_lead(
            "dana@northfork.example", "Hello?", subject="Re: quick idea", base_url=f"{simulator.url}/emailbison"
        )
        self.lead = LeadFactory(
            workspace=workspace,
            email="dana@northfork.example",
            email_bison_lead_id=str(payload["data"]["lead"]["id"]),
        )
        MessageFactory(lead=self.lead, body="Hello?", email_bison_reply_id=str(payload["data"]["reply"]["id"]))
        self.person = UserFactory()
        self.provider = "ok"
        self.may_repeat: Counter[str] = Counter()
        self.calls_at_stop: int | None = None
        self.crashes = False

    def texts_called(self) -> list[str]:
        bodies = self.simulator.sent_replies()[self.calls_before :]
        return [TEXT_NAME.search(body["message"])[1] for body in bodies]  # type: ignore[index]

    def do(self, operation: str) -> None:
        if operation.startswith("provider "):
            self.provider = operation.removeprefix("provider ")
        else:
            getattr(self, operation)()

    def newest(self) -> uuid.UUID:
        return Message.objects.of_lead(self.lead.pk).order_by("-created_at", "-id").values_list("pk", flat=True)[0]

    def inbound(self, body: str = "One more question") -> None:
        message = MessageFactory(lead=self.lead, body=body, sent_at=timezone.now())
        lead = Lead.objects.select_for_update().get(pk=self.lead.pk)
        reading = read_safety(
            body=body,
            subject=message.subject,
            channel="email",
            from_email=message.from_email,
            provider_automated=False,
            lead=lead,
        )
        apply_safety(lead, message, reading)
        self._note_stop()

    def opt_out(self) -> None:
        self.inbound("STOP")

    def draft(self) -> None:
        taken = Draft.objects.of_lead(self.lead.pk).pending().exclude(origin__in=ENGINE_ORIGINS)
        if not taken.exists() and Lead.objects.get(pk=self.lead.pk).status != "blacklisted":
            DraftFactory(lead=self.lead, content=f"text-{uuid.uuid4().hex[:8]}", context_message_id=self.newest())

    def approve(self, delay: timedelta = -timedelta(minutes=1)) -> None:
        for draft in Draft.objects.of_lead(self.lead.pk):
            approve_draft(
                draft.pk,
                source=ApprovalSource.DASHBOARD,
                by=self.person,
                seen=Seen(message_id=self.newest()),
                now=timezone.now() + delay,
            )

    def approve_later(self) -> None:
        self.approve(timedelta(hours=1))

    def reject(self) -> None:
        for draft in Draft.objects.of_lead(self.lead.pk).pending():
            reject_draft(draft.pk, by=self.person)

    def undo(self) -> None:
        for order in SendOrder.objects.filter(lead=self.lead):
            cancel_order(order.pk, by=self.person)

    def manual(self) -> None:
        send_manual(
            self.lead.pk,
            channel="email",
            text=Text(content=f"text-{uuid.uuid4().hex[:8]}"),
            seen=Seen(message_id=self.newest()),
            idempotency_key=uuid.uuid4(),
            by=self.person,
            now=timezone.now() - timedelta(minutes=1),
        )

    def take(self) -> None:
        """A worker took the orders that are due and died before it wrote ahead."""
        SendOrder.objects.filter(lead=self.lead, state="waiting", due_at__lte=timezone.now()).update(state="taken")

    def work(self) -> None:
        self.simulator.state.scripts.clear()
        script = ANSWERS[self.provider]
        if script is not None:
            self.simulator.script("emailbison", "/api/replies/*/reply", method="POST", times=99, **script)
        before = len(self.texts_called())
        BackgroundJob.objects.filter(type="RECONCILE_SEND", status="PENDING").update(
            run_at=timezone.now() + timedelta(days=1)
        )
        drain(expect_failures=True)
        if self.provider == "refuses" and not self.crashes:
            self.may_repeat.update(self.texts_called()[before:])

    def work_again(self) -> None:
        BackgroundJob.objects.filter(type="SEND_ORDER").update(status="PENDING", attempts=0, run_at=timezone.now())
        self.work()

    def crash(self) -> None:
        self.crashes = True
        self.work()
        self.crashes = False

    def sweep(self) -> None:
        Message.objects.filter(delivery_status="sending").update(updated_at=timezone.now() - timedelta(minutes=11))
        mark_stale_sends(self.lead.workspace_id)

    def strand(self) -> None:
        long_ago = timezone.now() - timedelta(hours=2)
        SendOrder.objects.filter(due_at__lt=timezone.now()).update(updated_at=long_ago, due_at=long_ago)
        BackgroundJob.objects.filter(type="SEND_ORDER").update(status="FAILED")
        fail_stranded_orders(self.lead.workspace_id)

    def was_sent(self) -> None:
        self._decide(was_sent=True)

    def was_not_sent(self) -> None:
        self._decide(was_sent=False)

    def _decide(self, *, was_sent: bool) -> None:
        for message in Message.objects.filter(delivery_status="unknown"):
            resolve_unknown(message.pk, was_sent=was_sent, by=self.person, reason="Looked")
            if not was_sent:
                self.may_repeat[message.body.removeprefix("text-")] += 1

    def stop(self) -> None:
        stop_lead(Lead.objects.select_for_update().get(pk=self.lead.pk), "manual", actor=self.person)
        self._note_stop()

    def _note_stop(self) -> None:
        if self.calls_at_stop is None and Lead.objects.get(pk=self.lead.pk).status == "blacklisted":
            self.calls_at_stop = len(self.texts_called())

    def check(self) -> None:
        calls = Counter(self.texts_called())
        for text, count in calls.items():
            assert count <= 1 + self.may_repeat[text], "called again although it may have gone out"
        if self.calls_at_stop is not None:
            assert len(self.texts_called()) == self.calls_at_stop, "called after a stop"
        lead = Lead.objects.get(pk=self.lead.pk)
        rows = message_rollups([lead.pk])[lead.pk]
        assert {name: getattr(lead, name) for name in COLUMNS} == dict(rows)
        assert not (lead.status == "blacklisted" and lead.has_pending_draft)
        for draft in Draft.objects.of_lead(lead.pk):
            order = SendOrder.objects.filter(draft=draft).values_list("state", flat=True).first()
            if draft.status == "approved":
                assert order in ("waiting", "taken", "done")
            else:
                assert order in (None, "failed", "held", "cancelled")
        assert not SendOrder.objects.filter(lead=lead, state="done").exclude(
            order_key__in=[
                key.rsplit(":part:", 1)[0]
                for key in Message.objects.filter(delivery_status="sent", send_key__isnull=False).values_list(
                    "send_key", flat=True
                )
            ]
        )


@pytest.fixture
def dying_workers(monkeypatch):
    """Lets a world kill its worker right after the provider answered."""
    record = sending.record_result
    worlds: list[World] = []

    def record_or_die(*args: Any, **options: Any) -> Any:
        if worlds[-1].crashes:
            raise Crash
        return record(*args, **options)

    monkeypatch.setattr(sending, "record_result", record_or_die)
    return worlds


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEPS, min_size=2, max_size=8))
@example(steps=[["provider drops", "work"], ["was_not_sent", "provider ok", "approve", "work"]])
@example(steps=[["crash"], ["inbound"], ["sweep"], ["was_not_sent"], ["stop"]])
@example(steps=[["take"], ["stop"], ["work"]])
@example(steps=[["take"], ["inbound"], ["work"]])
@example(steps=[["crash"], ["stop"], ["sweep"], ["was_not_sent"], ["work_again"]])
def test_sending_holds_its_promises_in_every_order(simulator, dying_workers, steps):
    with platform(timeout_ms=30_000), transaction.atomic():
        world = World(simulator)
        dying_workers.append(world)
        for operation in ["draft", "approve", *(one for step in steps for one in step)]:
            world.do(operation)
            world.check()
        transaction.set_rollback(True)
