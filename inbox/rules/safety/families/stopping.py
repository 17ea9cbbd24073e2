"""Stop the emails, stop emailing me, stop."""

import re

from inbox.rules.safety.families.base import PLEASE, Family, Hit, hits, is_negated, is_own_practice
from inbox.rules.safety.text import Sentence

_STOP = r"(?:stop|quit|cease|discontinue|halt|refrain from|desist from)"
_ADJECTIVE = (
    r"(?:unsolicited|unwanted|annoying|constant|endless|sales|marketing|cold|spam|spammy|automated|stupid|damn"
    r"|bloody|fucking"
    r"|future|such|more|junk|promotional|promo|email|text|phone|sms|daily|weekly|repeated|random|robo|useless"
    r"|ridiculous|incessant"
    r"|continued|email marketing|nonsense)"
)
_DETERMINER = r"(?:all|the|these|those|your|this|that|any|further|of|us|me|with|every|so many|sending|it|w|w/)"
_NOUN = (
    r"(?:emails?|mails?|messages?|texts?|sms|calls|spam(?:ming)?|outreach|contact|mailings?|solicitations?"
    r"|soliciting|harassment"
    r"|harassing|bothering|pestering|badgering|hounding|stalking|following[- ]up|follow[- ]?ups?|contacting|pinging"
    r"|nagging"
    r"|communications?|correspondence|newsletters?|robocalls|dms)"
)
_STOP_NOUN = re.compile(rf"\b{_STOP}(?P<determiners>(?: (?:{_DETERMINER}|{_ADJECTIVE}))*) (?P<noun>{_NOUN})(?![\w'-])")
_NOUN_ENDS = re.compile(
    r"^(?:$|[^\w' ]| (?:[^\w ]|please|pls|plz|now|immediately|me|us|my|our|here|this|these|at once|already|from"
    r"|(?:to|with) (?:me|us|my|our|this|here|any)|people (?:at|in|on)|anyone|everyone"
    r"|and|or|asap|thanks|thank|thx|today|right (?:now|away)|straight away|forever|for good|permanently|altogether"
    r"|completely"
    r"|entirely|coming|at all|i|we|you|it's|this is|before i|or i|effective|once and for all|with immediate|everyone"
    r"|anyone)\b)"
)
_YOURS = re.compile(r"\b(?:your|these|this|those)\b")
_LETS = re.compile(r"\b(?:let'?s|let us)(?: (?:please|just|both|all))?$")
_PAST_OR_ABLE = re.compile(
    r"\b(?:had to|decided to|used to|tried to|managed to|were able to|was able to|chose to|able to|help(?:s"
    r"|ed)?(?: \w{1,20}){0,3}"
    r"|how (?:can|could|do|would|should)(?: (?:we|you|they|people|companies))?|trying to|to)$"
)
_TO_SOMEBODY = re.compile(
    r"\b(?:you(?: guys| people| all)?|your \w{1,20}|team|them|want|like|love|wish|need|request|demand|ask|going|have"
    r"|got) to$"
    r"|\b(?:told|asked|said to|begged|requested|instructed) (?!us )(?:\w{1,20} ){1,3}to$|\bhow (?:do|can|could) i$"
)


def _asks_to_stop_things(sentence: Sentence) -> bool:
    return any(
        _NOUN_ENDS.match(hit.after) and not is_negated(hit.before) and not _stops_something_else(hit)
        for hit in hits(_STOP_NOUN, sentence)
    )


def _stops_something_else(hit: Hit) -> bool:
    before = hit.before.rstrip()
    if _LETS.search(before):
        return True
    if _YOURS.search(hit.match["determiners"]):
        return False
    if _TO_SOMEBODY.search(before):
        return False
    return _PAST_OR_ABLE.search(before) is not None or is_own_practice(before)


# --- stop emailing --------------------------------------------------------------------------------------------

