"""What every request passes: its id, its policy of content, who is asking, errors as answers."""

import re
import secrets
import time
import uuid
from collections.abc import Callable
from typing import cast
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils import timezone
from django_structlog.middlewares import RequestMiddleware

from zrg.lib.errors import ZrgError
from zrg.workspaces.access import Access, resolve_access
from zrg.workspaces.answers import ADMIN_PREFIX, error_response, redirect_to_enrolment, status_response
from zrg.workspaces.constants import LAST_SEEN_INTERVAL
from zrg.workspaces.models import User
from zrg.workspaces.services.audit import hash_ip
from zrg.workspaces.services.sessions import note_session, rotate_session
from zrg.workspaces.session_store import SessionStore

GetResponse = Callable[[HttpRequest], HttpResponse]
REQUEST_ID = re.compile(r"^[A-Za-z0-9_-]{8,64}$")
ROLES_KEY, SEEN_KEY = "zrg_roles", "zrg_seen"
# The second factor is set up here; everything else waits.
ENROLMENT_PATHS = ("/account/2fa/", "/account/logout/", "/account/reauthenticate/", "/static/")
# What follows in the path is as good as a password.
SECRET_PATHS = ("/invite/", "/account/password/reset/key/", "/export/d/")

PAGE_POLICY = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}'; img-src 'self' data:{images}; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
# The admin's theme evaluates expressions in attributes; nothing of a lead is rendered there unescaped.
ADMIN_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:{images}; font-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)


class RequestIdMiddleware:
    """Gives every request an id (the caller's when it is well-formed) and tells how long it took."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        given = request.headers.get("x-request-id", "")
        request_id = given if REQUEST_ID.match(given) else uuid.uuid4().hex
        request.id = request_id  # type: ignore[attr-defined]
        request.META["HTTP_X_REQUEST_ID"] = request_id
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id, ip_hash=hash_ip(client_ip(request)))
        try:
            response = self.get_response(request)
        finally:
            structlog.contextvars.clear_contextvars()
        response["x-request-id"] = request_id
        response["x-zrg-duration-ms"] = str(round((time.perf_counter() - started) * 1000))
        return response


class AccessLogMiddleware(RequestMiddleware):
    """The access log: method and path. Queries and links that let somebody in are left out."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """`GET /invite/…` instead of the token."""
        secret = next((prefix for prefix in SECRET_PATHS if request.path.startswith(prefix)), None)
        return f"{request.method} {f'{secret}…' if secret else request.path}"


class ContentSecurityMiddleware:
    """Scripts and styles of our own only; a nonce for the rare data block of a page."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        nonce = secrets.token_urlsafe(16)
        request.csp_nonce = nonce  # type: ignore[attr-defined]
        response = self.get_response(request)
        if "Content-Security-Policy" not in response:
            policy = ADMIN_POLICY if request.path.startswith(ADMIN_PREFIX) else PAGE_POLICY
            response["Content-Security-Policy"] = policy.format(nonce=nonce, images=_brand_hosts(request))
        response.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        return response


class AccessMiddleware:
    """Resolves what a signed-in person may see, once; holds back who still needs a second factor.

    A changed role rotates the session's key; a request every few minutes keeps the session alive and known.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.access = None  # type: ignore[attr-defined]
        if request.user.is_authenticated:
            access = resolve_access(request.user)
            request.access = access  # type: ignore[attr-defined]
            _note_presence(request)
            _rotate_on_role_change(request, access)
            if must_enrol(access) and not request.path.startswith(ENROLMENT_PATHS):
                return redirect_to_enrolment(request)
        return self.get_response(request)


class ErrorMiddleware:
    """Turns errors of views into the answers of the table in the documentation; nobody in between does.

    Django's refusal of a method has no body; it gets that of the others.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not isinstance(response, HttpResponseNotAllowed):
            return response
        answer = status_response(request, 405, "method_not_allowed")
        answer["Allow"] = response["Allow"]
        return answer

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Known errors only; the rest is answered by the handler of 500 and recorded."""
        if isinstance(exception, ZrgError):
            return error_response(request, exception)
        if isinstance(exception, Http404):
            return status_response(request, 404, "not_found")
        if isinstance(exception, PermissionDenied):
            return status_response(request, 403, "forbidden")
        if isinstance(exception, RequestDataTooBig):
            return status_response(request, 413, "too_large")
        if isinstance(exception, SuspiciousOperation):
            return status_response(request, 400, "bad_request")
        return None


def must_enrol(access: Access) -> bool:
    """Whether this person's roles demand a second factor they do not have yet."""
    return not access.has_second_factor and bool(access.roles() & settings.MFA_REQUIRED_ROLES)


def client_ip(request: HttpRequest) -> str:
    """The address the connection came from; behind a proxy, what the last trusted proxy saw."""
    forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    trusted = settings.TRUSTED_PROXY_COUNT
    if trusted and len(forwarded) >= trusted:
        return forwarded[-trusted]
    return request.META.get("REMOTE_ADDR", "")


def _note_presence(request: HttpRequest) -> None:
    user, now = request.user, timezone.now()
    assert isinstance(user, User)
    known = request.session.get(SEEN_KEY, 0)
    if now.timestamp() - known < LAST_SEEN_INTERVAL.total_seconds():
        return
    # Stored with the session, so that each one slides by itself.
    request.session[SEEN_KEY] = int(now.timestamp())
    if request.session.session_key is None:
        request.session.save()
    note_session(
        str(request.session.session_key),
        user=user,
        ip=client_ip(request),
        user_agent=request.META.get("HTTP_USER_AGENT", ""),
        now=now,
    )
    if user.last_seen_at is None or now - user.last_seen_at >= LAST_SEEN_INTERVAL:
        User.objects.filter(pk=user.pk).update(last_seen_at=now)
        user.last_seen_at = now


def _rotate_on_role_change(request: HttpRequest, access: Access) -> None:
    roles = " ".join(sorted(f"{one.workspace_id}:{one.role}" for one in access.by_workspace.values()))
    digest = hash_ip(f"{access.platform} {roles}")
    known = request.session.get(ROLES_KEY)
    if known == digest:
        return
    if known is not None:
        rotate_session(cast(SessionStore, request.session))
    request.session[ROLES_KEY] = digest


def _brand_hosts(request: HttpRequest) -> str:
    access: Access | None = getattr(request, "access", None)
    if access is None:
        return ""
    hosts = {urlsplit(one.brand_logo).netloc for one in access.by_workspace.values() if "://" in one.brand_logo}
    return "".join(f" https://{host}" for host in sorted(hosts) if re.fullmatch(r"[A-Za-z0-9.:-]+", host))
