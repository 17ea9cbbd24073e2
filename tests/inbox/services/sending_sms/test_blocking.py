"""Nobody is texted who has no number or does not want it; what the provider says of a person is remembered."""

from datetime import timedelta

import pytest
from django.utils import timezone

from inbox.models import Message
from inbox.services.channels.sms import SmsSender
from inbox.services.stopping import stop_lead
from leads.models import Lead
from leads.services.optouts import remember_opt_out
from tests.factories.leads import LeadFactory
from tests.inbox.services.sending_sms.conftest import PHONE, SEND_PATH, blocked_state, posts, send, text_message, texts
from tests.support.client import no_context

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"phone": None}, "missing_phone"),
        ({"phone": None, "phone_raw": "12"}, "phone_normalization_failed"),
        ({"phone": None, "phone_raw": "1234567"}, "phone_normalization_failed"),
    ],
)
def test_without_a_usable_number_nothing_is_sent(lead, simulator, values, code):
    Lead.objects.filter(pk=lead.pk).update(**values)

    result = send(lead)

    assert (result.status, result.code) == ("blocked", code)
    assert blocked_state(lead) == (code, 1, False)
    assert not Message.objects.outbound().exists()
    assert simulator.requests("ghl") == []


def test_unconnected_workspace_blocks_without_blaming_the_lead(workspace, simulator):
    lead = LeadFactory(workspace=workspace, phone=PHONE)

    result = send(lead)

    assert (result.status, result.code) == ("blocked", "channel_not_connected")
    assert blocked_state(lead) == (None, 0, False)


def test_fresh_do_not_disturb_is_not_asked_again(lead, simulator):
    told_at = timezone.now() - timedelta(minutes=59)
    Lead.objects.filter(pk=lead.pk).update(sms_dnd_active=True, sms_dnd_updated_at=told_at)

    result = send(lead)

    assert (result.status, result.code) == ("blocked", "sms_dnd")
    assert blocked_state(lead) == ("sms_dnd", 1, True)
    assert lead.sms_dnd_updated_at == told_at
    assert simulator.requests("ghl") == []


def test_old_do_not_disturb_is_asked_and_lifted(lead, simulator):
    Lead.objects.filter(pk=lead.pk).update(
        sms_dnd_active=True,
        sms_dnd_updated_at=timezone.now() - timedelta(minutes=61),
        sms_consecutive_blocked_count=3,
        sms_last_blocked_at=timezone.now(),
        sms_last_blocked_reason="sms_dnd",
    )

    assert send(lead).status == "sent"

    lead.refresh_from_db()
    assert (lead.sms_dnd_active, lead.sms_consecutive_blocked_count) == (False, 0)
    assert lead.sms_last_success_at > lead.sms_last_blocked_at


@pytest.mark.parametrize(
    ("prepare", "code", "dnd"),
    [
        (lambda ghl, one: ghl.block_sms(one["id"]), "sms_dnd", True),
        (
            lambda ghl, one: ghl.contacts[one["id"]].update(phone=None, email="x@northfork.example"),
            None,
            False,
        ),
    ],
)
def test_what_the_provider_says_about_the_person_is_remembered(lead, contact, simulator, prepare, code, dnd):
    prepare(simulator.state.ghl, contact)

    result = send(lead)

    if code is None:  # the contact had no phone: it gets the lead's
        assert (result.status, simulator.state.ghl.contacts[contact["id"]]["phone"]) == ("sent", PHONE)
        return
    assert (result.status, result.code) == ("failed", code)
    assert blocked_state(lead) == (code, 1, dnd)
    assert lead.sms_dnd_updated_at is not None
    assert texts(simulator) == []


@pytest.mark.parametrize("code", ["missing phone number", "Invalid country calling code"])
def test_refused_number_counts_on_the_lead(lead, simulator, code):
    simulator.script("ghl", SEND_PATH, status=400, body={"statusCode": 400, "message": code})

    result = send(lead)

    assert result.status == "failed"
    assert blocked_state(lead) == (result.code, 1, False)
    assert result.code in ("missing_phone", "invalid_country_code")


def test_hard_03_no_send_to_opted_out_by_sms(lead, simulator):
    stop_lead(Lead.objects.get(pk=lead.pk), "opt_out")

    result = send(lead)

    assert (result.status, result.code) == ("blocked", "lead_blacklisted")
    assert simulator.requests("ghl") == []
    assert not Message.objects.outbound().exists()


def test_number_that_opted_out_as_another_lead_is_not_texted(lead, simulator):
    remember_opt_out(lead.workspace_id, phones=[(PHONE, "4155552671")], reason="opt_out")

    result = send(lead)

    assert (result.status, result.code) == ("blocked", "lead_blacklisted")
    assert simulator.requests("ghl") == []


def test_stop_of_e_mail_alone_leaves_sms_open(lead, simulator):
    stop_lead(Lead.objects.get(pk=lead.pk), "bounce")

    assert send(lead).status == "sent"


def test_opt_out_while_the_contact_is_looked_up(lead, simulator):
    """The stop comes between the claim and the message."""
    sender = SmsSender()
    prepared = sender.prepare(Lead.objects.get(pk=lead.pk), text_message())
    stop_lead(Lead.objects.get(pk=lead.pk), "opt_out")

    with no_context():
        result = sender.deliver(prepared)

    assert (result.outcome, result.code) == ("failed", "lead_blacklisted")
    assert posts(simulator) == []
