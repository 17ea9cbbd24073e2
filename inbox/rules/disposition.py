"""What became of a draft's text when it was sent (05 R26)."""

from inbox.enums import ResponseDisposition, SentBy
from inbox.rules.outbound_text import split_sms_parts


def disposition(final_text: str, ai_content: str, sent_by: str) -> ResponseDisposition:
    """How much of the draft left unchanged: body as sent, before the provider wraps it; of an SMS the joined parts.

    The machine's own sends are AUTO_SENT; a person's are APPROVED when both texts are equal but for line ends and
    outer white space, else EDITED.
    """
    if sent_by == SentBy.AI:
        return ResponseDisposition.AUTO_SENT
    if _comparable(final_text) == _comparable(ai_content):
        return ResponseDisposition.APPROVED
    return ResponseDisposition.EDITED


def joined_parts(text: str) -> str:
    """An SMS as one text: where its parts end is no part of what it says."""
    return " ".join(" ".join(part.split()) for part in split_sms_parts(text))


def _comparable(text: str) -> str:
    return text.replace("\r\n", "\n").strip()
