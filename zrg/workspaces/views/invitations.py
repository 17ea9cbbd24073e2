"""The page behind an invitation's link."""

from allauth.account.internal.flows.login import record_authentication
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from zrg.workspaces.context import platform
from zrg.workspaces.errors import InvitationGone
from zrg.workspaces.forms.invitation import AcceptForm
from zrg.workspaces.models import Invitation
from zrg.workspaces.services.invitations import accept_invitation, find_invitation, needs_password

LOGIN_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@never_cache
@sensitive_post_parameters("password", "password_again")
@require_http_methods(["GET", "POST"])
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Name and password, then straight into the product; 410 for a link that is no longer valid."""
    try:
        with platform():
            invitation = find_invitation(token)
            password_needed = needs_password(invitation)
    except InvitationGone:
        return render(request, "account/invitation_gone.html", status=410)
    if not password_needed:
        return render(request, "account/invitation_sign_in.html", _context(invitation))
    form = AcceptForm(request.POST or None, email=invitation.email)
    if request.method == "POST" and form.is_valid():
        return _accept(request, token, form)
    return render(
        request, "account/invitation.html", {"form": form, **_context(invitation)}, status=422 if form.is_bound else 200
    )


def _accept(request: HttpRequest, token: str, form: AcceptForm) -> HttpResponse:
    try:
        user = accept_invitation(
            token, display_name=form.cleaned_data["display_name"], password=form.cleaned_data["password"]
        )
    except InvitationGone:
        return render(request, "account/invitation_gone.html", status=410)
    login(request, user, backend=LOGIN_BACKEND)
    record_authentication(request, user, method="password", email=user.email)
    return HttpResponseRedirect("/")


def _context(invitation: Invitation) -> dict[str, object]:
    return {"invitation": invitation, "workspace": invitation.workspace}
