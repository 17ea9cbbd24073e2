"""Thanks, ok, thumbs up: an answer that asks for none."""

import re
import unicodedata

from inbox.rules.safety.text import fold, pieces

MAX_CHARS = 80
MAX_WORDS = 8

_PHRASES = pieces(
    "thank you|thanks|thx|ty|tnx|many|so|much|a lot|very|appreciated|appreciate it|ok|okay|k|got it|noted|"
    "cool|great|perfect|awesome|nice|sounds good|understood|roger|copy that|cheers|will do|received|gracias|"
    "merci|vielen dank|danke|grazie mille|grazie|obrigado|obrigada|bedankt|dank je|vale|perfecto|parfait|"
    "alright|all right|fantastic|excellent|wonderful|super|thankyou"
)
_CLOSINGS = ("best regards", "kind regards", "best", "regards")
_EMOJI = frozenset("👍👌🙏🙌✅✔☑❤♥💙💚💛💜🖤🤍🤎🧡💕💖💗💓💞💝❣🩷🩵🩶")
# skin tones and the variation selector belong to the sign before them
_MODIFIERS = frozenset("\ufe0f\ufe0e\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")
_LINK = re.compile(r"https?:|www\.|\b\w+\.(?:com|net|org|io|co|de|example)\b")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")

_ACKS = re.compile("(?:(?:" + "|".join(sorted(_PHRASES, key=len, reverse=True)) + ")(?: |$))+")


def is_acknowledgement(words: str, lead_name: str | None = None) -> bool:
    """True when the whole reply only acknowledges. `words` are the reply's own words."""
    text = words.strip()
    if not text or len(text) > MAX_CHARS or _LINK.search(text.casefold()):
        return False
    if any(char in "?@" or char.isdigit() for char in unicodedata.normalize("NFKC", text)):
        return False
    if _is_emoji_only(text):
        return True
    lines = [line for line in (_WORD.findall(fold(line)) for line in text.split("\n")) if line]
    if not lines or sum(map(len, lines)) > MAX_WORDS or not _ACKS.fullmatch(" ".join(lines[0])):
        return False
    name = frozenset(_WORD.findall(fold(lead_name or "")))
    return all(_may_follow(line, name) for line in lines[1:])


def _is_emoji_only(text: str) -> bool:
    signs = [char for char in text if char not in _MODIFIERS and not char.isspace()]
    return bool(signs) and all(char in _EMOJI for char in signs)


def _may_follow(line: list[str], name: frozenset[str]) -> bool:
    joined = " ".join(line)
    return joined in _CLOSINGS or _ACKS.fullmatch(joined) is not None or all(word in name for word in line)
