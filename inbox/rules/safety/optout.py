"""Does this inbound text withdraw consent: keywords, pattern families, subject.

A hit here is final: no model, provider label or earlier tag may overrule it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, overload

from inbox.rules.safety.families import FAMILIES
from inbox.rules.safety.text import Sentence, fold, own_words, pieces, split_sentences, vocabulary

MAX_SUBJECT_CHARS = 120
MAX_REPLY_SUBJECT_WORDS = 4
MAX_KEYWORD_CHARS = 60

_KEYWORDS = frozenset(
    pieces(
        "stop|stop all|stopall|stop it|please stop|pls stop|plz stop|stop please|stop pls|unsubscribe|unsub|"
        "un-subscribe|unsubscribe me|please unsubscribe|unsubscribe please|unsubscribe all|pls unsubscribe|"
        "please unsubscribe me|unsubscribe me please|optout|opt out|opt-out|opt me out|please opt out|"
        "opt out please|remove|remove me|please remove|please remove me|remove me please|remove please|"
        "pls remove|pls remove me|remove us|please remove us|take me off|please take me off|"
        "take me off please|baja|darme de baja|dar de baja|alto|parar|pare|arret|stopp|abmelden|austragen|"
        "abbestellen|bitte abmelden|disiscrivimi|disiscrivermi|cancellami|descadastrar|sair|uitschrijven|"
        "afmelden|desabonner|se desabonner|me desabonner|desinscrire|se desinscrire|me desinscrire|"
        "desinscription|desabonnement|se desinscription|abmeldung|cancelar inscricao"
    )
)
_SMS_KEYWORDS = frozenset({"end", "cancel", "quit", "revoke", "stop2end"})
_SPELLED_OUT = re.compile(r"s[ .-]{1,2}t[ .-]{1,2}o[ .-]{1,2}p")

_GREETING = re.compile(r"(?:hi|hello|hey|dear|hallo|hola|bonjour|ciao|good (?:morning|afternoon|day))\b[^\n]{0,30}")
_REPLY_PREFIXES = re.compile(r"^(?:\s{0,3}(?:re|aw|sv|fwd|fw|wg|tr|rv)(?:\[\d{1,3}\])?\s{0,2}:)+\s{0,3}")


@dataclass(frozen=True, slots=True)
class OptOutReading:
    """What was found: true when consent is withdrawn, with the family and language for log and admin."""

    family: str | None = None
    language: str | None = None

    def __bool__(self) -> bool:
        return self.family is not None


NOT_AN_OPT_OUT = OptOutReading()


@overload
def is_opt_out(
    body: str,
    subject: str = "",
    channel: str = "email",
    our_subject: str | None = None,
    explain: Literal[False] = False,
) -> bool: ...


@overload
def is_opt_out(
    body: str, subject: str = "", channel: str = "email", our_subject: str | None = None, *, explain: Literal[True]
) -> OptOutReading: ...


def is_opt_out(
    body: str,
    subject: str = "",
    channel: str = "email",
    our_subject: str | None = None,
    explain: bool = False,
) -> bool | OptOutReading:
    """True when the person's own words, or on e-mail the subject they chose, withdraw consent.

    With `explain` the answer is an `OptOutReading` that names the family and its language.
    """
    reading = read_opt_out(own_words(body or ""), subject=subject or "", channel=channel, our_subject=our_subject)
    return reading if explain else bool(reading)


def read_opt_out(words: str, *, subject: str, channel: str, our_subject: str | None) -> OptOutReading:
    """The reading of text that `own_words` has already reduced."""
    return _read_body(words, channel) or (_read_subject(subject, our_subject) if channel == "email" else NOT_AN_OPT_OUT)


def _read_body(words: str, channel: str) -> OptOutReading:
    if not words:
        return NOT_AN_OPT_OUT
    whole = _keyword_form(words)
    if whole in _KEYWORDS or (channel == "sms" and whole in _SMS_KEYWORDS):
        return OptOutReading("keyword")
    if _keyword_form(_first_line(words)) in _KEYWORDS:
        return OptOutReading("keyword")
    return _read_sentences(split_sentences(words))


def _read_sentences(sentences: Sequence[Sentence]) -> OptOutReading:
    words = vocabulary("\n".join(sentence.text for sentence in sentences))
    for family in FAMILIES:
        triggers = [trigger for trigger in family.triggers if trigger.split()[0] in words]
        if not triggers:
            continue
        for sentence in sentences:
            if any(trigger in sentence.text for trigger in triggers) and family.fires(sentence):
                return OptOutReading(family.name, family.language)
    return NOT_AN_OPT_OUT


def _keyword_form(text: str) -> str:
    """The text as carriers compare it: folded, without punctuation around it, blanks collapsed."""
    if len(text) > MAX_KEYWORD_CHARS:
        return ""
    folded = fold(text)
    if _SPELLED_OUT.fullmatch(folded.strip(" .!\n")):
        return "stop"
    return " ".join(re.findall(r"[\w-]*\w[\w-]*", folded.replace("_", " "))).strip("-")


def _first_line(words: str) -> str:
    """First line that says something; a greeting above it does not count."""
    lines = [line for line in words[:1_000].split("\n") if line.strip()]
    if len(lines) > 1 and _GREETING.fullmatch(fold(lines[0]).strip(" ,!.-")):
        lines = lines[1:]
    return lines[0] if lines else ""


def _read_subject(subject: str, our_subject: str | None) -> OptOutReading:
    title, is_reply = strip_reply_prefixes(subject)
    if not title or len(title) > MAX_SUBJECT_CHARS or (our_subject and title == strip_reply_prefixes(our_subject)[0]):
        return NOT_AN_OPT_OUT
    if _keyword_form(title) in _KEYWORDS:
        return OptOutReading("keyword")
    if is_reply and (len(title.split()) > MAX_REPLY_SUBJECT_WORDS or "unsubscribe" not in title):
        return NOT_AN_OPT_OUT
    return _read_sentences(split_sentences(title))


def strip_reply_prefixes(subject: str) -> tuple[str, bool]:
    """Folded subject without `Re:`, `AW:`, `Fwd:` …, and whether there was one."""
    folded = " ".join(fold(subject[:1_000]).split())
    title = _REPLY_PREFIXES.sub("", folded).strip()
    return title, title != folded
