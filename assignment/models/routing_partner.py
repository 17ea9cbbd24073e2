"""Who may send leads to whom."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from assignment.enums import PartnershipStatus
from assignment.models.routing_limits import RoutingLimits
from assignment.querysets import PartnerQuerySet
from zrg.workspaces.models.base import TimestampedModel, UUIDModel
from zrg.workspaces.rls import RowSecurity


class RoutingPartner(UUIDModel, RoutingLimits, TimestampedModel):
    """The agreement by which `destination_workspace` takes leads of `workspace`.

    No lead crosses workspaces without an active row. The destination owns its conditions, caps, hours
    and status; the source owns credit and return window.
    """

    row_security = RowSecurity(also_columns=("destination_workspace_id",))

    workspace = models.ForeignKey(
        "workspaces.Workspace", on_delete=models.CASCADE, related_name="+", db_index=False, verbose_name="source"
    )
    destination_workspace = models.ForeignKey("workspaces.Workspace", on_delete=models.CASCADE, related_name="+")
    status = models.CharField(max_length=12, choices=PartnershipStatus, default=PartnershipStatus.PROPOSED)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    accepted_at = models.DateTimeField(null=True, blank=True)
    status_reason = models.CharField(max_length=300, blank=True, default="")
    accept_conditions = models.JSONField(default=dict, blank=True, help_text="What the destination takes at all.")
    credit_amount = models.DecimalField(max_digits=10, decimal_places=2, default=0, validators=[MinValueValidator(0)])
    return_window_days = models.PositiveSmallIntegerField(default=7, validators=[MaxValueValidator(90)])
    notes = models.TextField(blank=True, default="")

    objects = PartnerQuerySet.as_manager()

    class Meta:
        verbose_name = "partnership"
        constraints = [
            models.UniqueConstraint(fields=["workspace", "destination_workspace"], name="routing_partner_once"),
            models.CheckConstraint(
                condition=~models.Q(workspace=models.F("destination_workspace")), name="routing_partner_two_sides"
            ),
            models.CheckConstraint(condition=models.Q(credit_amount__gte=0), name="routing_partner_credit"),
            models.CheckConstraint(condition=models.Q(return_window_days__lte=90), name="routing_partner_window"),
            models.CheckConstraint(
                condition=models.Q(status__in=PartnershipStatus.values), name="routing_partner_status"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.workspace_id} to {self.destination_workspace_id}"
