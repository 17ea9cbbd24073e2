"""Whether a call comes from Calendly: `Calendly-Webhook-Signature: t=<unix seconds>,v1=<hex>[,v1=<hex>]`."""

import hashlib
import hmac
import re

TOLERANCE_SECONDS = 300

_TIMESTAMP = re.compile(r"[0-9]{1,15}", re.ASCII)


def verify_signature(
    signing_key: str | None, header: str | None, body: bytes | str, now: float
) -> tuple[bool, str | None]:
    """`(True, None)`, or False with the reason: `no_signing_key`, `missing_signature`,
    `malformed_signature`, `timestamp_out_of_tolerance`, `signature_mismatch`.

    `body` is the raw body, `now` in unix seconds. The provider signs `<t>.<body>`, so that an old call
    cannot be sent again under a new time; while it rotates keys it sends several `v1`.
    """
    key = (signing_key or "").strip()
    if not key:
        return False, "no_signing_key"
    if not (header or "").strip():
        return False, "missing_signature"
    timestamp, signatures = _parse(header or "")
    if timestamp is None or not signatures:
        return False, "malformed_signature"
    if abs(now - int(timestamp)) > TOLERANCE_SECONDS:
        return False, "timestamp_out_of_tolerance"
    expected = sign(key, timestamp, body).encode()
    # Every one is compared, so that the time taken tells nothing.
    matching = [hmac.compare_digest(expected, given.encode("utf-8", "surrogatepass")) for given in signatures]
    return (True, None) if any(matching) else (False, "signature_mismatch")


def sign(signing_key: str, timestamp: str, body: bytes | str) -> str:
    """The `v1` of a body sent at `timestamp`: lower-case hex of HMAC-SHA256."""
    raw = body.encode() if isinstance(body, str) else body
    return hmac.new(signing_key.encode(), timestamp.encode() + b"." + raw, hashlib.sha256).hexdigest()


def _parse(header: str) -> tuple[str | None, list[str]]:
    pairs = [part.strip().partition("=") for part in header.split(",")]
    timestamps = [value.strip() for name, _, value in pairs if name.strip() == "t"]
    signatures = [value.strip() for name, _, value in pairs if name.strip() == "v1" and value.strip()]
    timestamp = timestamps[0] if timestamps and _TIMESTAMP.fullmatch(timestamps[0]) else None
    return timestamp, signatures
