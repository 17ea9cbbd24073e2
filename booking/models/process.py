"""How campaigns lead to a meeting: processes of stages, and which campaign follows which (09 §2.20)."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from booking.enums import InstructionOrder, LinkType
from booking.querysets import BookingProcessQuerySet
from booking.rules.stages import MAX_TIMES
from zrg.workspaces.models.base import TimestampedModel, UUIDModel
from zrg.workspaces.querysets import TenantQuerySet
from zrg.workspaces.rls import SETTER_READABLE

MAX_WAVES = 50


class BookingProcess(UUIDModel, TimestampedModel):
    """What the answers of a campaign include, wave by wave."""

    workspace = models.ForeignKey("workspaces.Workspace", on_delete=models.CASCADE, related_name="booking_processes")
    name = models.CharField(max_length=120)
    description = models.CharField(max_length=1000, blank=True, default="")
    max_waves_before_escalation = models.PositiveSmallIntegerField(
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_WAVES)],
        help_text="After so many waves without a meeting a person takes over.",
    )
    is_archived = models.BooleanField(default=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = BookingProcessQuerySet.as_manager()
    row_security = SETTER_READABLE

    class Meta:
        verbose_name_plural = "booking processes"
        constraints = [
            models.UniqueConstraint("workspace", Lower("name"), name="booking_process_name_unique"),
            models.CheckConstraint(
                condition=Q(max_waves_before_escalation__gte=1, max_waves_before_escalation__lte=MAX_WAVES),
                name="booking_process_waves_range",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class BookingStage(UUIDModel, TimestampedModel):
    """What the answers of one wave include. The stages of a process are written as one list, numbered from 1."""

    workspace = models.ForeignKey("workspaces.Workspace", on_delete=models.CASCADE, related_name="+")
    booking_process = models.ForeignKey(BookingProcess, on_delete=models.CASCADE, related_name="stages")
    stage_number = models.PositiveSmallIntegerField()
    include_booking_link = models.BooleanField(default=False)
    link_type = models.CharField(max_length=16, choices=LinkType, default=LinkType.PLAIN_URL)
    include_suggested_times = models.BooleanField(default=False)
    number_of_times_to_suggest = models.PositiveSmallIntegerField(default=3)
    include_qualifying_questions = models.BooleanField(default=False)
    qualification_question_ids = ArrayField(models.TextField(), default=list, blank=True)
    include_timezone_ask = models.BooleanField(default=False)
    instruction_order = models.CharField(
        max_length=16, choices=InstructionOrder, null=True, blank=True, help_text="Empty: times first if there are any."
    )
    apply_to_email = models.BooleanField(default=True)
    apply_to_sms = models.BooleanField(default=True)
    apply_to_linkedin = models.BooleanField(default=True)
    instruction_templates = models.JSONField(null=True, blank=True)

    objects = TenantQuerySet.as_manager()
    row_security = SETTER_READABLE

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["booking_process", "stage_number"], name="booking_stage_number_unique"),
            models.CheckConstraint(condition=Q(stage_number__gte=1), name="booking_stage_number_from_one"),
            models.CheckConstraint(
                condition=Q(number_of_times_to_suggest__gte=1, number_of_times_to_suggest__lte=MAX_TIMES),
                name="booking_stage_times_range",
            ),
            models.CheckConstraint(
                condition=Q(apply_to_email=True) | Q(apply_to_sms=True) | Q(apply_to_linkedin=True),
                name="booking_stage_has_a_channel",
            ),
        ]

    def __str__(self) -> str:
        return f"Stage {self.stage_number}"


class CampaignProcess(UUIDModel, TimestampedModel):
    """The process of a campaign. A campaign without a row follows none."""

    workspace = models.ForeignKey("workspaces.Workspace", on_delete=models.CASCADE, related_name="+")
    email_campaign = models.OneToOneField(
        "leads.EmailCampaign", on_delete=models.CASCADE, related_name="booking_assignment"
    )
    booking_process = models.ForeignKey(BookingProcess, on_delete=models.RESTRICT, related_name="campaigns")

    objects = TenantQuerySet.as_manager()
    row_security = SETTER_READABLE

    class Meta:
        verbose_name = "booking process of a campaign"
        verbose_name_plural = "booking processes of campaigns"

    def __str__(self) -> str:
        return f"{self.email_campaign_id} → {self.booking_process_id}"
