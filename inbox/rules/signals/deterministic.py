"""Signals that need no model: call wishes, the lead's own scheduler, and the plain reading of the route."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from inbox.rules.safety.text import Sentence, own_words, split_sentences
from inbox.rules.schedulers import not_ours, scheduler_urls
from inbox.rules.signals.result import (
    CALL_REQUESTED,
    EXTERNAL_CALENDAR,
    ROUTE_LINK,
    ROUTE_PICKS_OFFER,
    ROUTE_PROPOSES,
    RouteAnswer,
    Signal,
)

CERTAIN = 0.95
LIKELY = 0.85
FALLBACK_CONFIDENCE = 0.5

# Seven digits or more with the punctuation of a phone number.
_PHONE = re.compile(r"(?<![\w/])\+?\(?\d(?:[\s().-]{0,2}\d){6,14}(?!\w)")
_NOT_A_WISH = re.compile(
    r"\b(?:don't|do not|dont|never|no need to|not to|rather than|instead of|without|can't|cannot|won't|didn't|did not"
    r"|did you|did he|did she|did they|did somebody|did someone|why (?:do|did|would|are) you|who|stop|(?<!why )not)\b"
    r"(?: \w{1,12}){0,3} ?$|\b(?:no|no more|no further) ?$"
)
_A_CALL = r"(?:\w{1,10} )?call\b"
_CALLS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "call_me",
        re.compile(
            r"\b(?:call|ring|phone|dial) (?:me|us)\b(?! (?:crazy|old|mad|stupid|names|back when|mr|mrs|ms|dr)\b)"
        ),
    ),
    ("give_a_ring", re.compile(r"\bgive (?:me|us) (?:a|another) (?:\w{1,10} )?(?:ring|call|buzz|bell|shout)\b")),
    (
        "can_you_call",
        re.compile(
            r"\b(?:can|could|would|will) (?:you|u|someone|somebody|anyone) (?:please |kindly |just |maybe )?"
            r"(?:call|ring|phone)\b(?! it\b)"
        ),
    ),
    (
        "prefers_a_call",
        re.compile(
            rf"\bprefer (?:(?:a|the|to have a) {_A_CALL}|by phone\b)|\brather (?:have a|do a|get a) {_A_CALL}"
            r"|\bprefer (?:to )?(?:talk|speak|chat)(?:ing)? (?:on|over|by) (?:the )?phone\b"
        ),
    ),
    (
        "by_phone",
        re.compile(r"\b(?:speak|talk|chat|discuss|connect)\b(?: \w{1,12}){0,3} (?:on|over|by|via) (?:the )?phone\b"),
    ),
    ("phone_call", re.compile(r"\b(?:tele)?phone (?:call|conversation|chat)\b")),
    (
        "number_below",
        re.compile(r"\b(?:number|cell|mobile|phone|digits) (?:\w{1,10} )?(?:is |are )?(?:\w{1,10} )?below\b"),
    ),
)
_REACH_ME = re.compile(r"\breach (?:me|us)\b(?: \w{1,12}){0,4} ?(?:at|on|via|under)\b")
_MY_NUMBER = re.compile(
    r"\b(?:my|the best|best|direct|mobile|cell) (?:\w{1,10} ){0,2}(?:number|cell|mobile|phone|line) ?(?:is|:)"
)
_ON_A_CALL = re.compile(r"\b(?:hop|jump|get|be|go) on (?:a|the) (?:\w{1,10} )?call\b")

_NAMED_PAGE = r"(?:calendly|calendar|scheduler|scheduling (?:link|page)|bookings? (?:link|page))"
_OWN_PAGE = rf"(?:{_NAMED_PAGE}|link)"
_INSTRUCTION = re.compile(
    rf"\b(?:use|book|schedule|grab|pick|choose|find|select|put|take|reserve)\b[\w', ]{{0,60}}?"
    rf"\b(?:my|our|this|the)\b(?: \w{{1,14}}){{0,2}} {_OWN_PAGE}\b"
    rf"|\b(?:here is|here's|heres|this is|below is|attached is|sharing) (?:my|our)(?: \w{{1,14}}){{0,2}} {_OWN_PAGE}\b"
    rf"|\b(?:my|our)(?: \w{{1,14}}){{0,2}} {_OWN_PAGE}(?: is)?(?: here| below|:| @link)"
    r"|\b(?:grab|pick|choose|book|find|select|schedule|reserve) (?:yourself )?(?:a|some|any) (?:\w{1,14} )?"
    r"(?:time|slot|spot)\b(?: \w{1,14}){0,6} ?(?:here|below|@link)"
    r"|\bfeel free to (?:book|schedule|grab|pick|choose|use)\b"
    r"|\b(?:book|schedule)(?: \w{1,14}){0,4} (?:here|below|via|through|using|at|with|on|in)"
    r"(?: \w{1,14}){0,3} ?:? ?@link"
    r"|\b(?:please|just|you can|can you) (?:book|schedule|use)(?: \w{1,14}){0,3} ?:? ?@link"
)
_PHRASE_ALONE = re.compile(
    r"\b(?:book|schedule|set (?:it|something|a time|a call|a meeting) up|set up (?:a \w{1,10}|something)|arrange)\b"
    r"(?: \w{1,14}){0,4} (?:with|through|via) (?:my|our) (?:\w{1,14} ){0,2}"
    r"(?:colleague|assistant|secretary|ea|pa|team|partner|coworker|co-worker|office manager)\b"
    rf"|\buse (?:my|our) (?:\w{{1,14}} ){{0,2}}{_NAMED_PAGE}\b"
    r"|\b(?:book|schedule)(?: \w{1,14}){0,5} (?:via|through|on|in|using|with) (?:my|our) (?:\w{1,14} )?"
    rf"{_NAMED_PAGE}\b"
)
_SCHEDULING = re.compile(
    r"\b(?:schedul\w{0,5}|book(?:ing)?|calendar|calendly|meet(?:ing)?|call|talk|chat|slot|times?|available|availability)\b"
)
_WEEKDAY = (
    r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\b(?:tue|wed|thu|thurs|fri)\b|\b(?:today|tonight|tomorrow|tmrw)\b"
)
_CLOCK = r"\b\d{1,2}(?:[:.]\d{2})? ?(?:am|pm|a\.m|p\.m|h|uhr|o'clock)\b|\b\d{1,2}:\d{2}\b|\bnoon\b|\bmidday\b"
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]{0,6}"
_DATE = (
    rf"\b{_MONTH}\.? \d{{1,2}}\b|\b\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH}\b|\b\d{{1,2}}/\d{{1,2}}\b"
    r"|\bthe \d{1,2}(?:st|nd|rd|th)\b"
)
_NAMES_A_TIME = re.compile(f"{_WEEKDAY}|{_CLOCK}|{_DATE}")
_AVAILABILITY = re.compile(
    r"\b(?:availab\w{1,6}|free|openings?|open slots?|time ?slots?|(?:that|those|these|either|both|first|second|last)"
    r"(?: \w{1,10})? works?|works for (?:me|us)|suits?|that time|those times|your times)\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Signals without a model; `ask_about_link` is a page of theirs that only stands in the signature while the
    reply talks about scheduling; `own_pages` are pages of theirs in the reply itself.
    """

    signals: tuple[Signal, ...] = ()
    ask_about_link: str = ""
    own_pages: tuple[str, ...] = ()


