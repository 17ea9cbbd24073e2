"""The query language of the work tables."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models.functions import Now

from zrg.jobs.enums import GOOD_RUNS, EventStatus, JobStatus, RunStatus
from zrg.workspaces.querysets import TenantQuerySet


class WebhookEventQuerySet(TenantQuerySet):
    """Inbound calls."""

    def due(self) -> Self:
        """Waiting and allowed to run now, by the database's clock."""
        return self.filter(status=EventStatus.PENDING, run_at__lte=Now())

    def running(self) -> Self:
        return self.filter(status=EventStatus.RUNNING)

    def dead(self) -> Self:
        """Failed for good: wait for a person."""
        return self.filter(status=EventStatus.FAILED)


class BackgroundJobQuerySet(TenantQuerySet):
    """Jobs."""

    def due(self) -> Self:
        """Waiting and allowed to run now, by the database's clock."""
        return self.filter(status=JobStatus.PENDING, run_at__lte=Now())

    def running(self) -> Self:
        return self.filter(status=JobStatus.RUNNING)

    def dead(self) -> Self:
        """Failed for good: wait for a person."""
        return self.filter(status=JobStatus.FAILED)


class TaskRunQuerySet(models.QuerySet):  # type: ignore[type-arg]
    """Runs of schedules."""

    def of_job(self, job: str) -> Self:
        return self.filter(job=job)

    def running(self) -> Self:
        return self.filter(status=RunStatus.RUNNING)

    def good(self) -> Self:
        """Ended well; the only runs health looks at."""
        return self.filter(status__in=GOOD_RUNS)

    def silent_since(self, moment: datetime) -> Self:
        """Running, but without a sign of life since `moment`."""
        return self.running().filter(heartbeat_at__lt=moment)
