"""Booking processes of a workspace: stages are one list, built-in ones are copied once, used ones stay."""

from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from booking.models import BookingProcess, BookingStage, CampaignProcess
from booking.rules.built_in_processes import BUILT_IN
from booking.rules.stages import Stage
from booking.services.calendar_links import LinkValues, create_link
from booking.services.process_list import list_processes
from booking.services.processes import (
    ProcessValues,
    archive_process,
    create_built_in,
    create_process,
    delete_process,
    duplicate_process,
    stages_of,
    unarchive_process,
    update_process,
)
from tests.factories import EmailCampaignFactory, WorkspaceFactory
from zrg.lib.errors import BadInput, Conflict
from zrg.workspaces.models import AdminAuditEvent, Workspace

pytestmark = pytest.mark.django_db
LINK, TIMES = Stage(include_booking_link=True), Stage(include_suggested_times=True, apply_to_sms=False)
QUESTION = {"id": "size", "question": "How many seats?", "required": False}


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory(settings__qualification_questions=[QUESTION])


def add(workspace: Workspace, name: str = "Slow", stages: tuple[Stage, ...] = (TIMES, LINK)) -> BookingProcess:
    return create_process(workspace.pk, ProcessValues.cleaned(name=name), stages, by=workspace.owner)


def numbers(process: BookingProcess) -> list[int]:
    rows = BookingStage.objects.filter(booking_process=process).order_by("stage_number")
    return list(rows.values_list("stage_number", flat=True))


def follow(process: BookingProcess, name: str) -> None:
    campaign = EmailCampaignFactory(workspace=process.workspace, name=name)
    CampaignProcess.objects.create(workspace=process.workspace, email_campaign=campaign, booking_process=process)


def test_process_is_stored_with_numbered_stages_and_audited(workspace: Workspace) -> None:
    asks = Stage(
        include_qualifying_questions=True,
        qualification_question_ids=("size",),
        instruction_templates={"timezoneAskTemplate": "Zone?", "noBookingLinkTemplate": " "},
    )

    process = add(workspace, "  Slow   start ", (TIMES, asks))

    assert (process.name, process.max_waves_before_escalation, process.created_by) == ("Slow start", 5, workspace.owner)
    assert numbers(process) == [1, 2]
    assert stages_of(process) == (TIMES, replace(asks, instruction_templates={"timezoneAskTemplate": "Zone?"}))
    event = AdminAuditEvent.objects.get(action="booking_process.created")
    assert event.after is not None
    assert len(event.after["stages"]) == 2


def test_list_is_replaced_as_a_whole_and_the_order_is_the_number(workspace: Workspace) -> None:
    process = add(workspace)
    values = ProcessValues.cleaned(name="Slow", max_waves=7)

    update_process(process, values, (LINK, TIMES, LINK), by=None)
    assert stages_of(process) == (LINK, TIMES, LINK)
    update_process(process, values, (TIMES,), by=None)
    update_process(process, values, (TIMES,), by=None)

    assert stages_of(process) == (TIMES,)
    assert numbers(process) == [1]
    assert AdminAuditEvent.objects.filter(action="booking_process.changed").count() == 2


@pytest.mark.parametrize(
    "stages",
    [
        (),
        (TIMES, Stage(apply_to_email=False, apply_to_sms=False, apply_to_linkedin=False)),
        (Stage(qualification_question_ids=("gone",)),),
        (Stage(instruction_templates={"greeting": "Hi"}),),
        (Stage(instruction_templates={"timezoneAskTemplate": "{zone}"}),),
    ],
)
def test_refused_stages_save_nothing(workspace: Workspace, stages: tuple[Stage, ...]) -> None:
    process = add(workspace)
    acts = AdminAuditEvent.objects.count()

    with pytest.raises(BadInput) as created:
        add(workspace, "Other", stages)
    with pytest.raises(BadInput) as changed:
        update_process(process, ProcessValues.cleaned(name="Renamed"), stages, by=None)

    process.refresh_from_db()
    assert (created.value.http_status, changed.value.http_status) == (400, 400)
    assert (process.name, stages_of(process)) == ("Slow", (TIMES, LINK))
    assert BookingProcess.objects.count() == 1
    assert AdminAuditEvent.objects.count() == acts


def test_question_of_another_workspace_is_unknown(workspace: Workspace) -> None:
    with pytest.raises(BadInput):
        add(WorkspaceFactory(), stages=(Stage(qualification_question_ids=("size",)),))

    assert not BookingProcess.objects.exists()


def test_link_longer_than_a_text_message_blocks_saving(workspace: Workspace) -> None:
    create_link(workspace.pk, LinkValues.cleaned(name="Long", url="https://calendly.com/" + "x" * 150), by=None)

    with pytest.raises(BadInput, match="longer than one text"):
        add(workspace, stages=(LINK,))

    assert not BookingProcess.objects.exists()
    assert stages_of(add(workspace, stages=(replace(LINK, apply_to_sms=False),)))


