"""URLs of assignment: the API of routing, assigning by hand, the rotation."""

from django.urls import include, path

from assignment.api import configuring, rotation, running
from assignment.views import drawer, routing

routing_api = [
    path("/leads/<uuid:lead_id>/route", running.RouteLead.as_view(), name="api_routing_lead"),
    path("/batch", running.RouteBatch.as_view(), name="api_routing_batch"),
    path("/simulate", running.Simulate.as_view(), name="api_routing_simulate"),
    path("/simulate/recent", running.SimulateRecent.as_view(), name="api_routing_simulate_recent"),
    path("/queue", running.Queue.as_view(), name="api_routing_queue"),
    *(
        path(f"/queue/<uuid:entry_id>/{act}", running.QueueAct.as_view(act=act), name=f"api_routing_queue_{act}")
        for act in ("retry-now", "cancel")
    ),
    path("/unroutable", running.Unroutable.as_view(), name="api_routing_unroutable"),
    path("/requeue", running.Requeue.as_view(), name="api_routing_requeue"),
    path("/revive", running.Revive.as_view(), name="api_routing_revive"),
    path("/health", running.Health.as_view(), name="api_routing_health"),
    path("/stats", running.Stats.as_view(), name="api_routing_stats"),
    path("/retry/trigger", running.TriggerRetries.as_view(), name="api_routing_trigger"),
    path("/rules", configuring.Rules.as_view(), name="api_routing_rules"),
    path("/rules/reorder", configuring.RuleReorder.as_view(), name="api_routing_rules_reorder"),
    path("/rules/<uuid:rule_id>", configuring.RuleDetail.as_view(), name="api_routing_rule"),
    path("/rules/<uuid:rule_id>/activate", configuring.RuleActivate.as_view(), name="api_routing_rule_activate"),
    path("/rules/<uuid:rule_id>/revisions", configuring.RuleRevisions.as_view(), name="api_routing_rule_revisions"),
    path("/partners", configuring.Partners.as_view(), name="api_routing_partners"),
    path("/partners/<uuid:partner_id>", configuring.PartnerDetail.as_view(), name="api_routing_partner"),
    *(
        path(
            f"/partners/<uuid:partner_id>/{act}",
            configuring.PartnerAct.as_view(act=act),
            name=f"api_routing_partner_{act}",
        )
        for act in ("accept", "pause", "resume", "end")
    ),
    path("/logs", configuring.Logs.as_view(), name="api_routing_logs"),
    path("/attributions", configuring.Attributions.as_view(), name="api_routing_attributions"),
    path(
        "/attributions/<uuid:attribution_id>/return",
        configuring.AttributionReturn.as_view(),
        name="api_routing_return",
    ),
]

rotation_api = [
    path("/preview", rotation.Preview.as_view(), name="api_assignment_preview"),
    path("/bulk", rotation.AssignMany.as_view(), name="api_assignment_bulk"),
    path("/backfill", rotation.Backfill.as_view(), name="api_assignment_backfill"),
]

urlpatterns = [
    path("api/assignment", include(rotation_api)),
    path("api/inbox/conversations/<uuid:lead_id>/assign", rotation.Assign.as_view(), name="api_assign"),
    path("w/<uuid:workspace_id>/inbox/leads/<uuid:lead_id>/assignment", drawer.assignment, name="inbox_assignment"),
    path("w/<uuid:workspace_id>/inbox/leads/<uuid:lead_id>/routing", routing.routing, name="inbox_routing"),
    path("api/routing", include(routing_api)),
    path("api/leads/route", running.RouteLead.as_view(), name="api_leads_route"),
]
