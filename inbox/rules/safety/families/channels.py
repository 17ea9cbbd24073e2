"""Channel preference and time limits: "don't phone me, text is better" keeps the conversation open."""

import re

_WORDS = {
    "email": r"(?:e?mail(?:s|ed|ing)?|writ(?:e|ing)|inbox)",
    "text": r"(?:text(?:s|ed|ing)?|sms)",
    "message": r"(?:messag(?:e|es|ed|ing))",
    "call": r"(?:call(?:s|ed|ing)?|phon(?:e|ed|ing)|ring(?:ing)?|telephone|landline|mobile|cell)",
    "social": r"(?:linkedin|whatsapp|dm|dming|slack|telegram|teams|zoom|signal|messenger|wechat|skype)",
}
_CHANNEL_OF_VERB = {channel: re.compile(rf"\b{words}\b") for channel, words in _WORDS.items()}

_PRAISE = (
    r"(?:better|best|fine|good|great|ok|okay|easier|easiest|preferred|preferable|enough|perfect|quicker|faster|works"
    r"|the (?:best|only|right|easiest)|how i|what i|where i|my)"
)


def _named(words: str) -> re.Pattern[str]:
    """The channel offered as a way to go: as an order, as a means, as a thing to send, or praised."""
    order = (
        r"(?:^|[,:.\-(] ?|\b(?:but|just|please|pls|kindly|only|simply|may|should|instead|always|you|you can"
        r"|you could|to|can|then) )"
        rf"{words}(?=$|[^\w ]|\W+(?:me|us|to|only|please|first|my|our|the|instead|and|but|at|on|it|them|him|her|@"
        r"|when|if|is|works)\b)"
    )
    means = rf"\b(?:by|via|over|through|per|use|using|in) (?:(?!not)\w{{1,12}} ){{0,2}}?{words}\b"
    thing = rf"\b(?:send|drop|shoot|give|leave) (?:me |us )?(?:an? |the )?(?:\w{{1,12}} )?{words}\b"
    praised = (
        rf"\b{words}(?:'s| is| are| works?| would be| will be| was)"
        rf"(?: (?:much|far|way|always|a lot|usually|probably|the|just|also))* {_PRAISE}\b"
    )
    enough = rf"\b{words} (?:works|will do|preferred|only|instead|suits|please)\b"
    return re.compile("|".join((order, means, thing, praised, enough)))


_NAMED = {
    "email": _named(_WORDS["email"]),
    "text": _named(_WORDS["text"]),
    "message": _named(_WORDS["message"]),
    "call": _named(_WORDS["call"]),
}
_NAMED_SOCIAL = re.compile(r"\b(?:linkedin|whatsapp|slack|telegram|teams|zoom|signal|skype|dm me|dm us)\b")
_NAMED_LINE = re.compile(
    r"\b(?:drop (?:me|us) a (?:line|note)|use my|try my|(?:call|ring|try|use) (?:the|my|our) (?:office|desk|landline"
    r"|work|other|assistant|main|front desk|mobile|cell|pa))\b"
)
_REFUSED = re.compile(
    r"(?:\b(?:don'?t|do not|never|not|no|stop|or|nor|neither|without|no more|please don'?t|any"
    r"|quit)\W+(?:\w{1,12} ){0,2})$"
)
_INSTEAD = re.compile(r"\binstead\b(?! of)")
_SOMEBODY_ELSE = re.compile(r"\b(?:someone|somebody|anyone|else|other (?:people|companies))\b")
_PREFERENCE = re.compile(r"\b(?:rather|prefer|preferred|preferably|preference)\b(?! (?:not|no|if|that|you|u|never)\b)")
_PREFERENCE_BEFORE = re.compile(r"\b(?:rather|prefer|preferred|preferably|better|easier)\b")


def channels_of(words: str) -> frozenset[str]:
    """Channels that the verbs or nouns name; empty when one of them is no channel ("contact")."""
    found = frozenset(channel for channel, pattern in _CHANNEL_OF_VERB.items() if pattern.search(words))
    return (
        frozenset()
        if re.search(r"\b(?:contact|reach|bother|pester|harass|disturb|solicit|spam|follow)", words)
        else found
    )


def named_ways(text: str) -> frozenset[str]:
    """Channels the text offers. A channel that is refused ("or text me", "don't email") is not offered."""
    ways = {channel for channel, pattern in _NAMED.items() if _is_offered(pattern, text)}
    if _is_offered(_NAMED_SOCIAL, text):
        ways.add("social")
    if _NAMED_LINE.search(text):
        ways.add("line")
    return frozenset(ways)


def offers_another_way(refused: frozenset[str], *, before: str, rest: str, following: str) -> bool:
    """True when refusing these channels is a preference for another one."""
    if not refused:
        return False
    after = f"{rest}. {following[:160]}"
    if (named_ways(after) | named_ways(before)) - refused:
        return True
    if _INSTEAD.search(after) and not _SOMEBODY_ELSE.search(after):
        return True
    return _PREFERENCE.search(after) is not None


def prefers_before(before: str) -> bool:
    """True when a preference word precedes the refusal."""
    return _PREFERENCE_BEFORE.search(before) is not None


def _is_offered(pattern: re.Pattern[str], text: str) -> bool:
    return any(
        not _REFUSED.search(text[max(0, m.start() - 30) : m.start() + 1].rstrip(",.:-( ") + " ")
        for m in pattern.finditer(text)
    )


_DAY = r"(?:weekends?|week ?days?|(?:mon|tues|wednes|thurs|fri|satur|sun)days?)"
_TIME_LIMIT = re.compile(
    r"^\W{0,3}(?:again |any ?more |at all )?(?:until\b|till\b|til\b|before\b|after\b(?! (?:this|today|that)\b)"
    r"|during\b|while\b|between\b|outside\b"
    rf"|on (?:the |a )?(?:{_DAY}|my (?:cell|mobile|personal|work|private|home|day|days|vacation|holiday)\b|vacation"
    r"|holidays?|bank holidays?)"
    r"|at (?:work|night|home|the office|dinner|lunch|noon|midnight|weekends?|\d|my (?:desk|job|work))"
    r"|so (?:early|late)\b|too (?:early|late)\b|(?:this|next) (?:week|month|quarter|year|morning|afternoon|evening"
    r"|weekend)\b|today\b|tonight\b"
    r"|tomorrow\b|yet\b|right now\b|for now\b|for the (?:next|time being|moment)\b|for (?:a few|a couple|another"
    r"|the rest|\d)"
    r"|over the (?:weekend|holidays?|next|summer)|in the (?:morning|evening|afternoon|middle)s?\b|early\b|late\b"
    r"|past \d|when i'?m)"
)


def is_time_limited(after: str) -> bool:
    """True when the words directly after say when, not whether."""
    return _TIME_LIMIT.match(after) is not None
