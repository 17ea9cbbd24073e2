from assignment.admin.rotation import LeadAssignmentEventAdmin
from assignment.admin.routing import (
    LeadAttributionAdmin,
    RoutingLogAdmin,
    RoutingPartnerAdmin,
    RoutingQueueEntryAdmin,
)
from assignment.admin.rules import RoutingRuleAdmin

__all__ = [
    "LeadAssignmentEventAdmin",
    "LeadAttributionAdmin",
    "RoutingLogAdmin",
    "RoutingPartnerAdmin",
    "RoutingQueueEntryAdmin",
    "RoutingRuleAdmin",
]
