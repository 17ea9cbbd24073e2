"""A new draft because a person wants one."""

import time
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from booking.contracts import RefreshedOffer
from booking.registry import NoCalendar, _Registered, register_calendar
from inbox.enums import DraftOrigin
from inbox.models import Draft, DraftRequest, Message, SendOrder
from inbox.rules.archetypes import ARCHETYPE_IDS
from inbox.services.drafting.regenerating import begin_writing, put_in_place, regenerate_draft, write_again
from inbox.services.drafting.requests import (
    bulk_progress,
    regeneration_state,
    request_bulk,
    request_fresh_times,
    request_regeneration,
)
from inbox.services.sentiment import set_sentiment
from tests.factories.inbox import DraftFactory, MessageFactory, SendOrderFactory
from tests.factories.leads import LeadFactory
from tests.factories.workspaces import UserFactory, WorkspaceFactory
from tests.support.drain import drain
from zrg.jobs.models import BackgroundJob
from zrg.lib.errors import ZrgError
from zrg.workspaces.models import WorkspaceSettings

pytestmark = pytest.mark.django_db

ASKED = "Could you send more details about pricing?"


@pytest.fixture
def lead():
    lead = LeadFactory(sentiment_tag="Information Requested", first_name="Dana")
    MessageFactory(lead=lead, body=ASKED)
    return lead


@pytest.fixture
def old(lead):
    return DraftFactory(lead=lead, content="The old text.", archetype_id=ARCHETYPE_IDS[9])


@pytest.fixture
def person():
    return UserFactory()


def now_from(lead, mode="full", **changes):
    return regenerate_draft(
        lead.workspace_id, lead.pk, "email", mode=mode, by=None, deadline=time.monotonic() + 60, **changes
    )


@pytest.mark.parametrize(
    ("mode", "origin", "path"), [("full", "regenerate", "three_step"), ("fast", "fast_regenerate", "fast")]
)
def test_a_new_draft_takes_the_place_of_the_old(lead, old, person, simulator, mode, origin, path):
    request = request_regeneration(lead, "email", mode=mode, by=person)
    waiting = regeneration_state(lead, "email")
    drain()

    old.refresh_from_db()
    new = Draft.objects.pending().get()
    state = regeneration_state(lead, "email")
    assert (waiting.state, waiting.sentence) == ("queued", "Waiting to be written…")
    assert (old.status, old.closed_reason) == ("superseded", "superseded_by_regenerate")
    assert (new.origin, new.generation_path, new.trigger_key, new.trigger_message_id) == (origin, path, None, None)
    assert new.context_message == Message.objects.get()
    assert new.archetype_id == ARCHETYPE_IDS[0]
    assert (state.state, state.draft_id, state.request_id) == ("done", new.pk, request.pk)


def test_shapes_follow_one_another(lead, simulator):
    shapes = []
    for _ in range(4):
        shapes.append(Draft.objects.get(pk=now_from(lead, cycle_key="c1").draft_id).archetype_id)

    first = ARCHETYPE_IDS.index(shapes[0])
    assert shapes == [ARCHETYPE_IDS[(first + step) % 10] for step in range(4)]


def test_without_a_draft_the_fast_way_writes_a_whole_one(lead, simulator):
    result = now_from(lead, mode="fast")

    assert Draft.objects.get(pk=result.draft_id).generation_path == "three_step"


@pytest.mark.parametrize("mode", ["full", "fast"])
@pytest.mark.parametrize(
    "broken",
    [
        {"status": 500, "body": {"error": {"message": "down"}}},
        {"status": 429, "body": {"error": {"message": "slow down"}}, "headers": {"retry-after": "120"}},
    ],
)
def test_hard_05_regenerate_keeps_old(lead, old, person, simulator, mode, broken):
    simulator.script("openai", "*", times=30, **broken)

    request_regeneration(lead, "email", mode=mode, by=person)
    drain()

    old.refresh_from_db()
    state = regeneration_state(lead, "email")
    assert (old.status, old.content, old.closed_reason) == ("pending", "The old text.", None)
    assert Draft.objects.count() == 1
    assert state.state == "failed"
    assert state.sentence.endswith("the draft is unchanged.")


def test_hard_07_old_draft_survives(lead, old, person, simulator):
    """Not eligible: 422, and nothing has changed."""
    lead.sentiment_tag = "Objection"
    lead.save(update_fields=["sentiment_tag"])

    with pytest.raises(ZrgError) as refused:
        request_regeneration(lead, "email", mode="full", by=person)

    old.refresh_from_db()
    assert refused.value.http_status == 422
    assert str(refused.value) == "Cannot generate draft for this sentiment"
    assert (old.status, DraftRequest.objects.count(), BackgroundJob.objects.count()) == ("pending", 0, 0)
    assert simulator.requests("openai") == []


def test_hard_05_regenerated_never_auto_sent(lead, person, simulator):
    WorkspaceSettings.objects.filter(workspace=lead.workspace).update(auto_send_skip_human_review=True)
    lead.auto_reply_enabled = True
    lead.save(update_fields=["auto_reply_enabled"])

    request_regeneration(lead, "email", mode="full", by=person)
    drain(until=timezone.now() + timedelta(days=1))

    draft = Draft.objects.get()
    assert (draft.status, draft.auto_send_action, draft.auto_send_outcome) == ("pending", None, None)
    assert not SendOrder.objects.exists()
    assert not Message.objects.outbound().exists()


