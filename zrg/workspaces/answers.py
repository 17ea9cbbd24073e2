"""Errors as answers: HTML for pages, JSON for programs and page fragments."""

from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from zrg.lib.errors import ZrgError
from zrg.workspaces.errors import StepUpRequired, Unauthenticated

MFA_REQUIRED = "mfa_required"
TITLES = {
    400: _("This request cannot be read"),
    403: _("You may look, but not do this"),
    404: _("Nothing here"),
    409: _("Something changed meanwhile"),
    410: _("This link is no longer valid"),
    413: _("That is too large"),
    422: _("Please check what you entered"),
    423: _("This workspace is suspended"),
    429: _("Too many attempts"),
    500: _("Something went wrong"),
    503: _("Not available right now"),
}
EXPLANATIONS = {
    400: _("The address or the form was damaged on the way. Go back and try again."),
    403: _("Your role does not include this. An admin of the workspace can change that."),
    404: _("The page does not exist, or it is not available to you."),
    409: _("Reload the page and try again."),
    410: _("Ask for a new one."),
    413: _("Send less at once."),
    422: _("One of the values was refused."),
    423: _("You can read everything; nothing can be changed or sent until it is resumed."),
    429: _("Wait a little and try again."),
    500: _("The error was recorded. Try again; if it stays, tell us the number below."),
    503: _("Try again in a minute."),
}


def wants_json(request: HttpRequest) -> bool:
    """Programs and page fragments get JSON, people get pages."""
    if request.path.startswith("/api/") or getattr(request, "htmx", False):
        return True
    accept = request.headers.get("Accept", "")
    return "application/json" in accept and "text/html" not in accept


def error_response(request: HttpRequest, error: ZrgError) -> HttpResponse:
    """The answer to an error raised by a view."""
    if isinstance(error, Unauthenticated):
        return _go(request, reverse("account_login"), error)
    if isinstance(error, StepUpRequired):
        return _go(request, reverse("account_reauthenticate"), error)
    response = status_response(request, error.http_status, error.code, **error.data)
    if "retry_after" in error.data:
        response["Retry-After"] = str(error.data["retry_after"])
    return response


def status_response(request: HttpRequest, status: int, code: str, **data: Any) -> HttpResponse:
    """A page or a JSON body for one status."""
    request_id = getattr(request, "id", "")
    if wants_json(request):
        body = {"error": code, **data}
        return JsonResponse(body | ({"requestId": request_id} if status >= 500 else {}), status=status)
    context = {
        "status": status,
        "title": gettext(TITLES.get(status, _("That did not work"))),
        "explanation": gettext(EXPLANATIONS.get(status, "")),
        "request_id": request_id,
    }
    return render(request, "zrg/error.html", context, status=status)


def redirect_to_enrolment(request: HttpRequest) -> HttpResponse:
    """Send somebody who must have a second factor to its set-up."""
    target = reverse("mfa_activate_totp")
    if wants_json(request):
        return JsonResponse({"error": MFA_REQUIRED}, status=403, headers={"HX-Redirect": target})
    return HttpResponseRedirect(target)


def _go(request: HttpRequest, target: str, error: ZrgError) -> HttpResponse:
    came_from = _page_of(request)
    address = f"{target}?{urlencode({'next': came_from})}"
    if wants_json(request):
        return JsonResponse({"error": error.code}, status=error.http_status, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def _page_of(request: HttpRequest) -> str:
    """Where the person was: this page, or the page of ours whose form was sent; what was typed is gone."""
    if wants_json(request):
        return "/"
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    sent_from = urlsplit(request.headers.get("Referer", ""))
    if sent_from.netloc != request.get_host():
        return "/"
    return urlunsplit(("", "", f"/{sent_from.path.lstrip('/')}", sent_from.query, ""))
