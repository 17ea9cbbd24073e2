"""Texts of channels without quotes and signatures: SMS, LinkedIn."""

from inbox.rules.cleaning.clean import MAX_BODY_CHARS, CleanedEmail
from inbox.rules.cleaning.normalise import joined, normalised_lines, storable


def clean_plain(text: str | None) -> CleanedEmail:
    """The text as written, normalised and capped; nothing is cut out, so no raw part needs to be kept."""
    body = joined(normalised_lines(storable(text or "")), max_chars=MAX_BODY_CHARS)
    return CleanedEmail(body=body, raw_text="", raw_html="", is_truncated=len(body) == MAX_BODY_CHARS)
