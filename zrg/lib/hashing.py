"""Stable hashes and canonical JSON (the forms of the webhook and dispatch keys)."""

import hashlib
import json


def sha(text: str) -> str:
    """Lower-case hex SHA-256 of the UTF-8 string."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def canonical_json(value: object) -> str:
    """JSON with sorted keys and no spaces; equal values give equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
