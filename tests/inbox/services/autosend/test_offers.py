"""Times a draft offers: judged, replaced once, or given to a person."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from booking.contracts import Availability, BookingInstructions, OfferCheck, RefreshedOffer
from booking.registry import NoCalendar, _Registered, register_calendar
from inbox.enums import ApprovalSource
from inbox.models import Draft, Message
from inbox.services.approving import approve_draft
from inbox.services.checking import Seen
from tests.support.drain import drain
from zrg.jobs.models import BackgroundJob
from zrg.jobs.services.enqueue import enqueue_job

pytestmark = pytest.mark.django_db

OLD, NEW = "3:00 PM EST on Thu, Feb 12", "4:00 PM EST on Fri, Feb 13"
OFFERING = f"Hi Dana,\n\nwould {OLD} suit you?"
FRESH = f"Hi Dana,\n\nwould {NEW} suit you?"
STALE = OfferCheck(state="stale", stale_labels=(OLD,))


class Calendar(NoCalendar):
    """A calendar in which one offer is no longer free, and which may have another."""

    def __init__(self) -> None:
        self.old, self.new = uuid4(), uuid4()
        self.check = OfferCheck()
        self.has_fresh = True
        self.escalated = False
        self.is_down = False

    def instructions(self, workspace_id: UUID, lead_id: UUID, channel: str) -> BookingInstructions:
        return BookingInstructions(escalated=self.escalated)

    def availability(self, *args, **options) -> Availability:
        return Availability(booking_link="https://cal.example/x")

    def offered_labels(self, workspace_id: UUID, offer_set: UUID) -> tuple[str, ...]:
        return (NEW,) if offer_set == self.new else (OLD,)

    def check_offer(self, workspace_id, lead_id, offer_set, text, *, now) -> OfferCheck:
        if self.is_down:
            raise RuntimeError("the calendar's tables are away")
        return self.check if offer_set == self.old else OfferCheck()

    def refresh_offer(self, workspace_id, lead_id, offer_set, text, *, seconds) -> RefreshedOffer | None:
        if not self.has_fresh:
            return None
        return RefreshedOffer(text=text.replace(OLD, NEW), offer_set=self.new, labels=(NEW,))


@pytest.fixture
def calendar(world):
    calendar, before = Calendar(), _Registered.source
    register_calendar(calendar)
    Draft.objects.filter(pk=world.draft.pk).update(content=OFFERING, ai_content=OFFERING, offer_set=calendar.old)
    world.draft.refresh_from_db()
    yield calendar
    register_calendar(before)


def asked(world) -> int:
    return len(world.simulator.asked("auto_send.evaluate.v1"))


def test_times_that_are_free_are_named_to_the_evaluator(world, calendar):
    assert world.decide().action == "send_delayed"
    document = world.simulator.asked("auto_send.evaluate.v1")[0]["input"][1]["content"]
    assert f'"offered_slots": ["{OLD}"]' in document
    assert '"booking_link": "https://cal.example/x"' in document


def test_stale_times_are_replaced_before_the_text_is_judged(world, calendar):
    calendar.check = STALE

    decision = world.decide()

    assert decision.action == "send_delayed"
    assert (world.draft.content, world.draft.ai_content, world.draft.offer_set) == (FRESH, FRESH, calendar.new)
    assert (world.draft.version, world.draft.evaluated_version) == (2, 2)
    world.pass_time()
    assert Message.objects.outbound().get().body == FRESH


@pytest.mark.parametrize("state", ["stale", "unbacked_time", "unverifiable", "placeholder"])
def test_times_that_cannot_be_offered_go_to_a_person_unasked(world, calendar, state):
    calendar.check, calendar.has_fresh = OfferCheck(state=state), False
    world.set_campaign(auto_send_skip_human_review=True)

    decision = world.evaluate()

    assert (decision.action, decision.reason) == ("needs_review", "offered_slot_expired")
    assert (world.draft.content, world.draft.version, asked(world), world.jobs) == (OFFERING, 1, 0, [])


def test_at_the_moment_a_fresh_time_that_passes_is_sent_byte_for_byte(world, calendar):
    world.decide()
    calendar.check = STALE
    world.judge()

    world.pass_time()

    assert world.outcome == ("approved", "sent", None)
    assert (world.draft.version, world.draft.evaluated_version, asked(world)) == (2, 2, 2)
    assert Message.objects.outbound().get().body == FRESH


def test_at_the_moment_a_fresh_time_that_does_not_pass_leaves_the_text(world, calendar):
    world.decide()
    calendar.check = STALE
    world.judge(confidence=0.5)

    world.pass_time()

    assert world.outcome == ("pending", "needs_review", "offered_slot_expired")
    assert (world.draft.content, world.draft.version, world.sent) == (OFFERING, 1, [])


def test_at_the_moment_without_fresh_times_a_person_decides(world, calendar):
    world.decide()
    calendar.check, calendar.has_fresh = STALE, False

    world.pass_time()

    assert world.outcome == ("pending", "needs_review", "offered_slot_expired")
    assert (asked(world), world.sent) == (1, [])


def test_a_person_is_told_which_times_are_gone(world, calendar):
    calendar.check = STALE

    decision = approve_draft(
        world.draft.pk, source=ApprovalSource.DASHBOARD, by=world.person, seen=Seen(message_id=world.reply.pk)
    )

    assert (decision.state, decision.code, decision.http_status) == ("blocked", "stale_slots", 409)
    assert decision.data == {"labels": [OLD], "why": "stale"}
    assert Draft.objects.get(pk=world.draft.pk).status == "pending"


def test_a_person_may_send_what_could_not_be_looked_up(world, calendar):
    calendar.check = OfferCheck(state="unverifiable")

    decision = approve_draft(
        world.draft.pk, source=ApprovalSource.DASHBOARD, by=world.person, seen=Seen(message_id=world.reply.pk)
    )

    assert decision.state == "queued"


def test_an_escalated_booking_is_left_to_people(world, calendar):
    calendar.escalated = True
    assert world.evaluate().reason == "booking_escalated"


def test_an_escalation_after_the_decision_asks_a_person(world, calendar):
    world.decide()
    calendar.escalated = True

    world.pass_time()

    assert world.outcome == ("pending", "needs_review", "lead_paused")


def test_a_job_that_fails_for_good_gives_the_draft_to_a_person(world, calendar):
    world.decide()
    calendar.is_down = True
    world.fall_due()

    drain(until=timezone.now() + timedelta(hours=1), expect_failures=True)

    job = BackgroundJob.objects.get(type="AI_AUTO_SEND_DELAYED")
    assert (job.status, job.attempts) == ("FAILED", 3)
    assert world.outcome == ("pending", "needs_review", "job_failed")
    assert world.sent == []


def test_a_decision_that_fails_three_times_goes_to_a_person(world, calendar):
    calendar.is_down = True
    enqueue_job("INBOUND_RESPOND", world.workspace.pk, lead_id=world.lead.pk, message_id=world.reply.pk)

    drain(until=timezone.now() + timedelta(hours=1), expect_failures=True)

    world.draft.refresh_from_db()
    assert (world.draft.auto_send_action, world.draft.auto_send_reason_code) == ("error", "stage_failed")
    assert (world.draft.is_review, world.jobs, world.sent) == (True, [], [])
    assert BackgroundJob.objects.get(type="INBOUND_RESPOND").status == "SUCCEEDED"
