"""Knobs of notifications, read when they are used."""

import os

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from integrations.env import clamped_int, pager_webhook_url, secret


def platform_alert_emails() -> tuple[str, ...]:
    """Addresses of the platform's staff in PLATFORM_ALERT_EMAILS; what is no address is left out."""
    return _addresses("PLATFORM_ALERT_EMAILS")


def alert_channel() -> str:
    """The channel of the platform's Slack for alerts of routing; "" when they go where all alerts go."""
    return os.environ.get("ROUTING_ALERT_SLACK_CHANNEL", "").strip()


def ops_emails() -> tuple[str, ...]:
    """Who gets the mails about routing: ROUTING_OPS_EMAIL, else the platform's staff."""
    return _addresses("ROUTING_OPS_EMAIL") or platform_alert_emails()


def has_pager() -> bool:
    """Whether the operators have a pager."""
    return bool(pager_webhook_url())


def realtime_ttl() -> int:
    """Milliseconds for which the same news of a lead is not told twice: an hour unless
    NOTIFICATION_REALTIME_DEDUPE_TTL_MS says otherwise, at least five minutes, at most a day.
    """
    return clamped_int("NOTIFICATION_REALTIME_DEDUPE_TTL_MS", 3_600_000, 300_000, 86_400_000)


def sms_daily_cap() -> int:
    """Most texts to one phone of the team in 24 hours (NOTIFICATION_SMS_DAILY_CAP)."""
    return clamped_int("NOTIFICATION_SMS_DAILY_CAP", 20, 0, 1_000)


def has_global_webhook() -> bool:
    """Whether the platform has a Slack channel of its own."""
    return bool(secret("SLACK_WEBHOOK_URL"))


def has_platform_bot() -> bool:
    """Whether the platform can write to its staff in Slack."""
    return bool(secret("SLACK_BOT_TOKEN"))


def _addresses(name: str) -> tuple[str, ...]:
    listed = (entry.strip().lower() for entry in os.environ.get(name, "").split(","))
    return tuple(dict.fromkeys(entry for entry in listed if _is_address(entry)))


def _is_address(entry: str) -> bool:
    try:
        validate_email(entry)
    except ValidationError:
        return False
    return True
