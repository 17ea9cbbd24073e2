"""The admin site: entered through the product's log-in, every page in the person's own context."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from unfold.sites import UnfoldAdminSite

from zrg.lib.errors import BadInput
from zrg.workspaces.access import Access, admin_context_of
from zrg.workspaces.decorators import access_of, rendered
from zrg.workspaces.rules.permissions import decide

ACTION = "admin.open"
TIMEOUT_MS = 10_000


class ZrgAdminSite(UnfoldAdminSite):
    """Global and super admins see everything, owners and admins their own workspaces."""

    site_header = "ZRG operations"
    site_title = "ZRG operations"
    index_title = "Operations"
    permission_action = ACTION

    def has_permission(self, request: HttpRequest) -> bool:
        """Staff (derived from roles and second factor) with a workspace to look at."""
        if not (request.user.is_authenticated and request.user.is_active and request.user.is_staff):
            return False
        return may_open_admin(access_of(request))

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The product's own log-in; somebody signed in without the right is told so."""
        if request.user.is_authenticated:
            from zrg.workspaces.answers import status_response  # noqa: PLC0415  # templates need loaded apps

            return status_response(request, 403, "forbidden", action=ACTION)
        return HttpResponseRedirect(f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}")

    def admin_view(
        self, view: Callable[..., HttpResponseBase], cacheable: bool = False
    ) -> Callable[..., HttpResponseBase]:
        """Run a page, rendering included, in one transaction under the person's context."""
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return inner(request, *args, **kwargs)
            if "\x00" in "".join(value for values in request.GET.lists() for value in values[1]):
                # No column holds it: as the value of a filter it would end in an error of the database.
                raise BadInput(code="bad_request", http_status=400)
            with admin_context_of(access_of(request), timeout_ms=TIMEOUT_MS):
                return rendered(inner(request, *args, **kwargs))

        guarded.permission_action = ACTION  # type: ignore[attr-defined]
        return guarded


def may_open_admin(access: Access) -> bool:
    """Platform people, and owners or admins of some workspace."""
    return decide(access.platform, (), ACTION) == "allow" or bool(access.permitted(ACTION))
