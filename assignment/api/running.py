"""`/api/routing/…`: route, batch, simulate, queue, requeue, health."""

from typing import Any
from uuid import UUID

from django.db.models import Count
from django.utils.translation import gettext
from rest_framework.request import Request
from rest_framework.response import Response

from assignment.api.base import RoutingAPIView, number_of, page_size, uuid_of, uuids_of
from assignment.api.payloads import queue_payload
from assignment.errors import RoutingDisabled
from assignment.models import RoutingQueueEntry
from assignment.services.routing import acting
from assignment.services.routing.batch import route_batch
from assignment.services.routing.explaining import MAX_RECENT, simulate, simulate_recent
from assignment.services.routing.health import get_routing_health, get_routing_stats
from assignment.services.routing.running import process_retry_queue
from leads.models import Lead
from zrg.lib.errors import BadInput, NotVisible
from zrg.workspaces.access import require
from zrg.workspaces.enums import SwitchKey
from zrg.workspaces.switches import is_switch_on

MAX_BATCH = 500
MAX_RETRIES = 1_000


class RouteLead(RoutingAPIView):
    """`POST /api/routing/leads/<id>/route`, also `POST /api/leads/route` with `{"leadId"}`."""

    permission_action = "routing.run"

    def post(self, request: Request, lead_id: UUID | None = None) -> Response:
        """200 with the result; 409 when somebody else is at it, 503 while routing is off."""
        lead_id = lead_id or uuid_of(self.body().get("leadId"), "leadId")
        lead = Lead.objects.visible_to(self.access).filter(pk=lead_id).values_list("workspace_id", flat=True).first()
        if lead is None:
            raise NotVisible
        require(self.access, "routing.run", lead)
        attempts = self.body().get("maxAttempts")
        if attempts is not None and (isinstance(attempts, bool) or not isinstance(attempts, int)):
            raise BadInput(gettext("A number is needed."), http_status=400, field="maxAttempts")
        result = acting.route_now(lead_id, lead, by=self.person(), max_attempts=attempts)
        return Response(result.as_json(is_platform=bool(self.access.platform)))


class RouteBatch(RoutingAPIView):
    """`POST /api/routing/batch` `{"clientId", "leadIds"}`."""

    permission_action = "routing.run"

    def post(self, request: Request) -> Response:
        """At most 500; foreign ids count as skipped."""
        workspace_id = self.workspace()
        ids = uuids_of(self.body().get("leadIds"), "leadIds", at_most=MAX_BATCH)
        if is_switch_on(SwitchKey.ROUTING_DISABLED):
            raise RoutingDisabled
        return Response(route_batch(workspace_id, ids, user_id=self.person().pk, path="manual").as_json())


class Simulate(RoutingAPIView):
    """`POST /api/routing/simulate` `{"clientId", "leadId" | "facts", "rules"?}`."""

    permission_action = "routing.configure"

    def post(self, request: Request) -> Response:
        """Where it would go, and why not elsewhere. Writes nothing."""
        workspace_id, body = self.workspace(), self.body()
        if ("leadId" in body) == ("facts" in body):
            raise BadInput(gettext("Either leadId or facts."), http_status=400, field="leadId")
        lead_id = uuid_of(body["leadId"], "leadId") if "leadId" in body else None
        return Response(simulate(workspace_id, lead_id=lead_id, facts=body.get("facts"), drafts=body.get("rules")))


class SimulateRecent(RoutingAPIView):
    """`POST /api/routing/simulate/recent` `{"clientId", "count", "rules"}`."""

    permission_action = "routing.configure"

    def post(self, request: Request) -> Response:
        """Shares per destination of the newest leads, before and after."""
        count = self.body().get("count", MAX_RECENT)
        if isinstance(count, bool) or not isinstance(count, int) or count < 1:
            raise BadInput(gettext("A number from 1."), http_status=400, field="count")
        return Response(simulate_recent(self.workspace(), count=count, drafts=self.body().get("rules")))


class Queue(RoutingAPIView):
    """`GET /api/routing/queue?clientId=…`."""

    permission_action = "routing.run"

    def get(self, request: Request) -> Response:
        """Open rows, the next first."""
        rows = RoutingQueueEntry.objects.in_workspace(self.workspace()).open().order_by("next_retry_at", "id")
        return Response({"entries": [queue_payload(row) for row in rows[: page_size(request)]]})


