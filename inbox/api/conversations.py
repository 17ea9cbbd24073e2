"""Reading: the list, one conversation, badges, what changed."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models.functions import Now
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext
from rest_framework.request import Request
from rest_framework.response import Response

from inbox.api.base import InboxAPIView
from inbox.api.payloads import counts_payload, draft_payload, lead_payload, row_payload, thread_payload
from inbox.api.presence import tell_presence
from inbox.models import Draft
from inbox.services.list_page import load_list
from inbox.services.notes import VIEW as VIEW_NOTES
from inbox.services.thread_page import load_thread
from leads.errors import UnknownFilter
from leads.models import Lead
from leads.rules.filters import ALL_WORKSPACES
from leads.services.counts import get_counts
from leads.services.lists import read_params
from zrg.lib.errors import BadInput
from zrg.workspaces.access import can, require
from zrg.workspaces.hours import resolve_zone

BEHIND = timedelta(seconds=10)
MAX_CHANGED = 50


class ConversationList(InboxAPIView):
    """`GET /api/inbox/conversations`."""

    permission_action = "lead.view"

    def get(self, request: Request) -> Response:
        """One page of rows with the cursor of the next."""
        page = load_list(self.access, _checked(request))
        return Response(
            {
                "conversations": [row_payload(row) for row in page.rows],
                "nextCursor": page.next_cursor,
                "requestId": getattr(request._request, "id", ""),
            }
        )


class Conversation(InboxAPIView):
    """`GET /api/inbox/conversations/<lead>`."""

    permission_action = "lead.view"

    def get(self, request: Request, lead_id: UUID) -> Response:
        """The lead, its newest messages (or those above `before`) and its pending drafts."""
        lead = self.lead(lead_id, "message.view")
        found = self.access.in_workspace(lead.workspace_id)
        zone = resolve_zone(found.timezone if found else None)
        page = load_thread(
            lead,
            zone=zone,
            now=timezone.now(),
            before=_id(request.query_params.get("before")),
            with_notes=can(self.access, VIEW_NOTES, lead.workspace_id, lead),
        )
        drafts = Draft.objects.of_lead(lead.pk).pending().order_by("-created_at")
        return Response(
            {
                "lead": lead_payload(lead),
                "thread": thread_payload(page),
                "drafts": [draft_payload(draft) for draft in drafts],
            }
        )


class ConversationDrafts(InboxAPIView):
    """`GET /api/inbox/conversations/<lead>/drafts`."""

    permission_action = "draft.view"

    def get(self, request: Request, lead_id: UUID) -> Response:
        """Pending drafts, newest first; `draftId` first when it is one of them."""
        lead = self.lead(lead_id, "draft.view")
        wanted = _id(request.query_params.get("draftId"))
        drafts = list(Draft.objects.of_lead(lead.pk).pending().order_by("-created_at"))
        drafts.sort(key=lambda draft: draft.pk != wanted)
        return Response({"drafts": [draft_payload(draft) for draft in drafts]})


class Counts(InboxAPIView):
    """`GET /api/inbox/counts`."""

    permission_action = "lead.view"

    def get(self, request: Request) -> Response:
        """The badges of one workspace, or of all with `clientId=all`; 503 when they took too long."""
        client = request.query_params.get("clientId") or ALL_WORKSPACES
        workspace = None if client == ALL_WORKSPACES else _known_id("clientId", client)
        if workspace is not None:
            require(self.access, "lead.view", workspace)
        counts = get_counts(self.access, workspace, request.query_params.get("assigned"))
        if counts is None:
            return Response({"error": "counts_delayed"}, status=503, headers={"Retry-After": "5"})
        return Response(
            {
                "clientId": client,
                "scope": "all" if workspace is None else "workspace",
                "counts": counts_payload(counts),
                "asOf": timezone.now().isoformat().replace("+00:00", "Z"),
            }
        )


class Changes(InboxAPIView):
    """`GET /api/inbox/changes`: which leads changed since `since`.

    `asOf` is ten seconds behind the database's clock, so that a slower transaction is not missed; an id
    told twice is harmless. 204 when nothing changed: the caller asks again with the same `since`.
    With `presence` (viewing, typing, away) and the open `lead` it also tells where this person is; who else
    is in which conversation then stands in the header `X-Zrg-Presence`, whatever the status.
    """

    permission_action = "lead.view"

    def get(self, request: Request) -> Response:
        """At most 50 ids, oldest change first when there are more, so that none is passed over."""
        params = request.query_params
        since, client = _moment(params.get("since")), params.get("clientId") or ALL_WORKSPACES
        workspace = None if client == ALL_WORKSPACES else _known_id("clientId", client)
        if workspace is not None:
            require(self.access, "lead.view", workspace)
        response = self._changed(since, workspace)
        if state := params.get("presence"):
            tell_presence(response, self.access, state, _id(params.get("lead")), workspace)
        return response

    def _changed(self, since: datetime, workspace: UUID | None) -> Response:
        leads = Lead.objects.visible_to(self.access)
        if workspace is not None:
            leads = leads.in_workspace(workspace)
        found = list(
            leads.filter(workspace_id__in=self.access.workspace_ids)
            .changed_since(since)
            .order_by("changed_at")
            .annotate(db_now=Now())
            .values_list("pk", "changed_at", "db_now")[: MAX_CHANGED + 1]
        )
        if not found:
            return Response(status=204)
        more = len(found) > MAX_CHANGED
        found = found[:MAX_CHANGED]
        latest, clock = found[-1][1], found[-1][2]
        as_of = min(latest, clock - BEHIND) if more else clock - BEHIND
        return Response(
            {
                "asOf": max(as_of, since).isoformat().replace("+00:00", "Z"),
                "leads": [str(pk) for pk, _changed, _now in found],
                "more": more,
            }
        )


def _checked(request: Request) -> dict[str, object]:
    return dict(read_params(request.query_params))


def _known_id(name: str, value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError as error:
        raise UnknownFilter(name) from error


def _id(value: str | None) -> UUID | None:
    try:
        return UUID(value) if value else None
    except ValueError:
        return None


def _moment(value: str | None) -> datetime:
    try:
        # An unescaped plus of an offset arrives as a blank.
        parsed = parse_datetime((value or "").replace(" ", "+"))
    except ValueError:
        parsed = None
    if parsed is None or parsed.tzinfo is None:
        raise BadInput(gettext("`since` is a time with an offset."), code="since", http_status=400, field="since")
    return parsed
