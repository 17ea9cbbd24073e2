"""What a connection needs to be complete, and how typed values are read."""

import re
from collections.abc import Mapping

from django.utils.translation import gettext

from integrations.enums import Provider
from integrations.errors import ConnectionRefused

# Secrets by provider: name → required.
SECRETS: Mapping[str, Mapping[str, bool]] = {
    Provider.EMAILBISON: {"api_key": True, "webhook_secret": False},
    Provider.SMARTLEAD: {"api_key": True, "webhook_secret": True},
    Provider.INSTANTLY: {"api_key": True, "webhook_secret": True},
    Provider.GHL: {"private_key": True, "webhook_secret": False},
    Provider.UNIPILE: {},
    Provider.CALENDLY: {"access_token": True, "webhook_signing_key": False},
    Provider.SLACK: {"bot_token": True, "signing_secret": False},
    # Without a key of its own a workspace uses the platform's.
    Provider.RESEND: {"api_key": False},
    Provider.LEAD_PUSH: {"webhook_secret": True},
    Provider.CRM_WEBHOOK: {"secret": True},
}

# Made and kept by the product; nobody types them.
OUR_SECRETS = frozenset({"webhook_signing_key"})

# Public settings a person types, by provider.
CONFIG: Mapping[str, tuple[str, ...]] = {Provider.RESEND: ("from_email",)}

MAX_ACCOUNT_ID = 191
MAX_SENDER = 320

_SENDER = re.compile(r"(?:[^<>\x00-\x1f\x7f]*<(?P<inner>[^<>]+)>|(?P<bare>[^<>]+))")
_ADDRESS = re.compile(r"[^@\s\x00-\x1f<>(),;:\"\\]+@[^@\s\x00-\x1f<>(),;:\"\\.]+(?:\.[^@\s\x00-\x1f<>(),;:\"\\.]+)+")

_WORDING = {
    "api_key": "an API key",
    "webhook_secret": "a webhook secret",
    "private_key": "a private key",
    "access_token": "an access token",
    "bot_token": "a bot token",
    "secret": "a secret",
}


def missing_secrets(provider: str, present: Mapping[str, str]) -> list[str]:
    """Names of the required secrets that are not there."""
    return [name for name, required in SECRETS[provider].items() if required and not present.get(name)]


def is_complete(provider: str, present: Mapping[str, str]) -> bool:
    """Whether a connection holds what its provider needs; one that could hold a secret holds some."""
    return not missing_secrets(provider, present) and (bool(present) or not SECRETS[provider])


def requirement(provider: str) -> str:
    """The sentence that says what a provider needs."""
    needed = " and ".join(_WORDING[name] for name, required in SECRETS[provider].items() if required)
    return f"{Provider(provider).label} requires {needed}"


def missing_account(provider: str, account_id: str | None) -> str:
    """The sentence for a provider that cannot be used without an account id; "" when all is well."""
    wanted = {Provider.UNIPILE: "Unipile requires an account id", Provider.GHL: "GoHighLevel requires a location id"}
    return "" if account_id else wanted.get(Provider(provider), "")


def normalise_account_id(provider: str, typed: str | None) -> str | None:
    """The provider's account id as stored: trimmed, blank as None; EmailBison's are digits, also when
    pasted as `# 123`. Raises `ConnectionRefused`.
    """
    value = (typed or "").strip()
    if provider == Provider.EMAILBISON:
        value = re.sub(r"^#\s*", "", value)
        if value and not re.fullmatch(r"[0-9]{1,32}", value):
            raise ConnectionRefused(gettext("The EmailBison workspace id is a number"), field="external_account_id")
    if len(value) > MAX_ACCOUNT_ID or any(character.isspace() for character in value):
        raise ConnectionRefused(gettext("This is not an account id"), field="external_account_id")
    return value or None


def normalise_sender(typed: str | None) -> str:
    """The address mails leave from, `x@y.z` or `Name <x@y.z>`, trimmed; blank as "". Raises
    `ConnectionRefused`.
    """
    value = (typed or "").strip()
    shape = _SENDER.fullmatch(value)
    address = (shape["inner"] or shape["bare"]) if shape else ""
    if value and (len(value) > MAX_SENDER or not _ADDRESS.fullmatch(address)):
        raise ConnectionRefused(gettext("Invalid from email"), field="from_email")
    return value