def test_name_is_taken_whatever_its_case(workspace: Workspace) -> None:
    add(workspace)
    add(WorkspaceFactory())

    with pytest.raises(Conflict) as refused:
        add(workspace, "SLOW")

    assert refused.value.code == "name_taken"
    assert BookingProcess.objects.in_workspace(workspace).count() == 1


@pytest.mark.parametrize(("name", "waves", "field"), [("", 5, "name"), ("x", 0, "max_waves_before_escalation")])
def test_values_are_checked(name: str, waves: int, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        ProcessValues.cleaned(name=name, max_waves=waves)

    assert refused.value.data["field"] == field


def test_copies_get_free_names_and_no_campaign(workspace: Workspace) -> None:
    asks = Stage(include_qualifying_questions=True, qualification_question_ids=("size",))
    process = add(workspace, stages=(asks, LINK))
    follow(process, "Dentists")
    workspace.settings.qualification_questions = []
    workspace.settings.save()

    copies = [duplicate_process(process, by=None) for _ in range(2)]

    assert [copy.name for copy in copies] == ["Slow (copy)", "Slow (copy 2)"]
    assert stages_of(copies[0]) == (replace(asks, qualification_question_ids=()), LINK)
    assert CampaignProcess.objects.get().booking_process_id == process.pk


def test_built_in_ones_are_made_once_and_own_ones_of_that_name_stay(workspace: Workspace) -> None:
    add(workspace, "times only", (LINK,))
    keys = [one.key for one in BUILT_IN]

    made, kept = create_built_in(workspace.pk, keys, by=None)
    again = create_built_in(workspace.pk, keys, by=None)

    assert (len(made), kept) == (9, ["Times Only"])
    assert (again[0], len(again[1])) == ([], 10)
    assert stages_of(BookingProcess.objects.get(name="times only")) == (LINK,)
    assert stages_of(BookingProcess.objects.get(name="Times Then Link")) == BUILT_IN[-1].stages
    with pytest.raises(BadInput):
        create_built_in(workspace.pk, ["direct-link", "nothing"], by=None)
    assert BookingProcess.objects.count() == 10


def test_used_process_is_not_deleted_and_says_who_uses_it(workspace: Workspace) -> None:
    process = add(workspace)
    follow(process, "Dentists")
    follow(process, "Bakers")

    with pytest.raises(Conflict) as refused:
        delete_process(process, by=None)

    assert (refused.value.http_status, refused.value.code) == (409, "process_in_use")
    assert (refused.value.data["used"], refused.value.data["campaigns"]) == (["Bakers", "Dentists"], 2)
    assert numbers(process) == [1, 2]
    CampaignProcess.objects.all().delete()
    delete_process(process, by=None)
    assert (BookingProcess.objects.count(), BookingStage.objects.count()) == (0, 0)


def test_archived_process_keeps_its_campaigns(workspace: Workspace) -> None:
    process = add(workspace)
    follow(process, "Dentists")

    archive_process(process, by=None)
    archive_process(process, by=None)
    assert not BookingProcess.objects.choosable().exists()
    assert CampaignProcess.objects.count() == 1
    unarchive_process(process, by=None)

    assert BookingProcess.objects.choosable().get().pk == process.pk
    assert AdminAuditEvent.objects.filter(action__endswith="archived").count() == 2


@pytest.mark.parametrize(
    "broken",
    [
        {"stage_number": 1},
        {"stage_number": 0},
        {"stage_number": 3, "number_of_times_to_suggest": 6},
        {"stage_number": 3, "apply_to_email": False, "apply_to_sms": False, "apply_to_linkedin": False},
    ],
)
def test_database_refuses_stages_that_cannot_be(workspace: Workspace, broken: dict[str, int]) -> None:
    process = add(workspace)

    with pytest.raises(IntegrityError), transaction.atomic():
        BookingStage.objects.create(workspace=workspace, booking_process=process, **broken)

    assert numbers(process) == [1, 2]


@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_three_queries(workspace: Workspace, django_assert_num_queries: object, count: int) -> None:
    for number in range(count):
        follow(add(workspace, f"Process {number}"), f"Campaign {number}")

    with django_assert_num_queries(3):  # type: ignore[operator]
        rows = list_processes(workspace.pk)

    assert [(row.process.name, len(row.stages), row.campaigns) for row in rows] == [
        (f"Process {number}", 2, 1) for number in range(count)
    ]


def test_workspace_goes_with_all_it_has(workspace: Workspace) -> None:
    follow(add(workspace), "Dentists")

    workspace.delete()

    assert (BookingProcess.objects.count(), CampaignProcess.objects.count()) == (0, 0)
