"""Is somebody at the other end talking to us: the difference between a person on holiday and their autoresponder."""

import re

from inbox.rules.safety.text import Sentence, own_words, split_sentences

# "If urgent, call me" is part of an absence note.
_NEVER_COUNTS = re.compile(
    r"urgen|emergenc|immediate|\babsence\b|meantime|meanwhile|time[- ]sensitive|\bpressing\b|\b(?:can't|cannot"
    r"|can not) wait\b"
    r"|\bcritical\b|\bif you (?:need|require|have (?:any )?(?:questions|issues|concerns))\b|^for (?:any "
    r"|all )?(?:other )?(?:questions|assistance|help|inquir|enquir)|\bdringend|\babwesenheit|\bin der zwischenzeit"
    r"|\ben cas d'urgence|\burgencia|\burgenza|\bspoed"
)
_NEED_HELP = re.compile(r"\bneed (?:\w{1,12} )?(?:help|assistance|support|something|anything)$|\bany questions$")
_ASKS_US = re.compile(
    r"\b(?:you|your|we|i|it|that|u|i'm|we're|you're|it's|that's|sie|ihr|wir|ich|du|vous|nous|je|usted|ustedes"
    r"|podemos|podria|puede|puedes|podriamos"
    r"|voi|possiamo|potete|puoi|voce|voces|podemos|poderia|jullie|wij|ik|kunnen|konnen)\b"
)
_DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|\b(?:tue|wed|thu|fri)\b|tomorrow|next week"
_CLOCK = r"\b\d{1,2}(?::\d\d)? ?(?:am|pm|a m|uhr)\b|\b\d{1,2}:\d\d\b|\bnoon\b"
_SUITS = (
    r"(?:works?|suits?|fits|is (?:good|fine|great|ok|okay|best|better|perfect|free|open|possible)|would (?:work"
    r"|be (?:good|fine|great|ok|best|better|perfect)|suit)"
    r"|could work|should work|looks good|sounds good|i'm free|i am free|is a good)"
)
_SIGNS = tuple(
    re.compile(pattern)
    for pattern in (
        r"\bworks? (?:\w{1,12} )?for (?:me|us)\b|\bworks? (?:really |very |quite )?(?:well|great)\b",
        r"\b(?:let'?s|let us) (?:\w{1,12} )?(?:talk|meet|book|set|schedule|chat|connect|speak|discuss|plan|touch"
        r"|reconnect|catch|find|do|go|get|jump|hop|sync|move|arrange)\b",
        r"(?:^|[,:] ?|\b(?:and|but) )interested\b|\b(?:i am|i'm|we are|we're|yes|very|still|definitely|certainly"
        r"|really|quite|extremely|potentially|absolutely|yes,) (?:\w{1,12} )?(?:interested|keen)\b",
        r"\bsend (?:me|us|over|through)\b|\b(?:send|share|forward) (?:[\w'-]{1,20} ){0,5}?(?:pricing|prices?|info"
        r"|information|details|deck|link|invite|invitation|proposal|quote|brochure|case stud(?:y|ies))\b",
        r"\bhow about\b|\bwhat about (?:next|mon|tues|wednes|thurs|fri)",
        r"\b(?:can|could|shall) (?:we|you)\b|\bshould we\b|\bshould you (?!need|require|have|wish|want|be|encounter"
        r"|experience|prefer|desire|not)",
        r"\bhappy to (?:\w{1,12} )?(?:talk|meet|book|chat|speak|connect|discuss|hop|jump|schedule|learn|hear|take a)\b",
        r"\b(?:talk|meet|speak|chat|connect|catch up)(?: \w{1,12})? (?:then|when|after|once)\b",
        r"(?<!you )(?<!they )\b(?:would|i'd|we'd) (?:really |also |still )?(?:love|like) to (?:\w{1,12} )?(?:learn"
        r"|talk|hear|see|book|meet|know|chat|speak|discuss|schedule|understand|explore)\b",
        r"\b(?:book|schedule|set up|arrange|pencil|put) (?:[\w'-]{1,20} ){0,4}?(?:call|meeting|demo|slot|something"
        r"|me in|time|appointment)\b",
        r"\b(?:call|text|ping|ring|email|try|phone|message) me\b",
        rf"(?:{_DAY}|{_CLOCK})(?:[,]? (?:the )?[\w:]{{1,10}}){{0,4}}? {_SUITS}\b",
        rf"\b(?<!not )(?:free|works?|suits?|available) (?:\w{{1,8}} )?(?:on |at |for |from "
        rf"|any time )?(?:\w{{1,10}} )?(?:{_DAY}|{_CLOCK})",
    )
)
# "available again on Monday" is the autoresponder's promise, not an offer
_PROMISE = re.compile(
    r"\b(?:be|again|not|un)\s?(?:available|free)\b|\bavailable (?:again|from|as of|until|on monday the)\b"
    r"|\bis available\b"
)


def is_engaged(text: str) -> bool:
    """True when a sentence of the text asks us, accepts, proposes or wants something from us."""
    return is_engaged_in(split_sentences(own_words(text)))


def is_engaged_in(sentences: list[Sentence]) -> bool:
    """The same for sentences that were already read."""
    return any(_engages(sentence) for sentence in sentences)


def _engages(sentence: Sentence) -> bool:
    text = sentence.text
    if _NEVER_COUNTS.search(text):
        return False
    if sentence.is_question and not _NEED_HELP.search(text) and _ASKS_US.search(text):
        return True
    if any(sign.search(text) for sign in _SIGNS[:-1]):
        return True
    return _SIGNS[-1].search(text) is not None and not _PROMISE.search(text)
