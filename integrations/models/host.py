"""Instances of EmailBison a credential may be sent to."""

from django.db import models

from zrg.workspaces.models.base import TimestampedModel, UUIDModel


class EmailBisonBaseHost(UUIDModel, TimestampedModel):
    """One allowed instance; only platform administrators add or delete rows, workspaces choose one."""

    host = models.CharField(max_length=253, unique=True)
    label = models.CharField(max_length=100, null=True, blank=True)

    class Meta:
        verbose_name = "EmailBison base host"

    def __str__(self) -> str:
        return self.label or self.host
