"""A stop ends everything that waits, tells everybody, and is told again when it is a new one."""

import pytest

from inbox.enums import ApprovalSource
from inbox.models import Draft, DraftEvent, Message, SendOrder
from inbox.receivers import close_drafts_of_stopped_lead
from inbox.services.approving import approve_draft
from inbox.services.channels.base import Outbound
from inbox.services.checking import Seen
from inbox.services.sending import send_message
from inbox.services.sentiment import set_sentiment
from inbox.services.stopping import stop_lead
from leads.contracts import LeadStopped
from leads.models import Lead
from leads.services.optouts import remember_opt_out
from leads.services.status import lift_email_block
from tests.factories.inbox import DraftFactory, MessageFactory
from tests.factories.leads import LeadFactory
from tests.factories.workspaces import UserFactory
from zrg.jobs.models import BackgroundJob

pytestmark = pytest.mark.django_db


@pytest.fixture
def approved():
    reply = MessageFactory(lead=LeadFactory(email="dana@northfork.example", email_bison_lead_id="77"))
    draft = DraftFactory(lead=reply.lead, context_message=reply)
    approve_draft(draft.pk, source=ApprovalSource.DASHBOARD, by=UserFactory(), seen=Seen(message_id=reply.pk))
    return draft


def test_draft_behind_a_cancelled_order_is_rejected_with_its_history(approved):
    stop_lead(approved.lead, "opt_out")

    approved.refresh_from_db()
    assert (approved.status, SendOrder.objects.get().state) == ("rejected", "cancelled")
    assert list(DraftEvent.objects.order_by("at").values_list("kind", flat=True)) == ["approved", "rejected"]


def test_second_stop_changes_nothing(approved):
    stop_lead(approved.lead, "opt_out")
    events = DraftEvent.objects.count()

    stop_lead(approved.lead, "opt_out")

    assert DraftEvent.objects.count() == events
    assert BackgroundJob.objects.filter(type="STOP_FUTURE_EMAILS").count() == 1


def test_campaign_is_stopped_again_for_a_new_stop(approved):
    stop_lead(approved.lead, "bounce")
    BackgroundJob.objects.filter(type="STOP_FUTURE_EMAILS").update(status="SUCCEEDED")
    lift_email_block(approved.lead, reason="human_reply")

    stop_lead(Lead.objects.get(), "bounce")

    assert BackgroundJob.objects.get(type="STOP_FUTURE_EMAILS").status == "PENDING"


@pytest.mark.parametrize(("status", "left"), [("unqualified", 0), ("new", 1)])
def test_stop_from_below_closes_drafts_once_the_lead_is_stopped(status, left):
    draft = DraftFactory()
    Lead.objects.update(status=status)
    event = LeadStopped(workspace_id=draft.workspace_id, lead_id=draft.lead_id, reason="manual", change_id="1")

    close_drafts_of_stopped_lead(event)
    close_drafts_of_stopped_lead(event)

    assert Draft.objects.filter(status="pending").count() == left
    assert DraftEvent.objects.count() == 1 - left


def test_colleague_who_asked_for_silence_is_passed_over_for_the_lead(thread, simulator):
    Lead.objects.update(current_replier_email="kim@northfork.example", alternate_emails=["kim@northfork.example"])
    remember_opt_out(thread.workspace_id, emails=["kim@northfork.example"], reason="opt_out")

    result = send_message(
        thread.workspace_id,
        thread.lead_id,
        Outbound(channel="email", body="Hello", send_key="manual:1:part:0", origin="setter", sent_by="setter"),
    )

    body = simulator.sent_replies()[0]
    assert result.status == "sent"
    assert [to["email_address"] for to in body["to_emails"]] == ["dana@northfork.example"]
    assert body["cc_emails"] == []


def test_tag_of_a_person_is_not_read_over_by_the_hourly_retry():
    message = MessageFactory(classification_state="failed")

    set_sentiment(message.lead_id, "Objection", actor=UserFactory(), cause="manual")

    assert Message.objects.get().classification_state == "not_needed"
