"""WSGI entry point. Refuses to serve when the database role could bypass row security.

Inbound calls of providers come in bursts of thousands and carry no session, no cookie and no person:
they take a handler of their own, whose chain holds what they need (request id, security headers,
errors as answers) and nothing else. Every other path takes Django's usual way.
"""

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponseBase
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zrg.settings")

WEBHOOK_PREFIX = "/api/webhooks/"
WEBHOOK_URLS = "zrg.webhook_urls"
WEBHOOK_MIDDLEWARE = (
    "zrg.workspaces.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "zrg.workspaces.middleware.ContentSecurityMiddleware",
    "zrg.workspaces.middleware.ErrorMiddleware",
)

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


class WebhookHandler(WSGIHandler):
    """Django's handler with a short chain and only the URLs of inbound calls."""

    def load_middleware(self, is_async: bool = False) -> None:
        """As the base class does for settings.MIDDLEWARE, for WEBHOOK_MIDDLEWARE (all of it is synchronous)."""
        self._view_middleware: list[Any] = []
        self._template_response_middleware: list[Any] = []
        self._exception_middleware: list[Any] = []
        handler = convert_exception_to_response(self._get_response)  # type: ignore[attr-defined]  # missing in the stubs
        for name in reversed(WEBHOOK_MIDDLEWARE):
            middleware = import_string(name)(handler)
            if hasattr(middleware, "process_exception"):
                self._exception_middleware.append(middleware.process_exception)
            handler = convert_exception_to_response(middleware)
        self._middleware_chain = handler

    def get_response(self, request: HttpRequest) -> HttpResponseBase:
        request.urlconf = WEBHOOK_URLS  # type: ignore[attr-defined]
        return super().get_response(request)


def build_application() -> Application:
    """The two handlers behind one door."""
    product, webhooks = get_wsgi_application(), WebhookHandler()

    def application(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        is_webhook = environ.get("PATH_INFO", "").startswith(WEBHOOK_PREFIX)
        return (webhooks if is_webhook else product)(environ, start_response)

    return application


application = build_application()

from zrg.workspaces.services.health import stop_unless_walled  # noqa: E402  # the apps must be loaded

stop_unless_walled()
