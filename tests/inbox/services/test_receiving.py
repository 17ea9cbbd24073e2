"""What arrives becomes rows of the right thread, once, protected in the same transaction."""

from datetime import timedelta

import pytest

from inbox.enums import SafetyKind
from inbox.models import InboundStageRun, Message
from inbox.services.receiving import receive_message
from integrations.contracts import Address, InboundMessage, PersonDetails, ProviderIds
from leads.models import Lead, OptOut
from tests.factories.inbox import DraftFactory
from tests.factories.leads import LeadFactory
from tests.factories.workspaces import WorkspaceFactory
from tests.inbox.services.conftest import WROTE_AT, common, receive, reply
from zrg.jobs.models import BackgroundJob
from zrg.workspaces.context import tenant

pytestmark = pytest.mark.django_db


def test_receive_message_stores_lead_thread_and_job(workspace):
    outcome = receive(workspace, reply(workspace))

    lead = Lead.objects.get()
    message = Message.objects.get()
    assert outcome == "processed"
    assert (lead.email, lead.email_bison_lead_id, lead.email_campaign.name) == (
        "dana@northfork.example",
        "55021",
        "Owners Q2",
    )
    assert (message.body, message.email_bison_reply_id, message.safety_kind) == ("Tuesday works.", "771204", "none")
    assert (lead.last_inbound_at, lead.last_message_direction, lead.is_open) == (WROTE_AT, "inbound", True)
    assert BackgroundJob.objects.filter(type="EMAIL_INBOUND_POST_PROCESS").count() == 1


def test_receive_message_twice_changes_nothing(workspace):
    receive(workspace, reply(workspace))
    receive(workspace, reply(workspace))

    assert Message.objects.count() == 1
    assert Lead.objects.count() == 1
    assert BackgroundJob.objects.filter(type="EMAIL_INBOUND_POST_PROCESS").count() == 1


def test_same_reply_id_in_two_workspaces_stays_apart(workspace):
    other = WorkspaceFactory()

    receive(workspace, reply(workspace))
    receive(other, reply(other))

    assert Message.objects.filter(workspace=workspace).count() == 1
    assert Message.objects.filter(workspace=other).count() == 1


def test_hard_02_colleague_is_not_a_lead(workspace):
    colleague = Address(email="kim@northfork.example", name="Kim")

    receive(workspace, reply(workspace, from_address=colleague))

    lead = Lead.objects.get()
    assert lead.email == "dana@northfork.example"
    assert (lead.current_replier_email, lead.current_replier_name) == ("kim@northfork.example", "Kim")
    assert lead.alternate_emails == ["kim@northfork.example"]


def test_reply_of_the_lead_clears_the_replier(workspace):
    receive(workspace, reply(workspace, from_address=Address(email="kim@northfork.example")))

    receive(workspace, reply(workspace, id="771205", sent_at=WROTE_AT + timedelta(hours=1)))

    lead = Lead.objects.get()
    assert lead.current_replier_email is None
    assert lead.alternate_emails == ["kim@northfork.example"]


def test_hard_02_bounce_sender_never_lead(workspace):
    contract = reply(
        workspace,
        person=PersonDetails(email="mailer-daemon@mx.example"),
        ids=ProviderIds(),
        campaign=None,
        from_address=Address(email="mailer-daemon@mx.example"),
        text="550 5.1.1 user unknown\nFinal-Recipient: rfc822; gone@harbor.example",
    )

    outcome = receive(workspace, contract)

    assert outcome == "ignored:original_recipient_unknown"
    assert not Lead.objects.exists()
    assert not Message.objects.exists()


def test_delivery_report_reaches_the_lead_it_names(workspace):
    lead = LeadFactory(workspace=workspace, email="gone@harbor.example")
    contract = reply(
        workspace,
        person=PersonDetails(email="mailer-daemon@mx.example"),
        ids=ProviderIds(),
        campaign=None,
        from_address=Address(email="mailer-daemon@mx.example"),
        text="550 5.1.1 user unknown\nFinal-Recipient: rfc822; gone@harbor.example",
    )

    outcome = receive(workspace, contract)

    lead.refresh_from_db()
    assert outcome == "processed"
    assert (lead.status, lead.blacklist_reason) == ("blacklisted", "bounce")
    assert Message.objects.get().source == "bounce"
    assert lead.last_inbound_at is None


