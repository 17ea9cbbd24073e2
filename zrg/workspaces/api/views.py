"""Base of the API views of signed-in people."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.views import APIView

from zrg.workspaces.access import Access, context_of
from zrg.workspaces.context import PAGE_TIMEOUT_MS
from zrg.workspaces.decorators import access_of, rendered


class TenantAPIView(APIView):
    """Runs in one short `user` transaction, rendering included. Subclasses set `permission_action`.

    One that commits in parts sets `in_transaction = False` and opens a context for each of its steps.
    """

    permission_action: str | dict[str, str]
    statement_timeout_ms = PAGE_TIMEOUT_MS
    in_transaction = True
    access: Access

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """401 before anything else; then the declared action, then the method."""
        self.access = access_of(request)
        if not self.in_transaction:
            return super().dispatch(request, *args, **kwargs)
        with context_of(self.access, timeout_ms=self.statement_timeout_ms):
            return rendered(super().dispatch(request, *args, **kwargs))
