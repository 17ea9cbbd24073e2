"""The tab General: workspace, automation, pause of follow-ups."""

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from pytest_django.fixtures import Settings

from tests.factories import MembershipFactory, WorkspaceFactory
from tests.support.client import ZrgClient
from tests.support.pictures import jpeg, png, png_chunk
from zrg.workspaces.constants import REPLY_TARGET_TAGS
from zrg.workspaces.enums import MembershipRole
from zrg.workspaces.models import AdminAuditEvent, Workspace, WorkspaceSettings
from zrg.workspaces.settings_frame import READ_ONLY

pytestmark = pytest.mark.django_db

FORM = {
    "version": "1",
    "brand_name": "Northfork",
    "brand_logo_url": "",
    "timezone": "Europe/Berlin",
    "work_start_time": "08:30",
    "work_end_time": "17:00",
    "company_name": "Northfork Dental GmbH",
    "target_result": "",
}


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory(name="Northfork Dental")


@pytest.fixture
def owner(workspace: Workspace, client: ZrgClient) -> ZrgClient:
    return client.login_as(workspace.owner)


def url(workspace: Workspace, *parts: str) -> str:
    return "/".join([f"/w/{workspace.pk}/settings/general", *parts])


def row_of(workspace: Workspace) -> WorkspaceSettings:
    return WorkspaceSettings.objects.get(workspace=workspace)


def test_workspace_is_saved_and_audited_with_what_differs(owner: ZrgClient, workspace: Workspace) -> None:
    response = owner.post(url(workspace, "workspace"), FORM)

    row, event = row_of(workspace), AdminAuditEvent.objects.get()
    assert response.status_code == 302
    assert (row.timezone, row.work_start_time, row.version) == ("Europe/Berlin", "08:30", 2)
    assert (event.action, event.actor) == ("settings.changed", workspace.owner)
    assert event.before == {
        "brand_name": "",
        "company_name": "",
        "timezone": "America/New_York",
        "work_start_time": "09:00",
    }
    assert event.after == {
        "brand_name": "Northfork",
        "company_name": "Northfork Dental GmbH",
        "timezone": "Europe/Berlin",
        "work_start_time": "08:30",
    }


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"work_start_time": "25:00"}, "work_start_time"),
        ({"brand_logo_url": "http://logos.example/a.png"}, "brand_logo_url"),
    ],
    ids=["zone", "time", "logo without https"],
)
def test_wrong_values_are_named_beside_their_field(
    owner: ZrgClient, workspace: Workspace, wrong: dict[str, str], field: str
) -> None:
    response = owner.post(url(workspace, "workspace"), FORM | wrong)

    assert response.status_code == 422
    assert f'id="id_{field}_error"' in response.content.decode()
    assert row_of(workspace).version == 1
    assert AdminAuditEvent.objects.count() == 0


def test_unknown_and_stale_forms_save_nothing(owner: ZrgClient, workspace: Workspace) -> None:
    WorkspaceSettings.objects.filter(workspace=workspace).update(company_name="Other", version=2)

    unknown = owner.post(url(workspace, "workspace"), {**FORM, "version": "2", "auto_book_meetings": "on"})
    stale = owner.post(url(workspace, "workspace"), FORM)

    assert (unknown.status_code, stale.status_code) == (400, 409)
    assert "Stored now: Other" in stale.content.decode()
    assert (row_of(workspace).company_name, row_of(workspace).version) == ("Other", 2)


def test_automation_says_its_effect_and_saves(owner: ZrgClient, workspace: Workspace) -> None:
    html = owner.get(url(workspace, "automation")).content.decode()
    response = owner.post(url(workspace, "automation"), {"version": "1", "auto_follow_ups_on_reply": "on"})

    row = row_of(workspace)
    assert html.count('class="field__hint"') == html.count('type="checkbox"') == 4
    assert response.status_code == 302
    assert (row.auto_follow_ups_on_reply, row.auto_blacklist, row.flag_uncertain_replies) == (True, False, False)
    assert row.auto_approve_meetings is False


def test_follow_ups_keep_days_off_in_order_and_once(owner: ZrgClient, workspace: Workspace) -> None:
    days = "2026-12-31\n\n 2026-12-24 \n2026-12-31"
    response = owner.post(url(workspace, "follow-ups"), {"version": "1", "follow_up_blackout_dates": days})

    row = row_of(workspace)
    assert response.status_code == 302
    assert row.follow_up_blackout_dates == [date(2026, 12, 24), date(2026, 12, 31)]
    assert (row.pause_for_ooo, row.airtable_mode) == (False, False)
    assert "2026-12-24\n2026-12-31" in owner.get(url(workspace, "follow-ups")).content.decode()


