"""The provisioning API: who may call it, once per key, one transaction per call.

The secret is checked before the body is read. Only headers carry it; neither the cron secret nor a
secret in the address is ever accepted.
"""

import hmac
import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from zrg.lib import log_events
from zrg.lib.errors import BadInput, Conflict, ZrgError
from zrg.lib.hashing import canonical_json, sha
from zrg.workspaces.access import CACHE_ERRORS
from zrg.workspaces.constants import IDEMPOTENCY_LIFETIME
from zrg.workspaces.context import platform
from zrg.workspaces.errors import CacheUnavailable, NotConfigured, TooManyRequests, Unauthenticated
from zrg.workspaces.metrics import count_provisioning
from zrg.workspaces.middleware import client_ip
from zrg.workspaces.models import IdempotencyKey
from zrg.workspaces.services import provisioning
from zrg.workspaces.services.audit import hash_ip

MAX_BODY_BYTES = 256 * 1024
MAX_KEY_LENGTH = 128
CALLS_PER_MINUTE = 30
TIMEOUT_MS = 10_000
SECRET_HEADERS = ("x-workspace-provisioning-secret", "x-admin-secret")
SECRET_WORDS = ("secret", "token", "password", "authorization", "apikey", "api_key", "api-key")

Call = Callable[[dict[str, Any]], provisioning.Answer]
logger = structlog.get_logger(__name__)


