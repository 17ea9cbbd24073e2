"""What the API views share: bodies as typed values, the lead of a path, what nobody keeps."""

from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext
from rest_framework.request import Request
from rest_framework.response import Response

from inbox.models import Draft
from leads.models import Lead
from zrg.lib.errors import BadInput, NotVisible
from zrg.workspaces.access import require
from zrg.workspaces.api.views import TenantAPIView
from zrg.workspaces.models import User

MAX_BODY_BYTES = 262_144
Expected = TypeVar("Expected")


class InboxAPIView(TenantAPIView):
    """Private answers with `no-store`; a lead or draft of a path is asked for by its own action."""

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Nobody keeps what stands in a conversation."""
        final = super().finalize_response(request, response, *args, **kwargs)
        final["Cache-Control"] = "private, no-store"
        return final

    def lead(self, lead_id: UUID, action: str) -> Lead:
        """The lead, if this person may do that with it; everything else answers like a missing id."""
        lead = Lead.objects.visible_to(self.access).filter(pk=lead_id).defer("search_vector").first()
        if lead is None:
            raise NotVisible
        require(self.access, action, lead.workspace_id, lead)
        return lead

    def draft(self, draft_id: UUID, action: str) -> tuple[Draft, Lead]:
        """The draft with its lead, asked for like the lead."""
        draft = Draft.objects.visible_to(self.access).filter(pk=draft_id).first()
        if draft is None:
            raise NotVisible
        return draft, self.lead(draft.lead_id, action)

    def person(self) -> User:
        """Who acts."""
        assert isinstance(self.request.user, User)
        return self.request.user


class Body:
    """A JSON object read field by field; a wrong type or an unknown field is refused by name."""

    def __init__(self, request: Request, allowed: set[str]):
        if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY_BYTES:
            raise BadInput(gettext("The request is too large."), code="too_large", http_status=413)
        data = request.data
        if not isinstance(data, dict):
            raise BadInput(gettext("A JSON object is expected."), code="bad_request", http_status=400)
        unknown = sorted(set(data) - allowed)
        if unknown:
            raise BadInput(
                gettext("Unknown field {unknown}.").format(unknown=unknown[0]),
                code="unknown_field",
                http_status=400,
                field=unknown[0],
            )
        self._data = data

    def text(self, name: str) -> str | None:
        """A string without NUL, or None when absent."""
        value = self._typed(name, str)
        return value.replace("\x00", "") if value is not None else None

    def number(self, name: str) -> int | None:
        """A whole number, or None when absent."""
        return self._typed(name, int)

    def flag(self, name: str) -> bool:
        """True only when given as true."""
        return bool(self.choice(name))

    def choice(self, name: str) -> bool | None:
        """Yes, no, or None when absent."""
        return self._typed(name, bool)

    def texts(self, name: str) -> list[str] | None:
        """A list of strings, or None when absent."""
        value = self._typed(name, list)
        if value is not None and not all(isinstance(one, str) for one in value):
            raise BadInput(gettext("{name} is a list of texts.").format(name=name), code="bad_input", field=name)
        return value

    def fields(self, name: str) -> dict[str, Any] | None:
        """A JSON object, or None when absent."""
        return self._typed(name, dict)

    def id(self, name: str) -> UUID | None:
        """A UUID, or None when absent."""
        value = self._typed(name, str)
        try:
            return UUID(value) if value else None
        except ValueError as error:
            raise BadInput(gettext("{name} is no id.").format(name=name), code="bad_input", field=name) from error

    def moment(self, name: str) -> datetime | None:
        """An ISO time with its offset, or None when absent."""
        value = self._typed(name, str)
        if not value:
            return None
        try:
            parsed = parse_datetime(value)
        except ValueError:
            parsed = None
        if parsed is None or parsed.tzinfo is None:
            raise BadInput(gettext("{name} is no time with an offset.").format(name=name), code="bad_input", field=name)
        return parsed

    def _typed(self, name: str, expected: type[Expected]) -> Expected | None:
        value = self._data.get(name)
        if value is None:
            return None
        if not isinstance(value, expected) or (expected is int and isinstance(value, bool)):
            raise BadInput(gettext("{name} has the wrong type.").format(name=name), code="bad_input", field=name)
        return value
