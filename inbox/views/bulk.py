"""One act for many conversations: what would happen, the run, its progress, undo."""

import uuid
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import trigger_client_event

from inbox.services.bulk import BulkReport, bulk_report, is_moving, plan_bulk, start_bulk, undo_bulk
from inbox.views.context import fragment, list_query, scope_of, uuid_or_none
from zrg.lib.errors import BadInput
from zrg.workspaces.decorators import person_of, requires


@require_POST
@requires("bulk.run")
def plan(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """Whom the act reaches, whom it skips and why; nothing is done yet."""

    def act() -> HttpResponse:
        found = plan_bulk(scope_of(request, workspace_id).access, workspace_id, *_wish(request))
        return _show(request, workspace_id, "plan", plan=found, run_id=uuid.uuid4())

    return _attempt(request, workspace_id, act)


@require_POST
@requires("bulk.run")
def start(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """Carry it out; a second click with the same plan starts nothing."""

    def act() -> HttpResponse:
        run_id = uuid_or_none(request.POST.get("run"))
        if run_id is None:
            raise BadInput(gettext("Look at the plan first."), code="no_plan", field="run")
        found = plan_bulk(scope_of(request, workspace_id).access, workspace_id, *_wish(request))
        start_bulk(found, workspace_id, run_id, by=person_of(request))
        return _progress(request, workspace_id, run_id)

    return _attempt(request, workspace_id, act)


@require_GET
@requires("bulk.run")
def progress(request: HttpRequest, workspace_id: UUID, run_id: UUID) -> HttpResponse:
    """How far an own run is; the page asks again while it is under way."""
    return _told(request, workspace_id, bulk_report(workspace_id, run_id, person_of(request)))


@require_POST
@requires("bulk.run")
def undoing(request: HttpRequest, workspace_id: UUID, run_id: UUID) -> HttpResponse:
    """Take a finished run back where nothing happened since."""

    def act() -> HttpResponse:
        undo_bulk(workspace_id, run_id, by=person_of(request))
        return _progress(request, workspace_id, run_id)

    return _attempt(request, workspace_id, act)


def _wish(request: HttpRequest) -> tuple[list[UUID], str, str]:
    ids = [found for value in request.POST.getlist("leads") if (found := uuid_or_none(value))]
    key, _, value = request.POST.get("act", "").partition(":")
    return ids, key, value


def _attempt(request: HttpRequest, workspace_id: UUID, act: Callable[[], HttpResponse]) -> HttpResponse:
    try:
        return act()
    except BadInput as refusal:
        return _show(request, workspace_id, "refusal", status=422, problem=str(refusal))


def _progress(request: HttpRequest, workspace_id: UUID, run_id: UUID) -> HttpResponse:
    if getattr(request, "htmx", False):
        return _told(request, workspace_id, bulk_report(workspace_id, run_id, person_of(request)))
    response = HttpResponseRedirect(reverse("inbox_bulk_progress", args=[workspace_id, run_id]))
    response.status_code = 303
    return response


def _told(request: HttpRequest, workspace_id: UUID, report: BulkReport) -> HttpResponse:
    moving = is_moving(report)
    response = _show(request, workspace_id, "progress", report=report, moving=moving)
    return response if moving else trigger_client_event(response, "zrg:bulk-done", {})


def _show(request: HttpRequest, workspace_id: UUID, part: str, *, status: int = 200, **told: Any) -> HttpResponse:
    context = {
        "workspace_id": workspace_id,
        "prefix": f"/w/{workspace_id}/inbox/bulk",
        "back": f"/?view=inbox&clientId={workspace_id}&{list_query(QueryDict(request.POST.get('list', '')))}",
        "act": request.POST.get("act", ""),
        "list_query": request.POST.get("list", ""),
        "part": part,
        **told,
    }
    template = f"inbox/bulk.html#{part}" if getattr(request, "htmx", False) else "inbox/bulk.html"
    return fragment(request, template, context, status=status)