def test_refused_while_a_message_of_the_channel_is_ordered(lead, old, person, simulator):
    SendOrderFactory(lead=lead, draft=old)

    with pytest.raises(ZrgError) as refused:
        request_regeneration(lead, "email", mode="full", by=person)

    assert (refused.value.code, refused.value.http_status) == ("send_in_progress", 409)
    assert now_from(lead).code == "send_in_progress"
    assert Draft.objects.get().pk == old.pk


def test_refused_after_six_in_ten_minutes(lead, person, simulator):
    for number in range(6):
        DraftFactory(lead=lead, status="superseded", origin="regenerate" if number % 2 else "fast_regenerate")

    with pytest.raises(ZrgError) as refused:
        request_regeneration(lead, "email", mode="full", by=person)
    Draft.objects.filter(origin="regenerate").update(created_at=timezone.now() - timedelta(minutes=11))
    again = request_regeneration(lead, "email", mode="full", by=person)

    assert (refused.value.code, refused.value.http_status) == ("regenerate_limit", 429)
    assert again.state == "queued"


def test_asking_twice_is_one_wish(lead, person, simulator):
    first = request_regeneration(lead, "email", mode="full", by=person)
    second = request_regeneration(lead, "email", mode="fast", by=person)

    assert first.pk == second.pk
    assert BackgroundJob.objects.filter(type="DRAFT_REGENERATE").count() == 1


def test_what_a_person_typed_meanwhile_stays(lead, old, simulator):
    start = begin_writing(lead, "email", None)
    Draft.objects.filter(pk=old.pk).update(version=2, content="Typed by a person", edited_by_person=True)
    context, written = write_again(start, "full", time.monotonic() + 60)
    result = put_in_place(start, context, written, origin=DraftOrigin.REGENERATE, by=None, slack_user=None)

    old.refresh_from_db()
    assert written.content != ""
    assert (result.draft_id, result.code) == (None, "draft_changed")
    assert (old.status, old.content) == ("pending", "Typed by a person")


def test_a_tag_set_by_a_person_brings_a_draft_per_channel(lead, person, simulator):
    MessageFactory(lead=lead, channel="linkedin", body="And here?", subject=None)
    set_sentiment(lead.pk, "Objection", actor=person, cause="manual")
    drain()
    assert not Draft.objects.exists()

    set_sentiment(lead.pk, "Interested", actor=person, cause="manual")
    drain()

    drafts = list(Draft.objects.values_list("channel", "origin", "trigger_key", "status"))
    assert drafts == [("email", "manual_sentiment", None, "pending")], "LinkedIn is not connected"


def test_a_tag_set_by_a_person_leaves_the_waiting_draft(lead, old, person, simulator):
    set_sentiment(lead.pk, "Interested", actor=person, cause="manual")
    drain()

    assert Draft.objects.get().pk == old.pk
    assert not DraftRequest.objects.exists()


def test_bulk_takes_three_at_a_time_and_says_why_others_got_none(person, simulator):
    workspace = WorkspaceFactory()
    leads = [LeadFactory(workspace=workspace, sentiment_tag="Interested") for _ in range(6)]
    for lead in leads:
        MessageFactory(lead=lead, body=ASKED)
    edited = DraftFactory(lead=leads[0], edited_by_person=True, version=2)
    leads[1].sentiment_tag = "Neutral"
    leads[1].save(update_fields=["sentiment_tag"])

    batch = request_bulk(leads, mode="full", by=person)
    started = BackgroundJob.objects.filter(type="DRAFT_REGENERATE").count()
    before = bulk_progress(batch)
    drain()
    after = bulk_progress(batch)

    edited.refresh_from_db()
    assert (started, before.total, before.waiting) == (3, 6, 6)
    assert (after.waiting, after.done) == (0, 4)
    assert {(one.lead_id, one.code) for one in after.skipped} == {
        (leads[0].pk, "draft_edited"),
        (leads[1].pk, "sentiment_not_eligible"),
    }
    assert edited.status == "pending"
    assert Draft.objects.pending().count() == 5


class Calendar(NoCalendar):
    """Has one other time."""

    def refresh_offer(self, workspace_id, lead_id, offer_set, text, *, seconds):
        if "2:00 PM" not in text:
            return None
        return RefreshedOffer(text=text.replace("2:00 PM", "4:00 PM"), offer_set=offer_set, labels=("4:00 PM",))


@pytest.fixture
def calendar():
    before = _Registered.source
    register_calendar(Calendar())
    yield
    register_calendar(before)


def test_fresh_times_replace_the_labels_and_nothing_else(lead, person, calendar, simulator):
    draft = DraftFactory(lead=lead, content="Does 2:00 PM suit?", offer_set=uuid4(), quality_flags=["stale_slots"])

    asked = request_fresh_times(lead, draft, by=person)
    drain()

    draft.refresh_from_db()
    assert (draft.content, draft.version, draft.status) == ("Does 4:00 PM suit?", 2, "pending")
    assert (draft.ai_content, draft.quality_flags, draft.edited_by_person) == (draft.content, [], False)
    assert regeneration_state(lead, "email").request_id == asked.pk
    assert simulator.requests("openai") == []


def test_without_other_times_the_draft_is_unchanged(lead, person, simulator):
    draft = DraftFactory(lead=lead, content="Does 2:00 PM suit?", offer_set=uuid4())

    request_fresh_times(lead, draft, by=person)
    drain()

    draft.refresh_from_db()
    state = regeneration_state(lead, "email")
    assert (draft.content, draft.version) == ("Does 2:00 PM suit?", 1)
    assert (state.state, state.code) == ("failed", "no_times")
