"""Assigning by hand, and the rotation as programs see it."""

from uuid import UUID

from django.utils.translation import gettext
from rest_framework.request import Request
from rest_framework.response import Response

from assignment.api.base import RoutingAPIView, uuid_of, uuids_of
from assignment.services.assigning import MAX_LEADS, BulkResult, assign_manually, assign_many, spread_many
from assignment.services.backfilling import LIMIT, MAX_LIMIT, backfill_assignments, start_backfill
from assignment.services.rotation_page import preview_json
from inbox.api.acts import as_workspace
from inbox.api.base import Body, InboxAPIView
from inbox.api.payloads import lead_payload
from leads.models import Lead
from zrg.lib.errors import BadInput
from zrg.workspaces.access import context_of
from zrg.workspaces.context import tenant

SPREAD = "spread"


class Assign(InboxAPIView):
    """`POST /api/inbox/conversations/<lead>/assign`."""

    permission_action = "lead.assign"

    def post(self, request: Request, lead_id: UUID) -> Response:
        """`{"userId", "expected"}`, each an id or null. 409 `assignee_changed` with who has it now."""
        lead = self.lead(lead_id, "lead.assign")
        body = Body(request, {"userId", "expected"})
        for name in ("userId", "expected"):
            if name not in request.data:
                raise BadInput(gettext("{name} is needed, an id or null.").format(name=name), field=name)
        user_id, expected = body.id("userId"), body.id("expected")
        as_workspace(
            lead,
            lambda: assign_manually(lead.pk, lead.workspace_id, user_id, expected=expected, by=self.person()),
        )
        with tenant(lead.workspace_id):
            return Response(lead_payload(Lead.objects.defer("search_vector").get(pk=lead.pk)))


class AssignMany(RoutingAPIView):
    """`POST /api/assignment/bulk` `{"clientId", "leadIds", "userId": id, null or "spread"}`."""

    permission_action = "lead.assign"
    in_transaction = False

    def post(self, request: Request) -> Response:
        """At most 200; leads this person does not see are skipped as not found."""
        workspace_id, body = self.workspace("lead.assign"), self.body()
        ids = uuids_of(body.get("leadIds"), "leadIds", at_most=MAX_LEADS)
        if "userId" not in body:
            raise BadInput(gettext("userId is needed: an id, null or spread."), field="userId")
        visible = Lead.objects.visible_to(self.access).in_workspace(workspace_id).filter(pk__in=ids)
        with context_of(self.access, timeout_ms=self.statement_timeout_ms):
            seen = set(visible.values_list("pk", flat=True))
        mine = [one for one in ids if one in seen]
        done = self._assign(mine, workspace_id, body["userId"])
        skipped = [*done.skipped, *((one, "not_found") for one in ids if one not in seen)]
        return Response(
            {
                "assigned": done.assigned,
                "unchanged": done.unchanged,
                "skipped": [{"leadId": str(one), "reason": reason} for one, reason in skipped],
            }
        )

    def _assign(self, ids: list[UUID], workspace_id: UUID, to: object) -> BulkResult:
        if to == SPREAD:
            return spread_many(ids, workspace_id, by=self.person())
        user_id = None if to is None else uuid_of(to, "userId")
        return assign_many(ids, workspace_id, user_id, by=self.person())


class Preview(RoutingAPIView):
    """`GET /api/assignment/preview?clientId=`."""

    # The right to set the rotation up, for reading: a suspended workspace shows it too.
    permission_action = "routing.view"

    def get(self, request: Request) -> Response:
        """Base, effective sequence, pointer, the next three, shares in per cent."""
        return Response(preview_json(self.workspace()))


class Backfill(RoutingAPIView):
    """`POST /api/assignment/backfill` `{"clientId", "dryRun", "limit"}`."""

    permission_action = "assignment.backfill"

    def post(self, request: Request) -> Response:
        """A dry run answers its result; otherwise 202, or 409 while one waits or runs."""
        workspace_id, body = self.workspace(), self.body()
        limit = body.get("limit", LIMIT)
        if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= MAX_LIMIT:
            raise BadInput(gettext("A number from 1 to {max_limit}.").format(max_limit=MAX_LIMIT), field="limit")
        is_trial = body.get("dryRun", False)
        if not isinstance(is_trial, bool):
            # Anything else must not run for real.
            raise BadInput(gettext("True or false."), field="dryRun")
        if is_trial:
            return Response(backfill_assignments(workspace_id, dry_run=True, limit=limit).as_json())
        start_backfill(workspace_id, limit=limit, by=self.person())
        return Response({"queued": True}, status=202)