def find_signals(reply: str, whole: str, *, our_pages: Iterable[str]) -> Found:
    """Read the reply (without signature) and the whole text of the message; `our_pages` are booking pages of ours."""
    words = own_words(reply)
    sentences = split_sentences(words)
    ours = list(our_pages)
    pages = not_ours(scheduler_urls(words), ours)
    signals = [one for one in (_call(sentences, words), _external(sentences, bool(pages))) if one]
    ask = ""
    if not pages and not any(one.type == EXTERNAL_CALENDAR for one in signals):
        below = not_ours(scheduler_urls(whole), ours)
        talks = any(_SCHEDULING.search(sentence.text) for sentence in sentences)
        ask = below[0] if below and talks else ""
    return Found(signals=tuple(signals), ask_about_link=ask, own_pages=tuple(pages))


def fallback_route(reply: str) -> RouteAnswer:
    """The route without a model: a named day, date or clock time proposes, words of availability answer our
    times, everything else gets the link.
    """
    text = " \n ".join(sentence.text for sentence in split_sentences(own_words(reply)))
    if _NAMES_A_TIME.search(text):
        route = ROUTE_PROPOSES
    elif _AVAILABILITY.search(text):
        route = ROUTE_PICKS_OFFER
    else:
        route = ROUTE_LINK
    return RouteAnswer(route=route, confidence=FALLBACK_CONFIDENCE, uncertain=True)


def _call(sentences: list[Sentence], words: str) -> Signal | None:
    has_number = _PHONE.search(words) is not None
    for code, pattern in _CALLS:
        if any(_wishes(pattern, sentence.text) for sentence in sentences):
            return Signal(type=CALL_REQUESTED, confidence=CERTAIN, evidence_code=code)
    if not has_number:
        return None
    for code, pattern in (("reach_me", _REACH_ME), ("my_number", _MY_NUMBER), ("call_with_number", _ON_A_CALL)):
        if any(_wishes(pattern, sentence.text) for sentence in sentences):
            return Signal(type=CALL_REQUESTED, confidence=LIKELY, evidence_code=code)
    return None


def _wishes(pattern: re.Pattern[str], text: str) -> bool:
    """Whether the sentence says it without taking it back ("don't call me", "did you call me?")."""
    return any(_NOT_A_WISH.search(text[: match.start()]) is None for match in pattern.finditer(text))


def _external(sentences: list[Sentence], has_page: bool) -> Signal | None:
    if has_page and any(_wishes(_INSTRUCTION, sentence.text) for sentence in sentences):
        return Signal(type=EXTERNAL_CALENDAR, confidence=CERTAIN, evidence_code="own_link_with_instruction")
    if any(_wishes(_PHRASE_ALONE, sentence.text) for sentence in sentences):
        return Signal(type=EXTERNAL_CALENDAR, confidence=LIKELY, evidence_code="own_scheduler_named")
    return None
