"""The conversation as a model reads it (05 R4)."""

from inbox.enums import DeliveryStatus, Direction, MessageSource
from inbox.models import Message
from inbox.rules.safety import own_words
from zrg.ai.prompts import as_data

TEXT_LIMIT = 4_000
"""Characters of one message; the middle is cut."""
TOTAL_LIMIT = 48_000
"""Characters of the whole (12,000 tokens at four characters each); cut from the start."""


def build_transcript(message: Message, *, limit: int) -> str:
    """The last `limit` messages of all channels up to and with `message`, oldest first, it last; fenced as data."""
    return as_data(plain_transcript(message, limit=limit), "CONVERSATION")


def plain_transcript(message: Message, *, limit: int) -> str:
    """The same without its fence, for a document that is fenced as a whole."""
    earlier = list(
        Message.objects.of_lead(message.lead_id)
        .filter(sent_at__lte=message.sent_at)
        .exclude(pk=message.pk)
        .exclude(body="")
        # What never left was never said, and a delivery report is nobody's words.
        .exclude(delivery_status__in=(DeliveryStatus.FAILED, DeliveryStatus.SENDING))
        .exclude(source=MessageSource.BOUNCE)
        .newest_first()[: limit - 1]
    )
    lines = []
    subject = None
    for one in [*reversed(earlier), message]:
        shown = f"Subject: {_one_line(one.subject)} | " if one.subject and one.subject != subject else ""
        subject = one.subject or subject
        lines.append(_line(one, shown))
    return "\n".join(lines)[-TOTAL_LIMIT:]


def reply_text(message: Message) -> str:
    """What the person wrote this time, without mailing footers; the subject when that is empty."""
    return own_words(message.body) or message.subject or ""


def _line(message: Message, subject: str) -> str:
    inbound = message.direction == Direction.INBOUND
    head = f"[{message.sent_at:%Y-%m-%dT%H:%M:%SZ}] [{message.channel} {'IN' if inbound else 'OUT'}]"
    body = "\\n".join(_shorten(message.body).splitlines())
    return f"{head} {'Lead' if inbound else 'Team'}: {subject}{body}"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _shorten(text: str) -> str:
    if len(text) <= TEXT_LIMIT:
        return text
    half = TEXT_LIMIT // 2
    return f"{text[:half]} … {text[-half:]}"
