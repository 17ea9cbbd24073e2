"""Names of what leaves through the outbox."""

from django.db import models


class SendKind(models.TextChoices):
    """Why something is sent."""

    SENTIMENT_REALTIME = "sentiment_realtime", "Sentiment"
    DAILY_DIGEST = "daily_digest", "Daily digest"
    ROUND_ROBIN_SEQUENCE_EMPTY = "round_robin_sequence_empty", "Rotation empty"
    INTEGRATION_HEALTH = "integration_health", "Integration health"
    DRAFT_APPROVAL = "draft_approval", "Draft approval"
    INVITATION = "invitation", "Invitation"
    ACCOUNT = "account", "Account"
    PLATFORM_ALERT = "platform_alert", "Platform alert"
    LEAD_ROUTED = "lead_routed", "Lead routed"
    MEETING_BOOKED = "meeting_booked", "Meeting booked"
    AUTO_BOOKING_BLOCKED = "auto_booking_blocked", "Booking blocked"
    BOOKING_ESCALATION = "booking_escalation", "Booking needs a person"
    BOOKING_PROVIDER_AUTH = "booking_provider_auth", "Calendar refused us"
    AVAILABILITY_EMPTY = "availability_empty", "No free times"
    FIRST_TOUCH_NO_SLOTS = "first_touch_no_slots", "No times for first messages"
    CALENDAR_HEALTH_LOW = "calendar_health_low", "Few free times"
    FOLLOWUPS_BLOCKED = "followups_blocked", "Follow-ups blocked"
    PROMOTION_REQUEST = "promotion_request", "Promotion requested"
    MENTION = "mention", "Mention"
    REPLY_OVERDUE = "reply_overdue", "Reply overdue"
    SEND_OUTCOME_UNKNOWN = "send_outcome_unknown", "Send not confirmed"
    EXPORT_READY = "export_ready", "Export ready"
    ATTACHMENT_ONLY = "attachment_only", "Reply without text"
    CONNECTION_INCOMPLETE = "connection_incomplete", "Connection incomplete"
    CONNECTION_NO_SUBSCRIPTION = "connection_no_subscription", "Calls not subscribed"
    CONNECTION_SECRET_UNREADABLE = "connection_secret_unreadable", "Credential unreadable"
    CONNECTION_SILENT = "connection_silent", "Connection silent"
    CONNECTION_UNSIGNED_WEBHOOKS = "connection_unsigned_webhooks", "Calls without secret"
    UNROUTED_CALLS = "unrouted_calls", "Unrouted calls"


class Destination(models.TextChoices):
    """Where it goes."""

    SLACK = "slack", "Slack"
    EMAIL = "email", "E-mail"
    SMS = "sms", "SMS"
    SLACK_DM = "slack_dm", "Slack message"
    WEBHOOK = "webhook", "Webhook"


class Carrier(models.TextChoices):
    """What takes a message out of the house."""

    RESEND = "resend", "Resend"
    SMTP = "smtp", "SMTP"
    SLACK = "slack", "Slack"
    GHL = "ghl", "GoHighLevel"
    PAGER = "pager", "Pager"


class DigestStatus(models.TextChoices):
    """What became of the digest of a day."""

    PREPARED = "prepared", "Prepared"
    SKIPPED_EMPTY = "skipped_empty", "Nothing to tell"


class EventCause(models.TextChoices):
    """What brought an event about."""

    INBOUND = "inbound", "Inbound message"
    MANUAL = "manual", "A person"
    CRM = "crm", "CRM"
    BOOKING = "booking", "Booking"
    SWEEP = "sweep", "The system"


class SendStatus(models.TextChoices):
    """How far it is. `unknown`: it may have arrived; it is never sent again by itself."""

    PENDING = "pending", "Pending"
    SENDING = "sending", "Sending"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"
    UNKNOWN = "unknown", "Unknown"
    SUPPRESSED = "suppressed", "Suppressed"
    SKIPPED = "skipped", "Skipped"


WAITING = (SendStatus.PENDING, SendStatus.SENDING)
