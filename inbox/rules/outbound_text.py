"""Texts on their way out: what must not leave, and the shape each channel wants.

[HARD] `07.placeholder-refused`: a template token or placeholder is never sent to a lead.
"""

import json
import re
import unicodedata
from html import escape

from inbox.rules import linkify

MAX_SMS_PARTS = 3
MAX_SMS_PART_CHARS = 160
MAX_SUBJECT_CHARS = 998

# {{anything}} · {name}, ${name}, {Hi|Hello} · [Name] unless it is the label of a link · <insert …>, <first name>
# $X, $X-$Y · XX/XX · lorem ipsum
_PLACEHOLDER = re.compile(
    r"""
      \{\{[^{}\n]{0,200}\}\}
    | \$?\{\s*[^\W\d][^{}\n]{0,200}\}
    | \[\s?[^\W\d_][\w\ '’/.&:|,-]{0,39}\](?!\()
    | <(?:insert|your|first|last|full|name|company|lead|contact|recipient|sender|client|prospect|job|city
        |industry|date|day|time|phone|link|calendar|booking)\b[^<>@:\n]{0,80}>
    | \$[XYZ]{1,4}(?:,[XYZ]{3})*\b(?:\s?[-–]\s?\$?[XYZ]{1,4}\b)?
    | \bXX/XX(?:/X{2,4})?\b
    | \blorem\s+ipsum\b
    """,
    re.VERBOSE | re.IGNORECASE,
)

_URL_START = re.compile(r"https?://[^\s<>\"\])}]*", re.IGNORECASE)
_DOTTED_HOST = re.compile(r"https?://(?:[^/?#\s]*@)?[^/?#\s:@.]+(?:\.[^/?#\s:@.]+)+\.?(?:[/?#:]|$)", re.IGNORECASE)

_SMS_PART = re.compile(r"</?sms_part>", re.IGNORECASE)
_SMS_RULE = re.compile(r"[ \t]*-{3,}[ \t]*")
_SENTENCE = re.compile(r".+?(?:(?<=[.!?…])\s+|\n\s*|$(?!\n))", re.DOTALL)
_GSM7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà^{}\\[~]|€\f"
)


def find_placeholders(text: str) -> list[str]:
    """Unresolved tokens in the order they stand, each once; empty when the text may leave."""
    return list(dict.fromkeys(match.group().strip() for match in _PLACEHOLDER.finditer(text)))


def find_truncated_urls(text: str) -> list[str]:
    """URLs that end before a dotted host is complete: `https://`, `https://c`."""
    urls = (match.group().rstrip(".,;:!?'\"") for match in _URL_START.finditer(text))
    return list(dict.fromkeys(url for url in urls if not _DOTTED_HOST.match(url)))


def has_truncated_url(text: str) -> bool:
    """Whether a link of the text is cut off."""
    return bool(find_truncated_urls(text))


def html_body(text: str) -> str:
    """An e-mail body: escaped text, markdown links and bare URLs linked, one `<br>` per newline."""
    text = text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")
    return "".join(_html(piece) for piece in linkify.scan(text))


def reply_subject(subject: str | None) -> str:
    """The subject of an answer: `Re: ` once, on one line."""
    words = " ".join((subject or "").replace("\x00", "").split())
    if words[:3].lower() == "re:":
        return words[:MAX_SUBJECT_CHARS]
    return f"Re: {words}".strip()[:MAX_SUBJECT_CHARS]


def split_sms_parts(text: str) -> list[str]:
    """The parts of an SMS, NFC and trimmed; more than three, or one over 160 characters, do not fit (`fits_sms`).

    Written parts are kept as they are: a JSON array or `{"parts": […]}`, `<sms_part>…</sms_part>`, lines of `---`. A
    part over 160 characters is divided after sentences, then after words, never inside a URL.
    """
    text = unicodedata.normalize("NFC", text.replace("\x00", "").replace("\r\n", "\n")).strip()
    written = _json_parts(text) or _tagged_parts(text) or _ruled_parts(text)
    trimmed = (unicodedata.normalize("NFC", part).strip() for part in written)
    return [piece for part in trimmed if part for piece in _divided(part)]


def fits_sms(parts: list[str]) -> bool:
    """Whether the parts may be sent: one to three, none over 160 characters."""
    return 1 <= len(parts) <= MAX_SMS_PARTS and all(len(part) <= MAX_SMS_PART_CHARS for part in parts)


def is_billed_per_70(part: str) -> bool:
    """Whether a part holds a character outside GSM-7; the composer warns about it, nothing refuses it."""
    return any(character not in _GSM7 for character in part)


def _html(piece: linkify.Text | linkify.Link) -> str:
    if isinstance(piece, linkify.Text):
        return escape(piece.text).replace("\n", "<br>")
    label = (piece.label or "").strip() or piece.href
    return f'<a href="{escape(piece.href)}">{escape(label)}</a>'


# --- SMS parts


def _json_parts(text: str) -> list[str] | None:
    if not text.startswith(("[", "{")):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    parts = value.get("parts") if isinstance(value, dict) else value
    if isinstance(parts, list) and parts and all(isinstance(part, str) for part in parts):
        return parts
    return None


def _tagged_parts(text: str) -> list[str] | None:
    """Contents of complete tags; what stands between them is the writer's markup, not text."""
    parts: list[str] = []
    start: int | None = None
    for tag in _SMS_PART.finditer(text):
        if not tag.group().startswith("</"):
            start = tag.end()
        elif start is not None:
            parts.append(text[start : tag.start()])
            start = None
    return parts or None


def _ruled_parts(text: str) -> list[str]:
    parts: list[list[str]] = [[]]
    for line in text.split("\n"):
        if _SMS_RULE.fullmatch(line):
            parts.append([])
        else:
            parts[-1].append(line)
    return ["\n".join(lines) for lines in parts]


def _divided(part: str) -> list[str]:
    """As few pieces of at most 160 characters as whole sentences, or failing that whole words, allow."""
    if len(part) <= MAX_SMS_PART_CHARS:
        return [part]
    pieces = [""]
    for unit in _units(part):
        if len((pieces[-1] + unit).rstrip()) <= MAX_SMS_PART_CHARS:
            pieces[-1] += unit
        else:
            pieces.append(unit)
    return [piece.strip() for piece in pieces if piece.strip()]


def _units(part: str) -> list[str]:
    """Sentences with the white space after them; those that are too long by words."""
    units: list[str] = []
    for sentence in _SENTENCE.findall(part):
        if len(sentence.rstrip()) <= MAX_SMS_PART_CHARS:
            units.append(sentence)
        else:
            units.extend(piece for word in re.findall(r"\S+\s*", sentence) for piece in _word_pieces(word))
    return units


def _word_pieces(word: str) -> list[str]:
    if "://" in word:
        return [word]  # half a link is worse than a text that is refused as too long
    return [word[at : at + MAX_SMS_PART_CHARS] for at in range(0, len(word), MAX_SMS_PART_CHARS)]