class QueueAct(RoutingAPIView):
    """`POST /api/routing/queue/<id>/retry-now` and `/cancel`."""

    permission_action = "routing.run"
    act = ""

    def post(self, request: Request, entry_id: UUID) -> Response:
        """204 when nothing was to do."""
        entry = RoutingQueueEntry.objects.visible_to(self.access).open().filter(pk=entry_id).first()
        if entry is None:
            raise NotVisible
        require(self.access, "routing.run", entry.workspace_id)
        work = {"retry-now": acting.retry_now, "cancel": acting.cancel}[self.act]
        done = work(entry, by=self.person())
        return Response({"done": True}) if done else Response(status=204)


class Unroutable(RoutingAPIView):
    """`GET /api/routing/unroutable?clientId=…`."""

    permission_action = "routing.run"

    def get(self, request: Request) -> Response:
        """Failed leads by code, with the newest of each."""
        failed = Lead.objects.in_workspace(self.workspace()).filter(routing_status="failed")
        groups: dict[str, Any] = {}
        for code, count in failed.values_list("routing_error_code").annotate(n=Count("pk")).order_by("-n"):
            newest = failed.filter(routing_error_code=code).order_by("-routing_failed_at")[:20]
            groups[code or "error"] = {
                "count": count,
                "leadIds": [str(pk) for pk in newest.values_list("pk", flat=True)],
            }
        return Response({"codes": groups})


class Requeue(RoutingAPIView):
    """`POST /api/routing/requeue` `{"clientId", "leadIds" | "code"}`."""

    permission_action = "routing.run"

    def post(self, request: Request) -> Response:
        """How many were put back; at most 1,000."""
        workspace_id, body = self.workspace(), self.body()
        if "leadIds" in body:
            ids = uuids_of(body["leadIds"], "leadIds", at_most=acting.MAX_REQUEUED)
            return Response({"requeued": acting.requeue(workspace_id, by=self.person(), lead_ids=ids)})
        if not isinstance(body.get("code"), str):
            raise BadInput(gettext("Either leadIds or code."), http_status=400, field="code")
        return Response({"requeued": acting.requeue(workspace_id, by=self.person(), code=body["code"])})


class Revive(RoutingAPIView):
    """`POST /api/routing/revive` `{"clientId", "leadIds", "days"}`: platform people."""

    permission_action = "platform.routing"

    def post(self, request: Request) -> Response:
        """How many expired leads wait again."""
        require(self.access, "platform.routing")
        workspace_id, body = self.workspace("routing.run"), self.body()
        ids = uuids_of(body.get("leadIds"), "leadIds", at_most=acting.MAX_REQUEUED)
        days = body.get("days", 90)
        if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= 3_650:
            raise BadInput(gettext("From 1 to 3,650 days."), http_status=400, field="days")
        return Response({"revived": acting.revive(workspace_id, ids, by=self.person(), days=days)})


class Health(RoutingAPIView):
    """`GET /api/routing/health?clientId=…`."""

    permission_action = "routing.view"

    def get(self, request: Request) -> Response:
        """The figures of this workspace."""
        return Response(get_routing_health(self.workspace()))


class Stats(RoutingAPIView):
    """`GET /api/routing/stats?clientId=…&days=30`."""

    permission_action = "routing.view"

    def get(self, request: Request) -> Response:
        """What came, what went, by what."""
        return Response(get_routing_stats(self.workspace(), number_of(request.query_params.get("days", ""), 30)))


class TriggerRetries(RoutingAPIView):
    """`POST /api/routing/retry/trigger` `{"limit"}`: platform people."""

    permission_action = "platform.routing"
    in_transaction = False

    def post(self, request: Request) -> Response:
        """One pass over what is due, each batch in its own transaction."""
        require(self.access, "platform.routing")
        limit = self.body().get("limit", 100)
        if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= MAX_RETRIES:
            raise BadInput(gettext("From 1 to 1,000."), http_status=400, field="limit")
        return Response(process_retry_queue(limit))
