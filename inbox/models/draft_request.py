"""A draft, or fresh times in one, that somebody asked for: queued, being written, done, or why there is none."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from inbox.enums import Channel, DraftRequestKind, DraftRequestState
from inbox.querysets import DraftRequestQuerySet
from zrg.workspaces.models.base import TimestampedModel, UUIDModel

OPEN_REQUESTS = [DraftRequestState.QUEUED, DraftRequestState.RUNNING]


class DraftRequest(UUIDModel, TimestampedModel):
    """The station and bulk work read their progress here; `code` says why a failed or skipped one made no draft."""

    workspace = models.ForeignKey("workspaces.Workspace", on_delete=models.CASCADE, related_name="+")
    lead = models.ForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="draft_requests", db_index=False)
    channel = models.CharField(max_length=16, choices=Channel)
    kind = models.CharField(max_length=20, choices=DraftRequestKind)
    state = models.CharField(max_length=8, choices=DraftRequestState, default=DraftRequestState.QUEUED)
    code = models.CharField(max_length=64, blank=True, default="")
    draft = models.ForeignKey("inbox.Draft", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    batch = models.UUIDField(null=True, blank=True)
    replaces_edited = models.BooleanField(default=True)
    cycle_key = models.CharField(max_length=64, blank=True, default="")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    requested_by_slack_user_id = models.CharField(max_length=32, null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = DraftRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            # Two clicks are one wish; of a batch the waiting rows are one per lead and channel too.
            models.UniqueConstraint(
                fields=["lead", "channel"], name="draftrequest_open_unique", condition=Q(state__in=OPEN_REQUESTS)
            ),
        ]
        indexes = [
            # the newest request of a lead and channel, for the station
            models.Index(fields=["lead", "channel", "-created_at"], name="draftrequest_newest"),
            # progress of a bulk run, and the next of it
            models.Index(fields=["batch", "state"], name="draftrequest_batch", condition=Q(batch__isnull=False)),
            # rows past their time, the admin's list
            models.Index(fields=["workspace", "-created_at"], name="draftrequest_workspace"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.channel} {self.state}"
