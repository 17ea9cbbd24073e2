"""Fragments: list, row, badges, conversation, thread, station, drawer."""

import uuid
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inbox.models import LeadView, Message, MessageRaw
from leads.models import Lead
from leads.services import counts
from tests.factories.inbox import DraftFactory, MessageFactory, SendOrderFactory, minutes_ago
from tests.factories.integrations import ConnectionFactory
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

    assert response.content.decode().count('class="lead"') == count
    assert len(own_queries(captured)) == LIST_QUERIES


def test_list_pages_by_keyset_without_doubles(client, desk):
    fill(desk, 30)
    client.login_as(desk.manager)

    first = client.get(f"{desk.prefix}/list").content.decode()
    cursor = first.split("cursor=")[1].split('"')[0]
    second = client.get(f"{desk.prefix}/list?cursor={cursor}").content.decode()

    ids = [part.split('"')[0] for page in (first, second) for part in page.split('data-lead="')[1:]]
    assert (first.count('class="lead"'), second.count('class="lead"')) == (25, 6)
    assert len(set(ids)) == 31
    assert "<header" not in second


def test_list_with_a_cursor_of_other_filters_is_refused(client, desk, htmx):
    fill(desk, 30)
    client.login_as(desk.manager)
    first = client.get(f"{desk.prefix}/list").content.decode()
    cursor = first.split("cursor=")[1].split('"')[0]

    response = client.get(f"{desk.prefix}/list?tab=drafts&cursor={cursor}", **htmx)

    assert (response.status_code, response.json()["error"]) == (400, "cursor_mismatch")


def test_row_tells_who_wrote_last(client, desk):
    MessageFactory(lead=desk.lead, outbound=True, body="On its way.", sent_at=minutes_ago(1))

    html = client.login_as(desk.setter).get(f"{desk.prefix}/row/{desk.lead.pk}").content.decode()

    assert "You: On its way." in html


def test_row_of_a_lead_outside_the_list_is_empty(client, desk):
    client.login_as(desk.setter)

    answers = [
        client.get(f"{desk.prefix}/row/{desk.lead.pk}?{query}").status_code
        for query in ("tab=attention", "tab=snoozed", "tab=all&status=new", "search=dana", "search=nobody")
    ]

    assert answers == [200, 204, 204, 200, 204]


def test_review_draft_shows_its_percentage(client, desk):
    desk.draft.auto_send_action, desk.draft.auto_send_confidence = "needs_review", 0.82
    desk.draft.save(update_fields=["auto_send_action", "auto_send_confidence"])

    html = client.login_as(desk.setter).get(f"{desk.prefix}/row/{desk.lead.pk}").content.decode()

    assert "Needs review 82 %" in html


def test_badges_count_what_the_lists_hold(client, desk):
    html = client.login_as(desk.setter).get(f"{desk.prefix}/tabs?tab=attention").content.decode()

    assert html.count("tabs__count") == 4  # all, responses, attention, drafts
    assert 'data-tab="attention" aria-current="page"' in html


def test_counts_that_come_late_leave_the_last_ones(client, desk, monkeypatch):
    cancelled = "SELECT 1 WHERE pg_cancel_backend(pg_backend_pid()) AND pg_sleep(1) IS NULL"
    monkeypatch.setattr(counts, "_count_sql", lambda *_: (cancelled, []))
    client.login_as(desk.setter)

    fragment = client.get(f"{desk.prefix}/tabs?tab=all")
    page = client.get("/", {"leadId": str(desk.lead.pk)})

    assert (fragment.status_code, fragment.content) == (204, b"")
    # Counts never fail the page.
    assert page.status_code == 200
    assert "Counts delayed" in page.content.decode()
    assert f'id="row-{desk.lead.pk}"' in page.content.decode()


@pytest.mark.parametrize(
    "route", ["row/{0}", "conversation/{0}", "thread/{0}", "station/{0}", "drawer/{0}/status", "drawer/{0}/contact"]
)
def test_hard_01_setter_scope_everywhere_fragments(client, desk, route):
    mine, other = desk.lead, LeadFactory(workspace=desk.workspace, assigned_to=desk.manager)
    MessageFactory(lead=other)
    foreign = make_desk().lead
    client.login_as(desk.setter)

    answers = {
        name: [client.get(f"/w/{scope}/inbox/{route.format(lead)}").status_code for scope in (desk.workspace.pk, "all")]
        for name, lead in (("mine", mine.pk), ("other", other.pk), ("foreign", foreign.pk), ("none", uuid.uuid4()))
    }

    assert answers == {"mine": [200, 200], "other": [404, 404], "foreign": [404, 404], "none": [404, 404]}


