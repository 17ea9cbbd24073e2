"""The pages of booking processes: building, moving, previewing, refusing."""

import re
from typing import Any

import pytest
from django.http import HttpResponse

from booking.models import BookingProcess, CampaignProcess
from booking.rules.stages import Stage
from booking.services.processes import ProcessValues, create_process, stages_of
from tests.factories import EmailCampaignFactory, MembershipFactory, WorkspaceFactory
from tests.support.client import ZrgClient
from zrg.workspaces.enums import MembershipRole
from zrg.workspaces.models import Workspace

pytestmark = pytest.mark.django_db
TIMES = Stage(include_suggested_times=True)
LINK = Stage(include_booking_link=True, apply_to_linkedin=False)
QUESTIONS = [
    {"id": "size", "question": "How many seats?", "required": False},
    {"id": "budget", "question": "What is the budget?", "required": True},
]


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory(name="Northfork Dental", settings__qualification_questions=QUESTIONS)


@pytest.fixture
def owner(workspace: Workspace, client: ZrgClient) -> ZrgClient:
    return client.login_as(workspace.owner)


def url(workspace: Workspace, *parts: object) -> str:
    return "/".join([f"/w/{workspace.pk}/settings/booking/processes", *map(str, parts)])


def add(workspace: Workspace, *stages: Stage) -> BookingProcess:
    return create_process(workspace.pk, ProcessValues.cleaned(name="Slow"), stages or (TIMES, LINK), by=None)


def stage(number: int, **values: Any) -> dict[str, Any]:
    typed = {"apply_to_email": "on", "link_type": "PLAIN_URL", "number_of_times_to_suggest": "3", **values}
    return {f"stage-{number}-{name}": value for name, value in typed.items() if value != ""}


def typed(*stages: dict[str, Any], **values: str) -> dict[str, Any]:
    data: dict[str, Any] = {"version": "", "name": "Fast", "description": "", "max_waves_before_escalation": "5"}
    for one in stages:
        data.update(one)
    return {**data, **values}


def version(client: ZrgClient, address: str) -> str:
    found = re.search(r'name="version" value="(\w+)"', client.get(address).content.decode())
    assert found is not None
    return found.group(1)


def html(response: HttpResponse) -> str:
    return response.content.decode()


def test_process_is_built_and_listed(owner: ZrgClient, workspace: Workspace) -> None:
    empty = html(owner.get(url(workspace)))
    built = html(owner.get(url(workspace, "of", "new")))

    asks = {
        "include_qualifying_questions": "on",
        "qualification_question_ids": ["size"],
        "text_timezoneAskTemplate": "Z?",
    }
    response = owner.post(
        url(workspace, "of", "new"), typed(stage(1, include_suggested_times="on"), stage(2, apply_to_sms="on", **asks))
    )

    process = BookingProcess.objects.get()
    assert "No booking process yet" in empty
    assert "Always asked: What is the budget?" in built
    assert response.status_code == 302
    assert stages_of(process) == (
        Stage(include_suggested_times=True, apply_to_sms=False, apply_to_linkedin=False),
        Stage(
            include_qualifying_questions=True,
            qualification_question_ids=("size",),
            apply_to_linkedin=False,
            instruction_templates={"timezoneAskTemplate": "Z?"},
        ),
    )
    assert "2 stages" in html(owner.get(url(workspace)))
    assert "1 in use" in html(owner.get(f"/w/{workspace.pk}/settings/booking"))


def test_stage_is_moved_in_the_form_and_saved_as_one_list(owner: ZrgClient, workspace: Workspace) -> None:
    process = add(workspace)
    page = url(workspace, "of", process.pk)
    now = version(owner, page)
    first = stage(1, include_suggested_times="on")
    second = stage(2, include_booking_link="on", link_type="HYPERLINKED_TEXT")

    moved = owner.post(page, typed(first, second, version=now, name="Slow", act="up:2"), headers={"HX-Request": "true"})
    shown = html(moved)

    assert moved.status_code == 200
    assert "Nothing is saved yet" in shown
    assert "<html" not in shown
    assert 'name="stage-1-include_booking_link" id="id_stage-1-include_booking_link" checked' in shown
    assert 'name="stage-2-include_suggested_times" id="id_stage-2-include_suggested_times" checked' in shown
    assert stages_of(process) == (TIMES, LINK)
    saved = owner.post(
        page,
        typed(stage(1, include_booking_link="on"), stage(2, include_suggested_times="on"), version=now, name="Slow"),
    )
    assert saved.status_code == 302
    assert [one.include_booking_link for one in stages_of(process)] == [True, False]


