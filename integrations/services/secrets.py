"""The credential of a connection: sealed to its workspace and provider, opened only here."""

import json
from functools import lru_cache
from typing import Any
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.translation import gettext

from integrations.errors import SecretBindingError, SecretUnreadable
from integrations.models import Connection
from zrg.lib.hashing import canonical_json

ENVELOPE_VERSION = 1


def seal(workspace_id: UUID, provider: str, data: dict[str, str]) -> str:
    """One Fernet token holding `data`, readable only for this workspace and provider; "" for no data."""
    if not data:
        return ""
    envelope = {"v": ENVELOPE_VERSION, "workspace_id": str(workspace_id), "provider": str(provider), "data": data}
    return _box(settings.FIELD_ENCRYPTION_KEYS).encrypt(canonical_json(envelope).encode()).decode()


def unseal(token: str, workspace_id: UUID, provider: str) -> dict[str, str]:
    """The secrets by name, each stripped. Raises `SecretUnreadable` when no key opens the token and
    `SecretBindingError` when it was sealed for another workspace or provider (a copied row).
    """
    if not token:
        return {}
    envelope = _opened(token, settings.FIELD_ENCRYPTION_KEYS)
    if envelope.get("workspace_id") != str(workspace_id) or envelope.get("provider") != str(provider):
        raise SecretBindingError("stored credential belongs to another connection")
    return {name: value.strip() for name, value in envelope["data"].items() if value and value.strip()}


def read_secrets(connection: Connection) -> dict[str, str]:
    """The secrets of a connection by name; raises as `unseal` does."""
    return unseal(connection.secrets, connection.workspace_id, connection.provider)


def reseal(token: str) -> str:
    """The same credential encrypted with the first key; raises `SecretUnreadable` when no key opens it."""
    try:
        return _box(settings.FIELD_ENCRYPTION_KEYS).rotate(token.encode()).decode()
    except InvalidToken as unreadable:
        raise SecretUnreadable(gettext("stored credential cannot be decrypted")) from unreadable


@lru_cache(maxsize=1024)
def _opened(token: str, keys: tuple[str, ...]) -> dict[str, Any]:
    """The envelope in a token. Remembered per process: every webhook call of a workspace needs the same
    one, and a changed credential is another token.
    """
    try:
        envelope: dict[str, Any] = json.loads(_box(keys).decrypt(token.encode()))
    except (InvalidToken, ValueError) as unreadable:
        raise SecretUnreadable(gettext("stored credential cannot be decrypted")) from unreadable
    return envelope


@lru_cache(maxsize=4)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])
