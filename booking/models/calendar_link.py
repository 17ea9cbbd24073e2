"""Pages where leads choose a time."""

from django.db import models

from booking.enums import CalendarType
from booking.querysets import CalendarLinkQuerySet
from booking.rules.links import MAX_URL
from zrg.workspaces.models.base import TimestampedModel, UUIDModel
from zrg.workspaces.rls import SETTER_READABLE


class CalendarLink(UUIDModel, TimestampedModel):
    """A scheduling page of a workspace; one of them is the default (09 §2.2)."""

    workspace = models.ForeignKey("workspaces.Workspace", on_delete=models.CASCADE, related_name="calendar_links")
    name = models.CharField(max_length=120)
    url = models.CharField(
        max_length=MAX_URL, help_text="Where free times are read; what leads get when nothing else is set."
    )
    public_url = models.CharField(
        max_length=MAX_URL,
        null=True,
        blank=True,
        help_text="What leads get instead, also instead of the Calendly link.",
    )
    type = models.CharField(max_length=16, choices=CalendarType, default=CalendarType.UNKNOWN, editable=False)
    is_default = models.BooleanField(default=False)

    objects = CalendarLinkQuerySet.as_manager()
    row_security = SETTER_READABLE

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace"], condition=models.Q(is_default=True), name="calendar_link_one_default"
            ),
        ]

    def __str__(self) -> str:
        return self.name
