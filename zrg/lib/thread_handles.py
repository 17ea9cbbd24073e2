"""What a provider needs to continue an e-mail thread, as one short string per inbound message.

The same event always yields the same handle, so a handle also tells copies of one event apart from two replies.
"""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass
from typing import Literal, get_args

from zrg.lib.errors import ZrgError

MAX_HANDLE_CHARS = 600  # the column it is stored in

Provider = Literal["emailbison", "smartlead", "instantly"]

# field of ThreadHandle → its name in the JSON; "?" marks what may be unknown
_FIELDS: dict[str, dict[str, str]] = {
    "smartlead": {
        "campaign_id": "campaignId",
        "message_id": "messageId?",
        "stats_id": "statsId",
        "time": "time?",
        "to_email": "toEmail",
    },
    "instantly": {"eaccount": "eaccount", "event_timestamp": "eventTimestamp?", "reply_to_uuid": "replyToUuid"},
}
_LEFT_OUT_WHEN_UNKNOWN = "time"  # the other unknown values are null


class BadHandle(ZrgError):
    """The stored handle cannot be read; the thread can only be continued in the provider's own tool."""

    code = "bad_handle"
    http_status = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadHandle:
    """Where a reply goes. EmailBison has `reply_id`; SmartLead and Instantly their own groups of fields."""

    provider: Provider
    reply_id: str | None = None
    campaign_id: str | None = None
    stats_id: str | None = None
    message_id: str | None = None
    to_email: str | None = None
    time: str | None = None
    eaccount: str | None = None
    event_timestamp: str | None = None
    reply_to_uuid: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedHandle:
    """The string to store; `json_to_keep` is set when it only holds a hash of what is needed."""

    value: str
    json_to_keep: str | None = None


def encode_thread_handle(handle: ThreadHandle) -> EncodedHandle:
    """The handle as stored: the bare id for EmailBison, prefixed base64url of canonical JSON for the others.

    Never truncated: what is longer than 600 characters becomes `<provider>:h:<sha256>`, and the JSON is kept beside
    the message. Raises BadHandle when a value that every reply needs is missing.
    """
    if handle.provider == "emailbison":
        return EncodedHandle(value=_checked_reply_id(handle.reply_id or ""))
    canonical = json.dumps(_to_json(handle), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    encoded = urlsafe_b64encode(canonical.encode()).rstrip(b"=").decode()
    value = f"{handle.provider}:{encoded}"
    if len(value) <= MAX_HANDLE_CHARS:
        return EncodedHandle(value=value)
    return EncodedHandle(value=f"{handle.provider}:h:{_sha256(canonical)}", json_to_keep=canonical)


def decode_thread_handle(handle: str, kept_json: str | None = None) -> ThreadHandle:
    """The thread behind a stored handle; `kept_json` is what was kept for a hashed one. Raises BadHandle."""
    provider, colon, rest = handle.partition(":")
    if not colon:
        return ThreadHandle(provider="emailbison", reply_id=_checked_reply_id(handle))
    if provider not in _FIELDS:
        raise BadHandle
    if rest.startswith("h:"):
        if kept_json is None or _sha256(kept_json) != rest[2:]:
            raise BadHandle
        return _from_json(provider, kept_json)
    try:
        text = urlsafe_b64decode(rest + "=" * (-len(rest) % 4)).decode()
    except (Base64Error, ValueError) as error:
        raise BadHandle from error
    return _from_json(provider, text)


def is_hashed(handle: str) -> bool:
    """Whether the handle can only be read together with the JSON kept for it."""
    return handle.partition(":")[2].startswith("h:")


def _checked_reply_id(reply_id: str) -> str:
    if not reply_id or ":" in reply_id or len(reply_id) > 64 or not reply_id.isprintable() or " " in reply_id:
        raise BadHandle
    return reply_id


def _to_json(handle: ThreadHandle) -> dict[str, str | None]:
    fields = _FIELDS.get(handle.provider)
    if fields is None:
        raise BadHandle
    values = {name.rstrip("?"): getattr(handle, field) for field, name in fields.items()}
    if any(not getattr(handle, field) for field, name in fields.items() if not name.endswith("?")):
        raise BadHandle
    return {name: value for name, value in values.items() if value is not None or name != _LEFT_OUT_WHEN_UNKNOWN}


def _from_json(provider: str, text: str) -> ThreadHandle:
    try:
        values = json.loads(text)
    except ValueError as error:
        raise BadHandle from error
    if not isinstance(values, dict) or provider not in get_args(Provider):
        raise BadHandle
    found: dict[str, str | None] = {}
    for field, name in _FIELDS[provider].items():
        value = values.get(name.rstrip("?"))
        if not (isinstance(value, str) and value) and not (value is None and name.endswith("?")):
            raise BadHandle
        found[field] = value
    return ThreadHandle(provider=provider, **found)  # type: ignore[arg-type]


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
