"""Whether a call comes from our Clay tables. Pure."""

import hashlib
import hmac

from zrg.lib.secrets_hygiene import matches_any

_PREFIX = "sha256="


def verify_signature(secret: str, header: str | None, body: bytes, *, use_hmac: bool) -> tuple[bool, str]:
    """Whether the call is genuine, and why not: `secret_unset`, `missing` or `mismatch` ("" when it is).

    With `use_hmac` the header is the hex HMAC-SHA256 of the raw body (optionally behind `sha256=`),
    otherwise the secret itself. An unset secret never equals anything.
    """
    expected, given = secret.strip(), (header or "").strip()
    if not expected:
        return False, "secret_unset"
    if not given:
        return False, "missing"
    if use_hmac:
        given = given.removeprefix(_PREFIX).lower()
        expected = hmac.new(expected.encode(), body, hashlib.sha256).hexdigest()
    return (True, "") if matches_any(given, [expected]) else (False, "mismatch")
