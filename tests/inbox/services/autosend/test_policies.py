"""What is in force is read at the moment of asking."""

import pytest
from django.db import DatabaseError

from inbox.services.autosend.policies import campaign_of, mode_of, policy_of, stopped_since
from leads.models import EmailCampaign, Lead
from tests.factories.leads import SmsCampaignFactory
from zrg.workspaces import switches
from zrg.workspaces.models import OperatorSwitch
from zrg.workspaces.switches import forget_switches

pytestmark = pytest.mark.django_db


def unreadable(monkeypatch):
    def away(*args):
        raise DatabaseError

    monkeypatch.setattr(switches.OperatorSwitch.objects, "all", away)
    forget_switches()


def fresh(world) -> Lead:
    return Lead.objects.get(pk=world.lead.pk)


def test_a_text_message_follows_the_label_it_came_in_under(world):
    label = SmsCampaignFactory(workspace=world.workspace, auto_send_confidence_threshold=0.75)
    Lead.objects.filter(pk=world.lead.pk).update(sms_campaign=label)

    assert campaign_of(fresh(world), "sms") == label
    assert mode_of(fresh(world), "sms").reason == "campaign_setter_managed"
    assert policy_of(fresh(world), "sms").threshold == 0.75
    assert mode_of(fresh(world), "email").mode == "AI_AUTO_SEND"
    assert mode_of(fresh(world), "linkedin").reason == "channel_not_supported"


def test_a_switch_that_cannot_be_read_stops(world, monkeypatch):
    unreadable(monkeypatch)

    assert mode_of(fresh(world), "email").reason == "switch_unreadable"
    assert stopped_since(fresh(world), "email", "auto_send") == "switch_unreadable"
    assert stopped_since(fresh(world), "email", "followup_due") == "switch_unreadable"
    assert stopped_since(fresh(world), "email", "dashboard") == ""


@pytest.mark.parametrize(
    ("source", "campaign", "installation"),
    [
        ("auto_send", "campaign_setter_managed", "globally_disabled_via_env"),
        ("followup_due", "", "globally_disabled_via_env"),
        ("dashboard", "", ""),
        ("slack", "", ""),
    ],
)
def test_what_stops_an_order_depends_on_who_gave_it(world, source, campaign, installation):
    assert stopped_since(fresh(world), "email", source) == ""

    EmailCampaign.objects.update(response_mode="SETTER_MANAGED")
    assert stopped_since(fresh(world), "email", source) == campaign

    OperatorSwitch.objects.create(key="AUTO_SEND_DISABLED", value=True)
    forget_switches()
    assert stopped_since(fresh(world), "email", source) == installation


def test_a_no_of_the_environment_does_not_switch_off_a_row_that_says_stop(world, monkeypatch):
    OperatorSwitch.objects.create(key="AUTO_SEND_DISABLED", value=True)
    forget_switches()
    monkeypatch.setenv("AUTO_SEND_DISABLED", "no")

    assert mode_of(fresh(world), "email").reason == "globally_disabled_via_env"
