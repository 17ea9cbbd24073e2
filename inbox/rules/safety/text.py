"""Reading text the way a person meant it: normalised, without quotes, without footers, sentence by sentence.

Everything here is linear in the length of the text: a reply of 200 kB must not slow the transaction
that stores it.
"""

import re
import unicodedata
from typing import NamedTuple

from inbox.rules.cleaning import strip_quoted

MAX_READ_CHARS = 200_000
MAX_WORD_CHARS = 200  # what is longer is no word, and would make each look-up slow
# A plain-text line this long that goes on in lower case was broken by a mail program, not by its writer.
SOFT_WRAP_CHARS = 60

_INVISIBLE = "\x00\u200b\u200c\u200d\u2060\ufeff"
_QUOTES = {"\u2018": "'", "\u2019": "'", "\u201a": "'", "\u201b": "'", "\u2032": "'", "\u00b4": "'", "`": "'"}
_DOUBLE_QUOTES = {"\u201c": '"', "\u201d": '"', "\u201e": '"', "\u201f": '"', "\u00ab": '"', "\u00bb": '"'}
_DASHES = {chr(code): "-" for code in range(0x2010, 0x2016)}
_STRAIGHT = {**_QUOTES, **_DOUBLE_QUOTES, **_DASHES}

_ACCENTS = {
    **dict.fromkeys("áàâäãåā", "a"),
    **dict.fromkeys("éèêëē", "e"),
    **dict.fromkeys("íìîïī", "i"),
    **dict.fromkeys("óòôöõō", "o"),
    **dict.fromkeys("úùûüū", "u"),
    "ç": "c",
    "ñ": "n",
    "ý": "y",
    "ÿ": "y",
    "œ": "oe",
    "\u00ad": "",  # soft hyphen
    "\u200e": "",
    "\u200f": "",
}


def normalize(text: str) -> str:
    """The same words however they were typed: NFKC, LF, straight quotes, plain dashes, single spaces."""
    for typed in ("\u00b4", "`"):  # before NFKC, which takes the spacing acute apart
        text = text.replace(typed, "'")
    text = unicodedata.normalize("NFKC", text).replace("\r\n", "\n").replace("\r", "\n")
    for invisible in _INVISIBLE:
        text = text.replace(invisible, "")
    if not text.isascii():
        text = _replace_all(text, _STRAIGHT)
    return _single_spaced(text.replace("\t", " ").replace("\u00a0", " "))


def fold(text: str) -> str:
    """Case and accents gone, one spelling for e-mail and any more: what the pattern families match against."""
    text = normalize(text).casefold()
    if not text.isascii():
        text = _replace_all(text, _ACCENTS)
    return text.replace("e-mail", "email").replace(" e mail", " email").replace("anymore", "any more")


def own_words(body: str) -> str:
    """What the person wrote this time: no quotes, no signature, no footer lines about mailing mechanics."""
    text = normalize(strip_quoted(body))[:MAX_READ_CHARS]
    return _without_footers(text).strip()


def pieces(listed: str) -> tuple[str, ...]:
    """Words or word pieces written as `one|two|three`."""
    return tuple(listed.split("|"))


def vocabulary(text: str) -> str:
    """The different words of the text, one per line: looking for word pieces here is far cheaper than in the text."""
    return "\n".join({word[:MAX_WORD_CHARS] for word in text.split()})


class Sentence(NamedTuple):
    """One folded sentence with its closing marks and its neighbours."""

    text: str
    end: str = ""
    following: str = ""
    preceding: str = ""

    @property
    def is_question(self) -> bool:
        return "?" in self.end


_SENTENCE = re.compile(r"([^.!?;\n]+)([.!?;]*)")
_ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_LINK = re.compile(r"(?:https?://|\bwww\.)\S+")


def split_sentences(text: str) -> list[Sentence]:
    """Folded sentences of own words, split at `. ! ? ;` and line ends; addresses and links stay whole."""
    folded = fold(_unwrap(text)).replace(" - ", ", ")
    if "@" in folded:
        folded = _ADDRESS.sub("@addr", folded)
    if "http" in folded or "www." in folded:
        folded = _LINK.sub("@link", folded)
    parts = [(m[1].strip(" -*_\"'()[]"), m[2]) for m in _SENTENCE.finditer(folded)]
    parts = [part for part in parts if part[0]]
    texts = ["", *(part[0] for part in parts), ""]
    return [Sentence(words, end, texts[place + 2], texts[place]) for place, (words, end) in enumerate(parts)]


def _replace_all(text: str, table: dict[str, str]) -> str:
    # A chain of scans is an order of magnitude faster than str.translate on text that is not ASCII.
    for old, new in table.items():
        text = text.replace(old, new)
    return text


def _single_spaced(text: str) -> str:
    while "  " in text:
        text = text.replace("  ", " ")
    return text


def _unwrap(text: str) -> str:
    """Join lines that a mail program broke; a line that stands for itself ("stop") stays alone."""
    if "\n" not in text:
        return text
    lines: list[str] = []
    previous = ""
    for line in text.split("\n"):
        broken = len(previous) >= SOFT_WRAP_CHARS and previous[-1] not in ".!?;:,-"
        if broken and line[:1].islower() and line.count(" ") >= 2:
            lines[-1] += " " + line
        else:
            lines.append(line)
        previous = line
    return "\n".join(lines)


