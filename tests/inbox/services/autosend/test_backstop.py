"""Nothing that is due is forgotten."""

from datetime import timedelta

import pytest
from django.utils import timezone

from inbox.metrics import AutoSendCollector
from inbox.models import Draft
from inbox.services.autosend.backstop import (
    decide_missed_drafts,
    recreate_missing_jobs,
    remind_of_reviews,
    report_late_sends,
)
from tests.integrations.support import announced
from zrg.jobs.contracts import Notice
from zrg.jobs.models import BackgroundJob
from zrg.jobs.services.enqueue import enqueue_job

pytestmark = pytest.mark.django_db


def overdue(world, **jobs):
    world.decide()
    world.fall_due()
    Draft.objects.filter(pk=world.draft.pk).update(auto_send_run_at=timezone.now() - timedelta(minutes=3))
    if jobs:
        BackgroundJob.objects.filter(type="AI_AUTO_SEND_DELAYED").update(**jobs)


def test_a_due_send_whose_job_is_gone_gets_it_again_and_leaves(world):
    overdue(world)
    ((key, _),) = world.jobs
    BackgroundJob.objects.filter(type="AI_AUTO_SEND_DELAYED").delete()

    with announced(Notice) as told:
        assert recreate_missing_jobs(world.workspace.pk) == 1

    assert world.jobs == [(key, "PENDING")]
    assert [(notice.workspace_id, notice.kind) for notice in told] == [(None, "platform_alert")]
    world.work()
    assert (world.outcome, len(world.sent)) == (("approved", "sent", None), 1)


@pytest.mark.parametrize("status", ["FAILED", "SUCCEEDED", "CANCELLED"])
def test_a_due_send_whose_job_ended_without_it_is_taken_up_again(world, status):
    overdue(world, status=status)

    assert recreate_missing_jobs(world.workspace.pk) == 1
    world.work()

    assert len(world.sent) == 1


def test_operators_hear_of_sends_that_are_late(world):
    overdue(world)
    assert report_late_sends(world.workspace.pk) == 0
    Draft.objects.filter(pk=world.draft.pk).update(auto_send_run_at=timezone.now() - timedelta(minutes=6))

    _, late = AutoSendCollector().collect()
    assert round(late.samples[0].value / 60) == 6
    with announced(Notice) as told:
        assert report_late_sends(world.workspace.pk) == 1

    assert [notice.text for notice in told] == ["Automatic answers leave more than five minutes late"]


@pytest.mark.parametrize("status", ["PENDING", "RUNNING"])
def test_a_live_job_is_left_alone(world, status):
    overdue(world, status=status)

    assert recreate_missing_jobs(world.workspace.pk) == 0
    assert len(world.jobs) == 1


def test_what_is_not_due_or_was_closed_gets_no_job(world):
    world.decide()
    BackgroundJob.objects.filter(type="AI_AUTO_SEND_DELAYED").delete()
    assert recreate_missing_jobs(world.workspace.pk) == 0

    Draft.objects.filter(pk=world.draft.pk).update(
        auto_send_run_at=timezone.now() - timedelta(minutes=3), auto_send_outcome="canceled"
    )
    assert recreate_missing_jobs(world.workspace.pk) == 0
    assert world.jobs == []


def test_a_draft_nobody_decided_about_is_decided(world):
    enqueue_job("INBOUND_RESPOND", world.workspace.pk, lead_id=world.lead.pk, message_id=world.reply.pk)
    BackgroundJob.objects.filter(type="INBOUND_RESPOND").update(status="SUCCEEDED")
    Draft.objects.filter(pk=world.draft.pk).update(created_at=timezone.now() - timedelta(minutes=11))
    world.judge()

    undecided, late = AutoSendCollector().collect()
    assert [sample.value for sample in (*undecided.samples, *late.samples)] == [1.0, 0.0]
    assert decide_missed_drafts(world.workspace.pk) == 1
    world.work()

    assert world.draft.auto_send_action == "send_delayed"
    assert decide_missed_drafts(world.workspace.pk) == 0


def test_a_fresh_draft_and_one_of_yesterday_are_not_missed(world):
    assert decide_missed_drafts(world.workspace.pk) == 0
    Draft.objects.filter(pk=world.draft.pk).update(created_at=timezone.now() - timedelta(hours=25))
    assert decide_missed_drafts(world.workspace.pk) == 0


def test_people_are_reminded_once_a_day(world):
    world.decide(confidence=0.3)
    assert remind_of_reviews(world.workspace.pk) == 0
    Draft.objects.filter(pk=world.draft.pk).update(created_at=timezone.now() - timedelta(hours=73))

    with announced(Notice) as told:
        assert remind_of_reviews(world.workspace.pk) == 1
        assert remind_of_reviews(world.workspace.pk) == 1

    (notice,) = told
    assert (notice.kind, notice.workspace_id) == ("drafts_in_review", world.workspace.pk)
    assert notice.text == "Drafts waiting for a decision for more than three days: 1."
