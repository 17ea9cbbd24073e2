"""What makes each stage of the pipeline run once per message."""

from django.db import models

from inbox.enums import StageState
from inbox.querysets import StageRunQuerySet
from zrg.workspaces.models.base import UUIDModel
from zrg.workspaces.rls import child_of


class InboundStageRun(UUIDModel):
    """State of one stage for one inbound message; `result` holds codes and numbers only."""

    workspace = models.ForeignKey("workspaces.Workspace", on_delete=models.CASCADE, related_name="+")
    message = models.ForeignKey("inbox.Message", on_delete=models.CASCADE, related_name="stage_runs", db_index=False)
    stage = models.CharField(max_length=24)
    state = models.CharField(max_length=8, choices=StageState, default=StageState.RUNNING)
    attempts = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    result = models.JSONField(default=dict, blank=True)
    error_code = models.CharField(max_length=64, blank=True, default="")

    objects = StageRunQuerySet.as_manager()
    row_security = child_of("message_id", "inbox_message")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "stage"], name="stagerun_message_stage_unique")]
        indexes = [
            # operations feed of the last 72 h; retention
            models.Index(fields=["workspace", "-started_at"], name="stagerun_workspace_started"),
            # the admin's list over all workspaces
            models.Index(fields=["-started_at"], name="stagerun_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.stage} {self.state}"
