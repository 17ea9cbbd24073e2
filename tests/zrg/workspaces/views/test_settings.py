"""The frame of the settings: who sees what, where tabs without sections send people."""

from uuid import UUID

import pytest
from django.http import HttpRequest, HttpResponse

from tests.factories import MembershipFactory, PlatformGrantFactory, UserFactory, WorkspaceFactory
from tests.support.client import ZrgClient
from zrg.workspaces import registry
from zrg.workspaces.decorators import declared_actions, requires
from zrg.workspaces.enums import MembershipRole, WorkspaceStatus
from zrg.workspaces.models import Workspace
from zrg.workspaces.navigation import SETTINGS_TABS
from zrg.workspaces.registry import SectionState, SettingsSection, register_section_states, register_settings_section
from zrg.workspaces.rules.permissions import ACTIONS
from zrg.workspaces.settings_frame import READ_ONLY, settings_page

pytestmark = pytest.mark.django_db


@requires("settings.view")
def show_hours(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    return settings_page(request, workspace_id, tab="general", template="zrg/settings/frame.html", section=HOURS)


@requires("settings.view")
def show_day(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    return HttpResponse(f"day {item}")


@requires("settings.edit_general")
def close_day(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    return HttpResponse(f"closed {item}")


@requires("settings.edit_general")
def reset_hours(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    return HttpResponse("reset")


HOURS = SettingsSection(
    tab="general",
    key="hours",
    title="Working hours",
    purpose="When people answer",
    position=10,
    view=show_hours,
    action="settings.edit_general",
    acts={"reset": reset_hours},
    item=show_day,
    item_acts={"closing": close_day},
)
LIMITS = SettingsSection(
    tab="general",
    key="limits",
    title="Limits",
    purpose="For platform people",
    position=5,
    view=show_hours,
    action="settings.edit_general",
    platform=True,
)


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory(name="Northfork Dental")


@pytest.fixture
def hours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_settings_sections", dict(registry._settings_sections))
    monkeypatch.setattr(registry, "_section_states", {})
    register_settings_section(HOURS)
    register_settings_section(LIMITS)
    register_section_states("general", lambda workspace_id, can_edit: {"hours": SectionState(text="Set", tone="good")})


def url(workspace: Workspace, *parts: str) -> str:
    return "/".join([f"/w/{workspace.pk}/settings", *parts])


@pytest.mark.parametrize("tab", SETTINGS_TABS)
def test_five_tabs_open_for_every_member(client: ZrgClient, workspace: Workspace, tab: str) -> None:
    portal = MembershipFactory(workspace=workspace, role=MembershipRole.CLIENT_PORTAL.value).user

    response = client.login_as(portal).get(url(workspace, tab))

    html = response.content.decode()
    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-store"
    assert READ_ONLY in html
    assert html.count('class="nav__link"') == 5
    assert f'href="/?view=inbox&amp;clientId={workspace.pk}"' in html


def test_sections_are_listed_with_their_state(hours: None, client: ZrgClient, workspace: Workspace) -> None:
    html = client.login_as(workspace.owner).get(url(workspace, "general")).content.decode()

    assert "Working hours" in html
    assert '<span class="standing standing--good">Set</span>' in html
    assert "For platform people" not in html
    assert "kept in the administration" not in html


def test_sections_of_the_platform_are_for_platform_people(hours: None, client: ZrgClient, workspace: Workspace) -> None:
    admin = PlatformGrantFactory().user

    assert client.login_as(workspace.owner).get(url(workspace, "general", "limits")).status_code == 404
    assert client.login_as(admin).get(url(workspace, "general", "limits")).status_code == 200
    assert "For platform people" in client.get(url(workspace, "general")).content.decode()


def test_section_and_its_acts_are_checked_by_their_own_views(
    hours: None, client: ZrgClient, workspace: Workspace
) -> None:
    setter = MembershipFactory(workspace=workspace, role=MembershipRole.SETTER.value).user

    client.login_as(setter)
    shown = client.get(url(workspace, "general", "hours"))
    refused = client.post(url(workspace, "general", "hours", "reset"))
    client.login_as(workspace.owner)
    done = client.post(url(workspace, "general", "hours", "reset"))

    assert (shown.status_code, READ_ONLY in shown.content.decode()) == (200, True)
    assert refused.status_code == 403
    assert (done.status_code, done.content) == (200, b"reset")


def test_things_of_a_section_have_pages_and_acts(hours: None, client: ZrgClient, workspace: Workspace) -> None:
    client.login_as(workspace.owner)

    shown = client.get(url(workspace, "general", "hours", "of", "monday.v1"))
    done = client.post(url(workspace, "general", "hours", "of", "monday.v1", "closing"))

    assert (shown.content, done.content) == (b"day monday.v1", b"closed monday.v1")
    assert client.post(url(workspace, "general", "hours", "of", "monday.v1", "nonsense")).status_code == 404
    assert client.get(url(workspace, "general", "limits", "of", "monday.v1")).status_code == 404


@pytest.mark.parametrize(
    "parts", [("nonsense",), ("general", "nonsense"), ("ai", "hours")], ids=["tab", "section", "other tab"]
)
def test_unknown_addresses_are_not_found(
    hours: None, client: ZrgClient, workspace: Workspace, parts: tuple[str, ...]
) -> None:
    assert client.login_as(workspace.owner).get(url(workspace, *parts)).status_code == 404


def test_unknown_act_is_not_found_and_acts_are_posts(hours: None, client: ZrgClient, workspace: Workspace) -> None:
    client.login_as(workspace.owner)

    assert client.post(url(workspace, "general", "hours", "nonsense")).status_code == 404
    assert client.get(url(workspace, "general", "hours", "reset")).status_code == 405


def test_settings_of_another_workspace_do_not_exist(hours: None, client: ZrgClient, workspace: Workspace) -> None:
    client.login_as(UserFactory())

    for parts in ((), ("general",), ("general", "hours")):
        assert client.get(url(workspace, *parts)).status_code == 404


def test_suspended_workspace_is_read_only(client: ZrgClient, workspace: Workspace) -> None:
    Workspace.objects.filter(pk=workspace.pk).update(status=WorkspaceStatus.SUSPENDED)

    html = client.login_as(workspace.owner).get(url(workspace, "integrations")).content.decode()

    assert "This workspace is suspended" in html


def test_visitor_comes_back_after_the_login(client: ZrgClient, workspace: Workspace) -> None:
    response = client.get(url(workspace, "integrations"))

    assert response.status_code == 302
    assert response["Location"].startswith("/account/login/?next=%2Fw%2F")


def test_hard_01_three_layers_every_settings_section_declares_an_action() -> None:
    sections = [section for tab in SETTINGS_TABS for section in registry.settings_sections(tab)]
    views = [
        view
        for section in sections
        for view in (section.view, section.item, *section.acts.values(), *section.item_acts.values())
        if view is not None
    ]

    assert [view for view in views if not list(declared_actions(view))] == []
    assert {section.action for section in sections} <= set(ACTIONS)


def test_tab_must_exist() -> None:
    with pytest.raises(ValueError, match="Unknown settings tab"):
        register_settings_section(
            SettingsSection(
                tab="nonsense", key="x", title="X", purpose="", position=1, view=show_hours, action="settings.view"
            )
        )