@pytest.mark.parametrize(
    ("days", "told"),
    [("Christmas", "Christmas is not a day"), ("2026-02-30", "2026-02-30 is not a day"), ("1 day too many", "")],
)
def test_days_that_are_none_are_named(owner: ZrgClient, workspace: Workspace, days: str, told: str) -> None:
    if not told:
        first = date(2026, 1, 1)
        days, told = "\n".join(str(first + timedelta(days=one)) for one in range(367)), "At most 366 days."

    response = owner.post(url(workspace, "follow-ups"), {"version": "1", "follow_up_blackout_dates": days})

    assert response.status_code == 422
    assert told in response.content.decode()
    assert (row_of(workspace).follow_up_blackout_dates, row_of(workspace).version) == ([], 1)


@pytest.fixture
def media(tmp_path: Path, settings: Settings) -> Path:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}},
    }
    return tmp_path


def send_logo(
    owner: ZrgClient, workspace: Workspace, content: bytes, *, version: int = 1, name: str = "logo.png"
) -> int:
    file = SimpleUploadedFile(name, content, content_type="image/png")
    return owner.post(url(workspace, "logo"), {"version": str(version), "logo": file}).status_code


def files_in(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


def test_logo_is_written_anew_shown_replaced_and_removed(
    owner: ZrgClient, workspace: Workspace, media: Path, django_capture_on_commit_callbacks: Any
) -> None:
    secret = b"taken at 52.5N 13.4E"
    with django_capture_on_commit_callbacks(execute=True):
        first = send_logo(owner, workspace, png(more=png_chunk(b"tEXt", b"Comment\x00" + secret)), name="../../x.svg")
    (kept,) = files_in(media)
    address = f"/w/{workspace.pk}/logo/{kept.name}"
    shown = owner.get(address)
    page = owner.get(url(workspace, "logo")).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        second = send_logo(owner, workspace, jpeg(), version=2)
    (replaced,) = files_in(media)
    gone = owner.get(address)
    with django_capture_on_commit_callbacks(execute=True):
        removed = owner.post(url(workspace, "logo", "removal"), {"version": "3"})

    assert (first, second, removed.status_code) == (302, 302, 302)
    assert secret not in shown.content
    assert (shown["Content-Type"], shown["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert shown["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert f'src="{address}"' in page
    assert (replaced.suffix, gone.status_code) == (".jpg", 404)
    assert files_in(media) == []
    assert [event.action for event in AdminAuditEvent.objects.all()] == ["settings.changed"] * 3


@pytest.mark.parametrize(
    ("content", "version", "status"),
    [(b"<svg xmlns='http://www.w3.org/2000/svg'/>", 1, 422), (b"", 1, 422), (png(), 7, 409)],
    ids=["svg named png", "empty", "stale"],
)
def test_refused_logos_leave_nothing(
    owner: ZrgClient, workspace: Workspace, media: Path, content: bytes, version: int, status: int
) -> None:
    assert send_logo(owner, workspace, content, version=version) == status
    assert files_in(media) == []
    assert row_of(workspace).version == 1
    assert AdminAuditEvent.objects.count() == 0


def test_logo_is_for_people_of_the_workspace(
    client: ZrgClient, owner: ZrgClient, workspace: Workspace, media: Path
) -> None:
    send_logo(owner, workspace, png())
    (kept,) = files_in(media)

    stranger = ZrgClient().login_as(WorkspaceFactory().owner)

    assert stranger.get(f"/w/{workspace.pk}/logo/{kept.name}").status_code == 404
    assert owner.get(f"/w/{workspace.pk}/logo/../{kept.name}").status_code == 404


def test_workspace_is_renamed(owner: ZrgClient, workspace: Workspace) -> None:
    response = owner.post(url(workspace, "workspace", "name"), {"was": "Northfork Dental", "name": "  South  Fork "})

    workspace.refresh_from_db()
    event = AdminAuditEvent.objects.get()
    assert response.status_code == 302
    assert workspace.name == "South Fork"
    assert (event.action, event.before, event.after) == (
        "workspace.renamed",
        {"name": "Northfork Dental"},
        {"name": "South Fork"},
    )
    assert "South Fork" in owner.get(url(workspace)).content.decode()


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"was": "Something else", "name": "South Fork"}, 409),
        ({"was": "Northfork Dental", "name": "   "}, 422),
        ({"was": "Northfork Dental", "name": "South Fork", "owner": "me"}, 400),
    ],
    ids=["stale", "blank", "unknown field"],
)
def test_refused_names_change_nothing(
    owner: ZrgClient, workspace: Workspace, form: dict[str, str], status: int
) -> None:
    response = owner.post(url(workspace, "workspace", "name"), form)

    workspace.refresh_from_db()
    assert response.status_code == status
    assert workspace.name == "Northfork Dental"
    assert AdminAuditEvent.objects.count() == 0


