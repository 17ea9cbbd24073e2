"""What a usable secret looks like, how it is shown, compared and recognised.

Most "wrong signature" hours come from a pasted newline, a pair of quotes or a placeholder. They are
found here, when a secret is read or typed, and named by variable, never by value.
"""

import hmac
import logging
import re
import unicodedata
from collections.abc import Iterable, Mapping

from zrg.lib.errors import BadInput
from zrg.lib.hashing import sha

OWN_SECRET_MIN_LENGTH = 24
PROVIDER_KEY_MIN_LENGTH = 8

BULLETS = "•" * 12
SHOWN_TAIL = 4
MIN_LENGTH_TO_SHOW_TAIL = 12
FINGERPRINT_LENGTH = 8

_MASK = re.compile(rf"{BULLETS}.{{0,{SHOWN_TAIL}}}", re.DOTALL)
_QUOTES = ("''", '""', "``", "“”", "‘’", "„“")
# `NAME=value` pasted whole; a base64 secret may end with `=`, so something must follow.
_ASSIGNMENT = re.compile(r"(?:=|(?:export\s+)?[A-Za-z_][A-Za-z0-9_]*=(?!=*$))")
_ESCAPED_LINE_END = ("\\n", "\\r")
_PLACEHOLDER_WORDS = re.compile(r"(?:changeme|secret|password|test)+[0-9]{0,4}")
_PLACEHOLDER_SHAPES = re.compile(r"your[-_ ].*|<.*>|x{4,}.*|[x*.•_-]{3,}", re.DOTALL)

logger = logging.getLogger(__name__)


class BadSecret(BadInput):
    """A secret that cannot be meant: `name` says which, `reason` why; the value is never kept."""

    code = "bad_secret"

    def __init__(self, name: str, reason: str):
        super().__init__(f"{name}: {reason}", field=name, reason=reason)
        self.name = name
        self.reason = reason


def load_secret(name: str, raw: str | None, min_len: int, env: str) -> str | None:
    """The trimmed secret, or None when it is blank.

    Trimming that changed the value is logged with the name of the variable. A refused value raises
    `BadSecret`; where `env` is "development" it is logged and counts as missing, so that the feature
    behind it answers 503.
    """
    value = (raw or "").strip()
    if not value:
        return None
    if value != raw:
        logger.warning("secret.trimmed name=%s", name)
    reason = refusal_reason(name, value, min_len)
    if reason is None:
        return value
    logger.warning("secret.refused name=%s reason=%s", name, reason)
    if env == "development":
        return None
    raise BadSecret(name, reason)


def refusal_reason(name: str, value: str, min_len: int) -> str | None:
    """Why a trimmed secret is refused: `assignment`, `control_characters`, `whitespace`, `quoted`,
    `escaped_newline`, `placeholder`, `too_short`; None when it is usable."""
    if value.startswith(f"{name}=") or _ASSIGNMENT.match(value):
        return "assignment"
    if reason := _unprintable_reason(value):
        return reason
    if len(value) > 1 and value[0] + value[-1] in _QUOTES:
        return "quoted"
    if value.endswith(_ESCAPED_LINE_END):
        return "escaped_newline"
    if is_placeholder(value):
        return "placeholder"
    return "too_short" if len(value) < min_len else None


def clean_secret_input(name: str, typed: str | None) -> str | None:
    """What a form's write-only field means: None leaves the stored secret unchanged (blank, or the mask).

    Otherwise the trimmed new value. Inner white space, control characters and placeholders raise
    `BadSecret`. Clearing a secret is an explicit button, never a blank field.
    """
    value = (typed or "").strip()
    if not value or is_mask(value):
        return None
    reason = _unprintable_reason(value) or ("placeholder" if is_placeholder(value) else None)
    if reason is not None:
        raise BadSecret(name, reason)
    return value


def mask_secret(secret: str | None) -> str:
    """Twelve bullets, and the last 4 characters of a secret that has at least 12; "" when there is none."""
    if not secret:
        return ""
    return BULLETS + (secret[-SHOWN_TAIL:] if len(secret) >= MIN_LENGTH_TO_SHOW_TAIL else "")


def is_mask(text: str) -> bool:
    """Whether a form sent back what `mask_secret` showed."""
    return _MASK.fullmatch(text) is not None


def is_placeholder(value: str) -> bool:
    """Whether a value is the example somebody forgot to replace (`changeme`, `your-api-key`, `<key>`, `xxxx`)."""
    lowered = value.strip().lower()
    if _PLACEHOLDER_SHAPES.fullmatch(lowered):
        return True
    return _PLACEHOLDER_WORDS.fullmatch(re.sub(r"[-_ ]", "", lowered)) is not None


def fingerprint(secret: str, salt: str) -> str:
    """First 8 hex digits that let two environments be compared without showing a value."""
    return sha(f"{salt}:{secret}")[:FINGERPRINT_LENGTH]


def matches_any(given: str | bytes | None, accepted: Iterable[str | None]) -> bool:
    """Constant-time comparison with every accepted secret; nothing configured matches nothing."""
    candidate = given if isinstance(given, bytes) else (given or "").encode("utf-8", "surrogatepass")
    matched = False
    for secret in accepted:
        if secret and hmac.compare_digest(candidate, secret.encode()):
            matched = True
    return matched


def equal_secrets(secrets: Mapping[str, Iterable[str]]) -> list[tuple[str, str]]:
    """Pairs of names that share a value; each purpose needs its own secret."""
    owner: dict[str, str] = {}
    pairs: set[tuple[str, str]] = set()
    for name in sorted(secrets):
        for value in secrets[name]:
            first = owner.setdefault(value, name)
            if value and first != name:
                pairs.add((first, name))
    return sorted(pairs)


def _unprintable_reason(value: str) -> str | None:
    if any(character.isspace() for character in value):
        return "whitespace"
    # Cc: control characters; Cf: invisible ones such as the zero-width space of a copied web page.
    if any(unicodedata.category(character) in ("Cc", "Cf") for character in value):
        return "control_characters"
    return None
