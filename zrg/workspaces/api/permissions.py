"""Every API view declares its action; this is where it is checked."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from zrg.workspaces.access import Access
from zrg.workspaces.decorators import access_of, check_declared


class DeclaredAction(BasePermission):
    """Checks `permission_action` (one action, or one per method); without one nobody gets in."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Raises the precise error: 401, 404, 403 or 423."""
        action = declared_action(view, request.method or "GET")
        if action is None:
            return False
        access: Access = access_of(request._request)
        check_declared(access, action, view.kwargs)
        return True


def declared_action(view: Any, method: str) -> str | None:
    """The action a view declares for a method."""
    declared = getattr(view, "permission_action", None)
    return declared.get(method) if isinstance(declared, dict) else declared
