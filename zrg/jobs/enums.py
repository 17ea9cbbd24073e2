"""States and names of the work tables."""

from django.db import models


class Provider(models.TextChoices):
    """Who calls our webhooks."""

    EMAILBISON = "EMAILBISON", "EmailBison"
    SMARTLEAD = "SMARTLEAD", "SmartLead"
    INSTANTLY = "INSTANTLY", "Instantly"
    GHL = "GHL", "GoHighLevel"
    UNIPILE = "UNIPILE", "Unipile"
    CALENDLY = "CALENDLY", "Calendly"
    CLAY = "CLAY", "Clay"
    SLACK = "SLACK", "Slack"
    LEAD_PUSH = "LEAD_PUSH", "Lead push"


class EventStatus(models.TextChoices):
    """Life of an inbound call."""

    PENDING = "PENDING", "Pending"
    RUNNING = "RUNNING", "Running"
    SUCCEEDED = "SUCCEEDED", "Succeeded"
    FAILED = "FAILED", "Failed"
    UNROUTED = "UNROUTED", "Unrouted"


class JobStatus(models.TextChoices):
    """Life of a job."""

    PENDING = "PENDING", "Pending"
    RUNNING = "RUNNING", "Running"
    SUCCEEDED = "SUCCEEDED", "Succeeded"
    FAILED = "FAILED", "Failed"
    CANCELLED = "CANCELLED", "Cancelled"


class RunStatus(models.TextChoices):
    """Life of one requested run of a schedule; `ENQUEUED` is never success."""

    DISPATCHING = "DISPATCHING", "Dispatching"
    ENQUEUED = "ENQUEUED", "Enqueued"
    RUNNING = "RUNNING", "Running"
    SUCCEEDED = "SUCCEEDED", "Succeeded"
    PARTIAL = "PARTIAL", "Partial"
    FAILED = "FAILED", "Failed"
    ENQUEUE_FAILED = "ENQUEUE_FAILED", "Enqueue failed"
    SKIPPED = "SKIPPED", "Skipped"
    STALE = "STALE", "Stale"


class RunSource(models.TextChoices):
    """Who asked for a run."""

    BEAT = "beat", "Beat"
    CRON_HTTP = "cron_http", "HTTP trigger"
    MANUAL = "manual", "By hand"
    TEST = "test", "Test"


WAITING_RUNS = (RunStatus.DISPATCHING, RunStatus.ENQUEUED)
GOOD_RUNS = (RunStatus.SUCCEEDED, RunStatus.PARTIAL)
TERMINAL_RUNS = (*GOOD_RUNS, RunStatus.FAILED, RunStatus.SKIPPED, RunStatus.STALE, RunStatus.ENQUEUE_FAILED)
TERMINAL_JOBS = (JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED)
TERMINAL_EVENTS = (EventStatus.SUCCEEDED, EventStatus.FAILED)
