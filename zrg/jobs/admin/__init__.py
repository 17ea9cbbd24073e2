"""The operations room of work: calls, jobs, runs, schedules, queues."""

from zrg.jobs.admin.schedules import ScheduledJobAdmin, TaskRunAdmin
from zrg.jobs.admin.work import BackgroundJobAdmin, WebhookEventAdmin

__all__ = ["BackgroundJobAdmin", "ScheduledJobAdmin", "TaskRunAdmin", "WebhookEventAdmin"]
