"""The frame of the pages about many leads: imports, exports, possible duplicates."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from leads.navigation import lead_pages
from zrg.workspaces.access import require
from zrg.workspaces.decorators import access_of
from zrg.workspaces.hours import resolve_zone


def leads_page(
    request: HttpRequest, workspace_id: UUID, template: str, *, current: str, status: int = 200, **context: Any
) -> HttpResponse:
    """A page or fragment in the frame; nobody keeps it."""
    access = access_of(request)
    workspace = require(access, "workspace.open", workspace_id)
    assert workspace is not None
    shared = {
        "workspace": workspace,
        "workspace_id": workspace_id,
        "pages": lead_pages(access, workspace_id),
        "current": current,
        "inbox_url": f"/?view=inbox&clientId={workspace_id}",
        "zone": resolve_zone(workspace.timezone),
    }
    response = render(request, template, {**shared, **context}, status=status)
    response["Cache-Control"] = "private, no-store"
    return response
