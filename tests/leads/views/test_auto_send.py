"""Auto-send in the settings: the switch, the trip, own hours, what stops it elsewhere."""

import pytest
from django.utils import timezone

from tests.factories import EmailCampaignFactory, MembershipFactory, WorkspaceFactory
from tests.support.client import ZrgClient
from zrg.workspaces.enums import MembershipRole
from zrg.workspaces.models import AdminAuditEvent, OperatorSwitch, Workspace, WorkspaceSettings
from zrg.workspaces.switches import forget_switches

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory(name="Northfork Dental")


@pytest.fixture
def owner(workspace: Workspace, client: ZrgClient) -> ZrgClient:
    return client.login_as(workspace.owner)


def url(workspace: Workspace) -> str:
    return f"/w/{workspace.pk}/settings/ai/auto-send"


def form_of(**changes: object) -> dict[str, object]:
    form = {
        "version": "1",
        "auto_send_enabled": "on",
        "flag_uncertain_replies": "on",
        "auto_send_schedule_mode": "ALWAYS",
        "reason": "",
        **changes,
    }
    return {name: value for name, value in form.items() if value is not None}


def row_of(workspace: Workspace) -> WorkspaceSettings:
    return WorkspaceSettings.objects.get(workspace=workspace)


def test_page_says_how_it_stands_and_who_decides(
    owner: ZrgClient, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    setters = owner.get(url(workspace)).content.decode()
    EmailCampaignFactory(workspace=workspace, response_mode="AI_AUTO_SEND")
    sends = owner.get(url(workspace)).content.decode()
    OperatorSwitch.objects.create(key="AUTO_SEND_DISABLED", value=True, reason="A launch")
    by_row = owner.get(url(workspace)).content.decode()
    monkeypatch.setenv("OUTBOUND_DISABLED", "1")
    by_environment = owner.get(url(workspace)).content.decode()
    forget_switches()

    assert "setters answer all campaigns" in setters
    assert "Answers of 1 campaign may leave without a person." in sends
    assert "the platform has stopped it" in by_row
    assert "Switch of the platform" in by_row
    assert "A launch" not in by_row
    assert "Environment of the installation" in by_environment


def test_switch_is_turned_with_a_reason(owner: ZrgClient, workspace: Workspace) -> None:
    response = owner.post(url(workspace), form_of(auto_send_enabled=None, reason="Prices change today"))

    event = AdminAuditEvent.objects.get(action="settings.changed")
    assert response.status_code == 302
    assert row_of(workspace).auto_send_enabled is False
    assert (event.after, event.reason) == ({"auto_send_enabled": False}, "Prices change today")


def test_after_a_trip_only_a_reason_turns_it_on(owner: ZrgClient, workspace: Workspace) -> None:
    WorkspaceSettings.objects.filter(workspace=workspace).update(
        auto_send_enabled=False, auto_send_tripped_at=timezone.now(), auto_send_tripped_reason="complaints"
    )
    shown = owner.get(url(workspace)).content.decode()

    refused = owner.post(url(workspace), form_of(reason="  "))
    tripped = row_of(workspace)
    done = owner.post(url(workspace), form_of(reason="Looked at all three: one list was wrong"))

    row = row_of(workspace)
    assert "Auto-send switched itself off" in shown
    assert "complaints" in shown
    assert refused.status_code == 422
    assert "say why it may send again" in refused.content.decode()
    assert (tripped.auto_send_enabled, tripped.auto_send_tripped_reason) == (False, "complaints")
    assert done.status_code == 302
    assert (row.auto_send_enabled, row.auto_send_tripped_at, row.auto_send_tripped_reason) == (True, None, "")
    assert AdminAuditEvent.objects.get(action="settings.changed").reason == "Looked at all three: one list was wrong"


def test_skipping_review_has_to_be_confirmed(owner: ZrgClient, workspace: Workspace) -> None:
    refused = owner.post(url(workspace), form_of(auto_send_skip_human_review="on"))
    before = row_of(workspace).auto_send_skip_human_review
    confirmed = {"auto_send_skip_human_review": "on", "confirm_auto_send_skip_human_review": "on"}

    done = owner.post(url(workspace), form_of(**confirmed))
    kept = owner.post(url(workspace), form_of(version="2", auto_send_skip_human_review="on"))

    assert (refused.status_code, before) == (422, False)
    assert "Tick this to turn it on" in refused.content.decode()
    assert (done.status_code, kept.status_code) == (302, 302)
    assert row_of(workspace).auto_send_skip_human_review is True


def test_own_hours_are_checked_and_stored(owner: ZrgClient, workspace: Workspace) -> None:
    name = "auto_send_custom_schedule"
    hours = {"auto_send_schedule_mode": "CUSTOM", f"{name}-days": ["1", "2"], f"{name}-start": "08:00"}

    refused = owner.post(url(workspace), form_of(**hours, **{f"{name}-end": "08:00"}))
    done = owner.post(url(workspace), form_of(**hours, **{f"{name}-end": "18:00"}))

    row = row_of(workspace)
    assert (refused.status_code, done.status_code) == (422, 302)
    assert "Start and end differ." in refused.content.decode()
    assert row.auto_send_custom_schedule == {"version": 1, "days": [1, 2], "startTime": "08:00", "endTime": "18:00"}


def test_others_see_it_and_change_nothing(client: ZrgClient, workspace: Workspace) -> None:
    client.login_as(MembershipFactory(workspace=workspace, role=MembershipRole.INBOX_MANAGER.value).user)

    shown = client.get(url(workspace))
    refused = client.post(url(workspace), form_of(auto_send_enabled=None))

    assert (shown.status_code, refused.status_code) == (200, 403)
    assert "How it stands" in shown.content.decode()
    assert row_of(workspace).auto_send_enabled is True


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({}, "Allowed"),
        ({"auto_send_enabled": False}, ">Off<"),
        ({"auto_send_enabled": False, "auto_send_tripped_at": timezone.now()}, "Switched itself off"),
    ],
)
def test_tab_says_how_it_stands(owner: ZrgClient, workspace: Workspace, values: dict[str, object], text: str) -> None:
    WorkspaceSettings.objects.filter(workspace=workspace).update(**values)

    assert text in owner.get(f"/w/{workspace.pk}/settings/ai").content.decode()
