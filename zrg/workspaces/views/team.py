"""The tab Team: who works in the workspace and what is set about each of them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_GET

from zrg.lib.errors import BadInput
from zrg.workspaces.access import can
from zrg.workspaces.decorators import access_of, person_of, requires
from zrg.workspaces.enums import MembershipRole
from zrg.workspaces.forms.strict import refuse_unknown
from zrg.workspaces.forms.team import ExtrasForm, ReasonForm, RoleForm, RotationForm, VersionForm, version_of
from zrg.workspaces.mail import require_mail
from zrg.workspaces.models import Membership
from zrg.workspaces.registry import SectionState, SettingsSection
from zrg.workspaces.services.accounts import send_reset_link
from zrg.workspaces.services.audit import record_audit
from zrg.workspaces.services.memberships import (
    add_member,
    change_role,
    deactivate_member,
    require_may_deactivate,
    require_may_give,
    set_extras,
    set_rotation,
)
from zrg.workspaces.services.sessions import end_sessions
from zrg.workspaces.services.team import team_of, with_second_factor
from zrg.workspaces.settings_frame import item_of, item_url, section_url, settings_page
from zrg.workspaces.step_up import recently_authenticated

TAB = "team"
EDIT = "team.invite"
CHANGED_MEANWHILE = _(
    "This membership changed meanwhile: nothing was saved. Look at what is stored now, then try again."
)


@require_GET
@requires("settings.view")
def members(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """Everybody with a role, those without access below. A setter sees the owner and themselves."""
    team = team_of(workspace_id)
    portal = MembershipRole.CLIENT_PORTAL
    listed = [one for one in team if one.is_active]
    groups = {
        gettext("People"): [one for one in listed if one.membership is None or one.membership.role != portal],
        gettext("Portal users"): [
            one for one in listed if one.membership is not None and one.membership.role == portal
        ],
    }
    return settings_page(
        request,
        workspace_id,
        tab=TAB,
        section=SECTION,
        template="zrg/settings/members.html",
        groups=groups,
        former=[one for one in team if not one.is_active],
        invite_url=reverse("settings_section", args=[workspace_id, TAB, "invitations"]),
        section_url=section_url(workspace_id, SECTION),
    )


@require_GET
@requires(EDIT)
def member(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    """One membership and everything that can be done with it."""
    return _page(request, _found(workspace_id, item))


@requires("team.grant_extra", step_up=True)
def extras(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    """What the person may do beyond the role."""
    row = _found(workspace_id, item)
    form = ExtrasForm(request.POST, row=row)
    if problem := _problem(request, form, row):
        return problem
    set_extras(row, form.cleaned_data["extras"], by=person_of(request))
    return _saved(request, row)


@requires(EDIT, step_up=True)
def rotation(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    """Whether a setter gets leads in turn, and until when not."""
    row = _found(workspace_id, item)
    if row.role != MembershipRole.SETTER:
        raise BadInput(gettext("Only setters get leads in turn."), field="role")
    form = RotationForm(request.POST, row=row)
    if problem := _problem(request, form, row):
        return problem
    values = form.cleaned_data
    set_rotation(row, in_rotation=values["in_rotation"], paused_until=values["paused_until"], by=person_of(request))
    return _saved(request, row)


@requires(EDIT, step_up=True)
def role(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    """Another role; the old one stays as history."""
    row = _found(workspace_id, item)
    access = access_of(request)
    form = RoleForm(request.POST, row=row, may_make_admins=can(access, "team.grant_admin", workspace_id))
    if problem := _problem(request, form, row):
        return problem
    require_may_deactivate(access, row)
    require_may_give(access, workspace_id, form.cleaned_data["role"])
    return _saved(request, change_role(row, form.cleaned_data["role"], by=person_of(request)))


@requires("team.deactivate", step_up=True)
def deactivation(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    """Take the role away; leads stay assigned."""
    row = _found(workspace_id, item)
    require_may_deactivate(access_of(request), row)
    form = ReasonForm(request.POST)
    if problem := _problem(request, form, row):
        return problem
    deactivate_member(row, by=person_of(request), reason=form.cleaned_data["reason"])
    messages.success(
        request,
        gettext("{person} has no access as {role} any more.").format(
            person=row.user, role=gettext(row.get_role_display()).lower()
        ),
    )
    return HttpResponseRedirect(section_url(workspace_id, SECTION))


@requires(EDIT, step_up=True)
def activation(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    """Give a role back."""
    row = _found(workspace_id, item)
    require_may_give(access_of(request), workspace_id, row.role)
    if problem := _problem(request, VersionForm(request.POST), row):
        return problem
    add_member(row.workspace, row.user, row.role, by=person_of(request))
    return _saved(request, row)


@requires("team.deactivate", step_up=True)
def sign_out(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    """End all sessions of the person, of every workspace: a session belongs to the account."""
    row = _found(workspace_id, item)
    require_may_deactivate(access_of(request), row)
    if problem := _problem(request, VersionForm(request.POST), row):
        return problem
    if not row.is_active:
        raise BadInput(gettext("This person has no access here."), field="user")
    ended = end_sessions(row.user)
    record_audit(
        "user.sessions_ended",
        actor=request.user,  # type: ignore[arg-type]
        workspace=workspace_id,
        obj=row.user,
        after={"sessions": ended},
    )
    told = gettext("{user} is signed out everywhere.") if ended else gettext("{user} was not signed in.")
    messages.success(request, told.format(user=row.user))
    return HttpResponseRedirect(item_url(workspace_id, SECTION, row.pk))


@requires("team.send_reset_link", step_up=True)
def reset_link(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    """Mail the person a link to choose a password; nobody else ever sees it."""
    row = _found(workspace_id, item)
    if problem := _problem(request, VersionForm(request.POST), row):
        return problem
    if not (row.is_active and row.user.is_active):
        raise BadInput(gettext("This person has no access here."), field="user")
    require_mail()
    send_reset_link(row.user)
    record_audit("user.reset_link_sent", actor=request.user, workspace=workspace_id, obj=row.user)  # type: ignore[arg-type]
    messages.success(request, gettext("A link is on its way to {email}.").format(email=row.user.email))
    return HttpResponseRedirect(item_url(workspace_id, SECTION, row.pk))


SECTION = SettingsSection(
    tab=TAB,
    key="members",
    title=_("Members"),
    purpose=_("Roles, rotation, what somebody may do beyond the role"),
    position=10,
    action=EDIT,
    view=members,
    item=member,
    item_acts={
        "extras": extras,
        "rotation": rotation,
        "role": role,
        "deactivation": deactivation,
        "activation": activation,
        "reset-link": reset_link,
        "sign-out": sign_out,
    },
)


def section_state(workspace_id: UUID, can_edit: bool) -> Mapping[str, SectionState]:
    """How many people work here, for those who manage them."""
    if not can_edit:
        return {}
    people = Membership.objects.in_workspace(workspace_id).active().values("user_id").distinct().count() + 1
    return {SECTION.key: SectionState(text=f"{people} {'person' if people == 1 else 'people'}")}


def proof_url(request: HttpRequest, back: str) -> str:
    """Where the person proves again who they are, before the team can be changed; "" when that was just done."""
    if recently_authenticated(request):
        return ""
    return f"{reverse('account_reauthenticate')}?{urlencode({'next': back})}"


def _page(request: HttpRequest, row: Membership, *, status: int = 200, **context: Any) -> HttpResponse:
    access = access_of(request)
    here = item_url(row.workspace_id, SECTION, row.pk)
    may_make_admins = can(access, "team.grant_admin", row.workspace_id)
    forms_shown = {
        "extras_form": ExtrasForm(row=row),
        "rotation_form": RotationForm(row=row) if row.role == MembershipRole.SETTER else None,
        "role_form": RoleForm(row=row, may_make_admins=may_make_admins),
        "reason_form": ReasonForm(initial={"version": version_of(row)}),
    }
    return settings_page(
        request,
        row.workspace_id,
        tab=TAB,
        section=SECTION,
        template="zrg/settings/member.html",
        status=status,
        row=row,
        version=version_of(row),
        is_protected=row.role == MembershipRole.ADMIN and not may_make_admins,
        has_second_factor=bool(with_second_factor([row.user_id])),
        acts_url=here,
        proof_url=proof_url(request, here),
        **{**forms_shown, **context},
    )


def _problem(request: HttpRequest, form: forms.Form, row: Membership) -> HttpResponse | None:
    """The page again, when the form is wrong or older than the row."""
    refuse_unknown(request, set(form.fields))
    if not form.is_valid():
        told = "; ".join(str(problem) for problems in form.errors.values() for problem in problems)
        return _page(request, row, status=422, problem=told)
    if form.cleaned_data["version"] != version_of(row):
        return _page(request, row, status=409, problem=gettext(CHANGED_MEANWHILE))
    return None


def _saved(request: HttpRequest, row: Membership) -> HttpResponse:
    messages.success(request, gettext("Saved."))
    return HttpResponseRedirect(item_url(row.workspace_id, SECTION, row.pk))


def _found(workspace_id: UUID, item: str) -> Membership:
    return item_of(Membership.objects.in_workspace(workspace_id).select_related("user", "workspace"), item)
