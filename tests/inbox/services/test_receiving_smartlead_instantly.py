"""Calls of SmartLead and Instantly, from the door to the rows of the thread."""

import json
from base64 import urlsafe_b64decode
from datetime import UTC, datetime
from typing import Any

import pytest

from inbox.models import Message, MessageRaw
from inbox.rules.thread_handles import ThreadHandle, decode_thread_handle
from integrations.models import Connection, EmailSender
from leads.models import Lead
from tests.factories import ConnectionFactory, WorkspaceFactory
from tests.integrations.instantly import payloads as instantly
from tests.integrations.smartlead import payloads as smartlead
from tests.support.client import ZrgClient
from tests.support.drain import drain_events
from zrg.jobs.models import BackgroundJob, WebhookEvent

pytestmark = pytest.mark.django_db

WROTE_AT = datetime(2026, 3, 5, 16, 41, 3, tzinfo=UTC)


@pytest.fixture
def harbor() -> Connection:
    return _connection("Harbor Legal", "SMARTLEAD", smartlead.SECRET)


@pytest.fixture
def pine() -> Connection:
    return _connection("Pine Labs", "INSTANTLY", instantly.SECRET)


def _connection(name: str, provider: str, secret: str) -> Connection:
    secrets = {"api_key": "prov-3f9a7c51e2d8b046", "webhook_secret": secret}
    return ConnectionFactory(workspace=WorkspaceFactory(name=name), provider=provider, secrets=secrets)


def arrives(connection: Connection, *payloads: dict[str, Any]) -> list[str]:
    """Post the calls, run the event queue, return the outcomes."""
    wire = smartlead if connection.provider == "SMARTLEAD" else instantly
    for payload in payloads:
        response = ZrgClient().post(
            f"{wire.PATH}?clientId={connection.workspace_id}",
            json.dumps(payload),
            content_type="application/json",
            headers={"authorization": f"Bearer {wire.SECRET}"},
        )
        assert response.status_code == 200
    drain_events()
    return list(WebhookEvent.objects.order_by("created_at").values_list("outcome", flat=True))


def reading_jobs() -> list[str]:
    rows = BackgroundJob.objects.filter(type__endswith="_INBOUND_POST_PROCESS").order_by("seq")
    return list(rows.values_list("type", flat=True))


# --- SmartLead ---------------------------------------------------------------------------------------


def test_smartlead_reply_becomes_a_message_of_the_lead(harbor):
    assert arrives(harbor, smartlead.call()) == ["processed"]

    message, lead = Message.objects.get(), Lead.objects.get()
    assert (lead.email, lead.first_name, lead.last_name) == ("dana@northfork.example", "Dana", "Reyes")
    assert (lead.email_campaign.provider, lead.email_campaign.bison_campaign_id) == ("SMARTLEAD", "88410")
    assert (lead.email_bison_lead_id, lead.sender_account_id) == (None, None)
    assert (message.body, message.body_truncated) == ("Tuesday works, but could we do 3pm?", False)
    assert (message.from_email, message.to_email, message.cc) == (
        "dana@northfork.example",
        "priya@outbound.example",
        ["kim@northfork.example"],
    )
    assert message.sent_at == WROTE_AT
    assert decode_thread_handle(message.email_bison_reply_id) == ThreadHandle(
        provider="smartlead",
        campaign_id="88410",
        stats_id=smartlead.STATS_ID,
        message_id="<CAF77@mail.example>",
        to_email="dana@northfork.example",
        time="2026-03-05T16:41:03.000Z",
    )
    assert reading_jobs() == ["SMARTLEAD_INBOUND_POST_PROCESS"]


def test_two_replies_on_one_stats_id_are_two_messages(harbor):
    arrives(
        harbor,
        smartlead.call(),
        smartlead.call(reply_message={"message_id": "<r2@mail.example>", "text": "Or Friday."}),
        smartlead.call(smartlead.without(smartlead.REPLY, "reply_message", "event_timestamp"), reply_body="Or Monday."),
        smartlead.call(smartlead.without(smartlead.REPLY, "reply_message", "event_timestamp"), reply_body="Or Sunday."),
    )

    assert sorted(Message.objects.values_list("body", flat=True)) == [
        "Or Friday.",
        "Or Monday.",
        "Or Sunday.",
        "Tuesday works, but could we do 3pm?",
    ]
    assert Lead.objects.count() == 1


