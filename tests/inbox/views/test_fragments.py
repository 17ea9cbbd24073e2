"""Fragments: list, row, badges, conversation, thread, station, drawer."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inbox.models import LeadView, Message, MessageRaw
from tests.factories.inbox import DraftFactory, MessageFactory, SendOrderFactory, minutes_ago
from tests.factories.leads import LeadFactory
from tests.inbox.desk import make_desk

pytestmark = pytest.mark.django_db

# Queries of the list itself: leads, newest messages, drafts, views. Around them every request has
# session, person, and opening its context.
LIST_QUERIES = 4
READS = ('"leads_lead"', '"inbox_')


def own_queries(captured):
    return [one["sql"] for one in captured if any(name in one["sql"] for name in READS)]


def fill(desk, count):
    for number in range(count):
        lead = LeadFactory(workspace=desk.workspace, assigned_to=desk.manager, first_name=f"Lead {number}")
        reply = MessageFactory(lead=lead, sent_at=minutes_ago(number + 60))
        DraftFactory(lead=lead, context_message=reply)


@pytest.mark.parametrize("count", [1, 25])
def test_list_asks_four_queries_for_any_number_of_rows(client, desk, count):
    fill(desk, count - 1)
    client.login_as(desk.manager).get(f"{desk.prefix}/list")

    with CaptureQueriesContext(connection) as captured:
        response = client.get(f"{desk.prefix}/list")

    assert 'Links:<br />- <a href="https://docs.example/a" target="_blank"' in html
    assert 'rel="noopener noreferrer">details</a>' in html
    )


def test_full_text_is_plain_and_not_sniffed(client, desk):
    response = client.login_as(desk.setter).get(f"{desk.prefix}/messages/{desk.reply.pk}/text")

    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response.content.decode() == desk.reply.body


def test_station_fills_the_editor_with_the_draft_and_names_the_recipients(client, desk):
    desk.reply.cc = ["tom@northfork.example"]
    desk.reply.save(update_fields=["cc"])

    html = client.login_as(desk.setter).get(f"{desk.prefix}/station/{desk.lead.pk}").content.decode()

    assert desk.draft.content in html
    assert f'name="seen_message" value="{desk.reply.pk}"' in html
    assert '<option value="dana@northfork.example" selected>' in html
    assert '<option value="dana.reyes@private.example">' in html
    assert 'name="cc" value="tom@northfork.example"' in html


def test_station_says_why_there_is_no_draft(client, desk):
    desk.draft.delete()
    Message.objects.filter(pk=desk.reply.pk).update(draft_skip_reason="sentiment_not_eligible")

    html = client.login_as(desk.setter).get(f"{desk.prefix}/station/{desk.lead.pk}").content.decode()

    assert "No draft for this sentiment: a person should write." in html
    assert "data-draft=" not in html


def test_station_marks_a_draft_older_than_the_newest_reply(client, desk):
    MessageFactory(lead=desk.lead, sent_at=minutes_ago(1))

    html = client.login_as(desk.setter).get(f"{desk.prefix}/station/{desk.lead.pk}").content.decode()

    assert "This draft was written before the latest reply." in html


def test_station_of_a_channel_that_cannot_send_says_why(client, desk):
    client.login_as(desk.setter)

    html = client.get(f"{desk.prefix}/station/{desk.lead.pk}?channel=sms").content.decode()

    assert "No phone number of this lead is known." in html
    assert "data-send disabled" in html


def test_drawer_of_an_unknown_section_is_missing(client, desk):
    assert client.login_as(desk.setter).get(f"{desk.prefix}/drawer/{desk.lead.pk}/nothing").status_code == 404
