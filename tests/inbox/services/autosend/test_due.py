"""The moment of sending: everything is looked at again under the lead's lock."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from inbox.contracts import ReviewRequested
from inbox.enums import ApprovalSource
from inbox.models import Draft, Message, SendOrder
from inbox.services.approving import approve_draft, reject_draft, send_manual
from inbox.services.autosend.due import settle_due
from inbox.services.checking import Seen, Text
from inbox.services.sentiment import set_sentiment
from inbox.services.stopping import stop_lead
from leads.models import Lead
from tests.factories.inbox import MessageFactory
from tests.integrations.support import announced
from zrg.jobs.models import BackgroundJob
from zrg.workspaces.enums import SwitchKey
from zrg.workspaces.models import OperatorSwitch, Workspace
from zrg.workspaces.switches import forget_switches

pytestmark = pytest.mark.django_db


def switch_on(key):
    OperatorSwitch.objects.create(key=key, value=True, reason="test")
    forget_switches()


def campaign_to_setters(world):
    world.set_campaign(response_mode="SETTER_MANAGED")


def workspace_off(world):
    world.configure(auto_send_enabled=False)


def suspended(world):
    Workspace.objects.filter(pk=world.workspace.pk).update(status="suspended")


def per_lead(world):
    Lead.objects.filter(pk=world.lead.pk).update(email_campaign=None, auto_reply_enabled=True)


def newer_inbound(world):
    world.writes()


def newer_sms(world):
    world.writes("And my number?", channel="sms", email_bison_reply_id=None)


def native_reply(world):
    MessageFactory(lead=world.lead, outbound=True, origin="external", sent_by=None, sent_at=timezone.now())


def booked(world):
    Lead.objects.filter(pk=world.lead.pk).update(appointment_booked_at=timezone.now())


def tagged_by_a_person(world):
    set_sentiment(world.lead.pk, "Not Interested", actor=world.person, cause="manual")


def snoozed(world):
    Lead.objects.filter(pk=world.lead.pk).update(snoozed_until=timezone.now() + timedelta(days=2))


def edited(world):
    Draft.objects.filter(pk=world.draft.pk).update(content="Other", version=2)


def expired(world):
    Draft.objects.filter(pk=world.draft.pk).update(auto_send_evaluated_at=timezone.now() - timedelta(hours=169))


def trigger_gone(world):
    Draft.objects.filter(pk=world.draft.pk).update(trigger_message=None)


def three_today(world):
    for minutes in (50, 40, 35):
        MessageFactory(
            lead=world.lead,
            outbound=True,
            origin="ai",
            sent_by="ai",
            sent_at=world.reply.sent_at - timedelta(minutes=minutes),
        )
    Message.objects.filter(sent_by="ai").update(created_at=world.reply.created_at - timedelta(minutes=30))


CANCELS = [
    (lambda world: switch_on(SwitchKey.AUTO_SEND_DISABLED), "globally_disabled_via_env"),
    (workspace_off, "workspace_auto_send_off"),
    (campaign_to_setters, "campaign_setter_managed"),
    (per_lead, "mode_changed"),
    (newer_inbound, "newer_inbound_exists"),
    (newer_sms, "newer_inbound_exists"),
    (native_reply, "outbound_after_trigger"),
    (booked, "appointment_booked_since"),
    (trigger_gone, "trigger_message_not_found"),
    (tagged_by_a_person, "sentiment_not_eligible"),
]
REVIEWS = [
    (three_today, "lead_rate_limited"),
    (snoozed, "lead_paused"),
    (edited, "draft_content_changed"),
    (expired, "evaluation_expired"),
]


@pytest.mark.parametrize(("change", "reason"), CANCELS, ids=[reason for _, reason in CANCELS])
def test_what_cancels_leaves_the_draft_to_people(world, change, reason):
    world.decide()
    change(world)

    with announced(ReviewRequested) as asked:
        world.pass_time()

    assert world.outcome == ("pending", "canceled", reason)
    assert (world.draft.auto_send_action, world.draft.is_review) == ("send_delayed", True)
    assert ("canceled", reason) in world.events
    assert (world.sent, list(asked), SendOrder.objects.count()) == ([], [], 0)
    assert world.jobs[0][1] == "CANCELLED"


@pytest.mark.parametrize(("change", "reason"), REVIEWS, ids=[reason for _, reason in REVIEWS])
def test_what_a_person_should_see_is_asked(world, change, reason):
    world.decide()
    change(world)

    with announced(ReviewRequested) as asked:
        world.pass_time()

    assert world.outcome == ("pending", "needs_review", reason)
    assert len(list(asked)) == 1
    assert (world.sent, SendOrder.objects.count()) == ([], 0)


def test_an_opt_out_closes_the_draft_at_once(world):
    world.decide()

    stop_lead(world.lead, "opt_out")

    assert world.outcome == ("rejected", "canceled", "draft_status_rejected")
    assert world.jobs[0][1] == "CANCELLED"
    world.pass_time()
    assert world.sent == []


def test_a_stop_nobody_acted_upon_is_found_at_the_moment(world):
    world.decide()
    Lead.objects.filter(pk=world.lead.pk).update(status="blacklisted", blacklist_reason="bounce")

    world.pass_time()

    assert world.outcome == ("rejected", "canceled", "lead_opted_out")
    assert world.sent == []


def reject(world):
    reject_draft(world.draft.pk, by=world.person)


def answer_by_hand(world):
    send_manual(
        world.lead.pk,
        channel="email",
        text=Text(content="By hand"),
        seen=Seen(message_id=world.reply.pk),
        idempotency_key=world.draft.pk,
        by=world.person,
    )


def approve(world):
    approve_draft(
        world.draft.pk, source=ApprovalSource.DASHBOARD, by=world.person, seen=Seen(message_id=world.reply.pk)
    )


@pytest.mark.parametrize(
    ("act", "status"), [(reject, "rejected"), (answer_by_hand, "superseded"), (approve, "approved")]
)
def test_whatever_closes_it_earlier_ends_the_timer_at_once(world, act, status):
    world.decide()

    act(world)

    assert world.outcome == (status, "canceled", f"draft_status_{status}")
    assert world.jobs[0][1] == "CANCELLED"
    assert ("canceled", f"draft_status_{status}") in world.events


def test_hard_06_switches_stop_scheduled_sends_between_approval_and_provider(world):
    """The switch is turned after the approval committed and before the order is carried out."""

    world.decide()
    world.fall_due()
    assert settle_due(world.draft.pk).action == "send"
    switch_on(SwitchKey.AUTO_SEND_DISABLED)

    world.work()

    assert world.outcome == ("pending", "canceled", "globally_disabled_via_env")
    assert (SendOrder.objects.get().state, world.sent) == ("cancelled", [])


def test_hard_06_switches_stop_scheduled_env(world, monkeypatch):
    world.decide()
    monkeypatch.setenv("AUTO_SEND_DISABLED", "please")

    world.pass_time()

    assert world.outcome == ("pending", "canceled", "globally_disabled_via_env")
    assert world.sent == []


def test_people_still_approve_while_automatic_sending_is_off(world):
    switch_on(SwitchKey.AUTO_SEND_DISABLED)
    assert world.evaluate().reason == "globally_disabled_via_env"

    approve_draft(
        world.draft.pk,
        source=ApprovalSource.SLACK,
        by=world.person,
        slack_user="U123",
        seen=Seen(message_id=world.reply.pk),
    )
    world.work()

    assert len(world.sent) == 1
    assert (world.draft.status, Message.objects.outbound().get().sent_by) == ("approved", "setter")


def test_outside_the_hours_it_comes_back_without_spending_an_attempt(world):
    world.decide()
    tomorrow = (timezone.now() + timedelta(days=1)).strftime("%w")
    world.set_campaign(
        auto_send_schedule_mode="CUSTOM",
        auto_send_custom_schedule={
            "version": 1,
            "days": [int(tomorrow)],
            "startTime": "10:00",
            "endTime": "11:00",
            "timezone": "UTC",
        },
    )

    world.pass_time()

    job = BackgroundJob.objects.get(type="AI_AUTO_SEND_DELAYED")
    assert (job.status, job.attempts, job.reschedules) == ("PENDING", 0, 1)
    assert job.run_at == world.draft.auto_send_run_at > timezone.now()
    assert world.outcome == ("pending", "scheduled", None)
    assert ("rescheduled", "outside_schedule") in world.events


def test_thirty_times_put_off_goes_to_a_person(world):

    world.decide()
    world.fall_due()
    world.set_campaign(auto_send_schedule_mode="CUSTOM", auto_send_custom_schedule=None)
    monday = {"version": 1, "days": [(timezone.now().weekday() + 3) % 7], "startTime": "10:00", "endTime": "11:00"}
    world.set_campaign(auto_send_custom_schedule=monday)

    found = settle_due(world.draft.pk, reschedules=30)

    assert (found.action, found.reason) == ("needs_review", "too_many_reschedules")
    assert world.outcome == ("pending", "needs_review", "too_many_reschedules")


def test_a_job_before_its_time_waits(world):

    world.decide()

    found = settle_due(world.draft.pk)

    assert (found.action, found.run_at) == ("reschedule", world.draft.auto_send_run_at)
    assert world.outcome == ("pending", "scheduled", None)


def test_a_definite_refusal_goes_to_the_queue_and_is_not_tried_again(world):
    world.simulator.script(
        "emailbison", "/api/replies/*/reply", method="POST", status=422, body={"message": "No", "errors": {}}
    )
    world.decide()

    world.pass_time()
    world.work()

    assert world.outcome[:2] == ("pending", "failed")
    assert (len(world.sent), world.draft.is_review) == (1, True)


def test_a_newer_message_between_approval_and_provider_is_shown_to_people(world):

    world.decide()
    world.fall_due()
    assert settle_due(world.draft.pk).action == "send"
    world.writes()

    with announced(ReviewRequested) as asked:
        world.work()

    assert world.outcome == ("pending", "needs_review", "newer_message")
    assert (world.sent, len(list(asked))) == ([], 1)


def approved_and_late(world, minutes=10):
    """Ordered at its time, while the provider was down for some minutes."""
    world.decide()
    world.fall_due()
    assert settle_due(world.draft.pk).action == "send"
    SendOrder.objects.update(due_at=timezone.now() - timedelta(minutes=minutes))


def stopped_for_mail(world):
    Lead.objects.filter(pk=world.lead.pk).update(opted_out_at=timezone.now())


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (booked, "appointment_booked_since"),
        (campaign_to_setters, "campaign_setter_managed"),
        (stopped_for_mail, "lead_opted_out"),
    ],
)
def test_hard_06_revalidate_under_lock_while_the_order_waits(world, change, reason):
    approved_and_late(world)
    change(world)

    world.work()

    assert world.outcome == ("pending", "canceled", reason)
    assert (SendOrder.objects.get().state, world.sent) == ("cancelled", [])


def test_an_order_that_was_kept_waiting_looks_at_the_hours_again(world):
    approved_and_late(world)
    tomorrow = {"version": 1, "days": [(timezone.now().weekday() + 2) % 7], "startTime": "10:00", "endTime": "11:00"}
    world.set_campaign(auto_send_schedule_mode="CUSTOM", auto_send_custom_schedule={**tomorrow, "timezone": "UTC"})

    world.work()

    job = BackgroundJob.objects.get(type="SEND_ORDER")
    assert (SendOrder.objects.get().state, world.sent) == ("waiting", [])
    assert (job.status, job.run_at > timezone.now()) == ("PENDING", True)


def test_an_order_that_was_kept_waiting_looks_at_its_times_again(world):
    approved_and_late(world)
    SendOrder.objects.update(body="Hi Dana,\n\ndoes 3:00 PM EST on Thu, Feb 12 work?")
    Draft.objects.filter(pk=world.draft.pk).update(offer_set=uuid.uuid4())

    world.work()

    assert world.outcome == ("pending", "needs_review", "offered_slot_expired")
    assert (SendOrder.objects.get().state, world.sent) == ("cancelled", [])


def test_an_answer_a_person_ordered_on_another_channel_stops_the_timer(world):
    world.decide()
    SendOrder.objects.create(
        workspace=world.workspace,
        lead=world.lead,
        channel="sms",
        body="By hand",
        source="dashboard",
        order_key="manual:other",
        due_at=timezone.now() + timedelta(seconds=20),
    )

    world.pass_time()

    assert world.outcome == ("pending", "canceled", "outbound_after_trigger")
    assert world.sent == []
