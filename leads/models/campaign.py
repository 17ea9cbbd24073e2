"""Campaigns a lead was reached by; they carry the persona and how far the machine may go."""

from django.db import models
from django.db.models import F, Q

from integrations.enums import EMAIL_PROVIDERS
from leads.enums import ResponseMode
from leads.querysets import CampaignQuerySet
from zrg.workspaces.enums import AutoSendScheduleMode
from zrg.workspaces.models.base import TimestampedModel, UUIDModel
from zrg.workspaces.rls import SETTER_READABLE

MIN_THRESHOLD, MAX_THRESHOLD = 0.50, 1.00
MAX_DELAY_SECONDS = 3_600


class AutoSendColumns(models.Model):
    """How replies of a campaign are answered."""

    persona = models.ForeignKey("ai.Persona", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    response_mode = models.CharField(max_length=16, choices=ResponseMode, default=ResponseMode.SETTER_MANAGED)
    auto_send_confidence_threshold = models.FloatField(default=0.9)
    auto_send_skip_human_review = models.BooleanField(
        null=True, blank=True, help_text="Empty: the workspace's setting."
    )
    auto_send_delay_min_seconds = models.PositiveIntegerField(default=180)
    auto_send_delay_max_seconds = models.PositiveIntegerField(default=420)
    auto_send_schedule_mode = models.CharField(
        max_length=16, choices=AutoSendScheduleMode, null=True, blank=True, help_text="Empty: the workspace's setting."
    )
    auto_send_custom_schedule = models.JSONField(null=True, blank=True)
    auto_send_shadow = models.BooleanField(default=False, help_text="Decide and record, never send.")

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    auto_send_confidence_threshold__gte=MIN_THRESHOLD, auto_send_confidence_threshold__lte=MAX_THRESHOLD
                ),
                name="%(class)s_threshold_range",
            ),
            models.CheckConstraint(
                condition=Q(
                    auto_send_delay_min_seconds__lte=F("auto_send_delay_max_seconds"),
                    auto_send_delay_max_seconds__lte=MAX_DELAY_SECONDS,
                ),
                name="%(class)s_delay_range",
            ),
        ]


class EmailCampaign(UUIDModel, AutoSendColumns, TimestampedModel):
    """A campaign of the e-mail provider; created by webhooks and by the campaign sync, never deleted by it."""

    workspace = models.ForeignKey("workspaces.Workspace", on_delete=models.CASCADE, related_name="+", db_index=False)
    bison_campaign_id = models.CharField(max_length=64, help_text="The provider's id, whichever provider.")
    provider = models.CharField(max_length=16, choices=[(one.value, one.label) for one in EMAIL_PROVIDERS])
    name = models.CharField(max_length=255, blank=True, default="")

    objects = CampaignQuerySet.as_manager()
    row_security = SETTER_READABLE

    class Meta:
        verbose_name = "e-mail campaign"
        constraints = [
            *AutoSendColumns.Meta.constraints,
            models.UniqueConstraint(
                fields=["workspace", "provider", "bison_campaign_id"], name="email_campaign_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"{self.provider} {self.bison_campaign_id}"


class SmsCampaign(UUIDModel, AutoSendColumns, TimestampedModel):
    """A label under which texts were sent, usually a sub-client."""

    workspace = models.ForeignKey("workspaces.Workspace", on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=255)
    name_normalized = models.CharField(max_length=255)

    objects = CampaignQuerySet.as_manager()
    row_security = SETTER_READABLE

    class Meta:
        verbose_name = "SMS campaign"
        constraints = [
            *AutoSendColumns.Meta.constraints,
            models.UniqueConstraint(fields=["workspace", "name_normalized"], name="sms_campaign_unique"),
        ]

    def __str__(self) -> str:
        return self.name
