"""Names of what leaves through the outbox."""

from django.db import models
from django.utils.translation import gettext_noop as _


class SendKind(models.TextChoices):
    """Why something is sent."""

    SENTIMENT_REALTIME = "sentiment_realtime", _("Sentiment")
    DAILY_DIGEST = "daily_digest", _("Daily digest")
    ROUND_ROBIN_SEQUENCE_EMPTY = "round_robin_sequence_empty", _("Rotation empty")
    INTEGRATION_HEALTH = "integration_health", _("Integration health")
    DRAFT_APPROVAL = "draft_approval", _("Draft approval")
    INVITATION = "invitation", _("Invitation")
    ACCOUNT = "account", _("Account")
    PLATFORM_ALERT = "platform_alert", _("Platform alert")
    LEAD_ROUTED = "lead_routed", _("Lead routed")
    MEETING_BOOKED = "meeting_booked", _("Meeting booked")
    AUTO_BOOKING_BLOCKED = "auto_booking_blocked", _("Booking blocked")
    BOOKING_ESCALATION = "booking_escalation", _("Booking needs a person")
    BOOKING_PROVIDER_AUTH = "booking_provider_auth", _("Calendar refused us")
    AVAILABILITY_EMPTY = "availability_empty", _("No free times")
    FIRST_TOUCH_NO_SLOTS = "first_touch_no_slots", _("No times for first messages")
    CALENDAR_HEALTH_LOW = "calendar_health_low", _("Few free times")
    FOLLOWUPS_BLOCKED = "followups_blocked", _("Follow-ups blocked")
    PROMOTION_REQUEST = "promotion_request", _("Promotion requested")
    MENTION = "mention", _("Mention")
    REPLY_OVERDUE = "reply_overdue", _("Reply overdue")
    SEND_OUTCOME_UNKNOWN = "send_outcome_unknown", _("Send not confirmed")
    EXPORT_READY = "export_ready", _("Export ready")
    ATTACHMENT_ONLY = "attachment_only", _("Reply without text")
    CONNECTION_INCOMPLETE = "connection_incomplete", _("Connection incomplete")
    CONNECTION_NO_SUBSCRIPTION = "connection_no_subscription", _("Calls not subscribed")
    CONNECTION_SECRET_UNREADABLE = "connection_secret_unreadable", _("Credential unreadable")
    CONNECTION_SILENT = "connection_silent", _("Connection silent")
    CONNECTION_UNSIGNED_WEBHOOKS = "connection_unsigned_webhooks", _("Calls without secret")
    UNROUTED_CALLS = "unrouted_calls", _("Unrouted calls")


class Destination(models.TextChoices):
    """Where it goes."""

    SLACK = "slack", "Slack"
    EMAIL = "email", _("E-mail")
    SMS = "sms", _("SMS")
    SLACK_DM = "slack_dm", _("Slack message")
    WEBHOOK = "webhook", _("Webhook")


class Carrier(models.TextChoices):
    """What takes a message out of the house."""

    RESEND = "resend", "Resend"
    SMTP = "smtp", "SMTP"
    SLACK = "slack", "Slack"
    GHL = "ghl", "GoHighLevel"
    PAGER = "pager", _("Pager")


class DigestStatus(models.TextChoices):
    """What became of the digest of a day."""

    PREPARED = "prepared", _("Prepared")
    SKIPPED_EMPTY = "skipped_empty", _("Nothing to tell")


class EventCause(models.TextChoices):
    """What brought an event about."""

    INBOUND = "inbound", _("Inbound message")
    MANUAL = "manual", _("A person")
    CRM = "crm", _("CRM")
    BOOKING = "booking", _("Booking")
    SWEEP = "sweep", _("The system")


class SendStatus(models.TextChoices):
    """How far it is. `unknown`: it may have arrived; it is never sent again by itself."""

    PENDING = "pending", _("Pending")
    SENDING = "sending", _("Sending")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    UNKNOWN = "unknown", _("Unknown")
    SUPPRESSED = "suppressed", _("Suppressed")
    SKIPPED = "skipped", _("Skipped")


WAITING = (SendStatus.PENDING, SendStatus.SENDING)
