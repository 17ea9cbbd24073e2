"""Message, invitation or InMail: which kind leaves, what the lead keeps of it, and who gets none."""

from datetime import timedelta

import pytest
from django.utils import timezone

from inbox.models import Message
from integrations.models import Connection
from leads.models import Lead, LeadIdentityConflict
from tests.factories.leads import LeadFactory
from tests.inbox.services.sending_linkedin.conftest import TEXT, posted, send

pytestmark = pytest.mark.django_db


def test_message_to_a_connection(lead, dana, simulator):
    member_id = dana(distance="FIRST_DEGREE")["provider_id"]

    result = send(lead)

    message = Message.objects.get()
    lead.refresh_from_db()
    assert (result.status, posted(simulator)) == ("sent", ["/chats"])
    assert (message.delivery_status, message.linkedin_kind, message.unipile_message_id) == ("sent", "dm", "urn_00001")
    assert (message.source, message.origin, message.subject) == ("zrg", "setter", None)
    assert (lead.linkedin_id, lead.linkedin_connection) == (member_id, "connected")
    assert (lead.linkedin_connection_checked_at is None, lead.linkedin_invited_at) == (False, None)
    assert (lead.last_answer_at is None, lead.channels, lead.is_open) == (False, ["linkedin"], False)


def test_invitation_to_a_stranger(lead, dana, simulator):
    result = send(lead)

    message = Message.objects.get()
    lead.refresh_from_db()
    assert (result.status, posted(simulator)) == ("sent", ["/users/invite"])
    assert (message.linkedin_kind, message.unipile_message_id) == ("connection_request", None)
    assert lead.linkedin_connection == "pending"
    assert timezone.now() - lead.linkedin_invited_at < timedelta(minutes=1)


def test_inmail_is_stored_with_its_subject(lead, dana):
    dana(open_profile=True)

    send(lead, allow_inmail=True)

    message = Message.objects.get()
    lead.refresh_from_db()
    assert (message.linkedin_kind, message.subject, lead.linkedin_connection) == (
        "inmail",
        "Quick question",
        "not_connected",
    )


def test_member_id_is_asked_for_before_the_address(lead, dana, simulator):
    member_id = dana(distance="FIRST_DEGREE")["provider_id"]
    Lead.objects.update(linkedin_id=member_id)

    send(lead)

    assert simulator.requests("unipile")[0]["path"] == f"/api/v1/users/{member_id}"


def test_address_with_letters_of_any_script(lead, simulator):
    Lead.objects.update(linkedin_url="https://linkedin.com/in/j%C3%BCrgen-m")

    send(lead)

    assert simulator.requests("unipile")[0]["path"] == "/api/v1/users/j%C3%BCrgen-m"
    assert simulator.state.unipile.person("jürgen-m")["note"] == TEXT


def test_same_key_again_is_a_duplicate(lead, dana, simulator):
    send(lead)

    assert send(lead).status == "duplicate"
    assert posted(simulator) == ["/users/invite"]


def test_member_id_of_another_lead_is_not_taken(lead, dana):
    member_id = dana(distance="FIRST_DEGREE")["provider_id"]
    other = LeadFactory(workspace=lead.workspace, linkedin_id=member_id)

    assert send(lead).status == "sent"

    lead.refresh_from_db()
    conflict = LeadIdentityConflict.objects.get()
    assert (lead.linkedin_id, lead.linkedin_connection) == (None, "connected")
    assert (conflict.lead_id, conflict.other_lead_id, conflict.value) == (lead.pk, other.pk, member_id)


# --- what is checked before ------------------------------------------------------------------------------


def blocked(lead, simulator, code):
    result = send(lead)
    assert (result.status, result.code) == ("blocked", code)
    assert not Message.objects.exists()
    assert simulator.requests("unipile") == []


def test_company_page_is_no_person(lead, simulator):
    Lead.objects.update(linkedin_url=None, linkedin_company_url="https://linkedin.com/company/northfork")

    blocked(lead, simulator, "no_linkedin_profile")


@pytest.mark.parametrize("change", [{"status": "DISCONNECTED"}, {"is_active": False}])
def test_lost_account(lead, simulator, change):
    Connection.objects.update(**change)

    blocked(lead, simulator, "linkedin_disconnected")


def test_workspace_without_an_account(lead, simulator):
    Connection.objects.all().delete()

    blocked(lead, simulator, "linkedin_disconnected")


def test_lead_that_cannot_be_reached(lead, simulator):
    Lead.objects.update(linkedin_unreachable_at=timezone.now(), linkedin_unreachable_reason="x")

    blocked(lead, simulator, "linkedin_unreachable")


@pytest.mark.parametrize("reason", ["opt_out", "unsubscribed", "complaint", "manual"])
def test_hard_03_stop_covers_linkedin(lead, simulator, reason):
    Lead.objects.update(status="blacklisted", blacklist_reason=reason)

    blocked(lead, simulator, "lead_blacklisted")


def test_bounced_mail_does_not_stop_linkedin(lead, dana):
    Lead.objects.update(status="blacklisted", blacklist_reason="bounce")

    assert send(lead).status == "sent"