def test_follow_ups_pause_and_resume(client: ZrgClient, workspace: Workspace) -> None:
    manager = MembershipFactory(workspace=workspace, role=MembershipRole.INBOX_MANAGER.value).user
    client.login_as(manager)

    paused = client.post(url(workspace, "follow-up-pause", "pause"), {"version": "1", "days": "3"})
    until = row_of(workspace).follow_ups_paused_until
    stale = client.post(url(workspace, "follow-up-pause", "resume"), {"version": "1"})
    shown = client.get(url(workspace, "follow-up-pause")).content.decode()
    resumed = client.post(url(workspace, "follow-up-pause", "resume"), {"version": "2"})

    assert (paused.status_code, stale.status_code, resumed.status_code) == (302, 409, 302)
    assert until is not None
    assert timedelta(days=2) < until - timezone.now() < timedelta(days=3)
    assert "Paused until" in shown
    assert row_of(workspace).follow_ups_paused_until is None
    assert [event.actor for event in AdminAuditEvent.objects.all()] == [manager, manager]


@pytest.mark.parametrize("days", ["0", "366", "soon", ""])
def test_pause_takes_one_to_365_days(owner: ZrgClient, workspace: Workspace, days: str) -> None:
    response = owner.post(url(workspace, "follow-up-pause", "pause"), {"version": "1", "days": days})

    assert response.status_code == 422
    assert row_of(workspace).follow_ups_paused_until is None


@pytest.mark.parametrize("key", ["workspace", "automation", "follow-up-pause"])
def test_hard_07_without_the_right_general_is_read_only(client: ZrgClient, workspace: Workspace, key: str) -> None:
    setter = MembershipFactory(workspace=workspace, role=MembershipRole.SETTER.value).user
    client.login_as(setter)

    html = client.get(url(workspace, key)).content.decode()
    posts = [
        client.post(url(workspace, "workspace"), FORM),
        client.post(url(workspace, "workspace", "name"), {"was": "Northfork Dental", "name": "South Fork"}),
        client.post(url(workspace, "automation"), {"version": "1"}),
        client.post(url(workspace, "follow-up-pause", "pause"), {"version": "1", "days": "1"}),
        client.post(url(workspace, "follow-up-pause", "resume"), {"version": "1"}),
    ]

    controls = re.findall(r"<(?:input|select|textarea|button)\b(?![^>]*type=\"hidden\")[^>]*>", html.split("<main")[1])
    assert READ_ONLY in html
    assert [control for control in controls if "disabled" not in control] == []
    assert [response.status_code for response in posts] == [403] * 5
    workspace.refresh_from_db()
    assert (workspace.name, row_of(workspace).version) == ("Northfork Dental", 1)


def targets(**minutes: str) -> dict[str, str]:
    """The form of reply times: a number for each sentiment, blank for the others."""
    typed = {tag.replace(" ", "_"): text for tag, text in minutes.items()}
    return {
        "version": "1",
        **{
            f"reply_targets-{number}": typed.get(tag.replace(" ", "_"), "")
            for number, tag in enumerate(REPLY_TARGET_TAGS)
        },
    }


def test_reply_times_are_saved_and_audited(owner: ZrgClient, workspace: Workspace) -> None:
    shown = owner.get(url(workspace, "reply-times")).content.decode()
    response = owner.post(url(workspace, "reply-times"), targets(Meeting_Requested="10", Neutral=" 240 "))

    event = AdminAuditEvent.objects.get()
    assert 'name="reply_targets-0" value="5"' in shown
    assert response.status_code == 302
    assert row_of(workspace).reply_targets == {"Meeting Requested": 10, "Neutral": 240}
    assert event.after == {"reply_targets": {"Meeting Requested": 10, "Neutral": 240}}


def test_all_blank_switches_reply_times_off(owner: ZrgClient, workspace: Workspace) -> None:
    assert owner.post(url(workspace, "reply-times"), targets()).status_code == 302
    assert row_of(workspace).reply_targets == {}


@pytest.mark.parametrize("text", ["0", "10081", "-5", "2.5", "soon", "9" * 400])
def test_bad_minutes_are_refused_with_what_was_typed(owner: ZrgClient, workspace: Workspace, text: str) -> None:
    response = owner.post(url(workspace, "reply-times"), targets(Interested=text))

    assert response.status_code == 422
    assert f'value="{text}"' in response.content.decode()
    assert (row_of(workspace).reply_targets["Interested"], row_of(workspace).version) == (30, 1)


def test_reply_times_stale_form_and_read_only(client: ZrgClient, owner: ZrgClient, workspace: Workspace) -> None:
    stale = owner.post(url(workspace, "reply-times"), {**targets(Interested="9"), "version": "7"})
    setter = MembershipFactory(workspace=workspace, role=MembershipRole.SETTER).user
    client.login_as(setter)
    page = client.get(url(workspace, "reply-times")).content.decode()
    refused = client.post(url(workspace, "reply-times"), targets(Interested="9"))

    assert (stale.status_code, refused.status_code) == (409, 403)
    assert page.count('type="number"') == page.count("disabled>") == len(REPLY_TARGET_TAGS)
    assert row_of(workspace).reply_targets["Interested"] == 30
