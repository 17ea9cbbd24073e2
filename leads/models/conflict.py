"""Identifiers that two leads claim or share, for a person to decide."""

from django.conf import settings
from django.db import models

from leads.enums import ConflictSource, ConflictStatus, Identifier
from leads.querysets import LeadIdentityConflictQuerySet, SharedPhoneQuerySet
from zrg.workspaces.models.base import TimestampedModel, UUIDModel


class LeadIdentityConflict(UUIDModel, TimestampedModel):
    """An identifier that arrived for `lead` and was not copied: another lead's, or not the stored one."""

    workspace = models.ForeignKey("workspaces.Workspace", on_delete=models.CASCADE, related_name="+", db_index=False)
    lead = models.ForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="conflicts", db_index=False)
    other_lead = models.ForeignKey(
        "leads.Lead", on_delete=models.CASCADE, null=True, blank=True, related_name="conflicts_as_other"
    )
    identifier = models.CharField(max_length=24, choices=Identifier)
    value = models.CharField(max_length=320)
    source = models.CharField(max_length=8, choices=ConflictSource)
    status = models.CharField(max_length=12, choices=ConflictStatus, default=ConflictStatus.OPEN)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    resolved_at = models.DateTimeField(null=True, blank=True)

    objects = LeadIdentityConflictQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lead", "identifier", "value"], name="lead_conflict_unique"),
        ]
        indexes = [
            # "Possible duplicates", newest first
            models.Index(fields=["workspace", "status", "-created_at"], name="lead_conflict_list"),
            # the admin's list over all workspaces
            models.Index(fields=["-created_at", "-id"], name="lead_conflict_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.get_identifier_display()}: {self.value}"


class SharedPhone(UUIDModel):
    """A number that came to a second lead of its workspace; a trigger of the leads writes it (leads/0011).

    `number` is E.164, or the digits of a number whose country nobody knows. A row is a hint: leads may have gone since.
    """

    workspace = models.ForeignKey("workspaces.Workspace", on_delete=models.CASCADE, related_name="+", db_index=False)
    number = models.CharField(max_length=32)

    objects = SharedPhoneQuerySet.as_manager()

    class Meta:
        constraints = [
            # "Possible duplicates", number by number
            models.UniqueConstraint(fields=["workspace", "number"], name="lead_shared_phone_unique"),
        ]

    def __str__(self) -> str:
        return self.number
