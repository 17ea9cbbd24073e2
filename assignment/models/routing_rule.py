"""Which leads go where."""

import pgtrigger
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from assignment.models.routing_limits import RoutingLimits, kept_ninety_days, never_truncated
from assignment.querysets import RuleQuerySet
from zrg.workspaces.models.base import TimestampedModel, UUIDModel

MIN_PRIORITY, MAX_PRIORITY = -1_000, 1_000
MAX_WEIGHT = 100


def no_actions() -> dict[str, list[str]]:
    """What a rule does with a lead besides moving it."""
    return {"tag_with": [], "notify_via": []}


class RoutingRule(UUIDModel, RoutingLimits, TimestampedModel):
    """Leads of `workspace` that match go to `destination_workspace`; the workspace itself means "keep".

    The larger priority wins; `weight` is the share among matching rules of equal priority.
    """

    workspace = models.ForeignKey("workspaces.Workspace", on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=255)
    priority = models.SmallIntegerField(
        default=0, validators=[MinValueValidator(MIN_PRIORITY), MaxValueValidator(MAX_PRIORITY)]
    )
    weight = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(MAX_WEIGHT)]
    )
    is_active = models.BooleanField(default=True)
    conditions = models.JSONField(default=dict, blank=True)
    destination_workspace = models.ForeignKey(
        "workspaces.Workspace", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    actions = models.JSONField(default=no_actions, blank=True)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = RuleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "name"],
                condition=models.Q(archived_at__isnull=True),
                name="routing_rule_name_unique",
            ),
            models.CheckConstraint(condition=models.Q(weight__gte=1, weight__lte=100), name="routing_rule_weight"),
            models.CheckConstraint(
                condition=models.Q(priority__gte=MIN_PRIORITY, priority__lte=MAX_PRIORITY),
                name="routing_rule_priority",
            ),
            models.CheckConstraint(
                condition=models.Q(starts_at__isnull=True)
                | models.Q(ends_at__isnull=True)
                | models.Q(ends_at__gt=models.F("starts_at")),
                name="routing_rule_ends_after_start",
            ),
        ]
        indexes = [
            # the rules of a workspace as they are tried
            models.Index(
                "workspace",
                models.F("priority").desc(),
                "id",
                name="routing_rule_order",
                condition=models.Q(is_active=True, archived_at__isnull=True),
            ),
            # the list in the admin, archived ones too
            models.Index(fields=["workspace", "-updated_at"], name="routing_rule_list"),
        ]

    def __str__(self) -> str:
        return self.name


class RoutingRuleRevision(UUIDModel):
    """A rule as it was saved. Append-only; goes with its rule."""

    workspace = models.ForeignKey("workspaces.Workspace", on_delete=models.CASCADE, related_name="+")
    rule = models.ForeignKey(RoutingRule, on_delete=models.CASCADE, related_name="revisions", db_index=False)
    version = models.PositiveIntegerField()
    snapshot = models.JSONField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = RuleQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "version"], name="routing_rule_revision_once")]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update),
            never_truncated(),
            kept_ninety_days(),
        ]

    def __str__(self) -> str:
        return f"version {self.version}"
