"""Booking processes as people keep them (09 §2.20). All run in the caller's context."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext, ngettext

from booking.models import BookingProcess, BookingStage, CampaignProcess
from booking.models.process import MAX_WAVES
from booking.rules.built_in_processes import BUILT_IN
from booking.rules.instructions import Question
from booking.rules.stages import STAGE_FIELDS, Stage, check_stages
from booking.services.calendar_links import get_booking_link
from zrg.lib.errors import BadInput, Conflict
from zrg.lib.text import storable
from zrg.workspaces.models import User, WorkspaceSettings
from zrg.workspaces.services.audit import changed_values, record_audit

MAX_NAME = 120
MAX_DESCRIPTION = 1_000
MAX_PROCESSES = 100
FIELDS = ("name", "description", "max_waves_before_escalation")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessValues:
    """What a person types about a process, cleaned: `ProcessValues.cleaned` is the only way in."""

    name: str
    description: str = ""
    max_waves_before_escalation: int = 5

    @classmethod
    def cleaned(cls, *, name: str, description: str = "", max_waves: int = 5) -> "ProcessValues":
        """BadInput with `field` for what cannot be stored."""
        shown = " ".join(storable(name).split())
        if not shown or len(shown) > MAX_NAME:
            raise BadInput(
                gettext("Give the process a name of at most {max_name} characters.").format(max_name=MAX_NAME),
                code="bad_name",
                field="name",
            )
        told = storable(description).replace("\r\n", "\n").strip()
        if len(told) > MAX_DESCRIPTION:
            raise BadInput(
                gettext("At most {max_description:,} characters.").format(max_description=MAX_DESCRIPTION),
                code="too_long",
                field="description",
            )
        if not 1 <= max_waves <= MAX_WAVES:
            raise BadInput(
                gettext("1 to {max_waves} waves.").format(max_waves=MAX_WAVES),
                code="bad_waves",
                field="max_waves_before_escalation",
            )
        return cls(name=shown, description=told, max_waves_before_escalation=max_waves)


def create_process(
    workspace_id: UUID, values: ProcessValues, stages: Sequence[Stage], *, by: User | None
) -> BookingProcess:
    """A new process with its stages. Conflict for a taken name, BadInput (400) for stages that cannot be."""
    with transaction.atomic():
        checked = _checked(workspace_id, stages)
        if BookingProcess.objects.in_workspace(workspace_id).count() >= MAX_PROCESSES:
            raise BadInput(
                gettext("A workspace has at most {max_processes} booking processes.").format(
                    max_processes=MAX_PROCESSES
                ),
                code="too_many",
            )
        process = BookingProcess(workspace_id=workspace_id, created_by=by)
        _apply(process, values)
        _save(process)
        _write_stages(process, checked)
        record_audit(
            "booking_process.created",
            actor=by,
            workspace=workspace_id,
            obj=process,
            after=_snapshot(process, checked),
        )
    return process


def update_process(
    process: BookingProcess, values: ProcessValues, stages: Sequence[Stage], *, by: User | None
) -> BookingProcess:
    """Other values and another list of stages, both or neither. Leads under way keep their wave; its stage may be
    another one now.
    """
    with transaction.atomic():
        locked = _locked(process)
        checked = _checked(locked.workspace_id, stages)
        stored = stages_of(locked)
        before = _snapshot(locked, stored)
        _apply(locked, values)
        _save(locked)
        if stored != checked:
            _write_stages(locked, checked)
        old, new = changed_values(before, _snapshot(locked, checked))
        if new:
            record_audit(
                "booking_process.changed", actor=by, workspace=locked.workspace_id, obj=locked, before=old, after=new
            )
    return locked


def duplicate_process(process: BookingProcess, *, by: User | None) -> BookingProcess:
    """The same under a free name; no campaign follows it."""
    rows = BookingProcess.objects.in_workspace(process.workspace_id)
    taken = {name.lower() for name in rows.values_list("name", flat=True)}
    name = next(one for one in _copy_names(process.name) if one.lower() not in taken)
    values = ProcessValues.cleaned(
        name=name, description=process.description, max_waves=process.max_waves_before_escalation
    )
    known = {one.id for one in questions_of(process.workspace_id)}
    return create_process(process.workspace_id, values, [_known_only(one, known) for one in stages_of(process)], by=by)


def create_built_in(workspace_id: UUID, keys: Collection[str], *, by: User | None) -> tuple[list[str], list[str]]:
    """The chosen ones of the product. Returns the names made, and those that exist already and stay as they are."""
    if unknown := sorted(set(keys) - {one.key for one in BUILT_IN}):
        raise BadInput(
            gettext("Unknown template: {name}").format(name=unknown[0][:80]), code="unknown_template", http_status=400
        )
    with transaction.atomic():
        rows = BookingProcess.objects.in_workspace(workspace_id)
        taken = {name.lower() for name in rows.values_list("name", flat=True)}
        chosen = [one for one in BUILT_IN if one.key in keys]
        made = [one for one in chosen if one.name.lower() not in taken]
        for one in made:
            values = ProcessValues.cleaned(name=one.name, description=one.description)
            create_process(workspace_id, values, one.stages, by=by)
    return [one.name for one in made], [one.name for one in chosen if one not in made]


def archive_process(process: BookingProcess, *, by: User | None) -> BookingProcess:
    """It can be chosen no more; campaigns that follow it go on."""
    return _set_archived(process, archived=True, by=by)


def unarchive_process(process: BookingProcess, *, by: User | None) -> BookingProcess:
    """It can be chosen again."""
    return _set_archived(process, archived=False, by=by)


def delete_process(process: BookingProcess, *, by: User | None) -> None:
    """Remove a process no campaign follows. Conflict (409) `process_in_use` with their names otherwise."""
    with transaction.atomic():
        locked = _locked(process)
        if used := campaigns_of(locked):
            told = ngettext("{n} campaign follows this process.", "{n} campaigns follow this process.", len(used))
            raise Conflict(
                told.format(n=len(used)),
                code="process_in_use",
                used=used,
                campaigns=len(used),
            )
        record_audit(
            "booking_process.deleted", actor=by, workspace=locked.workspace_id, obj=locked, before={"name": locked.name}
        )
        locked.delete()


def stages_of(process: BookingProcess) -> tuple[Stage, ...]:
    """Its stages in their order."""
    rows = BookingStage.objects.in_workspace(process.workspace_id).filter(booking_process=process)
    return tuple(_stage(row) for row in rows.order_by("stage_number"))


def campaigns_of(process: BookingProcess) -> list[str]:
    """The names of the campaigns that follow it."""
    rows = CampaignProcess.objects.in_workspace(process.workspace_id).filter(booking_process=process)
    return sorted(str(row.email_campaign) for row in rows.select_related("email_campaign"))


def questions_of(workspace_id: UUID) -> tuple[Question, ...]:
    """The qualification questions of the workspace, in its order."""
    rows = WorkspaceSettings.objects.filter(workspace_id=workspace_id)
    stored = rows.values_list("qualification_questions", flat=True).first() or []
    return tuple(Question(id=one["id"], question=one["question"], required=one["required"]) for one in stored)


def _checked(workspace_id: UUID, stages: Sequence[Stage]) -> tuple[Stage, ...]:
    known = {one.id for one in questions_of(workspace_id)}
    return check_stages(stages, question_ids=known, booking_link=get_booking_link(workspace_id))


def _set_archived(process: BookingProcess, *, archived: bool, by: User | None) -> BookingProcess:
    with transaction.atomic():
        locked = _locked(process)
        if locked.is_archived != archived:
            locked.is_archived = archived
            locked.save(update_fields=["is_archived", "updated_at"])
            act = "archived" if archived else "unarchived"
            record_audit(f"booking_process.{act}", actor=by, workspace=locked.workspace_id, obj=locked)
    return locked


def _locked(process: BookingProcess) -> BookingProcess:
    return BookingProcess.objects.in_workspace(process.workspace_id).select_for_update().get(pk=process.pk)


def _apply(process: BookingProcess, values: ProcessValues) -> None:
    for name in FIELDS:
        setattr(process, name, getattr(values, name))


def _save(process: BookingProcess) -> None:
    try:
        with transaction.atomic():
            process.save()
    except IntegrityError as error:
        raise Conflict(
            gettext("Another process has this name (perhaps an archived one)."), code="name_taken"
        ) from error


def _write_stages(process: BookingProcess, stages: Sequence[Stage]) -> None:
    BookingStage.objects.in_workspace(process.workspace_id).filter(booking_process=process).delete()
    BookingStage.objects.bulk_create(
        BookingStage(workspace_id=process.workspace_id, booking_process=process, stage_number=number, **_columns(stage))
        for number, stage in enumerate(stages, start=1)
    )


def _columns(stage: Stage) -> dict[str, Any]:
    return {
        **{name: getattr(stage, name) for name in STAGE_FIELDS},
        "qualification_question_ids": list(stage.qualification_question_ids),
        "instruction_templates": dict(stage.instruction_templates) or None,
    }


def _stage(row: BookingStage) -> Stage:
    return Stage(
        **{
            **{name: getattr(row, name) for name in STAGE_FIELDS},
            "qualification_question_ids": tuple(row.qualification_question_ids),
            "instruction_templates": row.instruction_templates or {},
        }
    )


def _known_only(stage: Stage, known: Collection[str]) -> Stage:
    """A question may have been taken from the workspace since."""
    asked = tuple(one for one in stage.qualification_question_ids if one in known)
    return replace(stage, qualification_question_ids=asked)


def _snapshot(process: BookingProcess, stages: Sequence[Stage]) -> dict[str, Any]:
    return {**{name: getattr(process, name) for name in FIELDS}, "stages": [_columns(stage) for stage in stages]}


def _copy_names(name: str) -> Iterator[str]:
    for number in count(1):
        ending = " (copy)" if number == 1 else f" (copy {number})"
        yield name[: MAX_NAME - len(ending)] + ending
