"""Booking processes in the settings: the list, the builder of one, and what drafting would be told."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from booking.models import BookingProcess
from booking.process_form import (
    ACT,
    Builder,
    builder_version,
    known_names,
    moved_builder,
    stored_builder,
    summary_of,
    typed_builder,
)
from booking.rules.built_in_processes import BUILT_IN
from booking.services.calendar_links import get_booking_link
from booking.services.process_list import list_processes
from booking.services.processes import (
    FIELDS,
    ProcessValues,
    archive_process,
    campaigns_of,
    create_built_in,
    create_process,
    delete_process,
    duplicate_process,
    questions_of,
    stages_of,
    unarchive_process,
    update_process,
)
from booking.views.columns import LATER
from booking.views.process_preview import preview_of
from zrg.lib.errors import BadInput, Conflict
from zrg.workspaces.access import can, require
from zrg.workspaces.decorators import access_of, person_of, requires
from zrg.workspaces.forms.rows import CHANGED_MEANWHILE, note_stored, show_refusal
from zrg.workspaces.forms.strict import refuse_unknown
from zrg.workspaces.registry import SectionState, SettingsSection
from zrg.workspaces.settings_frame import item_of, item_url, section_url, settings_page

TAB, KEY = "booking", "processes"
EDIT = "settings.edit_booking"
LIST, PAGE = "booking/settings/processes.html", "booking/settings/process.html"
NEW = "new"
SAVE, PREVIEW = "save", "preview"
TEMPLATE = "template"
REFUSED = (400, 422)


@require_GET
@requires("settings.view")
def processes(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """All processes, what their stages include, who follows them; the ones to start from; the five situations."""
    rows = list_processes(workspace_id)
    taken = {row.process.name.lower() for row in rows}
    return settings_page(
        request,
        workspace_id,
        tab=TAB,
        section=SECTION,
        template=LIST,
        processes=[
            (row, item_url(workspace_id, SECTION, row.process.pk)) for row in rows if not row.process.is_archived
        ],
        archived=[(row, item_url(workspace_id, SECTION, row.process.pk)) for row in rows if row.process.is_archived],
        built_in=[(one, one.name.lower() in taken) for one in BUILT_IN],
        new_url=item_url(workspace_id, SECTION, NEW),
        templates_url=f"{section_url(workspace_id, SECTION)}/templates",
        later=gettext(LATER),
    )


@require_POST
@requires(EDIT)
def templates(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """Make the chosen processes of the product; those that exist stay as they are."""
    refuse_unknown(request, {TEMPLATE})
    keys = request.POST.getlist(TEMPLATE)
    if not keys:
        messages.warning(request, gettext("Choose at least one template."))
        return HttpResponseRedirect(section_url(workspace_id, SECTION))
    made, kept = create_built_in(workspace_id, keys, by=person_of(request))
    if made:
        messages.success(request, gettext("Made: {names}.").format(names=", ".join(made)))
    if kept:
        messages.info(request, gettext("There already, and left as it is: {names}.").format(names=", ".join(kept)))
    return HttpResponseRedirect(section_url(workspace_id, SECTION))


@require_http_methods(["GET", "POST"])
@requires("settings.view")
def process(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    """The builder of one process or a new one, an act on its unsaved stages, or its save."""
    if request.method != "POST":
        return _stored(request, workspace_id, item, _found(workspace_id, item))
    require(access_of(request), EDIT, workspace_id)
    refuse_unknown(request, known_names(request.POST))
    act = request.POST.get(ACT, SAVE)
    if act == SAVE:
        return _save(request, workspace_id, item)
    found, questions = _found(workspace_id, item), questions_of(workspace_id)
    if act == PREVIEW:
        return _show(
            request, workspace_id, item, found, typed_builder(request.POST, questions=questions), part="previews"
        )
    return _show(
        request, workspace_id, item, found, moved_builder(request.POST, act, questions=questions), part="builder"
    )


@require_POST
@requires(EDIT)
def duplicate(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    """The same under another name, opened."""
    return _act(request, workspace_id, item, lambda found: duplicate_process(found, by=person_of(request)), "Copied.")


@require_POST
@requires(EDIT)
def archival(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    """It can be chosen no more."""
    return _act(request, workspace_id, item, lambda found: archive_process(found, by=person_of(request)), "Archived.")


@require_POST
@requires(EDIT)
def return_(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    """It can be chosen again."""
    return _act(
        request, workspace_id, item, lambda found: unarchive_process(found, by=person_of(request)), "Back in use."
    )


@require_POST
@requires(EDIT)
def removal(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    """Delete a process no campaign follows; 409 with the campaigns otherwise."""
    found = _found(workspace_id, item)
    try:
        delete_process(found, by=person_of(request))
    except Conflict as refused:
        return _stored(request, workspace_id, item, found, status=409, problem=str(refused))
    messages.success(request, gettext("{name} is deleted.").format(name=found.name))
    return HttpResponseRedirect(section_url(workspace_id, SECTION))


def section_state(workspace_id: UUID, can_edit: bool) -> Mapping[str, SectionState]:
    """How many processes there are, for the tab's page."""
    count = BookingProcess.objects.in_workspace(workspace_id).choosable().count()
    return {KEY: SectionState(text=gettext("{count} in use").format(count=count) if count else gettext("None yet"))}


