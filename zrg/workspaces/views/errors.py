"""Answers to addresses and requests no view handled."""

from typing import Any

from django.contrib.sessions.exceptions import SessionInterrupted
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse

from zrg.workspaces.answers import CSRF_FAILED, error_response, status_response
from zrg.workspaces.errors import Unauthenticated


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """400; 413 for a form that is larger than any of ours; the log-in for a session that ended meanwhile."""
    if isinstance(exception, SessionInterrupted):
        return error_response(request, Unauthenticated())
    if isinstance(exception, RequestDataTooBig):
        return status_response(request, 413, "too_large")
    return status_response(request, 400, "bad_request")


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """403."""
    return status_response(request, 403, "forbidden")


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """404, for unknown addresses as for objects of others."""
    return status_response(request, 404, "not_found")


def too_many(request: HttpRequest) -> HttpResponse:
    """429 of allauth's own limits, which count by the minute."""
    response = status_response(request, 429, "rate_limited")
    response["Retry-After"] = "60"
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """500; the number in the answer leads to the log."""
    return status_response(request, 500, "server_error")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form from a page that was open too long."""
    return status_response(request, 403, CSRF_FAILED)