_VERB = (
    r"(?:emailing|mailing|messaging|texting|calling|phoning|ringing|writing(?: to)?|reaching out(?: to)?"
    r"|sending(?: to)?"
    r"|cold[- ](?:calling|emailing)|dm'?ing|dm-ing|spamming|harassing|bothering|pestering|sms-?ing)"
)
_ADVERB = r"(?:(?:\w{2,14}ly|fucking|bloody|damn|goddamn|freaking|f\W{1,4}ing) )?"
_STOP_VERB = re.compile(
    rf"\b{_STOP}(?: (?:with|from))?(?: all| the)? {_ADVERB}{_VERB}(?:(?:,| or| and|/) ?{_VERB})*(?![\w'-])"
)
_STOP_YOU = re.compile(
    rf"\bstop (?:you|your (?:people|team|reps?|staff|company|colleagues?)|them|him|her)(?: from)? {_VERB}(?![\w'-])"
)
_VERB_ENDS = re.compile(
    r"^(?:$|[^\w' ]| (?:[^\w ]|(?:to )?(?:me|us|my|our|this|these|those|here)|your|people at|emails?|mails?"
    r"|messages?|texts?|anything|any (?:more|further)|more|please|pls"
    r"|plz|now|at once|spam|stuff|crap|junk|newsletters?|follow[- ]?ups|such|unsolicited|immediately|asap|already"
    r"|right (?:now|away)|thanks"
    r"|thank|today|so many|so much|everyone (?:here|at|in)|anyone (?:here|at|in)|both of us|all of us|i|forever"
    r"|for good|straight away|the (?:office|front desk|store|shop|clinic|house|main line|practice))\b)"
)
_AT_ME = re.compile(r"^ (?:to )?(?:me|us)\b")
_MAKE_THEM = re.compile(
    r"\b(?:make sure|ensure|see to it|so|ask|tell|request|demand|want|need)(?: that)? they(?: all| just)?$"
)
_YOU_GUYS = re.compile(r"\byou guys(?: \w{1,12}){1,2}$")
_RECEIVING = re.compile(
    r"\bstop (?:receiving|getting|hearing) (?:any |all |from |of |more )*(?:you|your|these|this|those|emails?"
    r"|messages?|texts?|calls|spam|mailings?"
    r"|newsletters?)\b"
)
_STOP_TRYING = re.compile(
    r"\bstop trying to (?:contact|reach|call|email|text|message|sell|phone|get (?:in touch|hold)|pitch|connect)\b"
    r"(?=.{0,20}?\b(?:me|us|my|our|this|anyone)\b|$)"
)
_MAKE_IT_STOP = re.compile(
    r"\bmake (?:it|this|these|them|(?:the|these|your|those) (?:emails|messages|calls|texts)) stop$"
)


def _asks_to_stop_writing(sentence: Sentence) -> bool:
    plain = any(
        _VERB_ENDS.match(hit.after) and not is_negated(hit.before) and not _speaks_of_own_work(hit)
        for hit in hits(_STOP_VERB, sentence)
    )
    if plain:
        return True
    others = (_STOP_YOU, _RECEIVING, _STOP_TRYING, _MAKE_IT_STOP)
    return any(
        not is_negated(hit.before) and (pattern is not _STOP_YOU or _VERB_ENDS.match(hit.after))
        for pattern in others
        for hit in hits(pattern, sentence)
    )


def _speaks_of_own_work(hit: Hit) -> bool:
    before = hit.before.rstrip()
    if _LETS.search(before):
        return True
    if not is_own_practice(before):
        return False
    at_me = _AT_ME.match(hit.after) is not None
    return not (at_me and (_YOU_GUYS.search(before) or _MAKE_THEM.search(before)))


# --- stop -----------------------------------------------------------------------------------------------------

_BARE_STOP = re.compile(
    rf"^(?:(?:{PLEASE}|just|can you|could you|will you|would you|can u|ok|okay|enough|hey|hi|hello|no|so|then|and"
    r"|but|again|seriously"
    r"|now|man|dude|guys|omg|no thanks|no thank you|nope|nah|not interested|wrong (?:number|person|guy)|thanks"
    r"|thank you|stop|i said no|i said|i say|i asked you to|i told you to"
    r"|for the last time)[,:]? (?:- )?)*stop(?:(?:[,:]| -)? "
    rf"(?:this|it|that|now|{PLEASE}|already|thanks|thank you|thx|immediately|asap|right now|at once|all|everything"
    r"|stop))*$"
)


# "not interested, please stop": the polite word makes the last clause an order of its own
_LAST_CLAUSE_STOP = re.compile(
    rf"(?:, | and | so )(?:(?:and|so|but|just|can you|could you|would you|will you) )*{PLEASE} (?:just )?stop"
    rf"(?: (?:this|it|that|now|already|immediately|asap))*(?:, (?:thanks|thank you|\w{{1,15}}))?$"
)
_IF_YOU_DO_NOT_STOP = re.compile(
    r"\b(?:if|unless) you (?:(?:don't|do not|dont|won't) )?(?:just )?(?:stop|quit)(?: this| it| now)*(?=$|,)"
)


def _says_stop(sentence: Sentence) -> bool:
    if len(sentence.text) <= 120 and _BARE_STOP.match(sentence.text):
        return True
    if _IF_YOU_DO_NOT_STOP.search(sentence.text):
        return True
    return _LAST_CLAUSE_STOP.search(sentence.text[-120:]) is not None


_TRIGGERS = ("stop", "quit", "cease", "discontinue", "halt", "refrain", "desist")
FAMILIES = (
    Family(name="stop_noun", language="en", triggers=_TRIGGERS, fires=_asks_to_stop_things),
    Family(name="stop_verb", language="en", triggers=_TRIGGERS, fires=_asks_to_stop_writing),
    Family(name="stop_bare", language="en", triggers=("stop",), fires=_says_stop),
)
