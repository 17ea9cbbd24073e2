"""Texts of channels without quotes and signatures: SMS, LinkedIn."""

from inbox.rules.cleaning.clean import MAX_BODY_CHARS, CleanedEmail
from inbox.rules.cleaning.normalise import capped, joined, normalised_lines, storable


def clean_plain(text: str | None) -> CleanedEmail:
    """The text as written, normalised and capped; nothing is cut out, so no raw part needs to be kept."""
    words = joined(normalised_lines(storable(text or "")))
    return CleanedEmail(
        body=capped(words, MAX_BODY_CHARS), raw_text="", raw_html="", is_truncated=len(words) > MAX_BODY_CHARS
    )
