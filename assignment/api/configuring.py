"""`/api/routing/rules`, `/partners`, `/logs`, `/attributions`."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext
from rest_framework.request import Request
from rest_framework.response import Response

from assignment.api.base import RoutingAPIView, page_size, uuid_of, uuids_of
from assignment.api.payloads import (
    CAPS,
    PARTNER_FIELDS,
    RULE_FIELDS,
    attribution_payload,
    log_payload,
    partner_payload,
    rule_payload,
)
from assignment.enums import RoutingResult
from assignment.models import LeadAttribution, RoutingLog, RoutingPartner, RoutingRule
from assignment.rules.routing.input import clean_moment
from assignment.services.routing import acting, partners, rules
from leads.services.merging import absorbed_ids, survivors_of
from zrg.lib.cursor import decode_cursor, encode_cursor, filter_hash
from zrg.lib.errors import BadInput, Forbidden, NotVisible
from zrg.lib.text import storable
from zrg.workspaces.access import can, require

MAX_REORDER = 500


class Rules(RoutingAPIView):
    """`GET, POST /api/routing/rules`."""

    permission_action = "routing.configure"

    def get(self, request: Request) -> Response:
        """The rules of a workspace as they are tried."""
        found = RoutingRule.objects.in_workspace(self.workspace()).not_archived().in_order()
        return Response({"rules": [rule_payload(rule) for rule in found]})

    def post(self, request: Request) -> Response:
        """201 with the new rule."""
        workspace_id = self.workspace()
        rule = rules.create_rule(workspace_id, _columns(self.body(), RULE_FIELDS), by=self.person())
        return Response(rule_payload(rule), status=201)


class RuleView(RoutingAPIView):
    """A rule of a path."""

    permission_action = "routing.configure"

    def rule(self, rule_id: UUID) -> RoutingRule:
        """The rule, where this person configures routing."""
        rule = RoutingRule.objects.visible_to(self.access).filter(pk=rule_id).first()
        if rule is None:
            raise NotVisible
        require(self.access, "routing.configure", rule.workspace_id)
        return rule


class RuleDetail(RuleView):
    """`GET, PATCH, DELETE /api/routing/rules/<id>`."""

    def get(self, request: Request, rule_id: UUID) -> Response:
        """One rule."""
        return Response(rule_payload(self.rule(rule_id)))

    def patch(self, request: Request, rule_id: UUID) -> Response:
        """Save some fields; 409 with the current version when another save came first."""
        version = self.body().get("version")
        if version is not None and (isinstance(version, bool) or not isinstance(version, int)):
            raise BadInput(gettext("A number is needed."), http_status=400, field="version")
        values = _columns(self.body(), RULE_FIELDS)
        return Response(rule_payload(rules.change_rule(self.rule(rule_id), values, by=self.person(), version=version)))

    def delete(self, request: Request, rule_id: UUID) -> Response:
        """Archive it."""
        return Response(rule_payload(rules.archive_rule(self.rule(rule_id), by=self.person())))


class RuleActivate(RuleView):
    """`POST /api/routing/rules/<id>/activate` `{"active": true}`."""

    def post(self, request: Request, rule_id: UUID) -> Response:
        """Switch a rule on or off."""
        active = self.body().get("active", True)
        if not isinstance(active, bool):
            raise BadInput(gettext("true or false is needed."), http_status=400, field="active")
        rule = rules.change_rule(self.rule(rule_id), {"is_active": active}, by=self.person(), version=None)
        return Response(rule_payload(rule))


class RuleRevisions(RuleView):
    """`GET /api/routing/rules/<id>/revisions`."""

    def get(self, request: Request, rule_id: UUID) -> Response:
        """Every version as it was saved, newest first."""
        found = self.rule(rule_id).revisions.order_by("-version")[: page_size(request)]
        return Response(
            {
                "revisions": [
                    {
                        "version": one.version,
                        "snapshot": one.snapshot,
                        "changedBy": str(one.changed_by_id) if one.changed_by_id else None,
                        "createdAt": one.created_at.isoformat(),
                    }
                    for one in found
                ]
            }
        )


class RuleReorder(RoutingAPIView):
    """`POST /api/routing/rules/reorder` `{"clientId", "ruleIds"}`."""

    permission_action = "routing.configure"

    def post(self, request: Request) -> Response:
        """The first gets the highest priority."""
        ids = uuids_of(self.body().get("ruleIds"), "ruleIds", at_most=MAX_REORDER)
        saved = rules.reorder_rules(self.workspace(), ids, by=self.person())
        return Response({"rules": [rule_payload(rule) for rule in saved]})


class Partners(RoutingAPIView):
    """`GET, POST /api/routing/partners`."""

    permission_action = "routing.partner"

    def get(self, request: Request) -> Response:
        """Agreements with this workspace on either side."""
        found = RoutingPartner.objects.in_workspace(self.workspace()).order_by("created_at", "id")
        return Response({"partners": [partner_payload(row) for row in found]})

    def post(self, request: Request) -> Response:
        """Propose; in force at once when a global admin does it."""
        source, body = self.workspace(), self.body()
        destination = uuid_of(body.get("destinationWorkspaceId"), "destinationWorkspaceId")
        values = _columns(
            {key: value for key, value in body.items() if key != "destinationWorkspaceId"}, PARTNER_FIELDS
        )
        row = partners.propose(source, destination, values, by=self.person(), accept=bool(self.access.platform))
        return Response(partner_payload(row), status=201)


class PartnerView(RoutingAPIView):
    """An agreement of a path."""

    permission_action = "routing.partner"

    def partner(self, partner_id: UUID) -> tuple[RoutingPartner, frozenset[str]]:
        """The agreement, and for which sides this person speaks."""
        row = RoutingPartner.objects.visible_to(self.access).filter(pk=partner_id).first()
        if row is None:
            raise NotVisible
        speaks = {"source": row.workspace_id, "destination": row.destination_workspace_id}
        sides = {side for side, workspace in speaks.items() if can(self.access, "routing.partner", workspace)}
        if self.access.platform:
            sides |= {"source", "destination", "platform"}
        if not sides:
            raise Forbidden(action="routing.partner")
        return row, frozenset(sides)


class PartnerDetail(PartnerView):
    """`PATCH /api/routing/partners/<id>`."""

    def patch(self, request: Request, partner_id: UUID) -> Response:
        """What one's own side may set."""
        row, sides = self.partner(partner_id)
        values = _columns(self.body(), PARTNER_FIELDS)
        return Response(partner_payload(partners.change(row, values, by=self.person(), sides=sides)))


