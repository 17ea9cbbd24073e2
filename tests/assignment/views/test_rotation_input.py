"""The rotation's page against wrong input, for people who see less, and with somebody in it who left."""

import re
from uuid import uuid4

import pytest

from assignment.services.rotation import assign_lead
from leads.models import Lead
from tests.assignment.services.test_rotation_hard import make_lead, make_workspace, pointer
from tests.assignment.views.test_rotation_pages import desk, form, post, url  # noqa: F401  # desk is a fixture
from tests.factories.workspaces import MembershipFactory
from zrg.jobs.models import BackgroundJob
from zrg.workspaces.enums import WorkspaceStatus
from zrg.workspaces.models import Membership, User, Workspace, WorkspaceSettings
from zrg.workspaces.services.memberships import deactivate_member, set_rotation

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def stored(workspace):
    row = WorkspaceSettings.objects.get(workspace=workspace)
    return row.round_robin_setter_sequence, row.round_robin_config_version


@pytest.mark.parametrize("version", ["\u00b2", "9" * 5_000, "-1", "", "x\x00"])
def test_a_version_that_is_no_number_is_an_old_page(client, desk, version):  # noqa: F811
    workspace, people = desk
    before = stored(workspace)

    response = client.post(url(workspace), form(workspace, people, act="save", version=version, sequence=[]))

    assert response.status_code == 409
    assert stored(workspace) == before


@pytest.mark.parametrize("act", ["up:\u00b2", "remove:" + "9" * 5_000, "down:-1", "up:", "\x00:1"])
def test_a_place_that_is_no_number_moves_nothing(client, desk, act):  # noqa: F811
    workspace, people = desk

    response = client.post(url(workspace), form(workspace, people, act=act))

    assert response.status_code == 200
    assert [one.email for _, one in response.context["entries"]] == [people[number].email for number in (0, 1, 0)]


@pytest.mark.parametrize("field", ["sequence", "setter", "manager", "new_setters", "new_managers"])
def test_an_address_no_column_holds_is_an_unknown_one(client, desk, field):  # noqa: F811
    workspace, people = desk
    before = stored(workspace)

    response = client.post(url(workspace), form(workspace, people, act="save", **{field: "a\x00b@x.example"}))

    assert response.status_code == 422
    assert "ab@x.example" in response.content.decode()
    assert stored(workspace) == before


@pytest.mark.parametrize("value", ["yes", "true", 1, 0, None, []])
def test_a_trial_that_is_not_clearly_one_runs_nothing(client, desk, value):  # noqa: F811
    workspace, _ = desk
    make_lead(workspace)

    response = post(client, "/api/assignment/backfill", {"clientId": str(workspace.pk), "dryRun": value})

    assert (response.status_code, response.json()["field"]) == (422, "dryRun")
    assert not BackgroundJob.objects.filter(type="ASSIGNMENT_BACKFILL").exists()


def test_a_setter_sees_the_rotation_as_it_is(client, desk):  # noqa: F811
    workspace, people = desk
    make_lead(workspace)
    make_lead(workspace, assigned_to=people[1])
    set_rotation(Membership.objects.get(user=people[1]), in_rotation=False, paused_until=None, by=workspace.owner)
    client.login_as(people[1])

    page = client.get(url(workspace)).content.decode()
    tab = client.get(f"/w/{workspace.pk}/settings/integrations").content.decode()

    first, second, _ = (one.display_name for one in people)
    assert re.findall(r'"turn__who"><span>([^<]*)<', page) == [first, second, first]
    assert "Not a setter of this workspace" not in page
    assert f"{first} 100 %" in page
    assert "1 setter" in tab
    # Neither the leads of others nor a page that is closed to them.
    assert "waits for a setter" not in page
    assert "of/inactive" not in page


LEFT = ["membership over", "account switched off", "account gone"]


def leave(workspace, people, how):
    """The first setter, who stands at two of three places, leaves."""
    if how == "membership over":
        deactivate_member(Membership.objects.get(user=people[0]), by=workspace.owner)
    elif how == "account switched off":
        User.objects.filter(pk=people[0].pk).update(is_active=False)
    else:
        ids = [uuid4(), people[1].pk]
        WorkspaceSettings.objects.filter(workspace=workspace).update(round_robin_setter_sequence=[*ids, ids[0]])


def as_shown(page, **values):
    """The form as the page shows it, with changes."""
    names = {"sequence": "hidden", "setter": "checkbox", "manager": "checkbox"}
    shown = {
        name: re.findall(rf'<input type="{kind}" name="{name}" value="([^"]*)"(?: checked)?>', page)
        for name, kind in names.items()
    }
    (version,) = re.findall(r'name="version" value="([0-9]+)"', page)
    return {**shown, "version": version, "enabled": "on", "people": "1", **values}


