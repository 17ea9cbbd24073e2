"""The rows that are the truth of all work."""

from zrg.jobs.models.event import WebhookBody, WebhookEvent
from zrg.jobs.models.job import BackgroundJob
from zrg.jobs.models.run import JobsHeartbeat, ScheduledJob, TaskRun

__all__ = ["BackgroundJob", "JobsHeartbeat", "ScheduledJob", "TaskRun", "WebhookBody", "WebhookEvent"]
