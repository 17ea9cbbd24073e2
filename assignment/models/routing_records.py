"""What happened to leads, who is credited, how many went where.

Written by the functions of the database alone; the runtime role reads.
"""

import pgtrigger
from django.db import models
from django.db.models.functions import Now

from assignment.enums import AttributionStatus, CounterScope, ReturnReason, RoutingPath, RoutingResult
from assignment.models.routing_limits import kept_ninety_days, never_truncated
from assignment.querysets import AttributionQuerySet, LogQuerySet
from zrg.workspaces.models.base import UUIDModel
from zrg.workspaces.querysets import TenantQuerySet
from zrg.workspaces.rls import RowSecurity


class RoutingLog(UUIDModel):
    """One transition of one lead: ids and codes, no personal data. Append-only.

    `source_workspace_id` is where the lead was before. No foreign keys: it outlives the lead.
    """

    row_security = RowSecurity(
        workspace_column="source_workspace_id", also_columns=("destination_workspace_id",), writes="none"
    )

    lead_id = models.UUIDField()
    source_workspace_id = models.UUIDField()
    destination_workspace_id = models.UUIDField(null=True, blank=True)
    matched_rule_id = models.UUIDField(null=True, blank=True)
    rule_version = models.PositiveIntegerField(null=True, blank=True)
    routing_result = models.CharField(max_length=16, choices=RoutingResult)
    error_code = models.CharField(max_length=40, null=True, blank=True)
    error_message = models.CharField(max_length=500, null=True, blank=True)
    attempt_number = models.PositiveSmallIntegerField()
    path = models.CharField(max_length=8, choices=RoutingPath)
    lock_owner = models.UUIDField(null=True, blank=True)
    actor_user_id = models.UUIDField(null=True, blank=True)
    duration_ms = models.PositiveIntegerField(null=True, blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = LogQuerySet.as_manager()

    class Meta:
        indexes = [
            # the time-line of a lead
            models.Index(fields=["lead_id", "-created_at"], name="idx_routing_logs_lead"),
            # what a source sent
            models.Index(fields=["source_workspace_id", "-created_at"], name="idx_routing_logs_workspace"),
            # what a destination received
            models.Index(fields=["destination_workspace_id", "-created_at"], name="routing_log_destination"),
            # the newest of all workspaces, health, removal after 90 days; ascending, so that rows are added at its end
            models.Index(fields=["created_at"], name="routing_log_newest"),
            # one result of the installation; the two that most leads end with are near in the index above
            models.Index(
                fields=["routing_result", "created_at"],
                name="routing_log_other",
                condition=~models.Q(routing_result__in=["success", "kept"]),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update),
            never_truncated(),
            kept_ninety_days(),
        ]

    def __str__(self) -> str:
        return f"{self.routing_result} {self.lead_id}"


class LeadAttribution(UUIDModel):
    """One delivery into a partner workspace: who sent, who received, the credit.

    The active row of a `dedupe_hash` is the claim: nobody else can deliver this person meanwhile.
    """

    row_security = RowSecurity(
        workspace_column="source_workspace_id", also_columns=("destination_workspace_id",), writes="delete"
    )

    lead_id = models.UUIDField()
    source_workspace = models.ForeignKey(
        "workspaces.Workspace", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    destination_workspace = models.ForeignKey(
        "workspaces.Workspace", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    rule_id = models.UUIDField(null=True, blank=True)
    routing_log_id = models.UUIDField()
    dedupe_hash = models.CharField(max_length=64, null=True, blank=True)
    credit_amount = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    status = models.CharField(max_length=12, choices=AttributionStatus, default=AttributionStatus.ACTIVE)
    window_ends_at = models.DateTimeField()
    returned_at = models.DateTimeField(null=True, blank=True)
    return_reason = models.CharField(max_length=16, choices=ReturnReason, null=True, blank=True)
    return_text = models.CharField(max_length=300, blank=True, db_default="")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = AttributionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dedupe_hash"],
                condition=models.Q(status="active", dedupe_hash__isnull=False),
                name="attribution_claim",
            ),
            models.UniqueConstraint(
                fields=["lead_id"], condition=models.Q(status="active"), name="attribution_one_per_lead"
            ),
        ]
        indexes = [
            # deliveries of a source, return rate per partnership
            models.Index(
                fields=["source_workspace", "destination_workspace", "-created_at"], name="attribution_source"
            ),
            # deliveries into a destination
            models.Index(fields=["destination_workspace", "-created_at"], name="attribution_destination"),
            # the newest of all workspaces; ascending, so that rows are added at its end
            models.Index(fields=["created_at"], name="attribution_newest"),
            # earlier deliveries of a lead; the active one is found by its constraint
            models.Index(fields=["lead_id"], name="attribution_closed", condition=~models.Q(status="active")),
        ]

    def __str__(self) -> str:
        return f"{self.status} {self.lead_id}"


class RoutingCounter(models.Model):
    """Deliveries of a capped rule or partnership on one day; `day` 0001-01-01 is its whole life."""

    row_security = RowSecurity(writes="delete")

    workspace = models.ForeignKey("workspaces.Workspace", on_delete=models.CASCADE, related_name="+")
    scope = models.CharField(max_length=8, choices=CounterScope)
    scope_id = models.UUIDField()
    day = models.DateField()
    count = models.IntegerField(default=0)

    objects = TenantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope", "scope_id", "day"], name="routing_counter_once"),
            models.CheckConstraint(condition=models.Q(count__gte=0), name="routing_counter_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.day}: {self.count}"