@method_decorator(csrf_exempt, name="dispatch")
class ProvisioningView(View):
    """Base of the endpoints; `call` does the work."""

    endpoint = ""
    call: Call

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Authenticate, then read; every answer is JSON and counted."""
        try:
            authorize(request)
            response = super().dispatch(request, *args, **kwargs)
        except ZrgError as error:
            response = _error(error)
        logger.info(log_events.PROVISIONING_REQUEST, endpoint=self.endpoint, status=response.status_code)
        count_provisioning(self.endpoint, response.status_code)
        return response

    def post(self, request: HttpRequest) -> JsonResponse:
        """Run the call once per idempotency key."""
        body, raw_hash = read_body(request)
        key = request.headers.get("Idempotency-Key", "").strip()
        if len(key) > MAX_KEY_LENGTH:
            raise BadInput(
                gettext("At most {max_key_length} characters.").format(max_key_length=MAX_KEY_LENGTH),
                field="Idempotency-Key",
            )
        with platform(timeout_ms=TIMEOUT_MS):
            answer = run_once(self.endpoint, key, raw_hash, lambda: type(self).call(body))
        return JsonResponse(answer.body, status=answer.status)


class Bootstrap(ProvisioningView):
    """`POST /api/admin/workspaces/bootstrap`."""

    http_method_names = ["post"]
    endpoint = "bootstrap"
    call = staticmethod(provisioning.bootstrap)


class Workspaces(ProvisioningView):
    """`POST /api/admin/workspaces`."""

    http_method_names = ["post"]
    endpoint = "workspaces"
    call = staticmethod(provisioning.provision_workspace)


class Members(ProvisioningView):
    """`POST /api/admin/workspaces/members`."""

    http_method_names = ["post"]
    endpoint = "members"
    call = staticmethod(provisioning.replace_workspace_members)


class ResetLink(ProvisioningView):
    """`POST /api/admin/users/reset-link`."""

    http_method_names = ["post"]
    endpoint = "reset-link"
    call = staticmethod(provisioning.mail_reset_link)


class WorkspaceStatus(ProvisioningView):
    """`GET /api/admin/workspaces/<id>`."""

    http_method_names = ["get"]
    endpoint = "status"

    def get(self, request: HttpRequest, workspace_id: UUID) -> JsonResponse:
        """Masked status; 404 for an unknown one."""
        with platform(timeout_ms=TIMEOUT_MS):
            answer = provisioning.workspace_status(workspace_id)
        return JsonResponse(answer.body, status=answer.status)


def authorize(request: HttpRequest) -> None:
    """503 without a configured secret, 400 for one in the address, 429 over the limit, 401 for a wrong one."""
    accepted = [
        secret
        for secret in (*settings.WORKSPACE_PROVISIONING_SECRETS, *settings.ADMIN_ACTIONS_SECRETS)
        if secret != settings.CRON_SECRET
    ]
    if not accepted:
        raise NotConfigured
    if _secret_in_query(request, accepted):
        raise ZrgError(code="secret_in_query", http_status=400)
    _limit(request)
    given = _given_secret(request)
    # Every accepted secret is compared, so that the time does not tell which one nearly matched.
    matches = [hmac.compare_digest(given.encode(), secret.encode()) for secret in accepted]
    if not any(matches):
        logger.warning(log_events.PROVISIONING_UNAUTHORIZED, path=request.path)
        raise Unauthenticated(code="unauthorized")


def read_body(request: HttpRequest) -> tuple[dict[str, Any], str]:
    """The JSON object of the request and the hash of its canonical form."""
    if int(request.headers.get("Content-Length") or 0) > MAX_BODY_BYTES:
        raise ZrgError(code="too_large", http_status=413)
    raw = request.read(MAX_BODY_BYTES + 1)
    if len(raw) > MAX_BODY_BYTES:
        raise ZrgError(code="too_large", http_status=413)
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise ZrgError(code="invalid_json", http_status=400) from error
    if not isinstance(body, dict):
        raise ZrgError(code="invalid_json", http_status=400)
    return body, sha(canonical_json(body))


def run_once(endpoint: str, key: str, body_hash: str, call: Callable[[], provisioning.Answer]) -> provisioning.Answer:
    """The answer of the first call with this key; 409 for the same key with another body.

    The key is a row of the same transaction: a second call waits for the first, and a failed call
    leaves no key behind.
    """
    if not key:
        return call()
    IdempotencyKey.objects.filter(
        endpoint=endpoint, key=key, created_at__lt=timezone.now() - IDEMPOTENCY_LIFETIME
    ).delete()
    row = IdempotencyKey(endpoint=endpoint, key=key, body_hash=body_hash)
    IdempotencyKey.objects.bulk_create([row], ignore_conflicts=True)
    stored = IdempotencyKey.objects.get(endpoint=endpoint, key=key)
    if stored.body_hash != body_hash:
        raise Conflict(code="idempotency_key_reused")
    if stored.response_status is not None:
        return provisioning.Answer(status=stored.response_status, body=stored.response_body or {})
    with transaction.atomic():
        answer = call()
    IdempotencyKey.objects.filter(pk=stored.pk).update(response_status=answer.status, response_body=answer.body)
    return answer


def _given_secret(request: HttpRequest) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    return next((value.strip() for name in SECRET_HEADERS if (value := request.headers.get(name))), "")


def _secret_in_query(request: HttpRequest, accepted: list[str]) -> bool:
    names = [name.lower() for name in request.GET]
    values = [value for entries in request.GET.lists() for value in entries[1]]
    return any(word in name for name in names for word in SECRET_WORDS) or any(value in accepted for value in values)


def _limit(request: HttpRequest) -> None:
    minute = int(timezone.now().timestamp() // 60)
    key = f"provisioning:{hash_ip(client_ip(request))}:{minute}"
    try:
        cache.add(key, 0, 120)
        calls = cache.incr(key)
    except (ValueError, *CACHE_ERRORS) as error:
        raise CacheUnavailable from error
    if calls > CALLS_PER_MINUTE:
        raise TooManyRequests(retry_after=60)


def _error(error: ZrgError) -> JsonResponse:
    status = 400 if isinstance(error, BadInput) else error.http_status
    body = {"error": error.code, **{name: value for name, value in error.data.items() if name != "messages"}}
    if isinstance(error, BadInput) and str(error) != error.code:
        body["message"] = str(error)
    response = JsonResponse(body, status=status)
    if "retry_after" in error.data:
        response["Retry-After"] = str(error.data["retry_after"])
    return response
