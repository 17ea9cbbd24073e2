"""An SMS becomes a message of the right lead, once, protected in the same transaction."""

import json
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from inbox.enums import SafetyKind
from inbox.models import Draft, Message, MessageRaw
from inbox.services.receiving import receive_message
from integrations.ghl.parse import contract_of
from integrations.ghl.payload import read_call
from leads.models import Lead, LeadIdentityConflict, OptOut, SmsCampaign
from tests.factories import ConnectionFactory, WorkspaceFactory
from tests.factories.ai import DefaultPersonaFactory
from tests.factories.leads import LeadFactory
from tests.integrations.ghl.payloads import CONTACT, LOCATION, URL, sms
from tests.support.client import ZrgClient
from tests.support.drain import drain
from zrg.jobs.models import BackgroundJob
from zrg.workspaces.context import tenant
from zrg.workspaces.models import Workspace

pytestmark = pytest.mark.django_db

RECEIVED = datetime(2026, 3, 5, 16, 41, 10, tzinfo=UTC)
JOB = "SMS_INBOUND_POST_PROCESS"


def receive(workspace: Workspace, payload: dict[str, Any], *, ref: str = "r1") -> str:
    """What the worker does with a stored call."""
    common = {
        "workspace_id": workspace.pk,
        "event_id": uuid.uuid4(),
        "event_key": f"ghl:{workspace.pk}:INBOUND_SMS:{ref}",
        "event_type": "INBOUND_SMS",
        "provider": "GHL",
        "channel": "sms",
        "received_at": RECEIVED,
    }
    with tenant(workspace.pk):
        return receive_message(contract_of(read_call(payload), common))


def test_sms_makes_lead_message_campaign_and_job(workspace):
    outcome = receive(workspace, sms())

    lead, message = Lead.objects.get(), Message.objects.get()
    assert outcome == "processed"
    assert (lead.ghl_contact_id, lead.phone, lead.email) == (CONTACT, "+14155552671", "dana@northfork.example")
    assert (lead.first_name, lead.last_name, lead.source) == ("Dana", "Reyes", "webhook")
    assert (lead.sms_campaign.name, lead.sms_campaign.name_normalized) == ("Northfork North", "northfork north")
    assert (message.channel, message.direction, message.body) == ("sms", "inbound", "Yes, call me tomorrow")
    assert message.webhook_dedupe_key == f"ghl:{workspace.pk}:INBOUND_SMS:r1"
    assert (message.sent_at, message.from_email, message.subject) == (RECEIVED, None, None)
    assert (message.safety_kind, message.classification_state) == (SafetyKind.NONE, "pending")
    assert (lead.last_inbound_at, lead.last_message_direction, lead.channels) == (RECEIVED, "inbound", ["sms"])
    assert list(BackgroundJob.objects.filter(type=JOB).values_list("lead_id", "message_id")) == [(lead.pk, message.pk)]
    assert not MessageRaw.objects.exists()


def test_repeat_is_no_second_message(workspace):
    assert [receive(workspace, sms()), receive(workspace, sms())] == ["processed", "processed"]

    assert (Lead.objects.count(), Message.objects.count()) == (1, 1)
    assert BackgroundJob.objects.filter(type=JOB).count() == 1


def test_same_words_again_are_a_second_message(workspace):
    receive(workspace, sms("Yes"), ref="r1")
    receive(workspace, sms("Yes"), ref="r2")

    assert (Lead.objects.count(), Message.objects.count()) == (1, 2)


def test_sms_joins_the_e_mail_lead(workspace):
    known = LeadFactory(workspace=workspace, email="dana@northfork.example", phone=None, first_name="D.")
    stranger = LeadFactory(workspace=WorkspaceFactory(), email="dana@northfork.example", ghl_contact_id=CONTACT)

    receive(workspace, sms())

    known.refresh_from_db()
    assert Message.objects.get().lead_id == known.pk
    assert (known.ghl_contact_id, known.phone, known.first_name) == (CONTACT, "+14155552671", "D.")
    assert not Message.objects.of_lead(stranger.pk).exists()


