"""What colleagues tell each other about a lead."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual

from inbox.querysets import LeadNoteQuerySet
from zrg.workspaces.models.base import TimestampedModel, UUIDModel

MAX_NOTE_CHARS = 5_000


class LeadNote(UUIDModel, TimestampedModel):
    """An internal note in a lead's thread. It is no message, no draft and no order: nothing that sends knows
    of it (07.notes-cannot-be-sent). `mentions` are the people it names.
    """

    workspace = models.ForeignKey("workspaces.Workspace", on_delete=models.CASCADE, related_name="+")
    lead = models.ForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="notes", db_index=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    text = models.TextField()
    mentions = ArrayField(models.UUIDField(), default=list, blank=True)
    edited_at = models.DateTimeField(null=True, blank=True)

    objects = LeadNoteQuerySet.as_manager()

    class Meta:
        indexes = [
            # the notes of a part of the thread
            models.Index(fields=["lead", "created_at"], name="leadnote_lead_created"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="leadnote_says_something"),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("text"), MAX_NOTE_CHARS), name="leadnote_text_length"
            ),
        ]

    def __str__(self) -> str:
        return f"Note of {self.created_at:%Y-%m-%d %H:%M}"
