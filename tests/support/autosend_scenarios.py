"""Scenarios of the vectors: a given state, events in order, what can be observed afterwards."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from django.db import connections
from django.db.models import F
from django.utils import timezone
from structlog.testing import capture_logs

from inbox.enums import ApprovalSource
from inbox.models import Draft, DraftEvent, Message, SendOrder
from inbox.services import sending
from inbox.services.approving import approve_draft, reject_draft, send_manual
from inbox.services.checking import Seen, Text
from inbox.services.drafting.requests import request_regeneration
from inbox.services.receiving import receive_message
from inbox.services.sweeping import mark_stale_sends
from integrations.contracts import Address, InboundMessage, PersonDetails, ProviderIds
from leads.models import Lead
from tests.factories.workspaces import MembershipFactory, UserFactory
from tests.support.autosend_world import World, make_world
from tests.support.drain import drain
from tests.support.simulator import running_simulator
from zrg.jobs import registry
from zrg.jobs.contracts import TaskNeeded
from zrg.jobs.models import BackgroundJob
from zrg.lib import log_events
from zrg.lib.errors import ZrgError
from zrg.workspaces.models import UserPreference
from zrg.workspaces.switches import forget_switches

REPLY = "/api/replies/*/reply"
CLOSED_PORT = "http://127.0.0.1:9/emailbison"
REFUSED = "connection_refused"
# What the provider does, by a word in its name; the first that occurs.
ANSWERS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("accept", {}),
    ("time", {"close": "after"}),
    ("reset", {"close": "after"}),
    ("429", {"status": 429, "body": {}, "headers": {"Retry-After": "30"}}),
    ("rate", {"status": 429, "body": {}, "headers": {"Retry-After": "30"}}),
    ("4", {"status": 422, "body": {"message": "No", "errors": {}}}),
    ("refuse", {"status": 422, "body": {"message": "No", "errors": {}}}),
    ("reject", {"status": 422, "body": {"message": "No", "errors": {}}}),
    ("5", {"status": 502, "body": {}}),
    ("fail", {"status": 502, "body": {}}),
    ("error", {"status": 502, "body": {}}),
)
HAPPENINGS = (
    *("do", "provider", "worker", "minutes_later", "reconcile", "inbound", "job", "generation"),
    *("env", "settings", "campaign", "lead", "together"),
)


class Crash(RuntimeError):
    """The worker dies before it can record what the provider said."""


def play(given: dict[str, Any], when: list[dict[str, Any]]) -> dict[str, Any]:
    """Arrange, let everything happen in order, tell what is there."""
    with running_simulator() as simulator, _as_a_test():
        forget_switches()
        scene = Scene(make_world(simulator), given)
        for step in when:
            scene.take(step)
        return scene.observed()


@contextmanager
def _as_a_test() -> Iterator[None]:
    """The context around the case does not count as a transaction of the product (see tests/conftest.py)."""
    attributes = connections["default"].__dict__
    before = attributes.get("_zrg_outer_contexts", 0)
    attributes["_zrg_outer_contexts"] = len(attributes.get("_zrg_contexts", []))
    try:
        yield
    finally:
        attributes["_zrg_outer_contexts"] = before


class Scene:
    """One draft, the people of the case, and what they were told."""

    def __init__(self, world: World, given: dict[str, Any]):
        self.world = world
        self.people: dict[str, Any] = {}
        self.outcomes: list[str] = []
        self.reasons: list[str] = []
        self.told: list[str | None] = []
        self.calls = 0
        self.calls_by_sweep = 0
        draft, lead = given["draft"], given["lead"]
        text = draft["content"]
        Draft.objects.filter(pk=world.draft.pk).update(
            content=text, ai_content=text, status=draft["status"], channel=draft["channel"]
        )
        Lead.objects.filter(pk=world.lead.pk).update(status=lead["status"])
        if "response_mode" in given.get("campaign", {}):
            world.set_campaign(response_mode=given["campaign"]["response_mode"])

    def take(self, step: dict[str, Any]) -> None:
        """One event. A step with `while` happens in the middle of it."""
        if step.get("while") == "sending":
            SendOrder.objects.filter(lead=self.world.lead, state="waiting").update(state="taken")
        for key in HAPPENINGS:
            if key in step:
                getattr(self, f"_{key}")(step)

    def observed(self) -> dict[str, Any]:
        """Everything a case may ask for."""
        draft = Draft.objects.get(pk=self.world.draft.pk)
        lead = Lead.objects.get(pk=self.world.lead.pk)
        written = Message.objects.filter(send_key__isnull=False).order_by("created_at")
        message = written.first()
        names = {person.pk: name for name, person in self.people.items()}
        known = [one for one in self.told if one]
        tasks = BackgroundJob.objects.filter(type="RECEIVER", payload__event="TaskNeeded")
        return {
            "provider_calls": self.calls,
            "provider_calls_by_sweep": self.calls_by_sweep,
            "outbound_messages": written.count(),
            "outbound_messages_sent": written.filter(delivery_status="sent").count(),
            "outcomes": self.outcomes,
            "reason": self.reasons[-1] if self.reasons else None,
            "same_message_id": message is not None and set(known) <= {str(message.pk)},
            "draft_status": draft.status,
            "closed_reason": draft.closed_reason,
            "delivery_status": message.delivery_status if message else None,
            "human_task": tasks.values_list("payload__data__kind", flat=True).first(),
            "lead_status": lead.status,
            "pending_drafts": Draft.objects.of_lead(lead.pk).pending().count(),
            "scheduled_jobs": BackgroundJob.objects.filter(type="AI_AUTO_SEND_DELAYED").count(),
            "auto_send_action": draft.auto_send_action,
            "auto_send_confidence": draft.auto_send_confidence,
            "auto_send_outcome": draft.auto_send_outcome,
            "auto_send_outcome_reason": draft.auto_send_outcome_reason,
            "response_disposition": draft.response_disposition,
            "approval_source": draft.approval_source,
            "sent_by": message.sent_by if message else None,
            "sent_by_user": names.get(message.sent_by_user_id) if message else None,
            "events": list(DraftEvent.objects.filter(draft=draft).order_by("at").values_list("kind", flat=True)),
        }

    def _do(self, step: dict[str, Any]) -> None:
        getattr(self, f"_{step['do']}")(step)

    def _approve(self, step: dict[str, Any]) -> None:
        source = ApprovalSource(step["source"])
        text = Text(content=step["edited_content"]) if step.get("edited_content") else None
        decision = approve_draft(
            self.world.draft.pk,
            source=source,
            text=text,
            by=self._person(step),
            seen=Seen(message_id=self.world.reply.pk) if source == ApprovalSource.DASHBOARD else None,
        )
        self.outcomes.append(decision.state)
        if decision.code:
            self.reasons.append(decision.code)
        self.told.append((decision.data or {}).get("messageId"))

    def _reject(self, step: dict[str, Any]) -> None:
        self.outcomes.append(reject_draft(self.world.draft.pk, by=self._person(step)).state)

    def _manual_reply(self, step: dict[str, Any]) -> None:
        decision = send_manual(
            self.world.lead.pk,
            channel=step.get("channel", "email"),
            text=Text(content=step.get("body", "By hand")),
            seen=Seen(message_id=self.world.reply.pk),
            idempotency_key=self.world.draft.pk,
            by=self._person(step),
        )
        self.outcomes.append(decision.state)

    def _regenerate(self, step: dict[str, Any]) -> None:
        lead = Lead.objects.get(pk=self.world.lead.pk)
        try:
            request_regeneration(lead, "email", mode="full", by=self._person(step))
        except ZrgError as refused:
            self.outcomes.append(f"refused_{refused.code}")

    def _evaluate(self, step: dict[str, Any]) -> None:
        self.world.decide(confidence=step["confidence"])

    def _evaluate_again_by_job_retry(self, step: dict[str, Any]) -> None:
        self.world.decide(confidence=step["confidence"])

    def _sweep_stale_sends(self, step: dict[str, Any]) -> None:
        self.calls_by_sweep += self._count(lambda: mark_stale_sends(self.world.workspace.pk))

    def _provider(self, step: dict[str, Any]) -> None:
        self._send(step["provider"])

    def _worker(self, step: dict[str, Any]) -> None:
        """The row is written ahead and the provider may have been called; nobody records what it said."""

        def die(*args: Any, **options: Any) -> Any:
            raise Crash

        with patch.object(sending, "record_result", die):
            self._send("accepts")

    def _minutes_later(self, step: dict[str, Any]) -> None:
        Message.objects.filter(send_key__isnull=False).update(
            updated_at=F("updated_at") - timedelta(minutes=step["minutes_later"])
        )

    def _reconcile(self, step: dict[str, Any]) -> None:
        """The provider's history is asked as often as it is; `never_found`: it does not show the message."""
        if step["reconcile"] == "never_found":
            self.world.simulator.state.emailbison.reset()
        with _listening():
            drain(until=timezone.now() + timedelta(days=1), expect_failures=True)

    def _env(self, step: dict[str, Any]) -> None:
        os.environ.update({name: str(value) for name, value in step["env"].items()})

    def _settings(self, step: dict[str, Any]) -> None:
        self.world.configure(**step["settings"])

    def _campaign(self, step: dict[str, Any]) -> None:
        self.world.set_campaign(**step["campaign"])

    def _lead(self, step: dict[str, Any]) -> None:
        Lead.objects.filter(pk=self.world.lead.pk).update(**step["lead"])

    def _together(self, step: dict[str, Any]) -> None:
        for one in step["together"]:
            self.take(one)

    def _inbound(self, step: dict[str, Any]) -> None:
        given = step["inbound"]
        receive_message(self._inbound_message(given["channel"], given["body"]))

    def _job(self, step: dict[str, Any]) -> None:
        self.world.fall_due()
        self.calls += self._count(lambda: self._run_jobs("AI_AUTO_SEND_DELAYED", "SEND_ORDER"))

    def _generation(self, step: dict[str, Any]) -> None:
        """A new draft that a person asked for is written or not; one for a newer reply never comes."""
        self.world.simulator.script("openai", "*", times=99, status=500, body={"error": {"message": "down"}})
        if BackgroundJob.objects.filter(type="DRAFT_REGENERATE").exists():
            self._run_jobs("DRAFT_REGENERATE")
            newest = self.world.lead.draft_requests.order_by("-created_at")
            self.outcomes.append(newest.values_list("state", flat=True)[0])

    def _send(self, answer: str) -> None:
        simulator = self.world.simulator
        unreachable = answer == REFUSED
        script = {} if unreachable else next(script for word, script in ANSWERS if word in answer)
        if script:
            simulator.script("emailbison", REPLY, method="POST", **script)
        address = patch.dict(os.environ, {"EMAILBISON_BASE_URL": CLOSED_PORT}) if unreachable else nullcontext()
        with address:
            self.calls += self._count(lambda: self._run_jobs("SEND_ORDER"))

    def _count(self, work: Callable[[], Any]) -> int:
        """Provider calls made by `work`: messages written ahead for a call."""
        with capture_logs() as logs:
            work()
        return sum(line["event"] == log_events.SEND_STARTED for line in logs)

    def _run_jobs(self, *types: str) -> None:
        """Run these jobs and no others, whatever their time."""
        others = BackgroundJob.objects.exclude(type__in=types).filter(status="PENDING")
        others.update(run_at=timezone.now() + timedelta(days=3))
        SendOrder.objects.filter(state="waiting").update(due_at=timezone.now() - timedelta(seconds=1))
        BackgroundJob.objects.filter(type__in=types, status="PENDING").update(run_at=timezone.now())
        drain(expect_failures=True)

    def _person(self, step: dict[str, Any]) -> Any:
        name = step.get("user", "u1")
        if name not in self.people:
            person = UserFactory(display_name=name)
            MembershipFactory(workspace=self.world.workspace, user=person, role="INBOX_MANAGER")
            UserPreference.objects.filter(user=person).update(undo_seconds=0)
            self.people[name] = person
        return self.people[name]

    def _inbound_message(self, channel: str, body: str) -> InboundMessage:
        lead = self.world.lead
        now = timezone.now()
        is_mail = channel == "email"
        return InboundMessage(
            workspace_id=self.world.workspace.pk,
            event_id=self.world.draft.pk,
            event_key=f"{channel}:1",
            event_type="LEAD_REPLIED",
            provider="EMAILBISON" if is_mail else "GHL",
            channel=channel,
            received_at=now,
            provider_message_id="990001",
            thread_handle="990001" if is_mail else None,
            person=PersonDetails(email=lead.email),
            ids=ProviderIds(email_bison_lead_id=lead.email_bison_lead_id),
            from_address=Address(email=lead.email) if is_mail else None,
            text=body,
            sent_at=now,
        )


@contextmanager
def _listening() -> Iterator[None]:
    """Somebody receives TaskNeeded, so that an announced task leaves a trace."""
    registry.register_event_receiver(TaskNeeded, "scenario.tasks", lambda event: None)
    try:
        yield
    finally:
        registry._receivers["TaskNeeded"].pop("scenario.tasks", None)
