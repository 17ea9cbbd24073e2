"""The memory of who does not want to hear from a workspace."""

from django.db import models

from leads.enums import OptOutKind
from leads.querysets import OptOutQuerySet
from zrg.workspaces.models.base import UUIDModel
from zrg.workspaces.rls import SETTER_WRITABLE


class InstallationSalt(models.Model):
    """The one random value that address hashes are made with; losing it would forget every opt-out."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    value = models.CharField(max_length=64)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="installation_salt_single")]

    def __str__(self) -> str:
        return "Installation salt"


class OptOut(UUIDModel):
    """One address or phone that withdrew consent; survives the erasure of the lead, so it holds a hash only."""

    workspace = models.ForeignKey("workspaces.Workspace", on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=8, choices=OptOutKind)
    value_hash = models.CharField(max_length=64)
    reason = models.CharField(max_length=16)
    lead_id = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = OptOutQuerySet.as_manager()
    # A setter's "blacklist" writes rows too.
    row_security = SETTER_WRITABLE

    class Meta:
        verbose_name = "opt-out"
        constraints = [
            models.UniqueConstraint(fields=["workspace", "kind", "value_hash"], name="opt_out_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.reason})"