def test_hard_01_setter_scope_everywhere_lists(client, desk):
    other = LeadFactory(workspace=desk.workspace, first_name="Hidden", assigned_to=desk.manager)
    message = MessageFactory(lead=other, body="secret words")
    client.login_as(desk.setter)

    for query in ("", "?search=hidden", f"?search={other.email}", "?search=in:body secret", "?assigned=none"):
        assert "Hidden" not in client.get(f"{desk.prefix}/list{query}").content.decode()
    assert client.get(f"{desk.prefix}/messages/{message.pk}/original").status_code == 404
    assert client.get(f"{desk.prefix}/messages/{message.pk}/text").status_code == 404
    assert client.get(f"/w/{make_desk().workspace.pk}/inbox/list").status_code == 404


def test_opening_marks_seen_and_fetching_ahead_does_not(client, desk, htmx):
    client.login_as(desk.setter)

    client.get(f"{desk.prefix}/conversation/{desk.lead.pk}", HTTP_X_ZRG_PREFETCH="1", **htmx)
    before = LeadView.objects.count()
    client.get(f"{desk.prefix}/conversation/{desk.lead.pk}", **htmx)

    assert (before, LeadView.objects.count()) == (0, 1)
    assert "Unread." not in client.get(f"{desk.prefix}/row/{desk.lead.pk}").content.decode()
    assert "Unread." in client.login_as(desk.manager).get(f"{desk.prefix}/row/{desk.lead.pk}").content.decode()


def test_thread_has_days_senders_states_and_system_lines(client, desk):
    MessageFactory(lead=desk.lead, outbound=True, body="First", sent_by_user=desk.setter, sent_at=minutes_ago(20))
    MessageFactory(lead=desk.lead, outbound=True, body="Robot", sent_by="ai", origin="ai", sent_at=minutes_ago(18))
    MessageFactory(
        lead=desk.lead,
        outbound=True,
        body="Lost",
        delivery_status="failed",
        delivery_error_code="no_sender",
        sent_at=minutes_ago(15),
    )
    unknown = MessageFactory(lead=desk.lead, outbound=True, delivery_status="unknown", sent_at=minutes_ago(10))
    SendOrderFactory(lead=desk.lead, body="Not yet gone")
    client.login_as(desk.setter)
    client.post(f"{desk.prefix}/leads/{desk.lead.pk}/sentiment", {"sentiment": "Follow Up"})

    html = client.get(f"{desk.prefix}/thread/{desk.lead.pk}").content.decode()

    assert 'class="day"' in html
    assert '<span class="msg__from">Kim</span>' in html
    assert '<span class="msg__from">AI</span>' in html
    assert "Not sent: No connected mailbox can send for this workspace." in html
    assert f"{desk.prefix}/messages/{unknown.pk}/outcome" in html
    assert "Was not sent" in html
    assert "Not yet gone" in html
    assert "Kim set the sentiment to Follow Up" in html


@pytest.mark.parametrize("count", [1, 3])
def test_thread_asks_the_same_queries_for_any_length(client, desk, count):
    for number in range(count - 1):
        MessageFactory(lead=desk.lead, sent_at=minutes_ago(number + 1))
    client.login_as(desk.setter).get(f"{desk.prefix}/thread/{desk.lead.pk}")

    with CaptureQueriesContext(connection) as captured:
        client.get(f"{desk.prefix}/thread/{desk.lead.pk}")

    # the lead; messages, stored HTML, rejected drafts, notes, orders; acts on the lead are in another table
    assert len(own_queries(captured)) == 6


def test_thread_loads_earlier_pages_without_gap_or_double(client, desk):
    same = minutes_ago(500)
    for number in range(130):
        MessageFactory(lead=desk.lead, body=f"number {number}", sent_at=same)
    client.login_as(desk.setter)

    newest = client.get(f"{desk.prefix}/thread/{desk.lead.pk}").content.decode()
    before = newest.split("?before=")[1].split('"')[0]
    earlier = client.get(f"{desk.prefix}/thread/{desk.lead.pk}?before={before}").content.decode()

    ids = [part.split('"')[0] for page in (newest, earlier) for part in page.split('data-message="')[1:]]
    assert len(ids) == len(set(ids)) == Message.objects.of_lead(desk.lead.pk).count() == 131
    assert "?before=" not in earlier


def test_original_is_text_in_pre(client, desk, htmx):
    MessageRaw.objects.create(
        workspace=desk.workspace, message=desk.reply, raw_html="<p>Hello<script>alert(1)</script> <b>you</b></p>"
    )
    client.login_as(desk.setter)

    html = client.get(f"{desk.prefix}/messages/{desk.reply.pk}/original", **htmx).content.decode()

    assert "<pre" in html
    assert "Hello" in html
    assert "alert" not in html
    assert "<b>" not in html