@pytest.mark.parametrize("how", LEFT)
def test_switching_off_is_not_held_up_by_who_left(client, desk, how):  # noqa: F811
    workspace, people = desk
    assign_lead(make_lead(workspace).pk, workspace.pk, "email", "round_robin")
    leave(workspace, people, how)
    before = stored(workspace)
    given = as_shown(client.get(url(workspace)).content.decode(), act="save")
    del given["enabled"]

    response = client.post(url(workspace), given)

    assert response.status_code == 302
    assert not WorkspaceSettings.objects.get(workspace=workspace).round_robin_enabled
    assert (stored(workspace), pointer(workspace)) == (before, 0)


@pytest.mark.parametrize("how", LEFT)
def test_who_left_is_taken_out_with_one_click(client, desk, how):  # noqa: F811
    workspace, people = desk
    manager = MembershipFactory(workspace=workspace, role="INBOX_MANAGER", user__is_active=False)
    leave(workspace, people, how)
    page = client.get(url(workspace)).content.decode()
    given = as_shown(page)
    more = {**given, "sequence": [*given["sequence"], people[2].email]}

    refused = client.post(url(workspace), {**more, "act": "save"})
    kept = stored(workspace)
    done = client.post(url(workspace), {**more, "act": "save-dropping"})

    assert 'value="save-dropping"' in page
    assert refused.status_code == 422
    assert 'value="save-dropping"' in refused.content.decode()
    assert (len(kept[0]), kept[1]) == (3, 0)
    assert done.status_code == 302
    assert stored(workspace) == ([people[1].pk, people[2].pk], 1)
    assert 'value="save-dropping"' not in client.get(url(workspace)).content.decode()
    # An account that is switched off keeps its place in the team.
    manager.refresh_from_db()
    assert manager.is_active
    assert Membership.objects.get(user=people[0]).is_active == (how != "membership over")


def test_where_nobody_stays_in_the_order_the_page_says_what_follows(client):
    workspace, people = make_workspace(sequence=(0,))
    client.login_as(workspace.owner)
    leave(workspace, people, "membership over")

    page = client.get(url(workspace)).content.decode()
    client.post(url(workspace), as_shown(page, act="save-dropping"))

    assert "without it all setters take turns, evenly." in page
    assert stored(workspace) == ([], 1)


def test_a_setter_who_is_taken_off_the_team_now_must_leave_the_order_too(client, desk):  # noqa: F811
    workspace, people = desk
    before = stored(workspace)

    response = client.post(url(workspace), form(workspace, people, act="save", setter=[people[0].email]))

    assert response.status_code == 422
    assert f"<b>{people[1].email}</b>" in response.content.decode()
    assert stored(workspace) == before
    assert Membership.objects.filter(workspace=workspace, is_active=True).count() == 3


@pytest.mark.parametrize("query", ["channel=%00", "source__exact=%00", "setter=%00"])
def test_the_admin_refuses_a_filter_no_column_holds(client, desk, query):  # noqa: F811
    assert client.get(f"/admin/assignment/leadassignmentevent/?{query}").status_code == 400


def test_a_suspended_workspace_shows_its_rotation_and_changes_nothing(client, desk):  # noqa: F811
    workspace, people = desk
    lead = make_lead(workspace)
    Workspace.objects.filter(pk=workspace.pk).update(status=WorkspaceStatus.SUSPENDED)
    assign = f"/api/inbox/conversations/{lead.pk}/assign"
    bulk = {"clientId": str(workspace.pk), "leadIds": [str(lead.pk)], "userId": str(people[0].pk)}

    shown = [client.get(url(workspace)), client.get(f"/api/assignment/preview?clientId={workspace.pk}")]
    refused = [
        client.post(url(workspace), form(workspace, people, act="save", sequence=[])),
        client.post(url(workspace, "/backfill")),
        post(client, "/api/assignment/backfill", {"clientId": str(workspace.pk)}),
        post(client, "/api/assignment/bulk", bulk),
        post(client, assign, {"userId": str(people[0].pk), "expected": None}),
    ]

    assert [one.status_code for one in shown] == [200, 200]
    assert [one.status_code for one in refused] == [423] * 5
    assert (len(stored(workspace)[0]), Lead.objects.get(pk=lead.pk).assigned_to_id) == (3, None)
    assert not BackgroundJob.objects.filter(type="ASSIGNMENT_BACKFILL").exists()


def test_a_setter_may_not_ask_for_the_preview(client, desk):  # noqa: F811
    workspace, people = desk
    client.login_as(people[0])

    assert client.get(f"/api/assignment/preview?clientId={workspace.pk}").status_code == 403
