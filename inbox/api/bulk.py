"""One act for many leads: what can be done, what would happen, the run, its progress, undo."""

import uuid
from typing import Any
from uuid import UUID

from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from inbox.api import schemas
from inbox.api.base import Body, InboxAPIView
from inbox.registry import bulk_actions
from inbox.services.bulk import (
    BulkPlan,
    BulkReport,
    Skipped,
    bulk_report,
    find_run,
    is_moving,
    plan_bulk,
    start_bulk,
    undo_bulk,
)
from zrg.lib.errors import BadInput
from zrg.workspaces.access import can, require

RUN = "bulk.run"
CLIENT = OpenApiParameter("clientId", OpenApiTypes.UUID, required=True, description="The workspace.")


class BulkRuns(InboxAPIView):
    """`GET, POST /api/inbox/bulk`."""

    permission_action = RUN

    @extend_schema(operation_id="bulk_actions", parameters=[CLIENT], responses=schemas.BulkActions)
    def get(self, request: Request) -> Response:
        """What this person may do for many leads of a workspace."""
        workspace_id = required_id("clientId", request.query_params.get("clientId"))
        require(self.access, RUN, workspace_id)
        return Response(
            {
                "actions": [
                    {
                        "action": action.key,
                        "group": action.group,
                        "undoable": action.undo is not None,
                        "values": [{"value": value, "label": label} for value, label in choices],
                    }
                    for action in bulk_actions()
                    if can(self.access, action.permission, workspace_id) and (choices := action.choices(workspace_id))
                ]
            }
        )

    @extend_schema(operation_id="bulk_start", request=schemas.BulkStart, responses={202: schemas.BulkRun})
    def post(self, request: Request) -> Response:
        """Carry out an act for 1 to 200 leads ⇒ 202, a job. Idempotent by `idempotencyKey`, which becomes the run's
        id; leads the act does not reach are listed with the reason.
        """
        body = Body(request, {"clientId", "action", "value", "leadIds", "idempotencyKey"})
        workspace_id, plan = self._plan(body)
        run = start_bulk(plan, workspace_id, body.id("idempotencyKey") or uuid.uuid4(), by=self.person())
        return Response(report_payload(bulk_report(workspace_id, run.pk, self.person())), status=202)

    def _plan(self, body: Body) -> tuple[UUID, BulkPlan]:
        workspace_id = required_id("clientId", body.text("clientId"))
        require(self.access, RUN, workspace_id)
        leads = [required_id("leadIds", one) for one in body.texts("leadIds") or ()]
        plan = plan_bulk(self.access, workspace_id, leads, body.text("action") or "", body.text("value") or "")
        return workspace_id, plan


class BulkPlans(BulkRuns):
    """`POST /api/inbox/bulk/plan`."""

    http_method_names = ["post", "options"]

    @extend_schema(operation_id="bulk_plan", request=schemas.BulkWish, responses=schemas.BulkPlan)
    def post(self, request: Request) -> Response:
        """Whom the act would reach, whom it would skip and why. Nothing is done."""
        _workspace_id, plan = self._plan(Body(request, {"clientId", "action", "value", "leadIds"}))
        return Response(
            {
                "label": plan.label,
                "consequence": plan.consequence,
                "leadIds": [str(lead.pk) for lead in plan.leads],
                "skipped": skipped_payload(plan.skipped),
                "unavailable": plan.unavailable,
            }
        )


class BulkProgress(InboxAPIView):
    """`GET /api/inbox/bulk/<run>`."""

    permission_action = RUN

    @extend_schema(operation_id="bulk_progress", responses=schemas.BulkRun)
    def get(self, request: Request, run_id: UUID) -> Response:
        """How far an own run is."""
        run = find_run(self.access, run_id)
        require(self.access, RUN, run.workspace_id)
        return Response(report_payload(bulk_report(run.workspace_id, run_id, self.person())))


class BulkUndo(InboxAPIView):
    """`POST /api/inbox/bulk/<run>/undo`."""

    permission_action = RUN

    @extend_schema(operation_id="bulk_undo", request=None, responses={202: schemas.BulkRun})
    def post(self, request: Request, run_id: UUID) -> Response:
        """Take a finished run back where nothing happened since ⇒ 202. 422 `not_undoable` after an hour, or when the
        act has no way back.
        """
        run = find_run(self.access, run_id)
        require(self.access, RUN, run.workspace_id)
        undo_bulk(run.workspace_id, run_id, by=self.person())
        return Response(report_payload(bulk_report(run.workspace_id, run_id, self.person())), status=202)


def report_payload(report: BulkReport) -> dict[str, Any]:
    """How far a run is."""
    run = report.run
    return {
        "id": str(run.pk),
        "clientId": str(run.workspace_id),
        "action": run.action,
        "value": run.value,
        "label": run.label,
        "state": run.state,
        "busy": is_moving(report),
        "total": report.total,
        "waiting": report.waiting,
        "done": report.done,
        "undone": report.undone,
        "skipped": skipped_payload(report.skipped),
        "undoable": report.undoable,
    }


def skipped_payload(skipped: tuple[Skipped, ...]) -> list[dict[str, str]]:
    """Leads left alone, with the reason."""
    return [{"id": str(one.lead_id), "name": one.name, "reason": one.reason} for one in skipped]


def required_id(name: str, value: str | None) -> UUID:
    """An id that has to be there."""
    try:
        return UUID(value or "")
    except ValueError as error:
        raise BadInput(gettext("{name} is no id.").format(name=name), code="bad_input", field=name) from error
