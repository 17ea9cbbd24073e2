"""Sections of the settings that are nothing but columns of the workspace's row: one page, one save."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_http_methods

from zrg.lib import log_events
from zrg.lib.errors import BadInput, Conflict
from zrg.workspaces.access import can, require
from zrg.workspaces.decorators import access_of, person_of, requires
from zrg.workspaces.forms.columns import ColumnGroup, ColumnsForm
from zrg.workspaces.models import WorkspaceSettings
from zrg.workspaces.registry import SettingsSection
from zrg.workspaces.services.settings import change_settings, record_refused
from zrg.workspaces.settings_frame import settings_page

CHANGED_MEANWHILE = _(
    "These settings changed meanwhile: somebody saved them after you opened this page. What you typed is still here. "
    "Look at what is stored now, then save again."
)
NOT_YOURS = _("Nothing was saved: the following is set by a super admin only: {fields}.")

logger = structlog.get_logger(__name__)

More = Callable[[HttpRequest, WorkspaceSettings], Mapping[str, Any]]
Act = Callable[..., HttpResponseBase]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnsPage:
    """What a page of columns is. `more` adds to the template's context, `acts` are declared views, `effect` says
    from when on a saved value counts.

    `asks_why`: the form has a line for the reason, which the audit keeps.
    """

    tab: str
    key: str
    title: str
    purpose: str
    position: int
    action: str
    groups: Sequence[ColumnGroup]
    group: str = ""
    effect: str = _("Takes effect for the next reply.")
    template: str = "zrg/settings/columns.html"
    asks_why: bool = False
    more: More | None = None
    acts: Mapping[str, Act] | None = None


def columns_section(page: ColumnsPage) -> SettingsSection:
    """The section of a page of columns: GET shows it, POST saves it."""

    @require_http_methods(["GET", "POST"])
    @requires("settings.view")
    def view(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
        return _save(request, workspace_id, page) if request.method == "POST" else show(request, workspace_id, page)

    return SettingsSection(
        tab=page.tab,
        key=page.key,
        title=page.title,
        purpose=page.purpose,
        position=page.position,
        action=page.action,
        group=page.group,
        view=view,
        acts=page.acts or {},
        columns=tuple(column.name for group in page.groups for column in group.columns),
    )


def show(
    request: HttpRequest,
    workspace_id: UUID,
    page: ColumnsPage,
    *,
    form: ColumnsForm | None = None,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    """The page as the row is now, or with the form that was refused."""
    row = _row(workspace_id)
    shown = form or _form(request, row, page)
    return settings_page(
        request,
        workspace_id,
        tab=page.tab,
        section=columns_section(page),
        template=page.template,
        status=status,
        form=shown,
        groups=shown.grouped(),
        asks_why=page.asks_why,
        effect=page.effect,
        acts_url=page_url(workspace_id, page),
        **(page.more(request, row) if page.more else {}),
        **context,
    )


def page_url(workspace_id: UUID, page: ColumnsPage) -> str:
    """The address of the page; its acts are below it."""
    return reverse("settings_section", args=[workspace_id, page.tab, page.key])


def _save(request: HttpRequest, workspace_id: UUID, page: ColumnsPage) -> HttpResponse:
    row = _row(workspace_id)
    form = _form(request, row, page, bound=True)
    if foreign := form.foreign_names():
        # Answered, not raised: the audit row must outlive this request.
        record_refused(row, foreign, by=person_of(request))
        told = gettext(NOT_YOURS).format(fields=", ".join(str(form.fields[name].label) for name in foreign))
        return show(request, workspace_id, page, status=403, problem=told)
    require(access_of(request), page.action, workspace_id)
    if unknown := form.unknown_names():
        raise BadInput(
            gettext("Unknown field: {unknown}").format(unknown=unknown[0]),
            code="unknown_field",
            http_status=400,
            field=unknown[0],
        )
    if not form.is_valid():
        return show(request, workspace_id, page, form=form, status=422)
    try:
        change_settings(
            row,
            form.changes(),
            by=person_of(request),
            version=form.cleaned_data["version"],
            access=access_of(request),
            reason=form.cleaned_data["reason"],
        )
    except Conflict:
        form.start_over_from(_row(workspace_id))
        return show(request, workspace_id, page, form=form, status=409, conflict=gettext(CHANGED_MEANWHILE))
    except BadInput as refused:
        form.refuse(refused)
        return show(request, workspace_id, page, form=form, status=422)
    logger.info(log_events.SETTINGS_SAVED, tab=page.tab, section=page.key, fields=sorted(form.changed_data))
    messages.success(request, gettext("Saved."))
    return HttpResponseRedirect(page_url(workspace_id, page))


def _form(request: HttpRequest, row: WorkspaceSettings, page: ColumnsPage, *, bound: bool = False) -> ColumnsForm:
    access = access_of(request)
    return ColumnsForm(
        request.POST if bound else None,
        row=row,
        groups=page.groups,
        access=access,
        read_only=not can(access, page.action, row.workspace_id),
    )


def _row(workspace_id: UUID) -> WorkspaceSettings:
    return WorkspaceSettings.objects.get(workspace_id=workspace_id)
