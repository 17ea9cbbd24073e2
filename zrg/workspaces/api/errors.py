"""Errors of API views as JSON."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from zrg.lib.errors import ZrgError
from zrg.workspaces.answers import CSRF_FAILED
from zrg.workspaces.errors import Unauthenticated

CODES = {400: "bad_request", 401: "unauthenticated", 403: "forbidden", 404: "not_found", 405: "method_not_allowed"}


def handle_exception(error: Exception, context: dict[str, Any]) -> Response | None:
    """`{"error": code, …}`; nothing the view wrote in its transaction stays. Unknown errors go on to the handler
    of 500.
    """
    response = _answer(error, context)
    has_transaction = getattr(context.get("view"), "in_transaction", True)
    if response is not None and has_transaction and connection.in_atomic_block:
        transaction.set_rollback(True)
    return response


def _answer(error: Exception, context: dict[str, Any]) -> Response | None:
    if isinstance(error, ZrgError):
        headers = {"Retry-After": str(error.data["retry_after"])} if "retry_after" in error.data else {}
        return Response({"error": error.code, **error.data}, status=error.http_status, headers=headers)
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        return Response({"error": Unauthenticated.code}, status=401)
    if isinstance(error, exceptions.ValidationError):
        return Response({"error": "bad_input", "fields": error.detail}, status=422)
    if isinstance(error, Http404):
        return Response({"error": "not_found"}, status=404)
    if isinstance(error, PermissionDenied):
        return Response({"error": "forbidden"}, status=403)
    if isinstance(error, exceptions.PermissionDenied) and str(error.detail).startswith("CSRF Failed"):
        return Response({"error": CSRF_FAILED}, status=403)
    response = exception_handler(error, context)
    if response is not None:
        response.data = {"error": CODES.get(response.status_code, "error")}
    return response
