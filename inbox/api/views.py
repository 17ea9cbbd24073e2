"""Saved views: the person's own named filters, listed, kept, renamed, forgotten."""

from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from inbox.api import schemas
from inbox.api.base import Body, InboxAPIView
from inbox.api.bulk import required_id
from inbox.models import SavedView
from inbox.rules.saved_views import VIEW_KEYS
from inbox.services.saved_views import (
    MAX_VIEWS,
    ShownView,
    delete_view,
    rename_view,
    save_view,
    show_view,
    view_of,
    views_of,
)
from leads.errors import UnknownFilter
from leads.rules.filters import ALL_WORKSPACES
from zrg.lib.errors import WorkspaceSuspended
from zrg.workspaces.access import require

VIEW = "lead.view"
CLIENT = OpenApiParameter("clientId", OpenApiTypes.STR, description="A workspace, or `all` (the default).")


class SavedViews(InboxAPIView):
    """`GET, POST /api/inbox/views`."""

    permission_action = VIEW

    @extend_schema(operation_id="views_list", parameters=[CLIENT], responses=schemas.SavedViewList)
    def get(self, request: Request) -> Response:
        """The person's views by name; `query` is null when one of its filters no longer exists."""
        client = request.query_params.get("clientId") or ALL_WORKSPACES
        workspace_id = None if client == ALL_WORKSPACES else required_id("clientId", client)
        if workspace_id is not None:
            require(self.access, VIEW, workspace_id)
        return Response({"views": [_payload(one) for one in views_of(self.access, workspace_id)], "max": MAX_VIEWS})

    @extend_schema(operation_id="views_create", request=schemas.SavedViewNew, responses={201: schemas.SavedView})
    def post(self, request: Request) -> Response:
        """Keep filters under a name. `params` are those of the list (07 R1), each a text or a list of texts."""
        body = Body(request, {"clientId", "name", "params"})
        workspace_id = required_id("clientId", body.text("clientId"))
        self._may_write(workspace_id)
        kept = _params(body.fields("params") or {})
        view = save_view(workspace_id, self.person(), name=body.text("name") or "", params=kept)
        return Response(_payload(show_view(view, self.access)), status=201)

    def _may_write(self, workspace_id: UUID) -> None:
        found = require(self.access, VIEW, workspace_id)
        if found is not None and found.status != "active":
            raise WorkspaceSuspended


class SavedViewDetail(SavedViews):
    """`PATCH, DELETE /api/inbox/views/<id>`."""

    http_method_names = ["patch", "delete", "options"]

    @extend_schema(operation_id="views_rename", request=schemas.SavedViewName, responses=schemas.SavedView)
    def patch(self, request: Request, view_id: UUID) -> Response:
        """Give it another name."""
        view = self._own(view_id)
        name = Body(request, {"name"}).text("name") or ""
        renamed = rename_view(view.workspace_id, view_id, self.person(), name=name)
        return Response(_payload(show_view(renamed, self.access)))

    @extend_schema(operation_id="views_delete", responses={204: None})
    def delete(self, request: Request, view_id: UUID) -> Response:
        """Forget it."""
        view = self._own(view_id)
        delete_view(view.workspace_id, view_id, self.person())
        return Response(status=204)

    def _own(self, view_id: UUID) -> SavedView:
        view = view_of(self.access, view_id)
        self._may_write(view.workspace_id)
        return view


def _params(given: dict[str, Any]) -> dict[str, list[str]]:
    params = {}
    for key, value in given.items():
        values = value if isinstance(value, list) else [value]
        if key not in VIEW_KEYS or not all(isinstance(one, str) for one in values):
            raise UnknownFilter(key)
        params[key] = values
    return params


def _payload(view: ShownView) -> dict[str, Any]:
    return {
        "id": str(view.id),
        "clientId": str(view.workspace_id),
        "name": view.name,
        "params": view.params,
        "query": view.query,
        "description": view.words,
    }