class PartnerAct(PartnerView):
    """`POST /api/routing/partners/<id>/accept`, `/pause`, `/resume`, `/end`."""

    act = ""

    def post(self, request: Request, partner_id: UUID) -> Response:
        """The destination accepts, pauses and resumes; either side ends."""
        row, sides = self.partner(partner_id)
        if self.act != "end" and "destination" not in sides:
            raise Forbidden(action="routing.partner")
        moved = partners.move(row, self.act, by=self.person(), reason=self.text("reason"))
        return Response(partner_payload(moved))


class Logs(RoutingAPIView):
    """`GET /api/routing/logs?clientId=…` with `lead result code rule from to cursor limit`."""

    permission_action = "routing.view"

    def get(self, request: Request) -> Response:
        """Newest first; `next` is the cursor of the following page."""
        workspace_id = self.workspace()
        asked = ("lead", "result", "code", "rule", "from", "to")
        params = {name: storable(request.query_params.get(name, "")) for name in asked}
        hashed = filter_hash(params | {"workspace": str(workspace_id)})
        is_platform = bool(self.access.platform)
        rows = _filtered(RoutingLog.objects.in_workspace(workspace_id), params, workspace_id, is_platform=is_platform)
        given = request.query_params.get("cursor")
        if given:
            cursor = decode_cursor(given, hashed)
            rows = rows.filter(created_at__lte=cursor.key).exclude(created_at=cursor.key, id__gte=cursor.id)
        size = page_size(request)
        found = list(rows.newest()[: size + 1])
        last = found[size - 1] if len(found) > size else None
        return Response(
            {
                "logs": [
                    log_payload(row, is_source=row.source_workspace_id == workspace_id, is_platform=is_platform)
                    for row in found[:size]
                ],
                "next": encode_cursor(last.created_at, last.pk, hashed) if last else None,
            }
        )


