"""Handing a workspace to another owner or deleting it, and the way to one's own account."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_GET

from zrg.lib.errors import Conflict
from zrg.workspaces.decorators import person_of, requires
from zrg.workspaces.enums import WorkspaceStatus
from zrg.workspaces.forms.strict import refuse_unknown
from zrg.workspaces.forms.team import DeletionForm, OwnershipForm
from zrg.workspaces.models import Membership, User, Workspace
from zrg.workspaces.registry import SettingsSection
from zrg.workspaces.services.workspaces import set_workspace_status, transfer_ownership
from zrg.workspaces.settings_frame import section_url, settings_page, tab_url
from zrg.workspaces.views.team import TAB, proof_url

TRANSFER, DELETE = "own.transfer", "own.delete_workspace"
NOT_THE_NAME = _("Nothing was deleted: type the name of this workspace.")


@require_GET
@requires("settings.view")
def ownership(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """Who owns the workspace, and for the owner the form that hands it over."""
    workspace = Workspace.objects.select_related("owner").get(pk=workspace_id)
    return _page(request, workspace, _form(workspace))


@requires(TRANSFER, step_up=True)
def transfer(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """A new owner; the old one becomes an admin. 409 when the owner changed meanwhile."""
    workspace = Workspace.objects.select_related("owner").get(pk=workspace_id)
    form = _form(workspace, request.POST)
    refuse_unknown(request, set(form.fields))
    if not form.is_valid():
        return _page(request, workspace, form, status=422)
    if form.cleaned_data["was"] != str(workspace.owner_id):
        raise Conflict(gettext("The workspace has another owner by now."))
    new_owner = User.objects.get(pk=form.cleaned_data["owner"])
    transfer_ownership(workspace, new_owner, by=person_of(request))
    messages.success(request, gettext("{new_owner} owns the workspace now.").format(new_owner=new_owner))
    return HttpResponseRedirect(tab_url(workspace_id, TAB))


@requires(DELETE, step_up=True)
def deletion(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """Delete the workspace (softly) when its name was typed; everybody loses it with the next click."""
    refuse_unknown(request, set(DeletionForm.base_fields))
    workspace = Workspace.objects.select_related("owner").get(pk=workspace_id)
    form = DeletionForm(request.POST)
    if form.is_valid() and form.cleaned_data["name"].strip() != workspace.name:
        form.add_error("name", gettext(NOT_THE_NAME))
    if not form.is_valid():
        return _page(request, workspace, _form(workspace), deletion=form, status=422)
    set_workspace_status(workspace, WorkspaceStatus.DELETED, by=person_of(request), reason=form.cleaned_data["reason"])
    messages.success(request, gettext("{workspace} is deleted.").format(workspace=workspace.name))
    return HttpResponseRedirect("/")


@require_GET
@requires("settings.view")
def own_account(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """The pages of the person's own account."""
    return settings_page(request, workspace_id, tab=TAB, section=ACCOUNT, template="zrg/settings/account.html")


OWNERSHIP = SettingsSection(
    tab=TAB,
    key="ownership",
    title=_("Ownership"),
    purpose=_("Hand the workspace to another member, or delete it"),
    position=30,
    action=TRANSFER,
    seen_with=TRANSFER,
    view=ownership,
    acts={"transfer": transfer, "deletion": deletion},
)
ACCOUNT = SettingsSection(
    tab=TAB,
    key="account",
    title=_("Your account"),
    purpose=_("Name, password, second factor, sessions, how sending works for you"),
    position=50,
    action="self.sessions",
    view=own_account,
)


def _form(workspace: Workspace, data: object = None) -> OwnershipForm:
    rows = Membership.objects.in_workspace(workspace).active().filter(user__is_active=True).select_related("user")
    people = {str(row.user_id): f"{row.user} ({row.user.email})" for row in rows if row.user_id != workspace.owner_id}
    return OwnershipForm(data, members=list(people.items()), was=str(workspace.owner_id))


def _page(
    request: HttpRequest,
    workspace: Workspace,
    form: OwnershipForm,
    *,
    deletion: DeletionForm | None = None,
    status: int = 200,
) -> HttpResponse:
    here = section_url(workspace.pk, OWNERSHIP)
    return settings_page(
        request,
        workspace.pk,
        tab=TAB,
        section=OWNERSHIP,
        template="zrg/settings/ownership.html",
        status=status,
        owner=workspace.owner,
        form=form,
        deletion=deletion or DeletionForm(),
        workspace_name=workspace.name,
        acts_url=here,
        proof_url=proof_url(request, here),
    )
