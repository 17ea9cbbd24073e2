"""The product's words for what an answer should include, and a workspace's own words in their place. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext

from zrg.lib.errors import BadInput
from zrg.lib.text import storable

MAX_TEXT = 1_000
_BRACES = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One text: what it is for, the product's words, and the placeholders it may hold."""

    label: str
    default: str
    placeholders: tuple[str, ...] = ()


TEXTS: Mapping[str, Text] = {
    "bookingLinkPlainTemplate": Text(
        label="Link, as an address",
        default="Give this booking link once, as it stands: {bookingLink}",
        placeholders=("bookingLink",),
    ),
    "bookingLinkHyperlinkTemplate": Text(
        label="Link, as linked words",
        default="Give the booking link once, as linked words: [words of yours]({bookingLink})",
        placeholders=("bookingLink",),
    ),
    "noBookingLinkTemplate": Text(
        label="When there is no link",
        default="There is no booking link. Write no link and no placeholder for one; ask which times would suit.",
    ),
    "suggestedTimesWithSlotsTemplate": Text(
        label="Times",
        default="Offer exactly these times ({numTimes}), word for word:\n{timesBullets}",
        placeholders=("numTimes", "timesBullets"),
    ),
    "suggestedTimesNoSlotsTemplate": Text(
        label="When no time is free",
        default="No free time is known. Name no time; offer to send {numTimes} of them.",
        placeholders=("numTimes",),
    ),
    "qualifyingQuestionOneTemplate": Text(label="One question", default="Ask: {question}", placeholders=("question",)),
    "qualifyingQuestionManyTemplate": Text(
        label="Several questions",
        default="Ask these questions:\n{questionsBullets}",
        placeholders=("questionsBullets",),
    ),
    "smsParaphraseHintTemplate": Text(
        label="Questions in a text message",
        default="This is a text message: shorten the questions in your own words, keep what they ask.",
    ),
    "timezoneAskTemplate": Text(label="Time zone", default="Ask in which time zone the lead is."),
    "earlyAcceptanceHintTemplate": Text(
        label="Times without a link", default="Say that a clear yes to one of these times is enough."
    ),
    "stageBlockWrapperTemplate": Text(
        label="Around everything",
        default="Booking, stage {stageNumber}. The answer includes, in this order:\n{bullets}",
        placeholders=("stageNumber", "bullets"),
    ),
}


def check_texts(own: Mapping[str, str]) -> dict[str, str]:
    """The own texts that say something; BadInput (400) for an unknown key or placeholder, or one too long."""
    kept: dict[str, str] = {}
    for key, written in own.items():
        if key not in TEXTS:
            raise BadInput(
                gettext("unknown text: {key}").format(key=key[:80]),
                code="unknown_text",
                http_status=400,
                field=key[:80],
            )
        text = storable(written).replace("\r\n", "\n").strip()
        if problem := _problem(text, TEXTS[key].placeholders):
            raise BadInput(f"{TEXTS[key].label}: {problem}", code="bad_text", http_status=400, field=key)
        if text and text != TEXTS[key].default:
            kept[key] = text
    return kept


def write_text(key: str, own: Mapping[str, str], **values: object) -> str:
    """The text of this key with its placeholders filled in one pass: what a value holds is never read again."""
    text = own.get(key, "").strip() or TEXTS[key].default
    return _BRACES.sub(lambda found: str(values.get(found.group(1), found.group(0))), text)


def _problem(text: str, placeholders: tuple[str, ...]) -> str:
    if len(text) > MAX_TEXT:
        return f"at most {MAX_TEXT:,} characters."
    unknown = [name for name in _BRACES.findall(text) if name not in placeholders]
    if unknown:
        return f"unknown placeholder {{{unknown[0][:40]}}}. {_allowed(placeholders)}"
    if "{" in (rest := _BRACES.sub("", text)) or "}" in rest:
        return f"braces stand around placeholders only. {_allowed(placeholders)}"
    return ""


def _allowed(placeholders: tuple[str, ...]) -> str:
    names = ", ".join(f"{{{name}}}" for name in placeholders)
    return f"It knows {names}." if names else "This text has none."
