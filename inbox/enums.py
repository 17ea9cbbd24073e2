"""Closed sets of the inbox: values are the words of the specification, used on the wire too."""

from django.db.models import TextChoices
from django.utils.translation import gettext_noop as _

# The lead's words, spoken here too.
from leads.enums import CURRENT_TAGS as CURRENT_TAGS
from leads.enums import Channel as Channel
from leads.enums import SentimentTag as SentimentTag


class Direction(TextChoices):
    INBOUND = "inbound"
    OUTBOUND = "outbound"


class MessageSource(TextChoices):
    ZRG = "zrg", _("Written here")
    CAMPAIGN = "inboxxia_campaign", _("Campaign step")
    LINKEDIN = "linkedin", _("LinkedIn")
    BOUNCE = "bounce", _("Delivery report")
    IMPORT = "import", _("Import")


class MessageOrigin(TextChoices):
    SETTER = "setter"
    AI = "ai", _("AI")
    ENGINE = "engine"
    EXTERNAL = "external"
    CAMPAIGN = "campaign"


class SentBy(TextChoices):
    AI = "ai", _("AI")
    SETTER = "setter"


class ClassificationState(TextChoices):
    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"
    NOT_NEEDED = "not_needed"


class DeliveryStatus(TextChoices):
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"


class LinkedInKind(TextChoices):
    DM = "dm", _("Direct message")
    INMAIL = "inmail", _("InMail")
    CONNECTION_REQUEST = "connection_request"


class SafetyKind(TextChoices):
    NONE = "none"
    OPT_OUT = "opt_out"
    BOUNCE = "bounce"
    DEAD_INBOX = "dead_inbox"
    OUT_OF_OFFICE = "out_of_office"
    AUTOMATED_REPLY = "automated_reply"
    ACK_ONLY = "ack_only"


class SyncState(TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    PARTIAL = "partial"
    FAILED = "failed"


class OrderSource(TextChoices):
    DASHBOARD = "dashboard"
    SLACK = "slack"
    AUTO_SEND = "auto_send"
    FOLLOWUP_DUE = "followup_due"
    API = "api", _("API")


class OrderState(TextChoices):
    WAITING = "waiting"
    TAKEN = "taken"
    DONE = "done"
    FAILED = "failed"
    HELD = "held"
    CANCELLED = "cancelled"


class DraftOrigin(TextChoices):
    INBOUND = "inbound"
    REGENERATE = "regenerate"
    FAST_REGENERATE = "fast_regenerate"
    MANUAL_SENTIMENT = "manual_sentiment"
    FOLLOWUP_TASK = "followup_task"
    FOLLOWUP_STEP = "followup_step"
    CLARIFICATION = "clarification"
    BOOKING = "booking"


class DraftStatus(TextChoices):
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"


class DraftClosedReason(TextChoices):
    HUMAN_REJECTED = "human_rejected"
    SUPERSEDED_BY_NEWER_INBOUND = "superseded_by_newer_inbound"
    SUPERSEDED_BY_REGENERATE = "superseded_by_regenerate"
    MANUAL_REPLY_SENT = "manual_reply_sent"
    LEAD_OPTED_OUT = "lead_opted_out"
    AUTOMATED_REPLY = "automated_reply"
    MEETING_BOOKED = "meeting_booked"
    LEAD_REPLIED = "lead_replied"
    EXPIRED = "expired"


class DraftRequestKind(TextChoices):
    FULL = "full", _("New draft")
    FAST = "fast", _("Another shape")
    MANUAL_SENTIMENT = "manual_sentiment", _("After a tag was set")
    TIMES = "times", _("Fresh times")


class DraftRequestState(TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


class BulkState(TextChoices):
    RUNNING = "running"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"


class BulkItemState(TextChoices):
    WAITING = "waiting"
    DONE = "done"
    SKIPPED = "skipped"
    UNDONE = "undone"


class GenerationPath(TextChoices):
    THREE_STEP = "three_step"
    TWO_STEP = "two_step"
    SINGLE_STEP = "single_step"
    FAST = "fast"
    TEMPLATE_FALLBACK = "template_fallback"
    DETERMINISTIC = "deterministic"


class ResponseDisposition(TextChoices):
    AUTO_SENT = "AUTO_SENT", _("Sent automatically")
    APPROVED = "APPROVED", _("Approved unchanged")
    EDITED = "EDITED", _("Edited")


class ApprovalSource(TextChoices):
    AUTO_SEND = "auto_send"
    DASHBOARD = "dashboard"
    SLACK = "slack"
    FOLLOWUP_DUE = "followup_due"
    API = "api", _("API")


class AutoSendMode(TextChoices):
    AI_AUTO_SEND = "AI_AUTO_SEND", _("Automatic")
    LEGACY_AUTO_REPLY = "LEGACY_AUTO_REPLY", _("Per lead")
    DISABLED = "DISABLED", _("Off")


class AutoSendAction(TextChoices):
    SEND_IMMEDIATE = "send_immediate"
    SEND_DELAYED = "send_delayed"
    NEEDS_REVIEW = "needs_review"
    SKIP = "skip"
    ERROR = "error"


class AutoSendOutcome(TextChoices):
    SCHEDULED = "scheduled"
    SENT = "sent"
    CANCELED = "canceled"
    NEEDS_REVIEW = "needs_review"
    FAILED = "failed"
    UNKNOWN = "unknown"


class DraftEventKind(TextChoices):
    EVALUATED = "evaluated"
    REVISED = "revised"
    SCHEDULED = "scheduled"
    RESCHEDULED = "rescheduled"
    REVALIDATED = "revalidated"
    CANCELED = "canceled"
    REVIEW_REQUESTED = "review_requested"
    APPROVE_CLICKED = "approve_clicked"
    APPROVED = "approved"
    REJECTED = "rejected"
    EDITED = "edited"
    SUPERSEDED = "superseded"
    SENT = "sent"
    SEND_FAILED = "send_failed"
    SEND_UNKNOWN = "send_unknown"
    RECONCILED = "reconciled"


class DraftEventSource(TextChoices):
    JOB = "job"
    DASHBOARD = "dashboard"
    SLACK = "slack"
    API = "api", _("API")
    SYSTEM = "system"


class StageState(TextChoices):
    RUNNING = "running"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"


class OverseerStage(TextChoices):
    EXTRACT = "extract"
    GATE = "gate"
    BOOKING_GATE = "booking_gate"


class MemorySource(TextChoices):
    MANUAL = "MANUAL", _("Written by a person")
    INFERENCE = "INFERENCE", _("Proposed by a model")


class MemoryStatus(TextChoices):
    APPROVED = "APPROVED", _("In use")
    PENDING = "PENDING", _("Waits for a decision")
