"""Knobs of the provider clients, read leniently when they are used: a typing error never stops a call."""

import os
import re

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}", re.ASCII)

EMAILBISON_DEFAULT_URL = "https://send.meetinboxxia.com"
CALENDLY_DEFAULT_URL = "https://api.calendly.com"


def clamped_int(name: str, default: int, lo: int, hi: int) -> int:
    """The variable as an integer within `lo` … `hi`; unparsable counts as `default`."""
    text = os.environ.get(name, "").strip()
    return max(lo, min(hi, int(text))) if _INTEGER.fullmatch(text) else default


def base_url(name: str, default: str) -> str:
    """The provider's base address without trailing slash; blank counts as `default`."""
    return (os.environ.get(name, "").strip() or default).rstrip("/")


def emailbison_base_url() -> str:
    """Base address of the default EmailBison instance."""
    return base_url("EMAILBISON_BASE_URL", EMAILBISON_DEFAULT_URL)


def milliseconds(name: str, default: int, lo: int = 1_000, hi: int = 120_000) -> float:
    """A duration given in milliseconds, in seconds."""
    return clamped_int(name, default, lo, hi) / 1_000


def secret(name: str) -> str:
    """A platform credential, stripped; "" when unset."""
    return os.environ.get(name, "").strip()


def emailbison_timeout_seconds() -> float:
    """How long one EmailBison call may take."""
    return milliseconds("EMAILBISON_TIMEOUT_MS", 30_000)


def emailbison_max_retries() -> int:
    """How often a read, or a call the provider refused for its rate, is repeated."""
    return clamped_int("EMAILBISON_MAX_RETRIES", 2, 0, 5)


def ghl_timeout_seconds() -> float:
    """How long one GoHighLevel call may take."""
    return milliseconds("GHL_FETCH_TIMEOUT_MS", 15_000, 1_000, 60_000)


def ghl_requests_per_10s() -> int:
    """Our own pace towards one GoHighLevel location."""
    return clamped_int("GHL_REQUESTS_PER_10S", 90, 1, 100)


def ghl_max_429_retries() -> int:
    """How often a GoHighLevel call that was refused for its rate is repeated."""
    return clamped_int("GHL_MAX_429_RETRIES", 3, 0, 10)


def ghl_max_network_retries() -> int:
    """How often a GoHighLevel read is repeated after a timeout or network error."""
    return clamped_int("GHL_MAX_NETWORK_RETRIES", 1, 0, 5)


def ghl_max_5xx_retries() -> int:
    """How often a GoHighLevel read is repeated after an error of its server."""
    return clamped_int("GHL_MAX_5XX_RETRIES", 1, 0, 5)


def ghl_export_max_pages() -> int:
    """Pages of the message export read at most."""
    return clamped_int("GHL_EXPORT_MAX_PAGES", 5, 1, 50)


def ghl_export_max_messages() -> int:
    """Messages of the message export kept at most."""
    return clamped_int("GHL_EXPORT_MAX_MESSAGES", 2_000, 1, 20_000)


def slack_signing_secret() -> str:
    """The secret of the platform's own Slack app."""
    return secret("SLACK_SIGNING_SECRET")


def slack_bot_token() -> str:
    """The token with which the platform itself writes to its staff."""
    return secret("SLACK_BOT_TOKEN")


def slack_webhook_url() -> str:
    """The incoming webhook of the platform's channel; its path is a credential."""
    return secret("SLACK_WEBHOOK_URL")


def pager_webhook_url() -> str:
    """Where the operators' pager is told; its address is a credential."""
    return secret("ROUTING_PAGER_WEBHOOK_URL")


def slack_timeout_seconds() -> float:
    """How long one Slack call may take."""
    return milliseconds("SLACK_TIMEOUT_MS", 8_000, hi=60_000)


def resend_api_key() -> str:
    """The platform's key at Resend."""
    return secret("RESEND_API_KEY")


def resend_from_email() -> str:
    """The address the platform's mails leave from."""
    return secret("RESEND_FROM_EMAIL")


def resend_timeout_seconds() -> float:
    """How long one Resend call may take."""
    return milliseconds("RESEND_TIMEOUT_MS", 10_000, hi=60_000)


def resend_requests_per_second() -> int:
    """Our own pace towards one Resend account."""
    return clamped_int("RESEND_REQUESTS_PER_S", 2, 1, 1_000)


def unipile_dsn() -> str:
    """Address of the platform's Unipile server, https unless it says otherwise; "" when unset."""
    address = os.environ.get("UNIPILE_DSN", "").strip().rstrip("/")
    return address if not address or "://" in address else f"https://{address}"


def unipile_api_key() -> str:
    """The platform's key at Unipile; "" when unset."""
    return secret("UNIPILE_API_KEY")


def unipile_webhook_secret() -> str:
    """What calls of Unipile must show; "" when unset."""
    return secret("UNIPILE_WEBHOOK_SECRET")


def unipile_timeout_seconds() -> float:
    """How long one Unipile call may take."""
    return milliseconds("UNIPILE_TIMEOUT_MS", 20_000)


def switched_on(name: str) -> bool:
    """Whether the variable says yes; anything else is no."""
    return os.environ.get(name, "").strip().lower() in ("1", "true", "on", "yes")


def clay_table_url(kind: str) -> str:
    """Address of the table for `linkedin` or `phone`; "" without one."""
    return base_url(f"CLAY_{kind.upper()}_TABLE_WEBHOOK_URL", "")


def clay_callback_secret() -> str:
    """What the tables prove themselves with; "" when unset."""
    return secret("CLAY_CALLBACK_SECRET")


def clay_callback_uses_hmac() -> bool:
    """Whether the tables sign the body instead of sending the secret."""
    return switched_on("CLAY_CALLBACK_USE_HMAC")


def clay_timeout_seconds() -> float:
    """How long one question may take."""
    return milliseconds("CLAY_TIMEOUT_MS", 10_000, 1_000, 60_000)


def clay_requests_per_minute() -> int:
    """Questions of the whole deployment per minute."""
    return clamped_int("CLAY_REQUESTS_PER_MINUTE", 10, 1, 600)


def calendly_base_url() -> str:
    """Base address of Calendly's API."""
    return base_url("CALENDLY_API_BASE", CALENDLY_DEFAULT_URL)


def calendly_timeout_seconds() -> float:
    """How long one Calendly call may take."""
    return milliseconds("CALENDLY_TIMEOUT_MS", 20_000)


def calendly_signing_key() -> str:
    """The key of calls to workspaces that hold none of their own."""
    return secret("CALENDLY_WEBHOOK_SIGNING_KEY")


def smartlead_timeout_seconds() -> float:
    """How long one SmartLead call may take."""
    return milliseconds("SMARTLEAD_TIMEOUT_MS", 20_000)


def smartlead_requests_per_2s() -> int:
    """Our own pace towards one SmartLead account."""
    return clamped_int("SMARTLEAD_REQUESTS_PER_2S", 10, 1, 1_000)


def instantly_timeout_seconds() -> float:
    """How long one Instantly call may take."""
    return milliseconds("INSTANTLY_TIMEOUT_MS", 20_000)


def instantly_requests_per_10s() -> int:
    """Our own pace towards one Instantly account."""
    return clamped_int("INSTANTLY_REQUESTS_PER_10S", 90, 1, 10_000)
