"""Pausing all follow-ups of a workspace, and resuming them."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import structlog
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_GET

from zrg.lib import log_events
from zrg.lib.errors import Conflict
from zrg.workspaces.decorators import access_of, person_of, requires
from zrg.workspaces.forms.strict import refuse_unknown
from zrg.workspaces.hours import resolve_zone
from zrg.workspaces.models import WorkspaceSettings
from zrg.workspaces.registry import SectionState, SettingsSection
from zrg.workspaces.rules.follow_up_pause import MAX_PAUSE_DAYS, pause_end
from zrg.workspaces.services.settings import change_settings
from zrg.workspaces.settings_columns import CHANGED_MEANWHILE
from zrg.workspaces.settings_frame import section_url, settings_page

ACTION = "followup.pause_workspace"
COLUMN = "follow_ups_paused_until"

logger = structlog.get_logger(__name__)


class PauseForm(forms.Form):
    """For how many days, today being the first."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    days = forms.IntegerField(min_value=1, max_value=MAX_PAUSE_DAYS)


class ResumeForm(forms.Form):
    """Nothing but the version."""

    version = forms.IntegerField(widget=forms.HiddenInput)


@require_GET
@requires("settings.view")
def pause_page(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """Whether follow-ups are paused, and until when."""
    return _page(request, workspace_id)


@requires(ACTION)
def pause(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """Nothing of a sequence leaves before the end of the last day; due times stay as they are."""
    refuse_unknown(request, set(PauseForm.base_fields))
    form = PauseForm(request.POST)
    if not form.is_valid():
        return _page(
            request,
            workspace_id,
            status=422,
            problem=gettext("Choose 1 to {max_pause_days} days.").format(max_pause_days=MAX_PAUSE_DAYS),
        )
    row = _row(workspace_id)
    until = pause_end(timezone.now(), days=form.cleaned_data["days"], zone=resolve_zone(row.timezone))
    return _save(request, row, until, form.cleaned_data["version"], "Follow-ups are paused.")


@requires(ACTION)
def resume(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """Follow-ups go on with what is due."""
    refuse_unknown(request, set(ResumeForm.base_fields))
    form = ResumeForm(request.POST)
    if not form.is_valid():
        return _page(request, workspace_id, status=422, problem=gettext("The form was damaged on the way. Try again."))
    return _save(request, _row(workspace_id), None, form.cleaned_data["version"], "Follow-ups go on.")


SECTION = SettingsSection(
    tab="general",
    key="follow-up-pause",
    title=_("Pause of follow-ups"),
    purpose=_("Hold all follow-ups of the workspace for some days"),
    position=30,
    action=ACTION,
    columns=(COLUMN,),
    view=pause_page,
    acts={"pause": pause, "resume": resume},
)


def section_state(workspace_id: UUID, can_edit: bool) -> Mapping[str, SectionState]:
    """Whether a pause is in force, for the tab's page."""
    paused = WorkspaceSettings.objects.filter(workspace_id=workspace_id, follow_ups_paused_until__gt=timezone.now())
    return {
        SECTION.key: SectionState(text=gettext("Paused"), tone="warn")
        if paused.exists()
        else SectionState(text=gettext("Off"))
    }


def _save(
    request: HttpRequest, row: WorkspaceSettings, until: datetime | None, version: int, done: str
) -> HttpResponse:
    try:
        change_settings(row, {COLUMN: until}, by=person_of(request), version=version, access=access_of(request))
    except Conflict:
        return _page(request, row.workspace_id, status=409, problem=gettext(CHANGED_MEANWHILE))
    logger.info(log_events.SETTINGS_SAVED, tab=SECTION.tab, section=SECTION.key, fields=[COLUMN])
    messages.success(request, done)
    return HttpResponseRedirect(section_url(row.workspace_id, SECTION))


def _page(request: HttpRequest, workspace_id: UUID, *, status: int = 200, problem: str = "") -> HttpResponse:
    row = _row(workspace_id)
    until = row.follow_ups_paused_until
    return settings_page(
        request,
        workspace_id,
        tab=SECTION.tab,
        section=SECTION,
        template="zrg/settings/follow_up_pause.html",
        status=status,
        version=row.version,
        paused_until=until if until and until > timezone.now() else None,
        zone=resolve_zone(row.timezone),
        max_days=MAX_PAUSE_DAYS,
        problem=problem,
        acts_url=section_url(workspace_id, SECTION),
    )


def _row(workspace_id: UUID) -> WorkspaceSettings:
    return WorkspaceSettings.objects.get(workspace_id=workspace_id)
