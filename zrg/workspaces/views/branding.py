"""The logo of a workspace: its page, sending one, removing it, and showing it."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_GET, require_http_methods

from zrg.lib.errors import BadInput, Conflict, NotVisible
from zrg.lib.images import MAX_IMAGE_BYTES
from zrg.workspaces.access import require
from zrg.workspaces.decorators import access_of, person_of, requires
from zrg.workspaces.forms.strict import refuse_unknown
from zrg.workspaces.models import WorkspaceSettings
from zrg.workspaces.registry import SettingsSection
from zrg.workspaces.services.branding import read_logo, remove_logo, store_logo
from zrg.workspaces.settings_columns import CHANGED_MEANWHILE
from zrg.workspaces.settings_frame import section_url, settings_page

TAB, EDIT = "general", "settings.edit_general"
TOO_LARGE = _("The picture has more than 5 MB.")
# A picture shows; whatever else somebody hid in its bytes runs nowhere.
LOGO_POLICY = "default-src 'none'; sandbox"
LOGO_SECONDS = 86_400


class VersionForm(forms.Form):
    """The version of the settings the page showed."""

    version = forms.IntegerField()


class LogoForm(VersionForm):
    """A picture; nothing of it is kept before it was written anew."""

    logo = forms.FileField(error_messages={"required": gettext_lazy("Choose a picture first.")})

    def clean_logo(self) -> bytes:
        """The bytes, within the limit."""
        sent = self.cleaned_data["logo"]
        if sent.size > MAX_IMAGE_BYTES:
            raise forms.ValidationError(gettext(TOO_LARGE))
        return sent.read()


@require_http_methods(["GET", "POST"])
@requires("settings.view")
def logo_page(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """The logo as it is, and its save."""
    if request.method != "POST":
        return _page(request, workspace_id)
    access = access_of(request)
    require(access, EDIT, workspace_id)
    refuse_unknown(request, set(LogoForm.base_fields))
    form = LogoForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, workspace_id, status=422, problem=_first_problem(form))
    values = form.cleaned_data
    try:
        store_logo(_row(workspace_id), values["logo"], by=person_of(request), access=access, version=values["version"])
    except BadInput as refused:
        return _page(request, workspace_id, status=422, problem=str(refused))
    except Conflict:
        return _page(request, workspace_id, status=409, problem=gettext(CHANGED_MEANWHILE))
    messages.success(request, gettext("The logo was saved."))
    return HttpResponseRedirect(section_url(workspace_id, SECTION))


@requires(EDIT)
def removal(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """Forget the picture."""
    refuse_unknown(request, set(VersionForm.base_fields))
    form = VersionForm(request.POST)
    if not form.is_valid():
        return _page(request, workspace_id, status=422, problem=_first_problem(form))
    version = form.cleaned_data["version"]
    try:
        remove_logo(_row(workspace_id), by=person_of(request), access=access_of(request), version=version)
    except Conflict:
        return _page(request, workspace_id, status=409, problem=gettext(CHANGED_MEANWHILE))
    messages.success(request, gettext("The logo was removed."))
    return HttpResponseRedirect(section_url(workspace_id, SECTION))


@require_GET
@requires("workspace.open")
def show_logo(request: HttpRequest, workspace_id: UUID, name: str) -> HttpResponse:
    """The picture, for the people of the workspace."""
    found = read_logo(_row(workspace_id), name)
    if found is None:
        raise NotVisible
    content, content_type = found
    response = HttpResponse(content, content_type=content_type)
    response["Content-Security-Policy"] = LOGO_POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = f"private, max-age={LOGO_SECONDS}, immutable"
    return response


SECTION = SettingsSection(
    tab=TAB,
    key="logo",
    title=_("Logo"),
    purpose=_("The picture your people see beside the workspace"),
    position=12,
    action=EDIT,
    columns=("brand_logo",),
    view=logo_page,
    acts={"removal": removal},
)


def _page(request: HttpRequest, workspace_id: UUID, *, status: int = 200, problem: str = "") -> HttpResponse:
    row = _row(workspace_id)
    return settings_page(
        request,
        workspace_id,
        tab=TAB,
        section=SECTION,
        template="zrg/settings/logo.html",
        status=status,
        version=row.version,
        shown=access_of(request).by_workspace[workspace_id].brand_logo,
        is_own=bool(row.brand_logo),
        problem=problem,
        acts_url=section_url(workspace_id, SECTION),
    )


def _first_problem(form: forms.Form) -> str:
    return next((str(problem) for problems in form.errors.values() for problem in problems), "")


def _row(workspace_id: UUID) -> WorkspaceSettings:
    return WorkspaceSettings.objects.get(workspace_id=workspace_id)