def test_the_teaser_alone_is_marked_as_incomplete(harbor):
    arrives(harbor, smartlead.without(smartlead.REPLY, "reply_message"))

    message = Message.objects.get()
    assert (message.body, message.body_truncated) == ("Tuesday works, but could we", True)


def test_smartlead_colleague_never_becomes_a_second_lead(harbor):
    others = {"targetLeadEmail": "dana@northfork.example", "replyReceivedFrom": "Kim@northfork.example"}
    arrives(harbor, smartlead.call(lead_correspondence=None, leadCorrespondence=others, from_email=None))

    lead, message = Lead.objects.get(), Message.objects.get()
    assert (lead.email, lead.current_replier_email) == ("dana@northfork.example", "kim@northfork.example")
    assert message.from_email == "kim@northfork.example"


@pytest.mark.parametrize("stamp", [1772728863, 1772728863000, "1772728863", "2026-03-05T11:41:03-05:00"])
def test_smartlead_times_in_any_spelling(harbor, stamp):
    arrives(harbor, smartlead.call(smartlead.without(smartlead.REPLY, "reply_message"), event_timestamp=stamp))

    assert Message.objects.get().sent_at == WROTE_AT


@pytest.mark.parametrize("stamp", ["soon", "2999-01-01T00:00:00Z", -1e30, 10**400, {}])
def test_unreadable_times_become_that_of_receipt(harbor, stamp):
    arrives(harbor, smartlead.call(smartlead.without(smartlead.REPLY, "reply_message"), event_timestamp=stamp))

    assert Message.objects.get().sent_at == WebhookEvent.objects.get().created_at


def test_smartlead_sent_mail_is_stored_once_and_names_our_mailbox(harbor):
    arrives(harbor, smartlead.call(smartlead.SENT), smartlead.call(smartlead.SENT))

    message = Message.objects.get()
    assert (message.direction, message.source, message.origin) == ("outbound", "inboxxia_campaign", "campaign")
    assert (message.body, message.from_email, message.to_email, message.is_read) == (
        "Hi Dana",
        "priya@outbound.example",
        "dana@northfork.example",
        True,
    )
    assert Lead.objects.get().first_name == "Dana"
    sender = EmailSender.objects.get()
    assert (sender.provider, sender.email_address) == ("SMARTLEAD", "priya@outbound.example")


def test_second_step_of_a_sequence_is_a_second_mail(harbor):
    arrives(harbor, smartlead.call(smartlead.SENT), smartlead.call(smartlead.SENT, sequence_number=2))

    assert Message.objects.count() == 2


def test_hard_02_own_mailbox_never_becomes_a_lead(harbor):
    own = smartlead.call(
        smartlead.without(smartlead.REPLY, "lead_correspondence"),
        sl_lead_email="priya@outbound.example",
        from_email="priya@outbound.example",
    )

    assert arrives(harbor, smartlead.call(smartlead.SENT), own)[-1] == "ignored:no_usable_identity"
    assert list(Lead.objects.values_list("email", flat=True)) == ["dana@northfork.example"]


@pytest.mark.parametrize("base", [smartlead.UNSUBSCRIBED])
def test_smartlead_unsubscribe_stops_every_channel(harbor, base):
    arrives(harbor, smartlead.call(base))

    lead = Lead.objects.get()
    assert (lead.status, lead.blacklist_reason) == ("blacklisted", "unsubscribed")