def test_hard_05_safety_first(workspace):
    """An opt-out is in force when the storing transaction commits, before any job starts."""
    lead = LeadFactory(workspace=workspace, email="dana@northfork.example")
    draft = DraftFactory(lead=lead)

    receive(workspace, reply(workspace, text="Please take me off your list.", interested=True))

    lead.refresh_from_db()
    draft.refresh_from_db()
    message = Message.objects.get()
    assert message.safety_kind == SafetyKind.OPT_OUT
    assert (lead.status, lead.blacklist_reason, lead.sentiment_tag) == ("blacklisted", "opt_out", "Blacklist")
    assert lead.opted_out_at is not None
    assert (draft.status, draft.closed_reason) == ("rejected", "lead_opted_out")
    assert OptOut.objects.filter(workspace=workspace, kind="email").count() == 1
    assert InboundStageRun.objects.get(message=message, stage="safety").state == "done"


def test_hard_03_optout_read_before_all(workspace):
    """Every channel and every provider flag: the words decide."""
    receive(workspace, reply(workspace, text="STOP"))

    assert Lead.objects.get().status == "blacklisted"


def test_quoted_footer_of_ours_is_no_opt_out(workspace):
    footer = "On Mon, Mar 2, 2026 at 9:00 AM Priya <priya@outbound.example> wrote:\n> Hi\n> Reply STOP to unsubscribe"
    text = f"Sounds good, tell me more.\n\n{footer}"

    receive(workspace, reply(workspace, text=text))

    assert Message.objects.get().safety_kind == SafetyKind.NONE
    assert Lead.objects.get().status == "new"


def test_colleagues_opt_out_silences_the_colleague_only(workspace):
    receive(workspace, reply(workspace, from_address=Address(email="kim@northfork.example"), text="Unsubscribe me"))

    lead = Lead.objects.get()
    assert lead.status == "new"
    assert OptOut.objects.count() == 1


def test_human_reply_lifts_a_bounce(workspace):
    lead = LeadFactory(workspace=workspace, email="dana@northfork.example")
    Lead.objects.filter(pk=lead.pk).update(status="blacklisted", blacklist_reason="bounce")

    receive(workspace, reply(workspace, text="Hello, I am back. What does it cost?"))

    lead.refresh_from_db()
    assert (lead.status, lead.blacklist_reason) == ("new", None)


def test_hard_05_person_clears_optout(workspace):
    lead = LeadFactory(workspace=workspace, email="dana@northfork.example")
    receive(workspace, reply(workspace, text="Unsubscribe"))

    receive(workspace, reply(workspace, id="771205", text="Actually, how much is it?", interested=True))

    lead.refresh_from_db()
    assert (lead.status, lead.blacklist_reason) == ("blacklisted", "opt_out")


def test_provider_interest_on_a_known_reply_is_applied_once(workspace):
    receive(workspace, reply(workspace))

    receive(workspace, reply(workspace, interested=True, event_type="LEAD_INTERESTED"))
    receive(workspace, reply(workspace, interested=True, event_type="LEAD_INTERESTED"))

    assert Lead.objects.get().sentiment_tag == "Interested"
    keys = BackgroundJob.objects.filter(type="EMAIL_INBOUND_POST_PROCESS").values_list("dedupe_key", flat=True)
    assert sorted(key.endswith(":interested") for key in keys) == [False, True]


def test_own_mailbox_never_becomes_replier_or_lead(workspace):
    lead = LeadFactory(workspace=workspace, email="dana@northfork.example", email_bison_lead_id="55021")
    workspace.settings.own_sender_addresses = ["@outbound.example"]
    workspace.settings.save(update_fields=["own_sender_addresses"])

    receive(workspace, reply(workspace, from_address=Address(email="priya@outbound.example")))

    lead.refresh_from_db()
    assert lead.current_replier_email is None
    assert lead.alternate_emails == []


def test_inbound_without_identity_is_ignored(workspace):
    contract = reply(
        workspace,
        person=PersonDetails(first_name="Dana"),
        ids=ProviderIds(),
        from_address=Address(email="no-reply@shop.example"),
    )

    assert receive(workspace, contract) == "ignored:no_usable_identity"
    assert not Lead.objects.exists()


def test_broken_addresses_and_long_names_never_block_a_reply(workspace):
    lead = LeadFactory(workspace=workspace, email="dana@northfork.example")
    long_address = "x" * 400 + "@northfork.example"

    with tenant(workspace.pk):
        outcome = receive_message(
            InboundMessage(
                **common(workspace, "LEAD_REPLIED", "reply:55"),
                provider_message_id="55",
                thread_handle="55",
                person=PersonDetails(email=lead.email),
                from_address=Address(email="kim@northfork.example", name="K" * 400),
                to=(Address(email=long_address, name="T" * 400),),
                cc=(Address(email=long_address), Address(email="Lee@Northfork.example"), Address(email="no address")),
                subject="S" * 1200,
                text="Could you send more details?",
                sent_at=WROTE_AT,
            )
        )

    message = Message.objects.get()
    assert outcome == "processed"
    assert message.cc == ["lee@northfork.example"]
    assert (len(message.subject), len(message.from_name), len(message.to_email)) == (998, 255, 320)
