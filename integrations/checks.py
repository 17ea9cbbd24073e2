"""System checks: a deployment that could not keep or would leak credentials does not start."""

import os
import sys
from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

# Credentials of the installation itself; those of workspaces are trimmed where they are typed.
PLATFORM_CREDENTIALS = (
    "CALENDLY_WEBHOOK_SIGNING_KEY",
    "CLAY_CALLBACK_SECRET",
    "CLAY_LINKEDIN_TABLE_WEBHOOK_URL",
    "CLAY_PHONE_TABLE_WEBHOOK_URL",
    "EMAILGUARD_API_KEY",
    "RESEND_API_KEY",
    "ROUTING_PAGER_WEBHOOK_URL",
    "SLACK_BOT_TOKEN",
    "SLACK_SIGNING_SECRET",
    "SLACK_WEBHOOK_URL",
    "UNIPILE_API_KEY",
    "UNIPILE_DSN",
    "UNIPILE_WEBHOOK_SECRET",
)


@register("integrations")
def check_field_encryption_keys(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """integrations.E001: at least one usable Fernet key, and no unusable one."""
    keys = settings.FIELD_ENCRYPTION_KEYS
    if not keys:
        return [Error("FIELD_ENCRYPTION_KEYS is not set", id="integrations.E001")]
    bad = [str(position) for position, key in enumerate(keys, start=1) if not _is_fernet_key(key)]
    if not bad:
        return []
    return [
        Error(
            f"FIELD_ENCRYPTION_KEYS: entry {', '.join(bad)} is no Fernet key",
            hint="A key is 32 random bytes in url-safe base64.",
            id="integrations.E001",
        )
    ]


@register("integrations")
def check_loopback_providers(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """integrations.E002: loopback providers are for development and tests only."""
    if not settings.ZRG_ALLOW_LOOPBACK_PROVIDERS or settings.DEBUG or settings.TESTING or "pytest" in sys.modules:
        return []
    return [
        Error(
            "ZRG_ALLOW_LOOPBACK_PROVIDERS is on while DEBUG is off",
            hint="With it credentials may be sent over plain http and to this machine.",
            id="integrations.E002",
        )
    ]


@register("integrations")
def check_platform_credentials(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """integrations.W001: white space around a credential is dropped when it is read; whoever compares it with
    what is stored elsewhere should know.
    """
    given = ((name, os.environ.get(name, "")) for name in PLATFORM_CREDENTIALS)
    return [
        Warning(f"{name} has white space around it; it is used without", id="integrations.W001")
        for name, value in given
        if value.strip() and value != value.strip()
    ]


def _is_fernet_key(key: str) -> bool:
    try:
        Fernet(key)
    except ValueError:
        return False
    return True
