"""Scheduling pages in the settings: which one leads get, and whose it is."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from booking.forms import CalendarLinkForm
from booking.models import CalendarLink
from booking.services.calendar_links import (
    FIELDS,
    LinkValues,
    create_link,
    delete_link,
    resolve_booking_link,
    set_default_link,
    update_link,
)
from booking.services.resolving import check_public_host
from zrg.lib.errors import BadInput, Conflict
from zrg.workspaces.access import can, context_of, require
from zrg.workspaces.decorators import access_of, person_of, requires
from zrg.workspaces.forms.rows import CHANGED_MEANWHILE, note_stored, show_refusal, version_of, with_version
from zrg.workspaces.forms.strict import refuse_unknown
from zrg.workspaces.registry import SectionState, SettingsSection
from zrg.workspaces.settings_frame import item_of, item_url, section_url, settings_page

TAB, KEY = "booking", "calendar-links"
EDIT = "settings.edit_booking"
LIST, PAGE = "booking/settings/calendar_links.html", "booking/settings/calendar_link.html"
NEW = "new"


@require_GET
@requires("settings.view")
def calendar_links(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """All pages, the default first, and what leads get today."""
    rows = CalendarLink.objects.in_workspace(workspace_id).default_first()
    booking_link, is_override = resolve_booking_link(workspace_id)
    return settings_page(
        request,
        workspace_id,
        tab=TAB,
        section=SECTION,
        template=LIST,
        links=[(row, item_url(workspace_id, SECTION, row.pk)) for row in rows],
        new_url=item_url(workspace_id, SECTION, NEW),
        booking_link=booking_link,
        is_override=is_override,
    )


@require_http_methods(["GET", "POST"])
@requires("settings.view", transaction=False)
def calendar_link(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    """One page or a new one, or its save. Names are looked up between the contexts, never inside one."""
    access = access_of(request)
    if request.method != "POST":
        with context_of(access):
            found = _found(workspace_id, item)
            return _show(request, workspace_id, item, found, _form(request, found))
    require(access, EDIT, workspace_id)
    refuse_unknown(request, set(CalendarLinkForm.base_fields))
    refused: BadInput | None = None
    values: LinkValues | None = None
    try:
        values = LinkValues.cleaned(**{name: request.POST.get(name, "") for name in FIELDS})
        for field in ("url", "public_url"):
            if url := getattr(values, field):
                check_public_host(url, field=field)
    except BadInput as error:
        refused = error
    with context_of(access):
        return _save(request, workspace_id, item, values, refused)


@require_POST
@requires(EDIT)
def default(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    """Make it the one leads get."""
    return _act(
        request, workspace_id, item, lambda found: set_default_link(found, by=person_of(request)), "Default set."
    )


@require_POST
@requires(EDIT)
def removal(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    """Remove it; the oldest of the others becomes the default when it was."""
    found = _found(workspace_id, item)
    promoted = delete_link(found, by=person_of(request))
    told = gettext("{name} is deleted.").format(name=found.name)
    messages.success(
        request,
        f"{told} {gettext('{name} is the default now.').format(name=promoted.name)}" if promoted else told,
    )
    return HttpResponseRedirect(section_url(workspace_id, SECTION))


def section_state(workspace_id: UUID, can_edit: bool) -> Mapping[str, SectionState]:
    """Whether leads can be given a page, for the tab's page."""
    if resolve_booking_link(workspace_id)[0] is None:
        return {KEY: SectionState(text=gettext("None yet"), tone="warn")}
    count = CalendarLink.objects.in_workspace(workspace_id).count()
    return {
        KEY: SectionState(
            text=ngettext("{n} link", "{n} links", count).format(n=count) if count else gettext("Calendly's"),
            tone="good",
        )
    }


SECTION = SettingsSection(
    tab=TAB,
    key=KEY,
    title=_("Calendar links"),
    purpose=_("The pages where leads choose a time, and which one they get"),
    position=10,
    action=EDIT,
    view=calendar_links,
    item=calendar_link,
    item_acts={"default": default, "removal": removal},
)


def _save(
    request: HttpRequest, workspace_id: UUID, item: str, values: LinkValues | None, refused: BadInput | None
) -> HttpResponse:
    found = _found(workspace_id, item, lock=item != NEW)
    form = _form(request, found, bound=True)
    form.full_clean()
    if item != NEW and form.cleaned_data.get("version") != version_of(found, FIELDS):
        note_stored(form, found, FIELDS)
        form.data = with_version(request.POST, version_of(found, FIELDS))
        return _show(request, workspace_id, item, found, form, status=409, conflict=gettext(CHANGED_MEANWHILE))
    if refused is None and form.is_valid():
        assert values is not None
        try:
            saved = _store(found, values, request, is_new=item == NEW)
        except BadInput as error:
            refused = error
        else:
            messages.success(request, gettext("Saved."))
            return HttpResponseRedirect(item_url(workspace_id, SECTION, saved.pk))
    if refused is not None and not form.errors:
        show_refusal(form, refused)
    return _show(request, workspace_id, item, found, form, status=422)


def _store(found: CalendarLink, values: LinkValues, request: HttpRequest, *, is_new: bool) -> CalendarLink:
    if is_new:
        return create_link(found.workspace_id, values, by=person_of(request))
    return update_link(found, values, by=person_of(request))


def _act(
    request: HttpRequest, workspace_id: UUID, item: str, act: Callable[[CalendarLink], Any], done: str
) -> HttpResponse:
    found = _found(workspace_id, item)
    try:
        act(found)
    except Conflict as refused:
        return _show(request, workspace_id, item, found, _form(request, found), status=409, problem=str(refused))
    messages.success(request, done)
    return HttpResponseRedirect(item_url(workspace_id, SECTION, found.pk))


def _show(
    request: HttpRequest,
    workspace_id: UUID,
    item: str,
    found: CalendarLink,
    form: CalendarLinkForm,
    *,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    is_new = item == NEW
    return settings_page(
        request,
        workspace_id,
        tab=TAB,
        section=SECTION,
        template=PAGE,
        status=status,
        link=found,
        is_new=is_new,
        form=form,
        acts_url=item_url(workspace_id, SECTION, NEW if is_new else found.pk),
        list_url=section_url(workspace_id, SECTION),
        **context,
    )


def _form(request: HttpRequest, found: CalendarLink, *, bound: bool = False) -> CalendarLinkForm:
    may = can(access_of(request), EDIT, found.workspace_id)
    return CalendarLinkForm(request.POST if bound else None, link=found, read_only=not may)


def _found(workspace_id: UUID, item: str, *, lock: bool = False) -> CalendarLink:
    if item == NEW:
        return CalendarLink(workspace_id=workspace_id)
    return item_of(CalendarLink.objects.in_workspace(workspace_id), item, lock=lock)
