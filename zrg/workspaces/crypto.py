"""Encryption of short texts with FIELD_ENCRYPTION_KEYS: the first encrypts, all decrypt."""

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def encrypt_text(text: str) -> str:
    """An opaque token only this installation can read."""
    return _keys().encrypt(text.encode()).decode()


def decrypt_text(token: str) -> str:
    """The text; `cryptography.fernet.InvalidToken` when no configured key fits."""
    return _keys().decrypt(token.encode()).decode()


def _keys() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.FIELD_ENCRYPTION_KEYS])
