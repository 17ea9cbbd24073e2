from assignment.models.assignment_event import LeadAssignmentEvent
from assignment.models.routing_partner import RoutingPartner
from assignment.models.routing_queue import RoutingQueueEntry
from assignment.models.routing_records import LeadAttribution, RoutingCounter, RoutingLog
from assignment.models.routing_rule import RoutingRule, RoutingRuleRevision

__all__ = [
    "LeadAssignmentEvent",
    "LeadAttribution",
    "RoutingCounter",
    "RoutingLog",
    "RoutingPartner",
    "RoutingQueueEntry",
    "RoutingRule",
    "RoutingRuleRevision",
]
