"""How Slack signs its calls."""

import hashlib
import hmac
import re
from datetime import datetime

TOLERANCE_SECONDS = 300
_TIMESTAMP = re.compile(r"[0-9]{1,15}", re.ASCII)
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}", re.ASCII)


def verify_signature(
    signing_secret: str, timestamp: str, signature: str, body: bytes, now: datetime
) -> tuple[bool, str]:
    """Whether the raw body was signed with the secret within five minutes of `now`, and why not:
    `missing_secret`, `missing_signature`, `malformed_timestamp`, `malformed_signature`,
    `timestamp_out_of_tolerance`, `signature_mismatch`; "" when it was. An unset secret signs nothing.
    """
    secret = signing_secret.strip()
    if not secret:
        return False, "missing_secret"
    if not timestamp or not signature:
        return False, "missing_signature"
    if not _TIMESTAMP.fullmatch(timestamp):
        return False, "malformed_timestamp"
    if not _SIGNATURE.fullmatch(signature):
        return False, "malformed_signature"
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE_SECONDS:
        return False, "timestamp_out_of_tolerance"
    if not hmac.compare_digest(sign(secret, timestamp, body).encode(), signature.encode()):
        return False, "signature_mismatch"
    return True, ""


def sign(signing_secret: str, timestamp: str, body: bytes) -> str:
    """The value of `X-Slack-Signature`."""
    signed = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(signing_secret.encode(), signed, hashlib.sha256).hexdigest()