def test_delivery_report_in_a_named_thread_concerns_that_lead(harbor):
    report = {"message_id": "<b1@mx>", "text": "550 5.1.1 user unknown", "html": None, "time": None}
    named = {"targetLeadEmail": "dana@northfork.example", "replyReceivedFrom": "mailer-daemon@mx.example"}

    arrives(harbor, smartlead.call(reply_message=report, lead_correspondence=named))

    lead, message = Lead.objects.get(), Message.objects.get()
    assert (message.source, message.safety_kind) == ("bounce", "bounce")
    assert (lead.status, lead.blacklist_reason) == ("blacklisted", "bounce")


def test_handle_over_600_characters_is_hashed_and_its_json_kept(harbor):
    long_id = "<" + "a" * 900 + "@mail.example>"
    arrives(harbor, smartlead.call(reply_message={"message_id": long_id, "text": "Yes"}))

    message = Message.objects.get()
    kept = MessageRaw.objects.get(message=message).thread_json
    assert message.email_bison_reply_id.startswith("smartlead:h:")
    assert decode_thread_handle(message.email_bison_reply_id, kept).message_id == long_id


# --- Instantly ---------------------------------------------------------------------------------------


def test_instantly_reply_becomes_a_message_of_the_lead(pine):
    assert arrives(pine, instantly.call()) == ["processed"]

    message, lead = Message.objects.get(), Lead.objects.get()
    assert lead.email == "dana@northfork.example"
    assert (lead.email_campaign.provider, lead.email_campaign.name) == ("INSTANTLY", "Dental owners")
    assert (message.body, message.is_automated, message.sent_at) == ("Tuesday works.", False, WROTE_AT)
    assert (message.from_email, message.to_email) == ("dana@northfork.example", "priya@outbound.example")
    assert message.email_bison_reply_id.startswith("instantly:")
    handle = json.loads(urlsafe_b64decode(message.email_bison_reply_id.removeprefix("instantly:") + "=="))
    assert handle == {
        "eaccount": "priya@outbound.example",
        "eventTimestamp": "2026-03-05T16:41:03.000Z",
        "replyToUuid": instantly.EMAIL_ID,
    }
    assert reading_jobs() == ["INSTANTLY_INBOUND_POST_PROCESS"]
    assert EmailSender.objects.get().provider == "INSTANTLY"


def test_instantly_older_spelling(pine):
    arrives(pine, instantly.OLDER_REPLY)

    message, lead = Message.objects.get(), Lead.objects.get()
    assert (lead.first_name, lead.last_name, message.sent_at) == ("Dana", "Reyes", WROTE_AT)


def test_instantly_replies_with_one_id_are_told_apart(pine):
    bare = instantly.without(instantly.REPLY, "timestamp", "reply_html")
    arrives(
        pine,
        instantly.call(),
        instantly.call(timestamp="2026-03-05T18:00:00.000Z", reply_text="Or Friday.", reply_html=None),
        instantly.call(bare, reply_text="Or Monday."),
        instantly.call(bare, reply_text="Or Sunday."),
    )

    assert Message.objects.count() == 4


def test_instantly_automatic_reply_is_marked(pine):
    arrives(pine, instantly.call(event_type="auto_reply_received"))

    assert Message.objects.get().is_automated is True


def test_instantly_snippet_alone_is_marked_as_incomplete(pine):
    arrives(pine, instantly.without(instantly.REPLY, "reply_text", "reply_html"))

    message = Message.objects.get()
    assert (message.body, message.body_truncated) == ("Tuesday works.", True)


def test_instantly_sent_mail_is_stored_once(pine):
    arrives(pine, instantly.call(instantly.SENT), instantly.call(instantly.SENT))

    message = Message.objects.get()
    assert (message.source, message.inboxxia_scheduled_email_id) == ("inboxxia_campaign", instantly.SENT["email_id"])


def test_an_id_longer_than_its_column_is_told_by_the_events_key(pine):
    arrives(pine, *[instantly.call(instantly.SENT, email_id="7" * 80)] * 2)

    message = Message.objects.get()
    assert message.inboxxia_scheduled_email_id is None
    assert message.webhook_dedupe_key.endswith(":email_sent:" + "7" * 80)


