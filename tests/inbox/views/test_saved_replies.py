"""Saved replies: the page in the settings, the lists of the composer, and the refused send."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inbox.models import Message, SavedReply, SendOrder
from tests.factories.workspaces import MembershipFactory, UserFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db

JSON = {"content_type": "application/json"}


def make(desk, title="Prices", owner=None, body="Hi {firstName}, see {calendarLink}", **values):
    return SavedReply.objects.create(workspace=desk.workspace, title=title, owner=owner, body=body, **values)


def page(desk, *item):
    base = f"/w/{desk.workspace.pk}/settings/general/saved-replies"
    return "/".join([base, "of", *map(str, item)]) if item else base


def of_lead(desk, *item, channel="email"):
    return "/".join([f"/api/inbox/conversations/{desk.lead.pk}/saved-replies", *map(str, item)]) + f"?channel={channel}"


def values(reply=None, **changes):
    stored = (
        {"version": reply.version, "title": reply.title, "channel": reply.channel, "body": reply.body} if reply else {}
    )
    return {"version": "", "title": "Prices", "channel": "", "body": "Hi {firstName}", **stored, **changes}


def test_page_lists_shared_and_own(client, desk):
    make(desk, "For everybody")
    make(desk, "Mine", owner=desk.setter)
    make(desk, "Not mine", owner=desk.manager)

    html = client.login_as(desk.setter).get(page(desk)).content.decode()

    assert ("For everybody" in html, "Mine" in html, "Not mine" in html) == (True, True, False)
    assert page(desk, "new") in html
    assert page(desk, "new-shared") not in html
    assert "changes are made by your admin" not in html
    assert page(desk, "new-shared") in client.login_as(desk.owner).get(page(desk)).content.decode()
    assert "Saved replies" in client.get(f"/w/{desk.workspace.pk}/settings/general").content.decode()


def test_client_without_reply_has_no_page(client, desk):
    client.login_as(desk.portal)

    assert client.get(page(desk)).status_code == 403
    assert client.get(page(desk, "new")).status_code == 403
    assert "Saved replies" not in client.get(f"/w/{desk.workspace.pk}/settings/general").content.decode()


def test_reply_is_kept_changed_and_deleted(client, desk):
    client.login_as(desk.setter)

    made = client.post(page(desk, "new"), values())
    reply = SavedReply.objects.get()
    shown = client.get(made["Location"]).content.decode()
    changed = client.post(page(desk, reply.pk), values(reply, body="Hi {fname}"))
    told = client.get(changed["Location"]).content.decode()
    gone = client.post(f"{page(desk, reply.pk)}/removal")

    assert [one.status_code for one in (made, changed, gone)] == [302, 302, 302]
    assert (reply.owner, reply.workspace) == (desk.setter, desk.workspace)
    assert "Hi {firstName}" in shown
    assert "{fname} is no variable: it stays in the text until you replace it." in told
    assert not SavedReply.objects.exists()


def test_shared_one_is_made_by_admins_only(client, desk):
    refused = client.login_as(desk.setter).post(page(desk, "new-shared"), values())
    made = client.login_as(desk.owner).post(page(desk, "new-shared"), values())

    assert (refused.status_code, made.status_code) == (403, 302)
    assert [one.owner for one in SavedReply.objects.all()] == [None]


def test_shared_one_is_read_only_for_others(client, desk):
    shared = make(desk)
    client.login_as(desk.setter)

    html = client.get(page(desk, shared.pk)).content.decode()

    assert "Shared replies are changed by your admin." in html
    assert "disabled" in html
    assert client.post(page(desk, shared.pk), values(shared, title="Mine")).status_code == 403
    assert client.post(f"{page(desk, shared.pk)}/removal").status_code == 403
    assert [one.title for one in SavedReply.objects.all()] == ["Prices"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"title": ""}, "This field is required."),
        ({"title": "x" * 81}, "at most 80 characters"),
        ({"body": "x" * 20_001}, "at most 20000 characters"),
        ({"title": "Taken"}, "There is a reply with this title already."),
    ],
)
def test_bad_one_is_refused_beside_its_field(client, desk, changes, sentence):
    make(desk, "Taken", owner=desk.setter)

    response = client.login_as(desk.setter).post(page(desk, "new"), values(**changes))

    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert SavedReply.objects.count() == 1


def test_stale_page_shows_both_and_the_next_save_goes_through(client, desk):
    reply = make(desk, owner=desk.setter)
    client.login_as(desk.setter)
    client.post(page(desk, reply.pk), values(reply, body="Meanwhile"))

    stale = client.post(page(desk, reply.pk), values(reply, body="Typed here"))

    html = stale.content.decode()
    assert stale.status_code == 409
    assert "Typed here" in html
    assert "Meanwhile" in html
    assert 'name="version" value="2"' in html
    reply.refresh_from_db()
    assert (reply.body, reply.version) == ("Meanwhile", 2)
    assert client.post(page(desk, reply.pk), values(reply, body="Typed here")).status_code == 302


def test_others_do_not_exist(client, desk):
    theirs = make(desk, owner=desk.manager)
    elsewhere = SavedReply.objects.create(workspace=WorkspaceFactory(), title="There", body="x")
    client.login_as(desk.setter)

    for reply in (theirs, elsewhere):
        assert client.get(page(desk, reply.pk)).status_code == 404
        assert client.get(f"/api/inbox/saved-replies/{reply.pk}").status_code == 404
        assert client.delete(f"/api/inbox/saved-replies/{reply.pk}").status_code == 404
        assert client.get(of_lead(desk, reply.pk)).status_code == 404
    assert SavedReply.objects.count() == 2


def test_composer_lists_what_fits_the_channel(client, desk):
    make(desk, "All channels", body="Line one\n" + "x" * 500)
    make(desk, "Mail only", channel="email")
    make(desk, "Text only", channel="sms", owner=desk.setter)
    client.login_as(desk.setter)

    listed = {channel: client.get(of_lead(desk, channel=channel)).json()["replies"] for channel in ("email", "sms")}

    assert [one["title"] for one in listed["email"]] == ["All channels", "Mail only"]
    assert [(one["title"], one["shared"]) for one in listed["sms"]] == [("All channels", True), ("Text only", False)]
    assert listed["sms"][0]["snippet"].startswith("Line one xxx")
    assert len(listed["sms"][0]["snippet"]) <= 160
    assert client.get(of_lead(desk, channel="fax")).status_code == 400


@pytest.mark.parametrize("count", [1, 20])
def test_composers_list_is_one_query(client, desk, count):
    for number in range(count):
        make(desk, f"No {number}")
    client.login_as(desk.setter).get(of_lead(desk))

    with CaptureQueriesContext(connection) as captured:
        response = client.get(of_lead(desk))

    assert len(response.json()["replies"]) == count
    assert sum('"inbox_savedreply"' in one["sql"] for one in captured) == 1


def test_hard_07_placeholder_refused_after_inserting_a_saved_reply(client, desk, htmx):
    """Filled in for the lead; what has no value stays visible, and a send of it writes and sends nothing."""
    reply = make(desk)
    client.login_as(desk.setter)

    filled = client.get(of_lead(desk, reply.pk)).json()
    api = client.post(
        f"/api/inbox/conversations/{desk.lead.pk}/send",
        json.dumps({"channel": "email", "body": filled["text"], "seenMessageId": str(desk.reply.pk)}),
        **JSON,
    )
    form = client.post(f"{desk.prefix}/drafts/{desk.draft.pk}/approval", desk.composer(content=filled["text"]), **htmx)

    assert (filled["text"], filled["missing"]) == ("Hi Dana, see {calendarLink}", ["{calendarLink}"])
    assert (api.status_code, api.json()["error"], api.json()["placeholders"]) == (
        422,
        "placeholder",
        ["{calendarLink}"],
    )
    assert form.status_code == 422
    assert (SendOrder.objects.count(), Message.objects.count()) == (0, 1)
    desk.draft.refresh_from_db()
    assert desk.draft.status == "pending"


def test_lead_of_somebody_else_fills_in_nothing(client, desk):
    reply = make(desk)
    other = MembershipFactory(workspace=desk.workspace, role="SETTER", user=UserFactory()).user
    client.login_as(other)

    assert client.get(of_lead(desk)).status_code == 404
    assert client.get(of_lead(desk, reply.pk)).status_code == 404
    assert client.login_as(desk.portal).get(of_lead(desk)).status_code == 403


def test_api_keeps_changes_and_forgets(client, desk):
    client.login_as(desk.setter)
    address = f"/api/inbox/saved-replies?clientId={desk.workspace.pk}"

    made = client.post(address, json.dumps({"title": "Prices", "body": "Hi {fname}"}), **JSON)
    one = f"/api/inbox/saved-replies/{made.json()['id']}"
    blind = client.patch(one, json.dumps({"title": "Fees"}), **JSON)
    changed = client.patch(one, json.dumps({"title": "Fees"}), HTTP_IF_MATCH="1", **JSON)
    stale = client.patch(one, json.dumps({"title": "Late"}), HTTP_IF_MATCH="1", **JSON)
    shared = client.post(address, json.dumps({"title": "All", "body": "x", "shared": True}), **JSON)

    assert (made.status_code, made.json()["unknownVariables"], made.json()["shared"]) == (201, ["{fname}"], False)
    assert (blind.status_code, changed.status_code, stale.status_code, shared.status_code) == (428, 200, 409, 403)
    assert (changed.json()["body"], changed.json()["version"], changed.headers["ETag"]) == ("Hi {fname}", 2, '"2"')
    assert stale.json()["error"] == "stale"
    assert [row["title"] for row in client.get(address).json()["replies"]] == ["Fees"]
    assert client.delete(one).status_code == 204
    assert client.get(address).json() == {"replies": []}
    assert client.get("/api/inbox/saved-replies").status_code == 400
    assert client.get(f"/api/inbox/saved-replies?clientId={WorkspaceFactory().pk}").status_code == 404