def test_contact_made_anew_keeps_the_stored_id(workspace):
    known = LeadFactory(workspace=workspace, email=None, phone="+14155552671", ghl_contact_id="formerContact0000001")

    receive(workspace, sms(email="", custom={"Email": None}))

    known.refresh_from_db()
    assert Message.objects.get().lead_id == known.pk
    assert known.ghl_contact_id == "formerContact0000001"
    conflict = LeadIdentityConflict.objects.get()
    assert (conflict.identifier, conflict.value, conflict.other_lead_id) == ("ghl_contact_id", CONTACT, None)


def test_label_is_one_campaign_however_it_is_written(workspace):
    receive(workspace, sms(custom={"Client": " Northfork  North "}), ref="r1")
    receive(workspace, sms(custom={"Client": "northfork north"}), ref="r2")

    assert list(SmsCampaign.objects.values_list("name_normalized", flat=True)) == ["northfork north"]


def test_campaign_of_the_lead_stays(workspace):
    receive(workspace, sms(custom={"Client": "North"}), ref="r1")
    receive(workspace, sms(custom={"Client": "South"}), ref="r2")

    assert Lead.objects.get().sms_campaign.name == "North"
    assert SmsCampaign.objects.count() == 2


def test_without_label_there_is_no_campaign(workspace):
    receive(workspace, sms(custom={"Client": None}))

    assert Lead.objects.get().sms_campaign is None
    assert not SmsCampaign.objects.exists()


def test_linkedin_of_the_custom_data_is_kept(workspace):
    receive(workspace, sms(custom={"Profile": "see https://www.linkedin.com/in/Dana-Reyes/?x=1"}))

    assert Lead.objects.get().linkedin_url == "https://linkedin.com/in/dana-reyes"


@pytest.mark.parametrize("text", ["STOP", "Stop texting me", "unsubscribe"])
def test_opt_out_stops_every_channel_at_once(workspace, text):
    receive(workspace, sms(text))

    lead = Lead.objects.get()
    assert (lead.status, lead.blacklist_reason) == ("blacklisted", "opt_out")
    assert (lead.opted_out_channel, lead.opted_out_message_id) == ("sms", Message.objects.get().pk)
    assert set(OptOut.objects.values_list("kind", flat=True)) == {"email", "phone"}


def test_short_message_is_kept_as_it_came(workspace):
    text = "Ok\r\n-- \nDana <3 <b>now</b>\n> sure?"
    receive(workspace, sms(text))

    assert Message.objects.get().body == "Ok\n--\nDana <3 <b>now</b>\n> sure?"


def test_message_over_the_cap_is_cut(workspace):
    receive(workspace, sms("x" * 100_001))

    message = Message.objects.get()
    assert (len(message.body), message.body_truncated) == (100_000, True)


def test_reply_to_a_colleague_is_nothing_of_sms(workspace):
    lead = LeadFactory(
        workspace=workspace, email="dana@northfork.example", current_replier_email="kim@northfork.example"
    )

    receive(workspace, sms())

    lead.refresh_from_db()
    assert lead.current_replier_email == "kim@northfork.example"


def test_from_the_workflow_to_a_waiting_draft(workspace, simulator):
    DefaultPersonaFactory(workspace=workspace)
    ConnectionFactory(
        workspace=workspace, provider="GHL", external_account_id=LOCATION, secrets={"private_key": "pit-x"}
    )
    call = simulator.state.ghl.write_as_lead(
        "Could you send pricing?", phone="+14155552671", first_name="Dana", label="North", location_id=LOCATION
    )

    answer = ZrgClient().post(URL, json.dumps(call), content_type="application/json")
    drain()

    assert answer.json()["queued"] is True
    message, draft = Message.objects.get(), Draft.objects.get()
    assert (message.channel, message.sentiment_tag) == ("sms", "Information Requested")
    assert (draft.channel, draft.status, draft.trigger_message_id) == ("sms", "pending", message.pk)
    assert 0 < len(draft.content) <= 480
    assert simulator.requests("ghl", method="POST") == []
