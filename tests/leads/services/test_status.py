import pytest

from leads.errors import BlacklistStays, InvalidStatus
from leads.models import Lead, OptOut
from leads.services.optouts import is_remembered, opted_out_addresses
from leads.services.status import blacklist_lead, clear_blacklist, lift_email_block, set_status
from tests.factories import LeadFactory, MembershipFactory, UserFactory, WorkspaceFactory
from zrg.jobs.models import BackgroundJob
from zrg.lib.errors import BadInput, Forbidden, NotVisible
from zrg.workspaces.models import AdminAuditEvent

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

ALL_CHANNELS = ("opt_out", "unsubscribed", "complaint", "manual")
EMAIL_ONLY = ("bounce", "dead_inbox", "email_invalid")


def state(lead):
    return Lead.objects.values_list("status", "blacklist_reason").get(pk=lead.pk)


def audited(lead):
    return list(
        AdminAuditEvent.objects.about("lead", lead.pk).order_by("created_at", "id").values_list("action", flat=True)
    )


def test_status_is_set_once_and_audited():
    lead, person = LeadFactory(), UserFactory()

    assert set_status(lead, "Meeting-Booked", by=person)
    assert not set_status(lead, "meeting_booked", by=person)

    assert state(lead) == ("meeting_booked", None)
    assert audited(lead) == ["lead.status_set"]


def test_unknown_status_is_refused():
    lead = LeadFactory()

    with pytest.raises(InvalidStatus):
        set_status(lead, "gone")

    assert state(lead) == ("new", None)


def test_blacklisted_by_a_person_stops_every_channel():
    lead = LeadFactory()

    set_status(lead, "blacklisted", by=UserFactory())

    assert state(lead) == ("blacklisted", "manual")
    assert is_remembered(lead.workspace_id, email=lead.email)


@pytest.mark.parametrize("reason", ALL_CHANNELS)
def test_hard_03_blacklist_never_lowered(reason):
    lead = LeadFactory()
    blacklist_lead(lead, reason)

    for by in (None, lead.workspace.owner):
        for status in ("new", "qualified", "unqualified", "meeting_booked"):
            with pytest.raises(BlacklistStays):
                set_status(lead, status, by=by)
    assert not lift_email_block(lead, reason="human_reply")
    assert not blacklist_lead(lead, "bounce")

    assert state(lead) == ("blacklisted", reason)


@pytest.mark.parametrize("reason", EMAIL_ONLY)
def test_email_block_is_lifted_by_a_reply_or_a_person_not_by_a_machine(reason):
    lead = LeadFactory()
    blacklist_lead(lead, reason)

    with pytest.raises(BlacklistStays):
        set_status(lead, "qualified")
    assert lift_email_block(lead, reason="human_reply")

    assert state(lead) == ("new", None)
    assert audited(lead) == ["lead.blacklisted", "lead.email_block_lifted"]
    assert OptOut.objects.count() == 0


def test_stop_carries_everything_with_it():
    lead = LeadFactory(
        phone="+14155552671",
        phone_national="4155552671",
        alternate_emails=["pa@northfork.example"],
        sentiment_tag="Interested",
        overall_score=4,
        auto_reply_enabled=True,
        auto_follow_up_enabled=True,
        snooze_until_reply=True,
    )

    assert blacklist_lead(lead, "opt_out", channel="sms")
    assert not blacklist_lead(lead, "opt_out", channel="sms")

    lead.refresh_from_db()
    assert (lead.sentiment_tag, lead.overall_score, lead.snooze_until_reply) == ("Blacklist", 0, False)
    assert (lead.auto_reply_enabled, lead.auto_follow_up_enabled, lead.auto_book_meetings_enabled) == (False,) * 3
    assert (lead.opted_out_channel, lead.opted_out_at) == ("sms", lead.blacklisted_at)
    assert opted_out_addresses(lead.workspace_id, [lead.email, "pa@northfork.example", "kim@northfork.example"]) == {
        lead.email,
        "pa@northfork.example",
    }
    assert is_remembered(lead.workspace_id, phone="+14155552671")
    assert audited(lead) == ["lead.blacklisted"]


def test_stop_of_every_channel_replaces_one_of_email():
    lead = LeadFactory()
    blacklist_lead(lead, "bounce")

    assert blacklist_lead(lead, "complaint")

    assert state(lead) == ("blacklisted", "complaint")


def test_bounce_remembers_no_address():
    lead = LeadFactory()

    blacklist_lead(lead, "bounce")

    assert OptOut.objects.count() == 0
    assert Lead.objects.get(pk=lead.pk).opted_out_at is None


def test_hard_03_only_a_person_lifts_optout():
    workspace = WorkspaceFactory()
    lead = LeadFactory(workspace=workspace, phone="+14155552671", phone_national="4155552671")
    blacklist_lead(lead, "opt_out")
    manager = MembershipFactory(workspace=workspace, role="INBOX_MANAGER").user

    with pytest.raises(Forbidden):
        clear_blacklist(lead, manager, "They called.")
    with pytest.raises(NotVisible):
        clear_blacklist(lead, UserFactory(), "They called.")
    with pytest.raises(BadInput):
        clear_blacklist(lead, workspace.owner, "  ")
    assert state(lead) == ("blacklisted", "opt_out")

    assert clear_blacklist(lead, workspace.owner, "They called and asked for mail.")
    assert not clear_blacklist(lead, workspace.owner, "Again.")

    assert state(lead) == ("new", None)
    assert not is_remembered(workspace.pk, email=lead.email)
    assert not is_remembered(workspace.pk, phone="+14155552671")
    assert AdminAuditEvent.objects.get(action="lead.blacklist_cleared").reason == "They called and asked for mail."


def test_stopped_leads_are_announced_to_their_receivers(monkeypatch):
    from zrg.jobs import registry

    announced = []
    monkeypatch.setattr("leads.services.status.announce", announced.append)
    lead, other = LeadFactory(), LeadFactory()

    blacklist_lead(lead, "opt_out")
    set_status(other, "unqualified")
    set_status(other, "qualified", by=UserFactory())

    assert [(event.lead_id, event.reason) for event in announced] == [(lead.pk, "opt_out"), (other.pk, "unqualified")]
    assert "LeadStopped" in registry.event_names()
    assert BackgroundJob.objects.count() == 0
