"""What a person does with a lead: stop, status, sentiment, snooze, unread, addresses, looking up."""

import pytest

from inbox.models import Draft, LeadView
from leads.models import EnrichmentRequest, Lead
from leads.services.status import blacklist_lead
from tests.factories.inbox import SendOrderFactory
from zrg.workspaces.models import AdminAuditEvent

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("field", ["status", "sentiment"])
def test_hard_07_blacklist_is_stop_lead(client, desk, htmx, field):
    order = SendOrderFactory(lead=desk.lead)
    value = {"status": "blacklisted", "sentiment": "Blacklist"}[field]

    client.login_as(desk.setter).post(f"{desk.prefix}/leads/{desk.lead.pk}/{field}", {field: value}, **htmx)

    lead = Lead.objects.get(pk=desk.lead.pk)
    order.refresh_from_db()
    assert (lead.status, lead.sentiment_tag, lead.blacklist_reason) == ("blacklisted", "Blacklist", "manual")
    assert Draft.objects.get().status == "rejected"
    assert order.state == "cancelled"
    assert AdminAuditEvent.objects.filter(action="lead.blacklisted").get().actor == desk.setter


def test_stop_is_not_lowered_by_a_status(client, desk, htmx):
    client.login_as(desk.setter)
    address = f"{desk.prefix}/leads/{desk.lead.pk}/status"
    client.post(address, {"status": "blacklisted"}, **htmx)

    response = client.post(address, {"status": "qualified"}, **htmx)

    assert response.status_code == 403
    assert Lead.objects.get(pk=desk.lead.pk).status == "blacklisted"


def test_status_and_sentiment_are_saved_and_audited(client, desk, htmx):
    client.login_as(desk.setter)

    client.post(f"{desk.prefix}/leads/{desk.lead.pk}/status", {"status": "unqualified"}, **htmx)
    client.post(f"{desk.prefix}/leads/{desk.lead.pk}/sentiment", {"sentiment": "Objection"}, **htmx)
    unknown = client.post(f"{desk.prefix}/leads/{desk.lead.pk}/sentiment", {"sentiment": "Snoozed"}, **htmx)

    lead = Lead.objects.get(pk=desk.lead.pk)
    assert (lead.status, lead.sentiment_tag) == ("unqualified", "Objection")
    assert unknown.status_code == 422
    assert set(AdminAuditEvent.objects.values_list("action", flat=True)) == {"lead.status_set", "lead.sentiment_set"}


@pytest.mark.parametrize(("choice", "until_reply"), [("reply", True), ("3", False)])
def test_snooze_and_wake(client, desk, htmx, choice, until_reply):
    client.login_as(desk.setter)
    address = f"{desk.prefix}/leads/{desk.lead.pk}/snooze"

    client.post(address, {"choice": choice}, **htmx)
    lead = Lead.objects.get(pk=desk.lead.pk)
    listed = client.get(f"{desk.prefix}/list?tab=all").content.decode()
    snoozed = client.get(f"{desk.prefix}/list?tab=snoozed").content.decode()
    client.post(address, {"choice": "wake"}, **htmx)

    assert (lead.snooze_until_reply, lead.snoozed_until is None) == (until_reply, until_reply)
    assert 'class="lead"' not in listed
    assert 'class="lead"' in snoozed
    assert 'class="lead"' in client.get(f"{desk.prefix}/list?tab=all").content.decode()


@pytest.mark.parametrize("until", ["2020-01-01T09:00", "2999-01-01T09:00", "soon"])
def test_snooze_outside_its_limits_is_refused(client, desk, htmx, until):
    client.login_as(desk.setter)

    response = client.post(f"{desk.prefix}/leads/{desk.lead.pk}/snooze", {"choice": "at", "until": until}, **htmx)

    assert response.status_code == 422
    assert Lead.objects.get(pk=desk.lead.pk).snoozed_until is None


