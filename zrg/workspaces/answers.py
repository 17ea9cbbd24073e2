"""Errors as answers: HTML for pages, JSON for programs and page fragments."""

import secrets
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import structlog
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from zrg.lib.errors import ZrgError
from zrg.workspaces.errors import StepUpRequired, Unauthenticated

logger = structlog.get_logger(__name__)
MFA_REQUIRED = "mfa_required"
CSRF_FAILED = "csrf_failed"
ADMIN_PREFIX = "/admin/"
TITLES = {
    400: _("This request cannot be read"),
    403: _("You may look, but not do this"),
    404: _("Nothing here"),
    405: _("Nothing to look at here"),
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
    405: _("This address only takes what a page sends to it. Open the page and use its button."),
    409: _("Reload the page and try again."),
    410: _("Ask for a new one."),
    413: _("Send less at once."),
    422: _("One of the values was refused."),
    423: _("You can read everything; nothing can be changed or sent until it is resumed."),
    429: _("Wait a little and try again."),
    500: _("The error was recorded. Try again; if it stays, tell us the number below."),
    503: _("Try again in a minute."),
}
# Where the code tells more than the status.
BY_CODE = {
    CSRF_FAILED: (
        _("This page was open too long"),
        _(
            "Nothing was saved: the page is older than your log-in, or the browser keeps no cookies."
            " Load it again, then repeat what you did."
        ),
    ),
}
# A page that carries its style, for when not even the ordinary one can be made.
BARE_POLICY = (
    "default-src 'none'; style-src 'nonce-{nonce}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)


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
    title, explanation = BY_CODE.get(code) or (TITLES.get(status, _("That did not work")), EXPLANATIONS.get(status, ""))
    context = {
        "status": status,
        "title": gettext(title),
        "explanation": gettext(explanation) if explanation else "",
        "request_id": request_id,
    }
    try:
        return render(request, "zrg/error.html", context | _way_on(request, status, code), status=status)
    except Exception:
        # Whatever broke the request may break its page as well: no database, a missing file of the pages.
        logger.exception("page.error_unrendered", status=status, error=code)
        return _bare_page(context)


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


def _way_on(request: HttpRequest, status: int, code: str) -> dict[str, Any]:
    """Where the page's button leads: the page whose form was too old, log-in, operations or the inbox."""
    if code == CSRF_FAILED and (page := _page_of(request)) != "/":
        way, words = page, gettext("Load the page again")
    elif getattr(request, "access", None) is None and status < 500:
        way, words = reverse("account_login"), gettext("Go to the log-in")
    elif request.path.startswith(ADMIN_PREFIX):
        way, words = ADMIN_PREFIX, gettext("Back to operations")
    else:
        way, words = "/", gettext("Back to the inbox")
    # The notices are rows, and a fault may be the database's.
    return {"way": way, "way_words": words} | ({"notices": []} if status >= 500 else {})


def _bare_page(context: dict[str, Any]) -> HttpResponse:
    nonce = secrets.token_urlsafe(16)
    page = render_to_string("zrg/error_bare.html", context | {"nonce": nonce})
    policy = BARE_POLICY.format(nonce=nonce)
    return HttpResponse(page, status=context["status"], headers={"Content-Security-Policy": policy})