SECTION = SettingsSection(
    tab=TAB,
    key=KEY,
    title=_("Booking processes"),
    purpose=_("What answers include, wave by wave, until a meeting is booked"),
    position=32,
    action=EDIT,
    view=processes,
    acts={"templates": templates},
    item=process,
    item_acts={"duplicate": duplicate, "archival": archival, "return": return_, "removal": removal},
)


def _save(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    found, is_new = _found(workspace_id, item, lock=True), item == NEW
    builder = typed_builder(request.POST, questions=questions_of(workspace_id))
    form = builder.process
    readable, understood = builder.stages_are_valid(), form.is_valid()
    stored = () if is_new else stages_of(found)
    if not is_new and form.cleaned_data.get("version") != builder_version(found, stored):
        note_stored(form, found, FIELDS)
        form.data = {
            **{name: request.POST.get(name, "") for name in form.fields},
            "version": builder_version(found, stored),
        }
        stored_stages = [summary_of(stage) for stage in stored]
        return _show(
            request,
            workspace_id,
            item,
            found,
            builder,
            status=409,
            conflict=gettext(CHANGED_MEANWHILE),
            stored_stages=stored_stages,
        )
    if not readable or not understood:
        return _show(request, workspace_id, item, found, builder, status=422 if readable else 400)
    stages = [one.stage() for one in builder.stages]
    try:
        values = ProcessValues.cleaned(
            name=form.cleaned_data["name"],
            description=form.cleaned_data["description"],
            max_waves=form.cleaned_data["max_waves_before_escalation"],
        )
        if is_new:
            saved = create_process(workspace_id, values, stages, by=person_of(request))
        else:
            saved = update_process(found, values, stages, by=person_of(request))
    except BadInput as refused:
        builder.refuse(refused)
        return _show(request, workspace_id, item, found, builder, status=refused.http_status)
    except Conflict as refused:
        show_refusal(form, refused, fallback="name")
        return _show(request, workspace_id, item, found, builder, status=422)
    messages.success(request, gettext("Saved."))
    return HttpResponseRedirect(item_url(workspace_id, SECTION, saved.pk))


def _act(
    request: HttpRequest, workspace_id: UUID, item: str, act: Callable[[BookingProcess], BookingProcess], done: str
) -> HttpResponse:
    found = _found(workspace_id, item)
    try:
        shown = act(found)
    except (BadInput, Conflict) as refused:
        return _stored(request, workspace_id, item, found, status=409, problem=str(refused))
    messages.success(request, done)
    return HttpResponseRedirect(item_url(workspace_id, SECTION, shown.pk))


def _stored(
    request: HttpRequest, workspace_id: UUID, item: str, found: BookingProcess, *, status: int = 200, **context: Any
) -> HttpResponse:
    builder = stored_builder(
        found,
        () if item == NEW else stages_of(found),
        questions=questions_of(workspace_id),
        read_only=not can(access_of(request), EDIT, workspace_id),
    )
    return _show(request, workspace_id, item, found, builder, status=status, **context)


def _show(
    request: HttpRequest,
    workspace_id: UUID,
    item: str,
    found: BookingProcess,
    builder: Builder,
    *,
    status: int = 200,
    part: str = "",
    **context: Any,
) -> HttpResponse:
    is_new = item == NEW
    questions = questions_of(workspace_id)
    return settings_page(
        request,
        workspace_id,
        tab=TAB,
        section=SECTION,
        template=f"{PAGE}#{part}" if part and getattr(request, "htmx", False) else PAGE,
        status=status,
        process=found,
        is_new=is_new,
        is_unsaved=part == "builder",
        is_refused=status in REFUSED,
        builder=builder,
        form=builder.process,
        questions=questions,
        required=[one.question for one in questions if one.required],
        previews=preview_of(builder, questions=questions, booking_link=get_booking_link(workspace_id)),
        used=[] if is_new else campaigns_of(found),
        acts_url=item_url(workspace_id, SECTION, NEW if is_new else found.pk),
        list_url=section_url(workspace_id, SECTION),
        later=gettext(LATER),
        **context,
    )


def _found(workspace_id: UUID, item: str, *, lock: bool = False) -> BookingProcess:
    if item == NEW:
        return BookingProcess(workspace_id=workspace_id)
    return item_of(BookingProcess.objects.in_workspace(workspace_id), item, lock=lock)