@pytest.mark.parametrize(("act", "stages"), [("add", 3), ("remove:1", 1), ("down:1", 2)], ids=["add", "remove", "down"])
def test_list_of_stages_changes_without_a_save(owner: ZrgClient, workspace: Workspace, act: str, stages: int) -> None:
    process = add(workspace)

    response = owner.post(url(workspace, "of", process.pk), typed(stage(1), stage(2), name="", act=act))

    assert response.status_code == 200
    assert html(response).count('<fieldset class="panel stage"') == stages
    assert "This field is required" not in html(response)
    assert stages_of(process) == (TIMES, LINK)


@pytest.mark.parametrize("act", ["up:1", "down:2", "remove:3", "up:x", "fly", "add:"])
def test_act_that_cannot_be_is_refused(owner: ZrgClient, workspace: Workspace, act: str) -> None:
    process = add(workspace)
    full = [stage(number) for number in range(1, 11)] if act == "add:" else [stage(1), stage(2)]

    response = owner.post(url(workspace, "of", process.pk), typed(*full, act=act))

    assert response.status_code == 400
    assert stages_of(process) == (TIMES, LINK)


@pytest.mark.parametrize(
    ("stages", "said"),
    [
        ([], "needs at least one stage"),
        ([stage(1), stage(2, apply_to_email="")], "choose at least one channel"),
        ([stage(1, qualification_question_ids=["gone"])], "gone is not one of the available choices"),
        ([stage(1, text_bookingLinkPlainTemplate="{link}")], "unknown placeholder {link}"),
        ([stage(1, number_of_times_to_suggest="9")], "9 is not one of the available choices"),
        ([stage(2)], ""),
        ([stage(1), stage(3)], ""),
        ([stage(1, text_greeting="Hi")], ""),
    ],
)
def test_stages_that_cannot_be_are_400_and_save_nothing(
    owner: ZrgClient, workspace: Workspace, stages: list[dict[str, Any]], said: str
) -> None:
    response = owner.post(url(workspace, "of", "new"), typed(*stages))

    assert response.status_code == 400
    assert said in html(response)
    assert ("Not saved: mend what is marked below." in html(response)) == bool(said)
    assert not BookingProcess.objects.exists()


def test_name_that_is_taken_or_missing_is_said_beside_it(owner: ZrgClient, workspace: Workspace) -> None:
    add(workspace)

    taken = owner.post(url(workspace, "of", "new"), typed(stage(1), name="slow"))
    missing = owner.post(url(workspace, "of", "new"), typed(stage(1), name=""))

    assert (taken.status_code, missing.status_code) == (422, 422)
    assert "Another process has this name" in html(taken)
    assert BookingProcess.objects.count() == 1


def test_stale_process_is_not_overwritten(owner: ZrgClient, workspace: Workspace) -> None:
    process = add(workspace)
    page = url(workspace, "of", process.pk)
    old = version(owner, page)
    owner.post(page, typed(stage(1, include_timezone_ask="on"), name="Slow", version=old))

    response = owner.post(page, typed(stage(1), name="Mine", version=old))

    process.refresh_from_db()
    assert response.status_code == 409
    assert process.name == "Slow"
    assert [one.include_timezone_ask for one in stages_of(process)] == [True]
    assert "Stored now: Slow" in html(response)
    assert "Stored now: time zone (E-mail)" in html(response)
    again = re.search(r'name="version" value="(\w+)"', html(response))
    assert again is not None
    assert owner.post(page, typed(stage(1), name="Mine", version=again.group(1))).status_code == 302


def test_preview_tells_each_channel_what_is_typed(owner: ZrgClient, workspace: Workspace) -> None:
    address = "https://a.example/" + "x" * 110
    owner.post(
        f"/w/{workspace.pk}/settings/booking/calendar-links/of/new",
        {"name": "Intro", "url": address, "public_url": "", "version": ""},
    )
    both = {"include_booking_link": "on", "include_suggested_times": "on", "apply_to_sms": "on"}

    response = owner.post(
        url(workspace, "of", "new"), typed(stage(1, **both), act="preview"), headers={"HX-Request": "true"}
    )

    shown = html(response)
    assert response.status_code == 200
    assert shown.count(address) == 2
    assert shown.count("3:00 PM EST on Thu, Feb 12") == 2
    assert "not in this stage" in shown
    assert "they fill 2 of at most 3" in shown
    assert "Create" not in shown
    assert not BookingProcess.objects.exists()


