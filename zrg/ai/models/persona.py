"""The voice in which drafts of a workspace are written."""

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models.functions import Lower

from zrg.ai.enums import Tone
from zrg.ai.querysets import PersonaQuerySet
from zrg.workspaces.models.base import TimestampedModel, UUIDModel
from zrg.workspaces.rls import SETTER_READABLE

MAX_NOTE_CHARS = 4_000


class Persona(UUIDModel, TimestampedModel):
    """Who seems to write: name, tone, greeting, signature and what the offer is about.

    Each workspace has exactly one default; the constraint refuses a second.
    """

    workspace = models.ForeignKey("workspaces.Workspace", on_delete=models.CASCADE, related_name="personas")
    name = models.CharField(max_length=80)
    is_default = models.BooleanField(default=False)
    persona_name = models.CharField(max_length=120, blank=True, default="")
    tone = models.CharField(max_length=32, choices=Tone, default=Tone.FRIENDLY_PROFESSIONAL)
    greeting = models.CharField(max_length=200, default="Hi {firstName},")
    sms_greeting = models.CharField(max_length=200, null=True, blank=True, help_text="Empty: the greeting above.")
    signature = models.TextField(null=True, blank=True)
    goals = models.TextField(blank=True, default="", validators=[MaxLengthValidator(MAX_NOTE_CHARS)])
    service_description = models.TextField(blank=True, default="", validators=[MaxLengthValidator(MAX_NOTE_CHARS)])
    ideal_customer_profile = models.TextField(blank=True, default="", validators=[MaxLengthValidator(MAX_NOTE_CHARS)])
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = PersonaQuerySet.as_manager()
    row_security = SETTER_READABLE

    class Meta:
        constraints = [
            models.UniqueConstraint("workspace", Lower("name"), name="persona_name_unique"),
            models.UniqueConstraint(
                fields=["workspace"], condition=models.Q(is_default=True), name="persona_one_default"
            ),
            models.CheckConstraint(
                condition=models.Q(is_default=False) | models.Q(archived_at__isnull=True),
                name="persona_default_not_archived",
            ),
        ]

    def __str__(self) -> str:
        return self.name