@pytest.mark.parametrize("kind", ["unsubscribed", "lead_unsubscribed"])
def test_instantly_unsubscribe_stops_every_channel(pine, kind):
    arrives(pine, instantly.call(instantly.UNSUBSCRIBED, event_type=kind))

    lead = Lead.objects.get()
    assert (lead.status, lead.blacklist_reason) == ("blacklisted", "unsubscribed")


def test_instantly_bounce_blocks_email(pine):
    arrives(pine, instantly.BOUNCED)

    message, lead = Message.objects.get(), Lead.objects.get()
    assert (message.source, message.body) == ("bounce", "[BOUNCED] Delivery failed")
    assert (lead.status, lead.blacklist_reason) == ("blacklisted", "bounce")


def test_instantly_soft_bounce_blocks_nothing(pine):
    arrives(pine, instantly.call(instantly.BOUNCED, reply_text="452 4.2.2 mailbox full, try again later"))

    assert (Message.objects.get().source, Lead.objects.get().status) == ("bounce", "new")


def test_same_ids_in_two_workspaces_stay_apart(pine):
    other = _connection("Oak Labs", "INSTANTLY", instantly.SECRET)

    arrives(pine, instantly.call())
    arrives(other, instantly.call())

    workspaces = set(Message.objects.values_list("workspace_id", flat=True))
    assert workspaces == {pine.workspace_id, other.workspace_id}
    assert Lead.objects.count() == 2


# --- bad input -------------------------------------------------------------------------------------------


def test_long_texts_are_cut_at_their_columns_and_kept_in_raw(harbor, pine):
    long = "s" * 2_000
    arrives(harbor, smartlead.call(subject=long, campaign_name=long, sl_lead_name=f"{long} {long}", to_name=long))
    arrives(pine, instantly.call(reply_subject=long, campaign_name=long, contact_name=f"{long} {long}"))

    for message in Message.objects.all():
        assert (message.subject, message.body_truncated) == (long[:998], False)
        assert message.lead.first_name == long[:120]
    assert {event.payload["campaign_name"] for event in WebhookEvent.objects.all()} == {long}


def test_bodies_over_the_caps_are_cut_and_marked(harbor, pine):
    # The cut falls on a blank.
    words = "word " * 20_001
    arrives(harbor, smartlead.call(reply_message={"message_id": "<r>", "text": words}))
    arrives(pine, instantly.call(reply_text=words, reply_html=None))

    assert [(len(message.body), message.body_truncated) for message in Message.objects.all()] == [(99_999, True)] * 2


def test_nul_and_lone_surrogates_are_dropped(harbor, pine):
    arrives(harbor, smartlead.call(reply_message={"message_id": "<r\x00>", "text": "Tues\x00day \ud800works."}))
    arrives(pine, instantly.call(reply_text="Tues\x00day \ud800works.", reply_html=None))

    assert list(Message.objects.values_list("body", flat=True)) == ["Tuesday works."] * 2


def test_ids_as_numbers_or_strings_are_the_same(harbor):
    arrives(harbor, smartlead.call(stats_id=77), smartlead.call(campaign_id="88410", stats_id="77"))

    assert Message.objects.count() == 1
    assert WebhookEvent.objects.get().redelivered_count == 1


def test_a_call_processed_twice_changes_nothing(harbor, pine):
    arrives(harbor, smartlead.call())
    arrives(pine, instantly.call())

    WebhookEvent.objects.update(status="PENDING", attempts=0)
    drain_events()

    assert (Message.objects.count(), Lead.objects.count(), len(reading_jobs())) == (2, 2, 2)
    assert set(WebhookEvent.objects.values_list("outcome", flat=True)) == {"processed"}


def test_a_message_stored_meanwhile_is_no_error(harbor):
    """Another processor of the same call was faster: its row is met, not repeated."""
    arrives(harbor, smartlead.call())
    handle = Message.objects.get().email_bison_reply_id
    WebhookEvent.objects.all().delete()

    assert arrives(harbor, smartlead.call()) == ["processed"]
    assert Message.objects.get().email_bison_reply_id == handle
