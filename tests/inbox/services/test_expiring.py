"""Drafts and stage runs end by age."""

from datetime import timedelta

import pytest
from django.utils import timezone

from inbox.models import Draft, DraftEvent, InboundStageRun
from inbox.schedules import expire_drafts
from tests.factories.inbox import DraftFactory, MessageFactory
from tests.factories.leads import LeadFactory
from zrg.jobs.contracts import RunContext

pytestmark = pytest.mark.django_db


def age(draft, days: int) -> None:
    then = timezone.now() - timedelta(days=days)
    Draft.objects.filter(pk=draft.pk).update(created_at=then, updated_at=then)


def run() -> None:
    expire_drafts(RunContext(job="retention", deadline=float("inf"), correlation_id="test"))


def test_pending_draft_expires_after_thirty_days():
    lead = LeadFactory()
    old = DraftFactory(lead=lead)
    young = DraftFactory(lead=LeadFactory(workspace=lead.workspace))
    age(old, 31)
    age(young, 29)

    run()

    old.refresh_from_db()
    young.refresh_from_db()
    lead.refresh_from_db()
    assert (old.status, old.closed_reason, lead.has_pending_draft) == ("rejected", "expired", False)
    assert young.status == "pending"
    assert DraftEvent.objects.get().reason == "expired"


def test_closed_drafts_go_after_half_a_year_and_approved_stay():
    lead = LeadFactory()
    rejected = DraftFactory(lead=lead, status="rejected")
    approved = DraftFactory(lead=lead, status="approved")
    age(rejected, 181)
    age(approved, 181)

    run()

    assert list(Draft.objects.values_list("pk", flat=True)) == [approved.pk]


def test_stage_runs_go_after_thirty_days():
    message = MessageFactory()
    for stage, days in (("load", 31), ("classify", 29)):
        InboundStageRun.objects.create(
            workspace=message.workspace,
            message=message,
            stage=stage,
            started_at=timezone.now() - timedelta(days=days),
        )

    run()

    assert InboundStageRun.objects.get().stage == "classify"