def test_mark_unread_brings_the_dot_back(client, desk, htmx):
    client.login_as(desk.setter)
    client.get(f"{desk.prefix}/conversation/{desk.lead.pk}")

    response = client.post(f"{desk.prefix}/leads/{desk.lead.pk}/unread", **htmx)

    assert response.status_code == 204
    assert LeadView.objects.count() == 0


def test_admin_makes_another_address_primary(client, desk, htmx):
    address = f"{desk.prefix}/leads/{desk.lead.pk}/primary-email"

    by_setter = client.login_as(desk.setter).post(address, {"email": "dana.reyes@private.example"}, **htmx)
    stranger = client.login_as(desk.owner).post(address, {"email": "stranger@elsewhere.example"}, **htmx)
    chosen = client.post(address, {"email": "dana.reyes@private.example"}, **htmx)

    lead = Lead.objects.get(pk=desk.lead.pk)
    assert (by_setter.status_code, stranger.status_code, chosen.status_code) == (403, 422, 200)
    assert lead.email == "dana.reyes@private.example"
    assert "dana@northfork.example" in lead.alternate_emails


def test_setter_may_only_ask_for_another_primary_address(client, desk, htmx):
    shown = client.login_as(desk.setter).get(f"{desk.prefix}/drawer/{desk.lead.pk}/contact").content.decode()
    address = f"{desk.prefix}/leads/{desk.lead.pk}/promotion-request"

    asked = client.post(address, {"email": "dana.reyes@private.example"}, **htmx)
    stranger = client.post(address, {"email": "stranger@elsewhere.example"}, **htmx)

    assert ("Request promotion" in shown, "Make primary" in shown) == (True, False)
    assert (asked.status_code, stranger.status_code) == (200, 422)
    assert Lead.objects.get(pk=desk.lead.pk).email == "dana@northfork.example"


def test_admin_lifts_a_stop_with_a_note(client, desk, htmx):
    blacklist_lead(desk.lead, "opt_out")
    address = f"{desk.prefix}/leads/{desk.lead.pk}/stop-lifting"

    by_manager = client.login_as(desk.manager).post(address, {"note": "They called."}, **htmx)
    unseen = client.get(f"{desk.prefix}/drawer/{desk.lead.pk}/status").content.decode()
    without_note = client.login_as(desk.owner).post(address, {"note": " "}, **htmx)
    assert Lead.objects.get(pk=desk.lead.pk).blacklist_reason == "opt_out"
    lifted = client.post(address, {"note": "They called."}, **htmx)

    assert "Lift the stop" not in unseen
    assert (by_manager.status_code, without_note.status_code, lifted.status_code) == (403, 422, 200)
    assert Lead.objects.get(pk=desk.lead.pk).status == "new"
    assert AdminAuditEvent.objects.get(action="lead.blacklist_cleared").reason == "They called."


def test_looking_up_is_offered_once(client, desk, htmx, tables):
    client.login_as(desk.setter)
    section, address = f"{desk.prefix}/drawer/{desk.lead.pk}/contact", f"{desk.prefix}/leads/{desk.lead.pk}/enrichment"
    offered = client.get(section, **htmx).content.decode()

    asked = client.post(address, **htmx)
    again = client.post(address, **htmx)

    assert "Look up phone and profile" in offered
    assert (asked.status_code, again.status_code) == (200, 409)
    shown = asked.content.decode()
    assert ("Enrichment: pending" in shown, "Look up phone and profile" in shown) == (True, False)
    assert "Enrichment: pending. An answer is awaited." in shown
    assert EnrichmentRequest.objects.filter(lead=desk.lead, trigger="manual").count() == 2


def test_looking_up_is_not_the_portals(client, desk, htmx):
    response = client.login_as(desk.portal).post(f"{desk.prefix}/leads/{desk.lead.pk}/enrichment", **htmx)

    assert response.status_code == 403
    assert EnrichmentRequest.objects.count() == 0
