"""Sending later: planned in the lead's time, listed with a way back, offered again when it was held."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from inbox.models import Draft, SendOrder
from leads.models import Lead
from tests.factories.inbox import MessageFactory, SendOrderFactory, minutes_ago
from tests.support.drain import drain

pytestmark = pytest.mark.django_db

TOKYO = ZoneInfo("Asia/Tokyo")


def station(client, desk, channel="email"):
    return client.get(f"{desk.prefix}/station/{desk.lead.pk}?channel={channel}").content.decode()


def schedule(client, desk, htmx, **changes):
    return client.post(f"{desk.prefix}/leads/{desk.lead.pk}/message", desk.composer(**changes), **htmx)


def test_a_later_hour_is_the_leads_own(client, desk, htmx):
    Lead.objects.filter(pk=desk.lead.pk).update(timezone="Asia/Tokyo")
    client.login_as(desk.setter)
    day = timezone.now().astimezone(TOKYO) + timedelta(days=3)

    schedule(client, desk, htmx, content="Later", send_at=f"{day:%Y-%m-%d}T09:00")

    assert SendOrder.objects.get().due_at == datetime.combine(day.date(), datetime.min.time(), TOKYO).replace(hour=9)
    assert "in the lead's time" in station(client, desk).replace("&#x27;", "'")
    assert "(Asia/Tokyo)" in station(client, desk)


def test_scheduled_messages_are_listed_and_leave_the_editor_free(client, desk, htmx):
    client.login_as(desk.setter)
    at = timezone.now() + timedelta(days=2)

    schedule(client, desk, htmx, content="Later, then", send_at=at.isoformat())
    SendOrderFactory(lead=desk.lead, channel="sms", body="A text message", due_at=at, ordered_by=desk.manager)
    html = station(client, desk)

    assert (html.count('class="scheduled__one"'), html.count("data-unschedule")) == (2, 2)
    assert "Later, then" in html
    assert "A text message" in html
    assert 'id="composer"' in html
    assert 'id="undo"' not in html


def test_taking_a_scheduled_message_back_returns_its_text(client, sending_desk, simulator, htmx):
    desk = sending_desk
    client.login_as(desk.setter)
    at = timezone.now() + timedelta(days=2)
    schedule(client, desk, htmx, content="Later, then", send_at=at.isoformat())
    order = SendOrder.objects.get()

    html = client.post(f"{desk.prefix}/orders/{order.pk}/cancellation", **htmx).content.decode()
    drain(until=at + timedelta(minutes=1))

    assert ">\nLater, then</textarea>" in html
    assert 'class="scheduled__one"' not in html
    assert SendOrder.objects.get().state == "cancelled"
    assert simulator.sent_replies() == []


def hold(client, desk, htmx, *, outbound=False):
    at = timezone.now() + timedelta(hours=3)
    schedule(client, desk, htmx, content="Later, then", send_at=at.isoformat())
    MessageFactory(lead=desk.lead, body="Something newer", sent_at=minutes_ago(0), outbound=outbound)
    SendOrder.objects.update(due_at=timezone.now())
    drain(until=at)
    return SendOrder.objects.get()


@pytest.mark.parametrize("outbound", [False, True], ids=["lead", "colleague"])
def test_hard_07_later_send_held_and_sent_again_under_its_own_key(client, sending_desk, simulator, htmx, outbound):
    desk = sending_desk
    client.login_as(desk.setter)
    held = hold(client, desk, htmx, outbound=outbound)
    html = station(client, desk)
    key = held.order_key.removeprefix("manual:")

    sent_before = len(simulator.sent_replies())
    newest = desk.lead.messages.order_by("-created_at").first()
    form = desk.composer(content="Later, and read", idempotency_key=key, seen_message=str(newest.pk))
    client.post(f"{desk.prefix}/leads/{desk.lead.pk}/message", form, **htmx)
    drain(until=timezone.now() + timedelta(minutes=1))

    assert (held.state, held.held_reason) == ("held", "newer_message")
    assert f'name="idempotency_key" value="{key}"' in html
    assert "Your text is back below" in html
    assert sent_before == 0
    assert [call["message"] for call in simulator.sent_replies()] == ["Later, and read"]
    assert [(one.state, one.body) for one in SendOrder.objects.all()] == [("done", "Later, and read")]


def test_a_held_text_is_let_go(client, sending_desk, simulator, htmx):
    desk = sending_desk
    client.login_as(desk.setter)
    held = hold(client, desk, htmx)

    html = client.post(f"{desk.prefix}/orders/{held.pk}/cancellation", {"discard": "1"}, **htmx).content.decode()

    assert "Discarded. Nothing was sent." in html
    assert "Later, then" not in html
    assert SendOrder.objects.get().state == "cancelled"
    assert simulator.sent_replies() == []


def test_another_text_takes_the_place_of_a_held_one(client, sending_desk, simulator, htmx):
    desk = sending_desk
    client.login_as(desk.setter)
    held = hold(client, desk, htmx)
    newest = desk.lead.messages.order_by("-created_at").first()

    schedule(client, desk, htmx, content="A fresh reply", seen_message=str(newest.pk))
    drain(until=timezone.now() + timedelta(minutes=1))

    held.refresh_from_db()
    assert (held.state, held.held_reason) == ("cancelled", "replaced")
    assert [call["message"] for call in simulator.sent_replies()] == ["A fresh reply"]
    assert "Not sent." not in station(client, desk)


def test_a_colleague_without_the_right_sees_what_is_scheduled_and_cannot_take_it_back(client, desk):
    order = SendOrderFactory(lead=desk.lead, due_at=timezone.now() + timedelta(days=1), body="Planned text")
    client.login_as(desk.portal)

    html = station(client, desk)
    answer = client.post(f"{desk.prefix}/orders/{order.pk}/cancellation")

    assert "Planned text" in html
    assert "data-unschedule" not in html
    assert answer.status_code == 403
    assert SendOrder.objects.get().state == "waiting"
    assert Draft.objects.get().status == "pending"
