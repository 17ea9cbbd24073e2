"""Health and metrics for machines."""

import hmac
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, JsonResponse
from django.templatetags.static import static
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from zrg.lib import log_events
from zrg.lib.exposition import exposition
from zrg.workspaces.services.health import check_all

logger = structlog.get_logger(__name__)


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return JsonResponse({"status": "ok", "version": settings.VERSION})


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Browsers ask for it wherever a page names no icon."""
    return HttpResponsePermanentRedirect(static("zrg/img/mark.svg"))


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Whether requests and work will succeed. Details only with the cron secret."""
    states = check_all()
    ready = all(state.ok for state in states.values())
    if not ready:
        logger.warning(log_events.HEALTH_NOT_READY, components=[name for name, state in states.items() if not state.ok])
    detailed = _same(request.headers.get("x-cron-secret", ""), settings.CRON_SECRET)
    components: dict[str, Any] = {
        name: {"ok": state.ok, "detail": state.detail, **state.data} if detailed else ("ok" if state.ok else "failed")
        for name, state in states.items()
    }
    return JsonResponse(
        {"status": "ok" if ready else "unavailable", "components": components}, status=200 if ready else 503
    )


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text for whoever knows METRICS_TOKEN; without a token nobody does."""
    if not settings.METRICS_TOKEN:
        return JsonResponse({"error": "not_configured"}, status=503)
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not _same(token, settings.METRICS_TOKEN):
        return JsonResponse({"error": "unauthenticated"}, status=401)
    return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST)


def _same(given: str, expected: str) -> bool:
    return bool(expected) and hmac.compare_digest(given.strip().encode(), expected.encode())