_FOOTER_HINTS = (
    *("unsubscrib", "opt out", "opt-out", "optout", "receiv", "be removed", "if you", "sent to", "sent by", "stop"),
    *("preferences", "subscription", "browser", "rates", "darse de baja", "desabonn", "desinscri", "abmeld"),
    *("abbestell", "disiscriv", "cancellar", "descadastr", "uitschrijv", "uit te schr", "afmeld", "af te m", "abzum"),
)
_OPT_OUT_WORDS = r"(?:unsubscribe|opt[- ]?out)"
_INSTRUCTION = (
    r"\b(?:click|tap|visit|reply|respond|go to|send (?:us|an?|the|blank|\W?stop|\W?unsub)|"
    r"use (?:the|this|our)|follow (?:the|this|our)|email (?:us|me|to|@|\S{1,64}@)|text (?:us|\W?stop|\W?end))"
)
_MECHANICS = re.compile(
    "|".join(
        (
            rf"\b(?:click|tap)\b.{{0,60}}?\b{_OPT_OUT_WORDS}",
            rf"\bto (?:{_OPT_OUT_WORDS}|stop receiving|be removed)\b.{{0,160}}?{_INSTRUCTION}",
            rf"{_INSTRUCTION}.{{0,160}}?\bto (?:{_OPT_OUT_WORDS}|stop receiving|be removed)\b",
            r"\byou(?:'re| are) (?:receiving|getting) this|\byou (?:have )?received this (?:email|message) because",
            r"\bthis (?:email|message) (?:was|has been|is) (?:being )?sent (?:to|by)\b",
            r"\b(?:manage|update|change|edit) (?:(?:your|email|communication|mailing|subscription) ){0,3}"
            r"(?:preferences|subscriptions?)\b",
            r"\bunsubscribe ?(?:\||[<(\[] ?(?:https?:|www\.|mailto:|here\b)|https?:|www\.)",
            r"\| ?unsubscribe|[<(\[] ?unsubscribe ?[>)\]]",
            r"\bview (?:this |it )?(?:email |message )?(?:in|on) (?:your |a |the )?(?:web ?)?browser",
            r"\b(?:reply|text|send|txt) (?:with )?\W?stop\W? (?:\S{1,20} ){0,3}?(?:to|for) (?:opt|unsub|end|cancel"
            r"|quit|stop)",
            r"\b(?:msg|message)s? ?(?:&|and) ?data rates",
            # the same footers in the other languages of the families
            r"\b(?:darse de baja|dejar de recibir)\b.{0,80}?\b(?:clic|enlace|aqui)",
            r"\b(?:desabonner|desinscrire|desinscription)\b.{0,80}?\b(?:clique|lien|ici)",
            r"\b(?:abmelden|abzumelden|abbestellen|abmeldung)\b.{0,80}?\b(?:klick|hier|link)",
            r"\b(?:klick|hier)\w{0,4}\b.{0,80}?\b(?:abmelden|abzumelden|abbestellen)\b",
            r"\b(?:disiscriver\w{0,3}|cancellar(?:si|ti) dalla)\b.{0,80}?\b(?:clic|qui\b|link)",
            r"\bdescadastrar\b.{0,80}?\b(?:cliqu|clic|aqui|link)",
            r"\b(?:uitschrijven|uit te schrijven|afmelden|af te melden)\b.{0,80}?\b(?:klik|hier|link)",
        )
    )
)
_CONDITIONAL = re.compile(
    r"\W{0,8}(?:please )?if you(?:'d| would)? (?:no longer|do not|don't|would (?:no longer |not )?like to"
    r"|like to|prefer not to|wish to|want to|wish not to).{0,60}?"
    r"\b(?:receiv|unsubscribe|opt[- ]?out|hear(?:ing)? from|be(?:ing)? contacted)"
)
# A line in which a person asks for something is never a footer, whatever mechanics it mentions.
_ASKS = re.compile(
    r"\b(?:unsubscribe|remove|delete|take|opt|leave) (?:me|us)\b|\bstop \w{3,12}ing (?:me|us|my|our|this)\b"
)
_FIRST_PERSON = re.compile(
    r"\bi(?:'d|'m|'ve| would| want| wish| need| tried| click| clicked| hit| keep| already| have| asked| am| was| did"
    r"| do not| don't| can't| cannot| never| no longer| use| used| reply| replied| get| got| ask)\b"
    r"|\bwe(?:'d|'ve)?(?: would| already| really)? (?:want|wish|need|like|request|ask|asked|tried|no longer)\b"
    r"|\bhow (?:do|can) (?:i|we)\b|\b(?:tell|show|let|help|give) me\b|\b(?:doesn't|does not|didn't|did not|not"
    r"|never) work|\bbroken\b"
    r"|\bstill (?:get|receiv|send|text|email|call)|\bignored\b"
    r"|\b(?:please|pls|kindly|just) (?:stop|remove|take|delete|unsubscribe(?! (?:here|by|using|via|below|at|through"
    r"|from)))"
)


def _without_footers(text: str) -> str:
    lowered = fold(text)
    if not any(hint in lowered for hint in _FOOTER_HINTS):
        return text
    return "\n".join(line for line in text.split("\n") if not _is_footer(fold(line)))


def _is_footer(line: str) -> bool:
    if not any(hint in line for hint in _FOOTER_HINTS) or _ASKS.search(line):
        return False
    if _CONDITIONAL.match(line):
        return True
    return _MECHANICS.search(line) is not None and not _FIRST_PERSON.search(line)
