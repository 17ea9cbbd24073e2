"""Saved views: kept, opened, renamed, deleted, and nobody else's."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inbox.models import SavedView
from tests.factories.workspaces import MembershipFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db

FILTERS = "tab=responses&channels=email&assigned=me"


def keep(client, desk, name="Mine", filters=FILTERS, **headers):
    return client.post(f"{desk.prefix}/views/new", {"name": name, "list": filters}, **headers)


def make(desk, user, name="Mine", **params):
    return SavedView.objects.create(workspace=desk.workspace, user=user, name=name, params=params)


def test_filters_are_kept_under_a_name_and_open_as_a_link(client, desk, htmx):
    response = keep(client.login_as(desk.setter), desk, "  My   answers ", **htmx)

    view = SavedView.objects.get()
    assert response.status_code == 200
    assert "zrg:views" in response.headers["HX-Trigger"]
    assert (view.user, view.workspace, view.name) == (desk.setter, desk.workspace, "My answers")
    assert view.params == {"tab": ["responses"], "channels": ["email"], "assigned": ["me"]}
    html = client.get("/", {"clientId": str(desk.workspace.pk), "tab": "responses"}).content.decode()
    link = f"/?view=inbox&amp;clientId={desk.workspace.pk}&amp;tab=responses&amp;channels=email&amp;assigned=me"
    assert f'href="{link}"' in html
    assert client.get(link.replace("&amp;", "&")).status_code == 200


def test_the_open_view_is_marked(client, desk):
    make(desk, desk.setter, tab=["responses"], channels=["email"])
    client.login_as(desk.setter)

    same = client.get(f"{desk.prefix}/tabs?channels=email&tab=responses").content.decode()
    other = client.get(f"{desk.prefix}/tabs?tab=responses").content.decode()

    marked = 'aria-current="page"><svg class="icon" aria-hidden="true"><use href="/static/inbox/icons.svg#eye"></use>'
    assert (same.count(marked), other.count(marked)) == (1, 0)


def test_without_script_the_page_comes_back(client, desk):
    response = keep(client.login_as(desk.setter), desk)

    assert response.status_code == 303
    assert response["Location"].startswith(f"{desk.prefix}/views?tab=responses")
    assert "Mine" in client.get(response["Location"]).content.decode()


@pytest.mark.parametrize(
    ("name", "filters", "sentence"),
    [
        (" ", FILTERS, "Give it a name of at most 60 characters."),
        ("x" * 61, FILTERS, "Give it a name of at most 60 characters."),
        ("Mine", FILTERS, "You already have a view with this name."),
        ("Other", "tab=elsewhere", "tab"),
    ],
)
def test_bad_view_is_refused_and_the_name_stays(client, desk, htmx, name, filters, sentence):
    make(desk, desk.setter)

    response = keep(client.login_as(desk.setter), desk, name, filters, **htmx)

    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert SavedView.objects.count() == 1


def test_twenty_views_and_no_more_per_person(client, desk, htmx):
    for number in range(19):
        make(desk, desk.setter, f"View {number}")
    make(desk, desk.manager, "Not counted")
    client.login_as(desk.setter)

    twentieth, one_more = keep(client, desk, "Last", **htmx), keep(client, desk, "Too many", **htmx)

    assert (twentieth.status_code, one_more.status_code) == (200, 422)
    assert "You have 20 saved views already." in one_more.content.decode()
    assert SavedView.objects.of_person(desk.setter.pk).count() == 20


def test_view_is_renamed_and_deleted(client, desk, htmx):
    view, other = make(desk, desk.setter), make(desk, desk.setter, "Other")
    client.login_as(desk.setter)

    renamed = client.post(f"{desk.prefix}/views/{view.pk}/name", {"name": "Ours", "list": FILTERS}, **htmx)
    taken = client.post(f"{desk.prefix}/views/{view.pk}/name", {"name": "Other"}, **htmx)
    deleted = client.post(f"{desk.prefix}/views/{other.pk}/deletion", {}, **htmx)

    assert (renamed.status_code, taken.status_code, deleted.status_code) == (200, 422, 200)
    assert list(SavedView.objects.values_list("name", flat=True)) == ["Ours"]


@pytest.mark.parametrize("act", ["name", "deletion"])
def test_views_of_others_do_not_exist(client, desk, htmx, act):
    view = make(desk, desk.manager, "Private")
    client.login_as(desk.setter)

    response = client.post(f"{desk.prefix}/views/{view.pk}/{act}", {"name": "Taken"}, **htmx)

    assert response.status_code == 404
    assert "Private" not in client.get(f"{desk.prefix}/views").content.decode()
    assert list(SavedView.objects.values_list("name", flat=True)) == ["Private"]


def test_other_workspaces_views_show_only_in_all(client, desk):
    second = WorkspaceFactory(name="Second")
    MembershipFactory(workspace=second, user=desk.manager, role="INBOX_MANAGER")
    SavedView.objects.create(workspace=second, user=desk.manager, name="There", params={"tab": ["drafts"]})
    client.login_as(desk.manager)

    here, everywhere = client.get(f"{desk.prefix}/views"), client.get("/w/all/inbox/views?tab=drafts")

    assert "There" not in here.content.decode()
    html = everywhere.content.decode()
    assert f"/?view=inbox&amp;clientId={second.pk}&amp;tab=drafts" in html
    assert "Views are kept per workspace." in html
    assert "views/new" not in html


def test_view_with_a_filter_that_is_gone_says_so_and_can_be_deleted(client, desk, htmx):
    view = make(desk, desk.setter, "Old", sentiments=["Grumpy"])
    client.login_as(desk.setter)

    panel = client.get(f"{desk.prefix}/views").content.decode()

    assert "One of its filters no longer exists." in panel
    assert "Grumpy" not in panel
    assert client.get("/").status_code == 200
    assert client.post(f"{desk.prefix}/views/{view.pk}/deletion", {}, **htmx).status_code == 200


def test_suspended_workspace_keeps_views_as_they_are(client, desk, htmx):
    desk.workspace.status = "suspended"
    desk.workspace.save(update_fields=["status"])
    client.login_as(desk.setter)

    assert keep(client, desk, **htmx).status_code == 423
    assert SavedView.objects.count() == 0


@pytest.mark.parametrize("count", [1, 20])
def test_views_are_one_query(client, desk, count):
    for number in range(count):
        make(desk, desk.setter, f"View {number}", tab=["drafts"])
    client.login_as(desk.setter).get(f"{desk.prefix}/tabs")

    with CaptureQueriesContext(connection) as captured:
        response = client.get(f"{desk.prefix}/tabs?tab=all")

    assert response.content.decode().count("View ") == count
    assert sum('"inbox_savedview"' in one["sql"] for one in captured) == 1
