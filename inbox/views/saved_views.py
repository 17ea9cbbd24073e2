"""Saved views: the person's own named filters, listed, kept, renamed, deleted."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import trigger_client_event

from inbox.rules.saved_views import MAX_NAME, clean_params, describe
from inbox.services.saved_views import MAX_VIEWS, delete_view, rename_view, save_view, views_of
from inbox.views.context import Scope, fragment, list_query, scope_of
from leads.errors import UnknownFilter
from zrg.lib.errors import BadInput
from zrg.workspaces.decorators import person_of, requires


@require_GET
@requires("lead.view")
def panel(request: HttpRequest, workspace_id: UUID | None = None) -> HttpResponse:
    """All views, and the form that keeps the filters of the address."""
    return _answer(request, scope_of(request, workspace_id), list_query(request.GET))


@require_POST
@requires("lead.view", write=True)
def addition(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """Keep the current filters under a name."""
    name, kept = request.POST.get("name", ""), QueryDict(request.POST.get("list", ""))
    return _act(
        request,
        workspace_id,
        lambda: save_view(workspace_id, person_of(request), name=name, params=dict(kept.lists())),
        gettext("“{strip}” is saved.").format(strip=name.strip()),
        typed=name,
    )


@require_POST
@requires("lead.view", write=True)
def renaming(request: HttpRequest, workspace_id: UUID, view_id: UUID) -> HttpResponse:
    """Give a view another name."""
    name = request.POST.get("name", "")
    return _act(
        request,
        workspace_id,
        lambda: rename_view(workspace_id, view_id, person_of(request), name=name),
        gettext("Renamed."),
    )


@require_POST
@requires("lead.view", write=True)
def deletion(request: HttpRequest, workspace_id: UUID, view_id: UUID) -> HttpResponse:
    """Forget a view."""
    return _act(
        request, workspace_id, lambda: delete_view(workspace_id, view_id, person_of(request)), gettext("Deleted.")
    )


def _act(
    request: HttpRequest, workspace_id: UUID, act: Callable[[], object], notice: str, *, typed: str = ""
) -> HttpResponse:
    scope, carried = scope_of(request, workspace_id), list_query(QueryDict(request.POST.get("list", "")))
    try:
        act()
    except (BadInput, UnknownFilter) as refusal:
        return _answer(request, scope, carried, status=422, problem=str(refusal), typed=typed)
    if not getattr(request, "htmx", False):
        address = reverse("inbox_views", args=[workspace_id])
        response: HttpResponse = HttpResponseRedirect(f"{address}?{carried}")
        response.status_code = 303
        return response
    return trigger_client_event(_answer(request, scope, carried, notice=notice), "zrg:views", {})


def _answer(request: HttpRequest, scope: Scope, carried: str, *, status: int = 200, **told: Any) -> HttpResponse:
    workspace = scope.workspace.workspace_id if scope.workspace else None
    found = views_of(scope.access, workspace)
    try:
        words = describe(clean_params(dict(QueryDict(carried).lists())))
    except UnknownFilter:
        carried, words = "", ""
    context = {
        "scope": scope,
        "saved_views": found,
        "list_query": carried,
        "words": words,
        "most": MAX_VIEWS,
        "max_name": MAX_NAME,
        "saves": scope.workspace is not None and scope.workspace.status == "active",
        **told,
    }
    template = "inbox/views.html#panel" if getattr(request, "htmx", False) else "inbox/views.html"
    return fragment(request, template, context, status=status)
