"""Adding people to a workspace: invitations, resent and revoked."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_http_methods

from zrg.lib.errors import Conflict, ZrgError
from zrg.workspaces.access import can, require
from zrg.workspaces.decorators import access_of, person_of, requires
from zrg.workspaces.errors import MailNotConfigured, ReservedEmail, StepUpRequired, TooManyRequests
from zrg.workspaces.forms.strict import refuse_unknown
from zrg.workspaces.forms.team import InviteForm
from zrg.workspaces.models import Invitation, Workspace, WorkspaceSettings
from zrg.workspaces.registry import SectionState, SettingsSection
from zrg.workspaces.services.invitations import invite, resend_invitation, revoke_invitation
from zrg.workspaces.services.memberships import require_may_give
from zrg.workspaces.settings_frame import item_of, section_url, settings_page
from zrg.workspaces.step_up import recently_authenticated
from zrg.workspaces.views.team import EDIT, TAB, proof_url

TOLD = {
    MailNotConfigured.code: _("The installation cannot send mail yet, so nobody was added. Ask whoever runs it."),
    ReservedEmail.code: _("This address cannot be added here."),
    TooManyRequests.code: _("Five new links a day are the limit. Try again tomorrow."),
    Conflict.code: _("This invitation was accepted already."),
}


@require_http_methods(["GET", "POST"])
@requires("settings.view")
def invitations(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """The open invitations and the form that adds somebody; an active account joins at once."""
    access = access_of(request)
    form = _form(request, workspace_id)
    if request.method != "POST":
        return _page(request, workspace_id, form)
    require(access, EDIT, workspace_id)
    if not recently_authenticated(request):
        raise StepUpRequired
    refuse_unknown(request, set(form.fields))
    if not form.is_valid():
        return _page(request, workspace_id, form, status=422)
    values = form.cleaned_data
    require_may_give(access, workspace_id, values["role"])
    try:
        workspace = Workspace.objects.get(pk=workspace_id)
        invited = invite(
            workspace, values["email"], values["role"], by=person_of(request), extras=tuple(values["extras"])
        )
    except ZrgError as refused:
        form.add_error("email", _told(refused))
        return _page(request, workspace_id, form, status=refused.http_status)
    done = "was added; a mail says so" if invited.invitation is None else "gets a link that works for three days"
    messages.success(request, f"{invited.email} {done}.")
    return HttpResponseRedirect(section_url(workspace_id, SECTION))


@requires(EDIT, step_up=True)
def resend(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    """A new link by mail; the old one ends."""
    row = _found(request, workspace_id, item)
    try:
        resend_invitation(row, by=person_of(request))
    except ZrgError as refused:
        messages.error(request, _told(refused))
    else:
        messages.success(
            request, gettext("{email} gets a new link; the old one does not work any more.").format(email=row.email)
        )
    return HttpResponseRedirect(section_url(workspace_id, SECTION))


@requires(EDIT, step_up=True)
def revoke(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    """The link ends."""
    row = _found(request, workspace_id, item)
    if revoke_invitation(row, by=person_of(request)):
        messages.success(request, gettext("The link of {email} does not work any more.").format(email=row.email))
    else:
        messages.info(request, gettext("This invitation was accepted or revoked already."))
    return HttpResponseRedirect(section_url(workspace_id, SECTION))


SECTION = SettingsSection(
    tab=TAB,
    key="invitations",
    title=_("Invitations"),
    purpose=_("Add people of yours, and clients who look in"),
    position=20,
    action=EDIT,
    view=invitations,
    item_acts={"resend": resend, "revoke": revoke},
)


def section_state(workspace_id: UUID, can_edit: bool) -> Mapping[str, SectionState]:
    """How many invitations wait, for those who may know."""
    if not can_edit:
        return {}
    waiting = Invitation.objects.in_workspace(workspace_id).open().count()
    return {
        SECTION.key: SectionState(
            text=gettext("{waiting} open").format(waiting=waiting) if waiting else gettext("None open")
        )
    }


def _page(
    request: HttpRequest, workspace_id: UUID, form: InviteForm, *, status: int = 200, **context: Any
) -> HttpResponse:
    may = can(access_of(request), EDIT, workspace_id)
    rows = Invitation.objects.in_workspace(workspace_id).open().select_related("created_by")
    here = section_url(workspace_id, SECTION)
    return settings_page(
        request,
        workspace_id,
        tab=TAB,
        section=SECTION,
        template="zrg/settings/invitations.html",
        status=status,
        form=form,
        # Addresses of people who are not here yet are for those who invite.
        invitations=list(rows) if may else [],
        now=timezone.now(),
        acts_url=here,
        proof_url=proof_url(request, here),
        **context,
    )


def _form(request: HttpRequest, workspace_id: UUID) -> InviteForm:
    shares = WorkspaceSettings.objects.filter(workspace_id=workspace_id, round_robin_enabled=True).exists()
    return InviteForm(
        request.POST if request.method == "POST" else None,
        may_make_admins=can(access_of(request), "team.grant_admin", workspace_id),
        sees_all=not shares,
        role=request.GET.get("role", ""),
    )


def _found(request: HttpRequest, workspace_id: UUID, item: str) -> Invitation:
    row = item_of(Invitation.objects.in_workspace(workspace_id), item)
    require_may_give(access_of(request), workspace_id, row.role)
    return row


def _told(refused: ZrgError) -> str:
    return gettext(TOLD.get(refused.code, str(refused)))
