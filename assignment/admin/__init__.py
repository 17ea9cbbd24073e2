from assignment.admin.routing import (
    LeadAttributionAdmin,
    RoutingLogAdmin,
    RoutingPartnerAdmin,
    RoutingQueueEntryAdmin,
    RoutingRuleAdmin,
)

__all__ = [
    "LeadAttributionAdmin",
    "RoutingLogAdmin",
    "RoutingPartnerAdmin",
    "RoutingQueueEntryAdmin",
    "RoutingRuleAdmin",
]
