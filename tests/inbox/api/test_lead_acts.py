"""What the API changes of a lead: snooze, sentiment, status, stop, seen, merging, enriching, switches."""

from datetime import timedelta

import pytest
from django.utils import timezone

from inbox.models import LeadView, Message
from leads.models import EnrichmentRequest, Lead
from tests.factories.inbox import MessageFactory
from tests.factories.leads import LeadFactory
from tests.inbox.api.conftest import call
from tests.inbox.desk import make_desk
from zrg.workspaces.models import AdminAuditEvent

pytestmark = pytest.mark.django_db


def test_snooze_in_its_three_forms(client, desk):
    client.login_as(desk.setter)
    path = f"conversations/{desk.lead.pk}/snooze"
    at = timezone.now() + timedelta(days=2)

    assert call(client, path, {"days": 7}).json()["snoozedUntil"]
    assert call(client, path, {"until": at.isoformat()}).json()["snoozedUntil"]
    assert call(client, path, {"untilReply": True}).json()["snoozeUntilReply"] is True
    assert call(client, path, {"wake": True}).json()["snoozeUntilReply"] is False
    assert call(client, path, {"days": 4}).status_code == 422
    assert call(client, path, {}).status_code == 422


def test_sentiment_and_status_by_value(client, desk):
    client.login_as(desk.setter)

    tagged = call(client, f"conversations/{desk.lead.pk}/sentiment", {"sentiment": "Objection"}).json()
    moved = call(client, f"conversations/{desk.lead.pk}/status", {"status": "unqualified"}).json()
    booked = call(client, f"conversations/{desk.lead.pk}/sentiment", {"sentiment": "Meeting Booked"}).json()

    assert (tagged["sentiment"], moved["status"]) == ("Objection", "unqualified")
    assert booked["sentiment"] == "Meeting Requested"  # no provider confirmed an appointment
    assert call(client, f"conversations/{desk.lead.pk}/status", {"status": "nope"}).status_code == 422


def test_blacklist_is_lifted_by_an_admin_with_a_note_only(client, desk):
    client.login_as(desk.setter)
    call(client, f"conversations/{desk.lead.pk}/status", {"status": "blacklisted"})
    path = f"conversations/{desk.lead.pk}/clear-blacklist"

    by_setter = call(client, path, {"note": "please"})
    silent = call(client.login_as(desk.owner), path)
    lifted = call(client, path, {"note": "asked to be written to again"})

    assert (by_setter.status_code, silent.status_code, lifted.status_code) == (403, 422, 200)
    assert lifted.json()["status"] == "new"


def test_seen_and_unseen(client, desk):
    client.login_as(desk.portal)

    call(client, f"conversations/{desk.lead.pk}/seen")
    seen = LeadView.objects.count()
    call(client, f"conversations/{desk.lead.pk}/seen", {"seen": False})

    assert (seen, LeadView.objects.count()) == (1, 0)


def test_merging_names_the_lead_that_goes(client, desk):
    drop = LeadFactory(workspace=desk.workspace, email="d.reyes@northfork.example")
    MessageFactory(lead=drop)
    foreign = LeadFactory()
    path = f"conversations/{desk.lead.pk}/merge"
    client.login_as(desk.workspace.owner)

    assert call(client, path).status_code == 422
    assert call(client, path, {"leadId": str(foreign.pk)}).status_code == 404
    assert call(client, path, {"leadId": str(desk.lead.pk)}).status_code == 409
    answer = call(client, path, {"leadId": str(drop.pk)})

    assert (answer.status_code, answer.json()["id"]) == (200, str(desk.lead.pk))
    assert not Lead.objects.filter(pk=drop.pk).exists()
    assert Message.objects.of_lead(desk.lead.pk).count() == 2


def test_merging_needs_delete_leads(client, desk):
    drop = LeadFactory(workspace=desk.workspace, assigned_to=desk.setter)

    for person in (desk.setter, desk.manager):
        answer = call(client.login_as(person), f"conversations/{desk.lead.pk}/merge", {"leadId": str(drop.pk)})
        assert answer.status_code == 403

    assert Lead.objects.filter(pk=drop.pk).exists()


def test_enriching_asks_for_what_is_missing_once(client, desk, tables):
    path = f"conversations/{desk.lead.pk}/enrich"
    client.login_as(desk.setter)

    first = call(client, path, {"kinds": ["phone"]})
    second = call(client, path)
    third = call(client, path)

    assert (first.status_code, first.json()) == (202, {"asked": ["phone"], "refused": {}})
    assert (second.status_code, second.json()["asked"]) == (202, ["linkedin"])
    assert (third.status_code, third.json()["error"]) == (409, "asked_before")
    rows = EnrichmentRequest.objects.filter(lead=desk.lead)
    assert sorted(rows.values_list("kind", "trigger")) == [("linkedin", "manual"), ("phone", "manual")]


@pytest.mark.parametrize(("tag", "error"), [("Neutral", "blocked_by_sentiment"), ("Blacklist", "blocked_by_sentiment")])
def test_enriching_is_refused_for_who_does_not_want_it(client, desk, tables, tag, error):
    Lead.objects.filter(pk=desk.lead.pk).update(sentiment_tag=tag)

    answer = call(client.login_as(desk.setter), f"conversations/{desk.lead.pk}/enrich")

    assert (answer.status_code, answer.json()["error"]) == (409, error)
    assert EnrichmentRequest.objects.count() == 0


def test_enriching_refuses_unknown_kinds_and_strangers(client, desk, tables):
    path = f"conversations/{desk.lead.pk}/enrich"

    assert call(client.login_as(desk.setter), path, {"kinds": ["e-mail"]}).status_code == 422
    assert call(client.login_as(desk.portal), path).status_code == 403
    assert call(client.login_as(make_desk().setter), path).status_code == 404
    assert EnrichmentRequest.objects.count() == 0


def test_toggles_are_set_by_value(client, desk):
    path = f"conversations/{desk.lead.pk}/toggles"
    client.login_as(desk.setter)

    answer = call(client, path, {"autoReply": True, "autoBook": False}).json()
    again = call(client, path, {"autoReply": True, "autoBook": False})

    assert answer["automation"] == {"autoReply": True, "followUps": False, "autoBook": False}
    assert again.status_code == 200
    assert AdminAuditEvent.objects.filter(action="lead.automation_set").count() == 2


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({}, 422, "bad_input"),
        ({"autoReply": "yes"}, 422, "bad_input"),
        ({"autoReply": True, "status": "new"}, 400, "unknown_field"),
    ],
)
def test_toggles_refuse_what_they_do_not_know(client, desk, body, status, error):
    answer = call(client.login_as(desk.setter), f"conversations/{desk.lead.pk}/toggles", body)

    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert Lead.objects.get(pk=desk.lead.pk).auto_reply_enabled is False
