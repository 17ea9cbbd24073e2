"""Comparing a conversation with its providers: nothing doubled, nothing triggered, what was lost comes in."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from inbox.enums import DeliveryStatus
from inbox.models import ConversationSync, Message, SendOrder
from inbox.services.syncing.conversations import request_sync, request_sync_if_stale, sync_conversation
from inbox.services.syncing.reports import SyncReport, sentence
from leads.models import Lead
from tests.factories.inbox import MessageFactory
from tests.factories.integrations import ConnectionFactory
from tests.factories.leads import LeadFactory
from tests.inbox.services.syncing.calls import sms_call
from tests.inbox.services.syncing.conftest import EMAIL, Providers, ago
from tests.support.drain import drain
from zrg.jobs.models import BackgroundJob

pytestmark = pytest.mark.django_db


def sync(providers: Providers, *channels: str) -> SyncReport:
    lead = providers.lead
    report = sync_conversation(lead.workspace_id, lead.pk, channels or ("email", "sms", "linkedin"), force=True)
    assert report is not None
    return report


def counts(report: SyncReport) -> tuple[int, int, int]:
    return report.inserted, report.healed, report.ambiguous


def thread(lead: Lead, **filters: Any) -> list[tuple[str, str, str]]:
    rows = Message.objects.of_lead(lead.pk).filter(**filters).in_thread_order()
    return [(row.direction, row.channel, row.body) for row in rows]


def jobs(*types: str) -> list[str]:
    return list(BackgroundJob.objects.filter(type__in=types).order_by("seq").values_list("type", flat=True))


# --- e-mail ------------------------------------------------------------------------------------------


def test_lost_reply_comes_in_as_a_webhook_would_have_brought_it(providers: Providers) -> None:
    reply_id = providers.reply("Could you send more details?", at=ago(minutes=30))

    report = sync(providers)

    message = Message.objects.get()
    providers.lead.refresh_from_db()
    assert counts(report) == (1, 0, 0)
    assert (message.email_bison_reply_id, message.body, message.safety_kind) == (
        reply_id,
        "Could you send more details?",
        "none",
    )
    assert (message.from_email, message.sent_at) == (EMAIL, providers.lead.last_inbound_at)
    assert jobs("EMAIL_INBOUND_POST_PROCESS") == ["EMAIL_INBOUND_POST_PROCESS"]


def test_second_comparison_changes_nothing(providers: Providers) -> None:
    providers.reply("Could you send more details?", at=ago(minutes=30))
    providers.mail("Here they are", at=ago(minutes=20))
    providers.sms("And by SMS", at=ago(minutes=10))
    first = sync(providers)
    before = thread(providers.lead)

    second = sync(providers)

    assert counts(first) == (3, 0, 0)
    assert counts(second) == (0, 0, 0)
    assert thread(providers.lead) == before
    assert len(before) == 3


def test_hard_03_opt_out_found_by_sync_stops_the_lead(providers: Providers) -> None:
    providers.reply("Please remove me from your list.", at=ago(minutes=30))

    sync(providers, "email")

    providers.lead.refresh_from_db()
    assert (providers.lead.status, providers.lead.blacklist_reason) == ("blacklisted", "opt_out")


def test_old_opt_out_stops_and_an_old_friendly_reply_lifts_nothing(providers: Providers) -> None:
    lead = providers.lead
    MessageFactory(lead=lead, sent_at=ago(hours=1), source="bounce", safety_kind="bounce")
    Lead.objects.filter(pk=lead.pk).update(status="blacklisted", blacklist_reason="bounce")
    providers.reply("Sounds good, tell me more", at=ago(hours=5))

    sync(providers, "email")
    lead.refresh_from_db()
    kept = (lead.status, lead.blacklist_reason)
    providers.reply("Sounds good, tell me more", at=ago(minutes=1))
    sync(providers, "email")
    lead.refresh_from_db()

    assert kept == ("blacklisted", "bounce")
    assert lead.status != "blacklisted"


def test_older_reply_announces_nothing_and_moves_no_replier(providers: Providers) -> None:
    MessageFactory(lead=providers.lead, sent_at=ago(minutes=5))
    providers.reply("I am her colleague", at=ago(days=3), from_email_address="kim@northfork.example")

    sync(providers, "email")

    providers.lead.refresh_from_db()
    assert providers.lead.current_replier_email is None
    assert len(thread(providers.lead)) == 2


def test_reply_without_its_id_is_healed(providers: Providers) -> None:
    known = MessageFactory(
        lead=providers.lead, email_bison_reply_id=None, body="Could you send more details?", sent_at=ago(seconds=90)
    )
    reply_id = providers.reply("Could you send more details?", at=ago(seconds=30))

    report = sync(providers, "email")

    known.refresh_from_db()
    assert counts(report) == (0, 1, 0)
    assert known.email_bison_reply_id == reply_id
    assert Message.objects.count() == 1
    assert jobs("EMAIL_INBOUND_POST_PROCESS") == []


def test_reply_that_came_without_text_is_completed_read_and_classified_once(providers: Providers) -> None:
    reply_id = providers.reply("Please unsubscribe me", at=ago(minutes=5))
    known = MessageFactory(lead=providers.lead, email_bison_reply_id=reply_id, body="", sent_at=ago(minutes=5))

    first, second = sync(providers, "email"), sync(providers, "email")

    known.refresh_from_db()
    providers.lead.refresh_from_db()
    assert (counts(first), counts(second)) == ((0, 1, 0), (0, 0, 0))
    assert (known.body, known.safety_kind) == ("Please unsubscribe me", "opt_out")
    assert providers.lead.status == "blacklisted"
    assert jobs("EMAIL_INBOUND_POST_PROCESS") == ["EMAIL_INBOUND_POST_PROCESS"]


def test_mail_written_at_the_provider_is_an_answer_that_triggers_nothing(providers: Providers) -> None:
    reply_id = providers.mail("Here are the details", at=ago(minutes=20))

    report = sync(providers, "email")

    message = Message.objects.get()
    providers.lead.refresh_from_db()
    assert counts(report) == (1, 0, 0)
    assert (message.direction, message.origin, message.source) == ("outbound", "external", "import")
    assert (message.email_bison_reply_id, message.is_read, message.delivery_status) == (reply_id, True, None)
    assert providers.lead.last_answer_at == message.sent_at
    assert BackgroundJob.objects.exclude(type="SENDER_REFRESH").count() == 0
    assert not SendOrder.objects.exists()


def test_campaign_step_comes_in_as_one(providers: Providers) -> None:
    emailbison = providers.simulator.state.emailbison
    emailbison._send_step(emailbison.leads[int(providers.lead.email_bison_lead_id or 0)])

    sync(providers, "email")

    message = Message.objects.get()
    providers.lead.refresh_from_db()
    assert (message.origin, message.source) == ("campaign", "inboxxia_campaign")
    assert message.inboxxia_scheduled_email_id == str(max(emailbison.scheduled))
    assert (providers.lead.last_outbound_at, providers.lead.last_answer_at) == (message.sent_at, None)


def test_our_own_mail_is_healed_and_an_unconfirmed_one_proved_sent(providers: Providers) -> None:
    sent = {"lead": providers.lead, "outbound": True, "subject": "Re: quick idea"}
    confirmed = MessageFactory(**sent, body="First", sent_at=ago(minutes=50))
    unconfirmed = MessageFactory(**sent, body="Second", sent_at=ago(minutes=40), delivery_status="unknown")
    first_at = ago(minutes=49)
    first = providers.mail("First", at=first_at)
    second = providers.mail("Second", at=ago(minutes=39))

    report = sync(providers, "email")

    confirmed.refresh_from_db()
    unconfirmed.refresh_from_db()
    assert counts(report) == (0, 2, 0)
    assert (confirmed.email_bison_reply_id, confirmed.sent_at) == (first, first_at)
    assert (unconfirmed.email_bison_reply_id, unconfirmed.delivery_status) == (second, DeliveryStatus.SENT)
    assert Message.objects.count() == 2


def test_mail_being_sent_keeps_the_time_its_worker_knows(providers: Providers) -> None:
    sending = MessageFactory(
        lead=providers.lead, outbound=True, subject="Re: quick idea", body="Now", delivery_status="sending"
    )
    reply_id = providers.mail("Now", at=sending.sent_at + timedelta(seconds=40))
    before = sending.sent_at

    sync(providers, "email")

    sending.refresh_from_db()
    assert (sending.email_bison_reply_id, sending.delivery_status, sending.sent_at) == (reply_id, "sending", before)
    assert Message.objects.count() == 1


def test_failed_mail_is_not_taken_for_one_that_left(providers: Providers) -> None:
    failed = MessageFactory(
        lead=providers.lead, outbound=True, subject="Re: quick idea", body="Hi", delivery_status="failed"
    )
    providers.mail("Hi", at=failed.sent_at)

    report = sync(providers, "email")

    failed.refresh_from_db()
    assert (counts(report), failed.delivery_status) == ((1, 0, 0), "failed")


def test_mails_that_cannot_be_told_apart_are_left_alone(providers: Providers) -> None:
    for seconds in (0, 2):
        MessageFactory(
            lead=providers.lead, outbound=True, subject="Re: quick idea", body="Hi", sent_at=ago(seconds=600 - seconds)
        )
    providers.mail("Hi", at=ago(seconds=580))

    report = sync(providers, "email")

    assert counts(report) == (0, 0, 1)
    assert Message.objects.filter(email_bison_reply_id__isnull=True).count() == 2
    assert Message.objects.count() == 2


def test_message_of_another_lead_is_not_copied(providers: Providers) -> None:
    reply_id = providers.reply("Hello", at=ago(minutes=3))
    MessageFactory(
        lead=LeadFactory(workspace=providers.lead.workspace, email="kim@northfork.example"),
        email_bison_reply_id=reply_id,
    )

    assert counts(sync(providers, "email")) == (0, 0, 0)
    assert thread(providers.lead) == []


# --- SMS ---------------------------------------------------------------------------------------------


def test_sms_come_in_in_both_directions(providers: Providers) -> None:
    inbound = providers.sms("Tuesday works", at=ago(minutes=30))
    outbound = providers.sms("Great, 3pm?", inbound=False, at=ago(minutes=20))
    providers.sms("never arrived", inbound=False, at=ago(minutes=10), status="failed")

    report = sync(providers, "sms")

    rows = {row.ghl_id: row for row in Message.objects.all()}
    assert counts(report) == (2, 0, 0)
    assert rows.keys() == {inbound, outbound}
    assert (rows[inbound].direction, rows[inbound].safety_kind) == ("inbound", "none")
    assert (rows[outbound].direction, rows[outbound].origin) == ("outbound", "external")
    assert jobs("SMS_INBOUND_POST_PROCESS") == ["SMS_INBOUND_POST_PROCESS"]


def test_sms_of_a_webhook_gets_its_id_and_time(providers: Providers) -> None:
    known = MessageFactory(
        lead=providers.lead,
        channel="sms",
        body="Tuesday works",
        email_bison_reply_id=None,
        webhook_dedupe_key="ghl:1",
        sent_at=ago(seconds=20),
    )
    at = ago(seconds=60)
    ghl_id = providers.sms("tuesday  works", at=at)

    report = sync(providers, "sms")

    known.refresh_from_db()
    assert counts(report) == (0, 1, 0)
    assert (known.ghl_id, known.sent_at) == (ghl_id, at)


def test_two_equal_texts_a_while_apart_each_get_their_id(providers: Providers) -> None:
    early, late = ago(minutes=9), ago(minutes=1)
    for number, at in enumerate((early, late)):
        MessageFactory(
            lead=providers.lead,
            channel="sms",
            body="Yes",
            email_bison_reply_id=None,
            webhook_dedupe_key=f"ghl:{number}",
            sent_at=at,
        )
    ids = [providers.sms("Yes", at=early), providers.sms("Yes", at=late)]

    assert counts(sync(providers, "sms")) == (0, 2, 0)
    assert list(Message.objects.order_by("sent_at").values_list("ghl_id", flat=True)) == ids


def test_webhook_after_the_sync_does_not_double_the_sms(providers: Providers) -> None:
    providers.sms("Tuesday works", at=ago(seconds=50))
    sync(providers, "sms")

    assert sms_call(providers, "Tuesday works") == "processed"
    assert sms_call(providers, "Tuesday works") == "processed"
    other = sms_call(providers, "Tuesday works", key="ghl:another")

    assert other == "processed"
    assert list(Message.objects.order_by("created_at").values_list("webhook_dedupe_key", flat=True)) == [
        "ghl:call",
        "ghl:another",
    ]


def test_export_stands_in_when_the_conversation_fails(providers: Providers) -> None:
    providers.sms("Tuesday works", at=ago(minutes=30))
    providers.simulator.script("ghl", "/conversations/*/messages", times=9, status=500)

    report = sync(providers, "sms")

    assert (counts(report), report.notes) == ((1, 0, 0), {})
    assert providers.simulator.requests("ghl", "/conversations/messages/export") != []


def test_nothing_can_be_read(providers: Providers) -> None:
    providers.sms("Tuesday works", at=ago(minutes=30))
    providers.reply("By mail", at=ago(minutes=20))
    providers.simulator.script("ghl", "/conversations/*", times=20, status=500)

    report = sync(providers, "email", "sms")

    state = ConversationSync.objects.get()
    assert (counts(report), report.notes) == ((1, 0, 0), {"sms": "unavailable"})
    assert (state.state, thread(providers.lead)) == ("partial", [("inbound", "email", "By mail")])


# --- providers without history, bounds, asking ---------------------------------------------------------


def test_providers_without_history_are_said_plainly(db: None) -> None:
    lead = LeadFactory()
    ConnectionFactory(
        workspace=lead.workspace,
        provider="SMARTLEAD",
        secrets={"api_key": "smartlead-key-1", "webhook_secret": "smartlead-hook-1"},
    )

    report = sync_conversation(lead.workspace_id, lead.pk, force=True)

    assert report is not None
    assert report.notes == {"email": "no_history", "sms": "not_connected", "linkedin": "not_connected"}
    assert sentence(report.as_json()) == "Nothing new. E-mail: the provider offers no history to compare with."
    assert ConversationSync.objects.get().state == "done"


def test_bounds_keep_the_newest(providers: Providers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inbox.services.syncing.history.MAX_MESSAGES", 2)
    for minutes in (30, 20, 10):
        providers.reply(f"Message {minutes}", at=ago(minutes=minutes))

    report = sync(providers, "email")

    assert report.notes == {"email": "cut"}
    assert [body for _, _, body in thread(providers.lead)] == ["Message 20", "Message 10"]


def test_one_job_per_bucket_and_again_when_a_person_asks(providers: Providers) -> None:
    lead, now = providers.lead, timezone.now()
    providers.reply("Hello", at=ago(minutes=3))

    first = (
        request_sync_if_stale(lead, now=now),
        request_sync_if_stale(lead, now=now),
        request_sync(lead, by_person=True, now=now),
    )
    drain()
    again = (request_sync_if_stale(lead, now=now), request_sync(lead, by_person=True, now=now))

    assert first == (True, False, False)
    assert again == (False, True)
    assert jobs("CONVERSATION_SYNC") == ["CONVERSATION_SYNC"]
    assert (ConversationSync.objects.get().report["inserted"], len(thread(lead))) == (1, 1)


def test_conversation_compared_long_ago_is_stale(providers: Providers) -> None:
    sync(providers)
    assert request_sync_if_stale(providers.lead) is False

    past = timezone.now() - timedelta(minutes=11)
    ConversationSync.objects.update(requested_at=past, finished_at=past)
    assert request_sync_if_stale(providers.lead) is True


def test_job_of_a_conversation_compared_just_now_does_nothing(providers: Providers) -> None:
    sync(providers)
    before = len(providers.simulator.requests("emailbison"))

    assert sync_conversation(providers.lead.workspace_id, providers.lead.pk) is None
    assert len(providers.simulator.requests("emailbison")) == before