class Attributions(RoutingAPIView):
    """`GET /api/routing/attributions?clientId=…`."""

    permission_action = "routing.view"

    def get(self, request: Request) -> Response:
        """Deliveries of and into this workspace, newest first."""
        workspace_id = self.workspace()
        rows = LeadAttribution.objects.in_workspace(workspace_id).delivered().order_by("-created_at", "-id")
        page = list(rows[: page_size(request)])
        merged = survivors_of(workspace_id, [row.lead_id for row in page])
        return Response(
            {"attributions": [attribution_payload(row, merged_into=merged.get(row.lead_id)) for row in page]}
        )


class AttributionReturn(RoutingAPIView):
    """`POST /api/routing/attributions/<id>/return` `{"reason", "text"}`."""

    permission_action = "routing.return"

    def post(self, request: Request, attribution_id: UUID) -> Response:
        """The destination gives a delivery back; 409 `window_closed` or `already_returned`."""
        row = LeadAttribution.objects.visible_to(self.access).filter(pk=attribution_id).first()
        if row is None:
            raise NotVisible
        require(self.access, "routing.return", row.destination_workspace_id)
        acting.return_lead(row, self.text("reason"), by=self.person(), text=self.text("text"))
        row.refresh_from_db()
        return Response(attribution_payload(row))


def _columns(body: Mapping[str, Any], fields: Mapping[str, str]) -> dict[str, Any]:
    """Names of the wire as columns; unknown names are refused."""
    values: dict[str, Any] = {}
    for name, value in body.items():
        if name in ("clientId", "version"):
            continue
        if name == "caps":
            values |= _caps(value)
        elif name in fields:
            values[fields[name]] = clean_moment(value, name) if name in ("startsAt", "endsAt") else value
        else:
            raise BadInput(gettext("Unknown field."), http_status=400, field=name)
    if values.get("destination_workspace_id") is not None:
        values["destination_workspace_id"] = uuid_of(values["destination_workspace_id"], "destinationWorkspaceId")
    return values


def _caps(given: Any) -> dict[str, Any]:
    if not isinstance(given, Mapping) or set(given) - set(CAPS):
        raise BadInput(gettext("Caps are daily, weekly, monthly and total."), http_status=400, field="caps")
    return {CAPS[name]: value for name, value in given.items()}


def _filtered(rows: QuerySet[RoutingLog], params: Mapping[str, str], workspace_id: UUID, *, is_platform: bool) -> Any:
    """What a row does not show cannot be asked for either."""
    told = Q(source_workspace_id=workspace_id) & (Q() if is_platform else ~Q(routing_result=RoutingResult.DUPLICATE))
    if params["lead"]:
        lead_id = uuid_of(params["lead"], "lead")
        rows = rows.filter(lead_id__in=[lead_id, *absorbed_ids(workspace_id, lead_id)])
    if params["rule"]:
        rows = rows.filter(told, matched_rule_id=uuid_of(params["rule"], "rule"))
    if params["result"]:
        rows = rows.filter(routing_result=params["result"])
    if params["code"]:
        rows = rows.filter(told, Q(error_code=params["code"]) | Q(error_code=None, metadata__code=params["code"]))
    if params["from"]:
        rows = rows.filter(created_at__gte=clean_moment(params["from"], "from"))
    if params["to"]:
        rows = rows.filter(created_at__lt=clean_moment(params["to"], "to"))
    return rows
