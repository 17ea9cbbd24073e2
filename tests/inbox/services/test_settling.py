"""Recording a provider's answer: whose answer counts, and what follows from it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from inbox.enums import ApprovalSource
from inbox.models import Draft, Message, SendOrder
from inbox.services.approving import approve_draft
from inbox.services.checking import Seen
from inbox.services.settling import Proof, record_result, resolve_unknown, settle_as_sent
from inbox.services.stopping import stop_lead
from integrations.emailbison.types import SentReply
from integrations.results import ProviderResult
from leads.models import Lead
from tests.factories.inbox import DraftFactory, MessageFactory
from tests.factories.leads import LeadFactory
from tests.factories.workspaces import UserFactory
from zrg.jobs.models import BackgroundJob

pytestmark = pytest.mark.django_db

OK = ProviderResult(outcome="ok", data=SentReply(id="991"))
REFUSED = ProviderResult(outcome="failed", code="unprocessable", message="No")


@pytest.fixture
def reply():
    return MessageFactory(lead=LeadFactory(email="dana@northfork.example"))


@pytest.fixture
def sending(reply):
    """An approved draft whose message is being sent."""
    draft = DraftFactory(lead=reply.lead, context_message=reply)
    approve_draft(draft.pk, source=ApprovalSource.API, by=UserFactory(), seen=Seen(message_id=reply.pk))
    SendOrder.objects.update(state="taken")
    return MessageFactory(
        lead=reply.lead,
        outbound=True,
        draft=draft,
        draft_part_index=0,
        delivery_status="sending",
        send_key=f"draft:{draft.pk}:part:0",
        sent_at=timezone.now() - timedelta(seconds=5),
    )


def record(message, result):
    return record_result(message.pk, result, claimed_at=message.sent_at)


def test_refusal_that_arrives_after_the_sweeper_makes_the_outcome_known(sending):
    Message.objects.filter(pk=sending.pk).update(delivery_status="unknown")

    result = record(sending, REFUSED)

    sending.refresh_from_db()
    assert (result.status, sending.delivery_status) == ("failed", "failed")
    assert Lead.objects.get(pk=sending.lead_id).last_answer_at is None


def test_answer_of_an_earlier_attempt_never_settles_a_later_one(sending):
    """A person said "not sent" and the message is being sent again: the late answer is not about that."""
    claimed_at = sending.sent_at
    Message.objects.filter(pk=sending.pk).update(sent_at=timezone.now())

    result = record_result(sending.pk, REFUSED, claimed_at=claimed_at)

    sending.refresh_from_db()
    assert (result.status, sending.delivery_status) == ("unknown", "sending")


def test_late_answer_about_a_message_proved_sent_is_a_duplicate(sending):
    settle_as_sent(sending.pk, proof=Proof(id="991", sent_at=sending.sent_at), reason="matched")

    result = record(sending, REFUSED)

    sending.refresh_from_db()
    assert (result.status, sending.delivery_status) == ("duplicate", "sent")
    assert SendOrder.objects.get().state == "done"


def test_an_id_that_another_message_holds_never_undoes_the_sending(sending, reply):
    Message.objects.filter(pk=reply.pk).update(email_bison_reply_id="991")

    result = record(sending, OK)

    sending.refresh_from_db()
    assert (result.status, sending.delivery_status, sending.email_bison_reply_id) == ("sent", "sent", None)


def test_scheduled_id_is_never_stored_as_a_reply_id(sending):
    """Both are numbers of their own; a reply of that number must stay storable."""
    Message.objects.filter(pk=sending.pk).update(delivery_status="unknown")

    settle_as_sent(sending.pk, proof=Proof(scheduled_id="4411", sent_at=sending.sent_at), reason="webhook")

    sending.refresh_from_db()
    assert (sending.email_bison_reply_id, sending.inboxxia_scheduled_email_id) == (None, "4411")


def test_refused_message_of_a_stopped_lead_leaves_no_pending_draft(sending):
    stop_lead(Lead.objects.get(pk=sending.lead_id), "opt_out")

    record_result(
        sending.pk, REFUSED, claimed_at=sending.sent_at, settle=lambda message, result: _fail_order(message, result)
    )

    draft = Draft.objects.get()
    assert (draft.status, draft.closed_reason) == ("rejected", "lead_opted_out")
    assert Lead.objects.get(pk=sending.lead_id).has_pending_draft is False


def _fail_order(message, result):
    from inbox.services.settling import settle_order

    settle_order(message, "failed", reason=result.code)


def test_message_that_was_not_sent_opens_the_draft_beside_a_followup_draft(sending):
    """A draft of a sequence is no reply draft; it takes nobody's place."""
    DraftFactory(lead=sending.lead, origin="followup_step")
    Message.objects.filter(pk=sending.pk).update(delivery_status="unknown")

    resolve_unknown(sending.pk, was_sent=False, by=UserFactory(), reason="Looked")

    assert Draft.objects.get(pk=sending.draft_id).status == "pending"
    assert SendOrder.objects.get().state == "failed"


def test_reopened_draft_gives_way_to_a_newer_reply_draft(sending):
    DraftFactory(lead=sending.lead)
    Message.objects.filter(pk=sending.pk).update(delivery_status="unknown")

    resolve_unknown(sending.pk, was_sent=False, by=UserFactory(), reason="Looked")

    draft = Draft.objects.get(pk=sending.draft_id)
    assert (draft.status, draft.closed_reason) == ("superseded", "superseded_by_newer_inbound")


def test_parts_that_never_left_are_not_done(sending):
    Draft.objects.update(parts=["one", "two"])
    Message.objects.filter(pk=sending.pk).update(delivery_status="unknown")

    settle_as_sent(sending.pk, proof=Proof(sent_at=sending.sent_at), reason="matched")

    assert (SendOrder.objects.get().state, SendOrder.objects.get().held_reason) == ("failed", "parts_missing")
    assert Draft.objects.get().status == "pending"


def test_unknown_is_recorded_once_and_looked_for(sending):
    unknown = ProviderResult(outcome="unknown", code="timeout", message="x")

    results = [record(sending, unknown).status, record(sending, unknown).status]

    sending.refresh_from_db()
    assert results == ["unknown", "unknown"]
    assert sending.delivery_status == "unknown"
    assert BackgroundJob.objects.filter(type="RECONCILE_SEND").count() == 1
    assert (SendOrder.objects.get().state, Draft.objects.get().status) == ("taken", "approved")
