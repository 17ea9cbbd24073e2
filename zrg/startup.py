"""Reading secrets and addresses at start: one clear line when something is missing or refused."""

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import NoReturn, TypeVar
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from zrg.lib.secrets_hygiene import BadSecret, equal_secrets, load_secret

OWN_SECRET_MIN_LENGTH = 24
PROVIDER_KEY_MIN_LENGTH = 8

Value = TypeVar("Value")


def stop(message: str) -> NoReturn:
    """End the process with one line for a person."""
    sys.stderr.write(f"zrg: {message}\n")
    raise SystemExit(2)


def read_secret(name: str, *, production: bool, required: bool = False, own: bool = True) -> str:
    """The trimmed secret, or "" when it is unset (or, in development, refused)."""
    values = _accepted(name, [os.environ.get(name, "")], production=production, own=own)
    if required and not values:
        stop(f"Missing setting: {name}")
    return values[0] if values else ""


def read_secret_list(name: str, *, production: bool, required: bool = False) -> tuple[str, ...]:
    """All secrets of a comma list (rotation: several are valid at once)."""
    values = tuple(_accepted(name, os.environ.get(name, "").split(","), production=production, own=True))
    if required and not values:
        stop(f"Missing setting: {name}")
    return values


def read_typed(read: Callable[..., Value], name: str, *, default: Value) -> Value:
    """A value read by one of django-environ's readers."""
    try:
        return read(name, default=default)
    except (ValueError, ImproperlyConfigured):
        stop(f"Malformed setting: {name}")


def refuse_equal_secrets(secrets: Mapping[str, Iterable[str]], *, production: bool) -> None:
    """Each purpose needs its own secret: one leak must not open another door."""
    for first, second in equal_secrets(secrets):
        message = f"Refused setting: {first} and {second} are equal"
        if production:
            stop(message)
        sys.stderr.write(f"zrg: {message}\n")


def require_url(name: str, *, default: str | None, https: bool) -> str:
    """An absolute URL without trailing slash."""
    value = os.environ.get(name, default or "").strip().rstrip("/")
    if not value:
        stop(f"Missing setting: {name}")
    parts = urlsplit(value)
    if parts.scheme not in ({"https"} if https else {"https", "http"}) or not parts.hostname:
        stop(f"Malformed setting: {name} must be an {'https' if https else 'http(s)'} address")
    return value


def _accepted(name: str, raw_values: list[str], *, production: bool, own: bool) -> list[str]:
    accepted = []
    for raw in raw_values:
        if not raw.strip():
            continue
        try:
            value = load_secret(name, raw, OWN_SECRET_MIN_LENGTH if own else PROVIDER_KEY_MIN_LENGTH, "startup")
        except BadSecret as refused:
            if production:
                stop(f"Refused setting: {name} ({refused.reason})")
            sys.stderr.write(f"zrg: refused setting {name} ({refused.reason}); the feature answers 503\n")
            continue
        if value:
            accepted.append(value)
    return accepted