def test_preview_of_a_stage_with_a_mistake_says_so(owner: ZrgClient, workspace: Workspace) -> None:
    response = owner.post(
        url(workspace, "of", "new"), typed(stage(1, apply_to_email=""), act="preview"), headers={"HX-Request": "true"}
    )

    assert response.status_code == 200
    assert "Choose a channel" in html(response)
    wrong = typed(stage(1, text_timezoneAskTemplate="Zone of {lead}?"), act="preview")
    told = html(owner.post(url(workspace, "of", "new"), wrong, headers={"HX-Request": "true"}))
    assert "Time zone: unknown placeholder {lead}." in told
    assert "<pre" not in told


def test_question_that_is_gone_is_left_out_of_the_page(owner: ZrgClient, workspace: Workspace) -> None:
    process = add(workspace, Stage(include_qualifying_questions=True, qualification_question_ids=("size",)))
    workspace.settings.qualification_questions = QUESTIONS[1:]
    workspace.settings.save()

    shown = html(owner.get(url(workspace, "of", process.pk)))

    assert "How many seats?" not in shown
    assert "Ask: What is the budget?" in shown


def test_templates_are_made_once(owner: ZrgClient, workspace: Workspace) -> None:
    address = url(workspace, "templates")

    told = html(owner.post(address, {"template": ["times-link", "direct-link"]}, follow=True))
    again = html(owner.post(address, {"template": ["times-link"]}, follow=True))

    assert "Made: Direct Link First, Times Then Link." in told
    assert "There already, and left as it is: Times Then Link." in again
    assert "Choose at least one" in html(owner.post(address, {}, follow=True))
    assert owner.post(address, {"template": ["nothing"]}).status_code == 400
    assert BookingProcess.objects.count() == 2


def test_process_in_use_is_not_deleted_and_names_the_campaigns(owner: ZrgClient, workspace: Workspace) -> None:
    process = add(workspace)
    campaign = EmailCampaignFactory(workspace=workspace, name="Dentists")
    CampaignProcess.objects.create(workspace=workspace, email_campaign=campaign, booking_process=process)

    refused = owner.post(url(workspace, "of", process.pk, "removal"))

    assert refused.status_code == 409
    assert "1 campaign follows this process." in html(refused)
    assert "Followed by Dentists." in html(refused)
    assert BookingProcess.objects.count() == 1
    CampaignProcess.objects.all().delete()
    assert "Slow is deleted." in html(owner.post(url(workspace, "of", process.pk, "removal"), follow=True))
    assert not BookingProcess.objects.exists()


def test_process_is_copied_archived_and_returned(owner: ZrgClient, workspace: Workspace) -> None:
    process = add(workspace)

    copied = html(owner.post(url(workspace, "of", process.pk, "duplicate"), follow=True))
    owner.post(url(workspace, "of", process.pk, "archival"))
    listed = html(owner.get(url(workspace)))
    returned = html(owner.post(url(workspace, "of", process.pk, "return"), follow=True))

    assert "<h1>Slow (copy)</h1>" in copied
    assert "1 archived" in listed
    assert "Back in use." in returned


def test_process_of_another_workspace_is_not_there(owner: ZrgClient, workspace: Workspace) -> None:
    foreign = add(WorkspaceFactory())
    page = url(workspace, "of", foreign.pk)

    statuses = [owner.get(page).status_code, owner.post(page, typed(stage(1))).status_code]
    statuses += [owner.post(f"{page}/{act}").status_code for act in ("duplicate", "archival", "return", "removal")]

    assert statuses == [404] * 6
    assert (BookingProcess.objects.get().name, stages_of(foreign)) == ("Slow", (TIMES, LINK))


def test_hard_07_settings_read_only_process_is_shown_closed(client: ZrgClient, workspace: Workspace) -> None:
    process = add(workspace)
    client.login_as(MembershipFactory(workspace=workspace, role=MembershipRole.CLIENT_PORTAL.value).user)
    page = url(workspace, "of", process.pk)

    shown = html(client.get(page))
    refused = [client.post(page, typed(stage(1))).status_code]
    refused += [client.post(page, typed(stage(1), act=act)).status_code for act in ("add", "preview")]

    form = shown.split('id="process-form"')[1].split("</form>")[0]
    controls = re.findall(r"<(?:input|select|textarea|button)\b(?![^>]*hidden)[^>]*>", form)
    assert controls
    assert [control for control in controls if "disabled" not in control] == []
    assert "Duplicate" not in shown
    assert refused == [403, 403, 403]
    assert stages_of(process) == (TIMES, LINK)
