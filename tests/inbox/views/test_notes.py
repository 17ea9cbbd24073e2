"""Internal notes on the pages: the Note tab, the thread, and that no form of it leads to a send."""

import re
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inbox.models import LeadNote, Message, SendOrder
from tests.factories.inbox import MessageFactory
from tests.factories.leads import LeadFactory

pytestmark = pytest.mark.django_db


def note(desk, text="Call her first", author=None, at=None, **values):
    row = LeadNote.objects.create(
        workspace=desk.workspace, lead=desk.lead, author=author or desk.manager, text=text, **values
    )
    if at:
        LeadNote.objects.filter(pk=row.pk).update(created_at=at)
    return row


def url(desk, *parts):
    return "/".join([f"{desk.prefix}/leads/{desk.lead.pk}", *map(str, parts)])


def thread(client, desk, **query):
    return client.get(f"{desk.prefix}/thread/{desk.lead.pk}", query).content.decode()


def composer(client, desk, htmx):
    return client.get(url(desk, "note"), {"channel": "email"}, **htmx).content.decode()


def test_hard_07_notes_cannot_be_sent_from_the_note_tab(client, desk, htmx):
    """Every form and button of the tab leads to notes; its fields given to a send are refused."""
    html = composer(client.login_as(desk.setter), desk, htmx)

    assert re.findall(r'(?:action|hx-post|formaction)="([^"]+)"', html) == [url(desk, "notes")] * 2
    assert "data-send" not in html
    assert 'id="composer"' not in html
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', html)) | {"text": "Between us"}
    for address in (url(desk, "message"), f"{desk.prefix}/drafts/{desk.draft.pk}/approval"):
        assert client.post(address, fields, **htmx).status_code == 422
    assert SendOrder.objects.count() == 0
    assert Message.objects.count() == 1


def test_note_is_saved_and_the_form_is_new(client, desk, htmx):
    html = composer(client.login_as(desk.setter), desk, htmx)
    first = re.search(r'name="id" value="([^"]+)"', html)[1]

    response = client.post(url(desk, "notes"), {"id": first, "text": "@Robin call her", "channel": "email"}, **htmx)

    assert response.status_code == 200
    assert '"zrg:noted"' in response.headers["HX-Trigger"]
    assert "Noted. One person is told." in response.headers["HX-Trigger"]
    stored = LeadNote.objects.get()
    assert (str(stored.pk), stored.author, stored.mentions) == (first, desk.setter, [desk.manager.pk])
    answer = response.content.decode()
    assert re.search(r'name="id" value="([^"]+)"', answer)[1] != first
    assert "@Robin call her" not in answer
    shown = thread(client, desk)
    assert f'id="note-{first}"' in shown
    assert '<mark class="mention">@Robin</mark> call her' in shown
    assert "Internal note" in shown


def test_refused_note_says_why(client, desk, htmx):
    response = client.login_as(desk.setter).post(url(desk, "notes"), {"text": "x" * 5_001}, **htmx)

    assert response.status_code == 422
    assert response.headers["HX-Retarget"] == "#note-refusal"
    assert "at most 5,000 characters; this one has 5,001" in response.content.decode()
    assert not LeadNote.objects.exists()


def test_without_script_the_tab_is_a_page_and_text_stays(client, desk):
    client.login_as(desk.setter)

    opened = client.get(url(desk, "note"), {"channel": "sms"})
    page = client.get(opened["Location"]).content.decode()
    refused = client.post(url(desk, "notes"), {"text": "y" * 5_001})
    saved = client.post(url(desk, "notes"), {"text": "Fine"})

    assert opened.status_code == 302
    assert 'id="note-composer"' in page
    assert 'id="composer"' not in page
    assert refused.status_code == 422
    assert "y" * 5_001 in refused.content.decode()
    assert saved.status_code == 303
    assert LeadNote.objects.get().text == "Fine"


def test_text_of_a_note_is_no_markup(client, desk):
    note(desk, "<script>alert(1)</script> @<b>Robin</b> [here](javascript:alert(2)) https://example.net/a?b=1&c=2")

    html = thread(client.login_as(desk.setter), desk)

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert '<a href="https://example.net/a?b=1&amp;c=2"' in html
    assert 'href="javascript' not in html


def test_portal_sees_no_trace_of_notes(client, desk, htmx):
    row = note(desk, "About the client")
    client.login_as(desk.portal)

    page = client.get("/", {"leadId": str(desk.lead.pk)}).content.decode()
    answer = client.get(f"/api/inbox/conversations/{desk.lead.pk}").json()

    assert "About the client" not in page + thread(client, desk)
    assert "Internal note" not in page
    assert answer["thread"]["notes"] == []
    assert client.get(f"/api/inbox/conversations/{desk.lead.pk}/notes").status_code == 403
    assert client.post(url(desk, "notes"), {"text": "Mine"}, **htmx).status_code == 403
    assert client.post(url(desk, "notes", row.pk, "deletion"), **htmx).status_code == 403
    assert LeadNote.objects.get() == row


