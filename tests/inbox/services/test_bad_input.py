"""Each row of "Failure and bad input" of leads and messages (03), through the doors and the sender."""

import pytest
from django.utils import timezone

from inbox.errors import SendInProgress
from inbox.models import Draft, Message, SendOrder
from inbox.services.approving import edit_draft
from integrations.contracts import PersonDetails, ProviderIds
from leads.models import Lead, LeadIdentityConflict
from tests.factories.inbox import DraftFactory
from tests.factories.leads import LeadFactory
from tests.inbox.services.conftest import receive, reply, send_to
from tests.inbox.services.test_sending import REPLY_PATH, send
from zrg.jobs.models import BackgroundJob

pytestmark = pytest.mark.django_db


def test_malformed_fields_are_left_out_and_the_message_stays(workspace):
    person = PersonDetails(
        email="dana@northfork.example",
        phone="ask reception",
        linkedin_url="https://linkedin.com.evil.example/in/dana",
    )

    assert receive(workspace, reply(workspace, person=person)) == "processed"

    lead = Lead.objects.get()
    assert (lead.email, lead.phone, lead.phone_national, lead.linkedin_url) == (
        "dana@northfork.example",
        None,
        None,
        None,
    )
    assert Message.objects.get().body == "Tuesday works."


@pytest.mark.parametrize(
    "name", ["null", "undefined", "-", "{{first_name}}", "{FIRST_NAME}", "dana@northfork.example", "  ", "NULL"]
)
def test_placeholder_of_a_first_name_is_no_name(workspace, name):
    receive(workspace, reply(workspace, person=PersonDetails(email="dana@northfork.example", first_name=name)))

    assert Lead.objects.get().first_name is None


def test_name_in_another_case_is_no_change(workspace):
    LeadFactory(workspace=workspace, email="dana@northfork.example", first_name="Dana", last_name="de Reyes")
    person = PersonDetails(email="dana@northfork.example", first_name="DANA", last_name="De Reyes")

    receive(workspace, reply(workspace, person=person))

    assert Lead.objects.values_list("first_name", "last_name").get() == ("Dana", "de Reyes")


def test_body_over_its_cap_is_cut_and_says_so(workspace):
    receive(workspace, reply(workspace, text="word " * 120_000))

    message = Message.objects.get()
    assert (message.body_truncated, len(message.body) <= 100_000, message.body.startswith("word word")) == (
        True,
        True,
        True,
    )


def test_provider_id_of_another_lead_is_a_conflict_and_not_copied(workspace):
    owner = LeadFactory(workspace=workspace, email="kim@northfork.example", linkedin_id="ACoAAB1cdEfGhIjKlMnOp")
    lead = LeadFactory(workspace=workspace, email="dana@northfork.example", email_bison_lead_id="55021")
    ids = ProviderIds(email_bison_lead_id="55021", linkedin_id="ACoAAB1cdEfGhIjKlMnOp")

    receive(workspace, reply(workspace, ids=ids))

    conflict = LeadIdentityConflict.objects.get()
    assert (conflict.lead_id, conflict.other_lead_id, conflict.identifier) == (lead.pk, owner.pk, "linkedin_id")
    assert Lead.objects.get(pk=lead.pk).linkedin_id is None


def test_message_that_is_stored_already_is_not_stored_again(workspace):
    receive(workspace, reply(workspace))
    stored = Message.objects.values().get()

    assert receive(workspace, reply(workspace, text="Wednesday works.")) == "processed"

    assert Message.objects.values().get() == stored
    # Stored in the transaction of its message, so it cannot be missing.
    assert BackgroundJob.objects.filter(type="EMAIL_INBOUND_POST_PROCESS").count() == 1


@pytest.mark.parametrize(
    ("channel", "code"),
    [("email", "no_thread"), ("sms", "channel_not_connected"), ("linkedin", "no_linkedin_profile")],
)
def test_lead_without_the_channel_is_blocked_and_nothing_is_written(connected, simulator, channel, code):
    lead = LeadFactory(workspace=connected, email=None, first_name="Dana", phone=None)

    result = send_to(lead, channel=channel)

    assert (result.status, result.code, Message.objects.count()) == ("blocked", code, 0)
    assert simulator.sent_replies() == []


def test_refusal_of_the_provider_is_told_word_for_word_without_secrets(thread, simulator):
    answer = {"message": "Mailbox dana@northfork.example is suspended, call +1 415 555 2671.", "errors": {}}
    simulator.script("emailbison", REPLY_PATH, method="POST", status=422, body=answer)

    result = send(thread)

    message = Message.objects.outbound().get()
    assert (result.status, message.delivery_status) == ("failed", "failed")
    assert "is suspended" in message.delivery_error
    assert "dana@northfork.example" not in message.delivery_error
    assert "4155552671" not in "".join(character for character in message.delivery_error if character.isdigit())
    assert result.detail == message.delivery_error


def test_draft_edited_while_its_order_is_carried_out_keeps_the_ordered_text(thread, setter):
    draft = DraftFactory(lead=thread.lead, trigger_message=thread, context_message=thread)
    SendOrder.objects.create(
        workspace_id=draft.workspace_id,
        lead=thread.lead,
        channel="email",
        draft=draft,
        body=draft.content,
        source="auto_send",
        order_key=f"draft:{draft.pk}",
        due_at=timezone.now(),
        state="taken",
    )
    before = draft.content

    with pytest.raises(SendInProgress) as refused:
        edit_draft(draft.pk, "Another text", expected_version=draft.version, by=setter)

    assert (refused.value.code, refused.value.http_status) == ("send_in_progress", 409)
    assert Draft.objects.values_list("content", "version").get() == (before, draft.version)
    assert SendOrder.objects.get().body == before
