"""Where meetings of a workspace are booked: provider, calendars, host, event types."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_http_methods, require_POST

from booking.forms import TargetsForm
from booking.services.targets import Targets, connected_calendars, list_targets
from zrg.lib.errors import Conflict
from zrg.workspaces.access import can, context_of, require
from zrg.workspaces.decorators import access_of, person_of, requires
from zrg.workspaces.forms.strict import refuse_unknown
from zrg.workspaces.models import WorkspaceSettings
from zrg.workspaces.registry import SettingsSection
from zrg.workspaces.services.settings import change_settings
from zrg.workspaces.settings_columns import CHANGED_MEANWHILE
from zrg.workspaces.settings_frame import section_url, settings_page

TAB, KEY = "booking", "targets"
EDIT = "settings.edit_booking"
COLUMNS = (
    "meeting_booking_provider",
    *TargetsForm.GHL,
    *TargetsForm.CALENDLY,
    *TargetsForm.LINKS.values(),
)


@require_http_methods(["GET", "POST"])
@requires("settings.view", transaction=False)
def targets(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """What is chosen among what the providers list, and its save."""
    access = access_of(request)
    may_edit = can(access, EDIT, workspace_id)
    if request.method == "POST":
        require(access, EDIT, workspace_id)
        refuse_unknown(request, set(TargetsForm.base_fields))
    listed = _listed(request, workspace_id, may_edit=may_edit)
    with context_of(access):
        row = WorkspaceSettings.objects.get(workspace_id=workspace_id)
        form = TargetsForm(request.POST or None, row=row, targets=listed, read_only=not may_edit)
        if request.method != "POST":
            return _page(request, workspace_id, form, listed)
        if not form.is_valid():
            return _page(request, workspace_id, form, listed, status=422)
        try:
            change_settings(
                row, form.changes(), by=person_of(request), version=form.cleaned_data["version"], access=access
            )
        except Conflict:
            row.refresh_from_db()
            data = {**dict(request.POST.items()), "version": row.version}
            typed = TargetsForm(data, row=row, targets=listed)
            return _page(request, workspace_id, typed, listed, status=409, conflict=gettext(CHANGED_MEANWHILE))
    messages.success(request, gettext("Saved."))
    return HttpResponseRedirect(section_url(workspace_id, SECTION))


@require_POST
@requires(EDIT, transaction=False)
def refresh(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """Ask the providers again instead of showing what was remembered for an hour."""
    problems = list_targets(workspace_id, refresh=True).problems
    if problems:
        messages.error(request, " ".join(problems))
    else:
        messages.success(request, gettext("The lists are fresh."))
    return HttpResponseRedirect(section_url(workspace_id, SECTION))


SECTION = SettingsSection(
    tab=TAB,
    key=KEY,
    title=_("Where meetings are booked"),
    purpose=_("The provider, its calendars or event types, and the host"),
    position=20,
    action=EDIT,
    view=targets,
    acts={"refresh": refresh},
    columns=COLUMNS,
)


def _listed(request: HttpRequest, workspace_id: UUID, *, may_edit: bool) -> Targets:
    """Nobody who may only look makes us call a provider."""
    if may_edit:
        return list_targets(workspace_id)
    with context_of(access_of(request)):
        return Targets(connected=connected_calendars(workspace_id))


def _page(
    request: HttpRequest, workspace_id: UUID, form: TargetsForm, listed: Targets, *, status: int = 200, **context: Any
) -> HttpResponse:
    return settings_page(
        request,
        workspace_id,
        tab=TAB,
        section=SECTION,
        template="booking/settings/targets.html",
        status=status,
        form=form,
        ghl_fields=[form[name] for name in TargetsForm.GHL],
        calendly_fields=[form[name] for name in TargetsForm.CALENDLY],
        connected=listed.connected,
        problems=listed.problems,
        odd_lengths=form.odd_lengths(),
        acts_url=section_url(workspace_id, SECTION),
        **context,
    )
