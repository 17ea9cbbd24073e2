"""What the endpoints of routing share: the workspace of the call, JSON bodies, lists."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request

from zrg.lib.errors import BadInput
from zrg.lib.text import read_number, storable
from zrg.workspaces.access import require, workspace_key
from zrg.workspaces.api.parsers import JSONParser
from zrg.workspaces.api.views import TenantAPIView
from zrg.workspaces.context import REPORT_TIMEOUT_MS
from zrg.workspaces.models import User

MAX_PAGE = 200


class RoutingAPIView(TenantAPIView):
    """Signed-in people with `manage_integrations` in the workspace concerned."""

    statement_timeout_ms = REPORT_TIMEOUT_MS
    parser_classes = [JSONParser, FormParser, MultiPartParser]

    def workspace(self, action: str | None = None) -> UUID:
        """The workspace `clientId` names, in which this person may do this."""
        given = self.request.query_params.get("clientId") or self.body().get("clientId") or ""
        workspace_id = workspace_key(str(given))
        declared = self.permission_action
        require(self.access, action or (declared if isinstance(declared, str) else ""), workspace_id)
        return workspace_id

    def body(self) -> dict[str, Any]:
        """The JSON object of the request; an empty one for requests without."""
        if self.request.method in ("GET", "DELETE") and not self.request.data:
            return {}
        if not isinstance(self.request.data, dict):
            raise BadInput(gettext("A JSON object is expected."), code="bad_request", http_status=400)
        try:
            body: dict[str, Any] = _storable(self.request.data)
        except RecursionError as error:
            raise BadInput(gettext("Nested too deeply."), code="bad_request", http_status=400) from error
        return body

    def text(self, field: str) -> str:
        """A text of the body, empty where it is missing."""
        value = self.body().get(field)
        if value is not None and not isinstance(value, str):
            raise BadInput(gettext("Text is needed."), http_status=400, field=field)
        return value or ""

    def person(self) -> User:
        """Who acts."""
        assert isinstance(self.request.user, User)
        return self.request.user


def _storable(value: Any) -> Any:
    """The same without what no text column holds."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list):
        return [_storable(one) for one in value]
    if isinstance(value, dict):
        return {storable(key): _storable(one) for key, one in value.items()}
    return value


def uuid_of(value: Any, field: str) -> UUID:
    """An id, or 400 with the field."""
    try:
        return UUID(str(value))
    except ValueError as error:
        raise BadInput(gettext("An id is needed."), http_status=400, field=field) from error


def uuids_of(value: Any, field: str, *, at_most: int) -> list[UUID]:
    """Ids without repeats in their order; 422 for too many."""
    if not isinstance(value, list):
        raise BadInput(gettext("A list of ids is needed."), http_status=400, field=field)
    if len(value) > at_most:
        raise BadInput(gettext("At most {at_most} at once.").format(at_most=at_most), code="too_many", field=field)
    return list(dict.fromkeys(uuid_of(one, field) for one in value))


def page_size(request: Request) -> int:
    """Rows per page: `limit`, 1 to 200, 50 by default."""
    return min(max(number_of(request.query_params.get("limit", ""), 50), 1), MAX_PAGE)


def number_of(text: str, default: int) -> int:
    """A whole number from a query; the default for anything that is none."""
    number = read_number(text)
    return default if number is None else number
