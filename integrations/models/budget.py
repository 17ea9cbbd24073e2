"""Circuit of one provider: whether calls are made at all."""

from django.db import models

from integrations.enums import CircuitState
from zrg.workspaces.models.base import UUIDModel
from zrg.workspaces.querysets import TenantQuerySet
from zrg.workspaces.rls import RowSecurity


class ProviderBudget(UUIDModel):
    """State of the circuit for a provider in a workspace (no workspace: platform credentials).

    `recent` holds the last 20 results, newest last, `1` for a failure.
    """

    # Claimers read it before they take work; rows of the platform's own credentials have no workspace.
    row_security = RowSecurity(kinds=("platform", "dispatch"), unowned_kinds=("service",))

    provider = models.CharField(max_length=16)
    workspace = models.ForeignKey(
        "workspaces.Workspace", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    state = models.CharField(max_length=10, choices=CircuitState, default=CircuitState.CLOSED)
    failures = models.PositiveIntegerField(default=0)
    recent = models.CharField(max_length=20, blank=True, default="")
    open_seconds = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField(null=True, blank=True)
    next_try_at = models.DateTimeField(null=True, blank=True)

    objects = TenantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "provider"], name="providerbudget_scope", nulls_distinct=False)
        ]
        indexes = [
            # open circuits, read before claiming
            models.Index(
                fields=["next_try_at"], name="providerbudget_open", condition=~models.Q(state=CircuitState.CLOSED)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.state}"