def test_setter_reaches_no_notes_of_other_leads(client, desk, htmx):
    desk.lead.assigned_to = desk.manager
    desk.lead.save(update_fields=["assigned_to"])
    row = note(desk)
    client.login_as(desk.setter)

    for address, data in (
        (url(desk, "notes"), {"text": "Mine"}),
        (url(desk, "notes", row.pk), {"text": "Mine"}),
        (url(desk, "notes", row.pk, "deletion"), {}),
    ):
        assert client.post(address, data, **htmx).status_code == 404
    assert client.get(url(desk, "note"), **htmx).status_code == 404
    assert client.get(f"/api/inbox/conversations/{desk.lead.pk}/people").status_code == 404
    assert [one.text for one in LeadNote.objects.all()] == ["Call her first"]


def test_own_note_is_changed_in_place(client, desk, htmx):
    row = note(desk, author=desk.setter)
    client.login_as(desk.setter)

    response = client.post(url(desk, "notes", row.pk), {"text": "Mail her first"}, **htmx)

    html = response.content.decode()
    assert response.status_code == 200
    assert html.strip().startswith(f'<article class="msg msg--note" id="note-{row.pk}"')
    assert "Mail her first" in html
    assert "edited" in html


def test_buttons_are_there_for_whom_they_work(client, desk):
    row = note(desk, author=desk.manager)
    edit, delete = f'action="{url(desk, "notes", row.pk)}"', f'action="{url(desk, "notes", row.pk, "deletion")}"'

    seen = {}
    for name in ("manager", "setter", "owner"):
        html = thread(client.login_as(getattr(desk, name)), desk)
        seen[name] = (edit in html, delete in html)

    assert seen == {"manager": (True, True), "setter": (False, False), "owner": (False, True)}


def test_deleted_note_leaves_the_thread(client, desk, htmx):
    row = note(desk, author=desk.setter)
    client.login_as(desk.setter)

    response = client.post(url(desk, "notes", row.pk, "deletion"), **htmx)

    assert (response.status_code, response.content) == (200, b"")
    assert "zrg:changed" in response.headers["HX-Trigger"]
    assert not LeadNote.objects.exists()


def test_pages_of_the_thread_lose_and_double_no_note(client, desk):
    Message.objects.all().delete()
    now = timezone.now()
    for minute in range(250):
        MessageFactory(lead=desk.lead, sent_at=now - timedelta(minutes=minute * 2 + 10))
    # Before the first message, between two pages, in the middle, after the newest.
    for minutes in (600, 209, 300, 1):
        note(desk, f"Minute {minutes}.", at=now - timedelta(minutes=minutes))
    client.login_as(desk.setter)

    pages, before = [], None
    while True:
        html = thread(client, desk, **({"before": before} if before else {}))
        pages.append(html)
        found = re.search(r"before=([0-9a-f-]{36})", html)
        if not found:
            break
        before = found[1]

    text = "".join(reversed(pages))
    assert re.findall(r"Minute \d+\.(?=</div>)", text) == ["Minute 600.", "Minute 300.", "Minute 209.", "Minute 1."]
    assert len(pages) == 3


@pytest.mark.parametrize("count", [1, 5])
def test_notes_are_one_query_and_their_people_another(client, desk, count):
    for _ in range(count):
        note(desk, "@Robin", mentions=[desk.manager.pk])
    client.login_as(desk.setter).get(f"{desk.prefix}/thread/{desk.lead.pk}")

    with CaptureQueriesContext(connection) as captured:
        html = thread(client, desk)

    assert html.count('class="mention"') == count
    assert sum('"inbox_leadnote"' in one["sql"] for one in captured) == 1


def test_api_writes_changes_lists_and_deletes(client, desk):
    client.login_as(desk.setter)
    address = f"/api/inbox/conversations/{desk.lead.pk}/notes"
    note_id = str(uuid.uuid4())

    first = client.post(address, {"text": "@Robin call", "id": note_id}, content_type="application/json")
    again = client.post(address, {"text": "@Robin call", "id": note_id}, content_type="application/json")
    changed = client.patch(f"{address}/{note_id}", {"text": "Call"}, content_type="application/json")

    assert (first.status_code, again.status_code, changed.status_code) == (201, 201, 200)
    assert first.json()["author"] == {"id": str(desk.setter.pk), "name": "Kim"}
    assert changed.json()["editedAt"] is not None
    (listed,) = client.get(address).json()["notes"]
    assert listed == changed.json()
    assert client.get(f"/api/inbox/conversations/{desk.lead.pk}").json()["thread"]["notes"] == [listed]
    assert client.delete(f"{address}/{note_id}").status_code == 204
    assert client.get(address).json() == {"notes": []}
    assert client.post(address, {"text": "a", "send": True}, content_type="application/json").status_code == 400


def test_people_to_name_are_listed_without_oneself(client, desk):
    found = client.login_as(desk.setter).get(f"/api/inbox/conversations/{desk.lead.pk}/people").json()["people"]

    assert {one["id"] for one in found} == {str(desk.manager.pk), str(desk.owner.pk)}
    assert {"id": str(desk.manager.pk), "name": "Robin", "handle": "Robin"} in found


def test_notes_of_another_workspace_are_never_listed(client, desk):
    elsewhere = LeadFactory()
    LeadNote.objects.create(workspace=elsewhere.workspace, lead=elsewhere, text="Elsewhere")

    assert client.login_as(desk.owner).get(f"/api/inbox/conversations/{elsewhere.pk}/notes").status_code == 404
