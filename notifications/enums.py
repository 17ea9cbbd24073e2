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


class Destination(models.TextChoices):
    """Where it goes."""

    SLACK = "slack", "Slack"
    EMAIL = "email", "E-mail"
    SMS = "sms", "SMS"
    SLACK_DM = "slack_dm", "Slack message"
    WEBHOOK = "webhook", "Webhook"


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
