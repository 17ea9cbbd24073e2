"""The declaration every view carries: which action it is, and the transaction it runs in."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from zrg.lib.errors import WorkspaceSuspended
from zrg.workspaces.access import Access, admin_context_of, context_of, require, require_anywhere, resolve_access
from zrg.workspaces.context import PAGE_TIMEOUT_MS
from zrg.workspaces.enums import WorkspaceStatus
from zrg.workspaces.errors import StepUpRequired, Unauthenticated
from zrg.workspaces.models import User
from zrg.workspaces.rules.permissions import ACTIONS
from zrg.workspaces.step_up import recently_authenticated

View = Callable[..., HttpResponseBase]
WORKSPACE_PARAMETERS = ("workspace_id", "workspace")


def requires(
    action: str,
    *,
    write: bool = False,
    step_up: bool = False,
    timeout_ms: int = PAGE_TIMEOUT_MS,
    transaction: bool = True,
) -> Callable[[View], View]:
    """Declare the action of a view and run it, rendering included, in one short `user` transaction.

    A `workspace_id` in the path is checked at once; without one the action must be possible in some
    workspace, and the view asks `require` for the object it found. `write` also refuses suspended
    workspaces for actions that only read. `step_up` asks for a reauthentication within 15 minutes.
    `request.access` is the resolved access. A streamed answer must not read rows. A view that calls a
    provider sets `transaction=False` and opens a context for each of its steps, rendering included.
    """
    if action not in ACTIONS:
        raise ValueError(f"Unknown action: {action}")

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            access = access_of(request)
            check_declared(access, action, kwargs, write=write)
            if step_up and not recently_authenticated(request):
                raise StepUpRequired
            if not transaction:
                return view(request, *args, **kwargs)
            with context_of(access, timeout_ms=timeout_ms):
                return rendered(view(request, *args, **kwargs))

        guarded.permission_action = action  # type: ignore[attr-defined]
        return guarded

    return decorate


def dispatches(action: str) -> Callable[[View], View]:
    """Declare a view that only hands the request to another declared view."""

    def decorate(view: View) -> View:
        view.permission_action = action  # type: ignore[attr-defined]
        return view

    return decorate


def admin_only(action: str = "admin.open", *, timeout_ms: int = 10_000) -> Callable[[View], View]:
    """Like `requires`, in the context of the admin (platform people see everything)."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            access = access_of(request)
            require_anywhere(access, action)
            with admin_context_of(access, timeout_ms=timeout_ms):
                return rendered(view(request, *args, **kwargs))

        guarded.permission_action = action  # type: ignore[attr-defined]
        return guarded

    return decorate


def access_of(request: HttpRequest) -> Access:
    """The access of the signed-in person (resolved once per request); 401 for anybody else."""
    if not request.user.is_authenticated:
        raise Unauthenticated
    access = getattr(request, "access", None)
    if not access:
        access = resolve_access(request.user)
        request.access = access  # type: ignore[attr-defined]
    return access


def person_of(request: HttpRequest) -> User:
    """Who acts; for views that only signed-in people reach."""
    assert isinstance(request.user, User)
    return request.user


def check_declared(access: Access, action: str, parameters: dict[str, Any], *, write: bool = False) -> None:
    """The check a declaration makes before the view runs."""
    workspace = next((parameters[name] for name in WORKSPACE_PARAMETERS if name in parameters), None)
    if workspace is None:
        require_anywhere(access, action)
        return
    found = require(access, action, workspace)
    if write and found is not None and found.status == WorkspaceStatus.SUSPENDED:
        raise WorkspaceSuspended


def rendered(response: HttpResponseBase) -> HttpResponseBase:
    """The response with its template rendered, so that its queries run inside the context."""
    render = getattr(response, "render", None)
    if render is not None and not getattr(response, "is_rendered", True):
        return render()
    return response


def declared_actions(view: Any) -> Iterable[str]:
    """The actions a view function or class declares (for the test that walks all URLs)."""
    declared = getattr(view, "permission_action", None)
    if declared is None:
        declared = getattr(getattr(view, "cls", None) or getattr(view, "view_class", None), "permission_action", None)
    if declared is None:
        # Every page of the admin passes its site's guard.
        site = getattr(view, "admin_site", None) or getattr(getattr(view, "model_admin", None), "admin_site", None)
        declared = getattr(site, "permission_action", None)
    if isinstance(declared, str):
        return [declared]
    return list(declared.values()) if isinstance(declared, dict) else []
