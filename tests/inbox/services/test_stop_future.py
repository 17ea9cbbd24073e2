"""Whoever is stopped gets no further step of a campaign that the e-mail provider sends by itself."""

import pytest

from inbox.models import Message
from inbox.receivers import close_drafts_of_stopped_lead
from inbox.services.receiving import receive_sent
from inbox.services.stopping import stop_lead
from integrations.contracts import CampaignRef, ProviderIds
from leads.contracts import LeadStopped
from leads.models import Lead
from leads.services.merging import merge_leads
from leads.services.optouts import remember_opt_out
from leads.services.status import blacklist_lead, clear_blacklist
from tests.factories.leads import EmailCampaignFactory, LeadFactory
from tests.inbox.services.conftest import sent
from tests.support.drain import drain
from zrg.jobs.models import BackgroundJob

pytestmark = pytest.mark.django_db


@pytest.fixture
def in_campaign(connected):
    """Makes leads of the workspace that the provider has in its campaign 402."""
    campaign = EmailCampaignFactory(workspace=connected, provider="EMAILBISON", bison_campaign_id="402")

    def make(provider_id: str, **values):
        return LeadFactory(workspace=connected, email_bison_lead_id=provider_id, email_campaign=campaign, **values)

    return make


def stopped(simulator):
    return simulator.state.emailbison.stopped


def test_stop_from_below_reaches_the_provider_once(in_campaign, simulator):
    """A list of people not to contact, a status set by hand in the admin."""
    lead = in_campaign("55021")

    blacklist_lead(lead, "manual")
    drain()

    assert stopped(simulator) == [(402, 55021)]


def test_stop_of_the_inbox_is_told_once_whoever_hears_of_it(in_campaign, simulator):
    lead = in_campaign("55021")
    stop_lead(lead, "opt_out")
    drain()

    event = LeadStopped(workspace_id=lead.workspace_id, lead_id=lead.pk, reason="opt_out", change_id="1")
    close_drafts_of_stopped_lead(event)
    drain()

    assert stopped(simulator) == [(402, 55021)]


def test_stop_after_a_person_lifted_one_is_told_anew(in_campaign, simulator):
    lead = in_campaign("55021")
    blacklist_lead(lead, "manual")
    drain()
    clear_blacklist(lead, lead.workspace.owner, "asked again")

    blacklist_lead(lead, "complaint")
    drain()

    assert stopped(simulator) == [(402, 55021)] * 2


def test_unqualified_lead_stays_in_its_campaign(in_campaign, simulator):
    lead = in_campaign("55021", status="unqualified")

    event = LeadStopped(workspace_id=lead.workspace_id, lead_id=lead.pk, reason="unqualified", change_id="1")
    close_drafts_of_stopped_lead(event)
    drain()

    assert stopped(simulator) == []


def test_merge_into_a_stopped_lead_ends_the_other_campaign(in_campaign, simulator):
    keep, drop = in_campaign("55021"), in_campaign("55022")
    stop_lead(keep, "opt_out")
    drain()

    merge_leads(keep, drop, keep.workspace.owner)
    drain()

    assert set(stopped(simulator)) == {(402, 55021), (402, 55022)}


def test_later_stop_ends_the_campaigns_of_all_merged_leads(in_campaign, simulator):
    keep, drop = in_campaign("55021"), in_campaign("55022")
    merge_leads(keep, drop, keep.workspace.owner)
    assert stopped(simulator) == []

    stop_lead(Lead.objects.get(pk=keep.pk), "opt_out")
    drain()

    assert stopped(simulator) == [(402, 55021), (402, 55022)]


def test_step_that_reached_a_stopped_person_ends_that_campaign(connected, in_campaign, simulator):
    """Also in another campaign than the one the lead is known from, and for a person first seen by the step."""
    lead = in_campaign("55021", email="dana@northfork.example", status="blacklisted", blacklist_reason="opt_out")
    remember_opt_out(connected.pk, emails=["kim@northfork.example"], reason="opt_out")
    simulator.state.emailbison.campaigns[403] = "Owners Q3"

    receive_sent(sent(connected, campaign=CampaignRef(id="403", name="Owners Q3")))
    receive_sent(
        sent(
            connected,
            event_key="emailbison:2",
            scheduled_id="910008",
            person=sent(connected).person.__class__(email="kim@northfork.example"),
            ids=ProviderIds(email_bison_lead_id="55030"),
        )
    )
    drain()

    assert Lead.objects.exclude(pk=lead.pk).get().blacklist_reason == "opt_out"
    assert stopped(simulator) == [(403, 55021), (402, 55030)]
    assert Message.objects.count() == 2


def test_step_to_anybody_else_is_none_of_our_business(connected, in_campaign, simulator):
    in_campaign("55021", email="dana@northfork.example")

    receive_sent(sent(connected))
    drain()

    assert stopped(simulator) == []
    assert not BackgroundJob.objects.filter(type="STOP_FUTURE_EMAILS").exists()