def test_links_of_the_stored_html_are_listed(client, desk):
    MessageRaw.objects.create(
        workspace=desk.workspace,
        message=desk.reply,
        raw_html='<p>Could you send more <a href="https://docs.example/a">details</a>?</p>',
    )

    html = client.login_as(desk.setter).get(f"{desk.prefix}/thread/{desk.lead.pk}").content.decode()

    assert 'Links:<br />- <a href="https://docs.example/a" target="_blank"' in html
    assert 'rel="noopener noreferrer">details</a>' in html


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
    assert 'name="content"' not in html


@pytest.mark.parametrize(
    ("account", "lead", "sentence"),
    [
        ({}, {"linkedin_url": None}, "No personal LinkedIn profile of this lead is known."),
        (None, {}, "LinkedIn is not connected in this workspace."),
        ({"status": "DISCONNECTED"}, {}, "LinkedIn is not connected in this workspace."),
        ({"is_active": False}, {}, "LinkedIn is not connected in this workspace."),
        ({}, {"linkedin_unreachable_at": minutes_ago(5)}, "This lead cannot be reached on LinkedIn."),
        (
            {},
            {"linkedin_connection": "pending", "linkedin_invited_at": datetime(2026, 3, 5, 12, tzinfo=UTC)},
            "An invitation is pending since 5 March; LinkedIn delivers nothing more before it is accepted.",
        ),
        ({}, {"linkedin_connection": "pending"}, "An invitation is pending; LinkedIn delivers nothing more"),
    ],
)
def test_linkedin_says_why_nothing_can_be_sent(client, desk, account, lead, sentence):
    """Asked by a setter, who sees no connections."""
    if account is not None:
        ConnectionFactory(workspace=desk.workspace, provider="UNIPILE", external_account_id="a1", secrets={}, **account)
    Lead.objects.update(**{"linkedin_url": "https://linkedin.com/in/dana-reyes", **lead})

    html = client.login_as(desk.setter).get(f"{desk.prefix}/station/{desk.lead.pk}?channel=linkedin").content.decode()

    assert sentence in html
    assert 'name="content"' not in html


@pytest.mark.parametrize(("state", "limited"), [("connected", False), ("unknown", False), ("not_connected", True)])
def test_linkedin_offers_the_composer(client, desk, state, limited):
    ConnectionFactory(workspace=desk.workspace, provider="UNIPILE", external_account_id="a1", secrets={})
    Lead.objects.update(linkedin_url="https://linkedin.com/in/dana-reyes", linkedin_connection=state)

    html = client.login_as(desk.setter).get(f"{desk.prefix}/station/{desk.lead.pk}?channel=linkedin").content.decode()

    assert 'name="content"' in html
    assert ('data-limit="300"' in html) is limited


def test_thread_tells_what_linkedin_carried_it_as(client, desk):
    sent = {
        kind: MessageFactory(lead=desk.lead, outbound=True, channel="linkedin", linkedin_kind=kind, subject=subject)
        for kind, subject in (("dm", None), ("inmail", "Quick question"), ("connection_request", None))
    }

    html = client.login_as(desk.setter).get(f"{desk.prefix}/thread/{desk.lead.pk}").content.decode()

    said = {
        kind: next(part for part in html.split("<article") if f'id="message-{message.pk}"' in part)
        for kind, message in sent.items()
    }
    assert "As InMail" in said["inmail"]
    assert "Quick question" in said["inmail"]
    assert "As the note of an invitation" in said["connection_request"]
    assert "<details" not in said["dm"]


def test_drawer_shows_how_the_lead_stands_on_linkedin(client, desk):
    Lead.objects.update(
        linkedin_url="https://linkedin.com/in/dana-reyes",
        linkedin_connection="not_connected",
        linkedin_unreachable_at=minutes_ago(5),
    )

    html = client.login_as(desk.setter).get(f"{desk.prefix}/drawer/{desk.lead.pk}/contact").content.decode()

    assert "Not connected" in html
    assert "Cannot be reached" in html


def test_drawer_of_an_unknown_section_is_missing(client, desk):
    assert client.login_as(desk.setter).get(f"{desk.prefix}/drawer/{desk.lead.pk}/nothing").status_code == 404


@pytest.mark.parametrize(
    ("status", "sentiment", "badge"),
    [
        ("new", "Interested", None),
        ("qualified", "Interested", "Qualified"),
        ("unqualified", "Objection", "Unqualified"),
        ("meeting_requested", "Meeting Requested", None),
        ("meeting_requested", "Interested", "Meeting requested"),
    ],
)
def test_the_status_has_a_badge_unless_the_sentiment_says_it(client, desk, status, sentiment, badge):
    Lead.objects.filter(pk=desk.lead.pk).update(status=status, sentiment_tag=sentiment)

    html = client.login_as(desk.setter).get(f"{desk.prefix}/row/{desk.lead.pk}").content.decode()

    assert (f'<span class="chip chip--status">{badge}</span>' in html) == (badge is not None)
    assert html.count("Meeting requested") == (badge == "Meeting requested")
