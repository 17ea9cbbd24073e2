"""Unsubscribe, opt out, remove me, take me off: the person asks to be let go."""

import re

from inbox.rules.safety.families.base import PLEASE, Family, Hit, asks_about_practice, hits, is_negated
from inbox.rules.safety.text import Sentence, pieces

# --- unsubscribe ----------------------------------------------------------------------------------------------

_UNSUBSCRIBE = re.compile(
    r"\b(?:un-?sub(?:scrib)?(?:e|ed|ing|es)?|unsub(?:cribe|sribe|srcibe|ribe|scibe|scirbe|scride|scrib|scrie)d?"
    r"|unsuscribed?|unscribed?|usubscribed?)\b"
)
_PRODUCT_NOUN = re.compile(
    r"^[ -](?:(?:link|list|request|button|page|event|contact|lead|user|auto|automatic)[ -])?(?:rates?|flows?"
    r"|features?|headers?|handling|management|compliance|process(?:es|ing)?|logic"
    r"|data|metrics?|requests|numbers|counts?|statistics|stats|benchmarks?|behaviou?r|automation|percentages?)\b"
)
_MY_REQUESTS = re.compile(r"\b(?:ignor\w{1,5}|my)(?: \w{1,12}){0,3} $")
_MY_WISH = re.compile(r"^ (?:me|us|my|our|this|please|now)\b")
_ME = re.compile(r"^ (?:me|us)\b")
_THEIR_TOOL = re.compile(
    r"\b(?:your|the|their|a|an|any|our|which) (?:\w{1,20} ){0,2}"
    r"(?:tool|platform|product|software|system|service|app|sequencer)s?\b"
)
_THEIR_AUDIENCE = re.compile(
    r"\b(?:our|my|their) (?:\w{1,20} ){0,2}(?:customers?|users?|subscribers?|lists?|leads?|prospects?|audience"
    r"|readers?)\b"
)
# "…, please unsubscribe": whatever stood before, this clause is an order
_IMPERATIVE = re.compile(
    rf"(?:^|[,:)-] ?|\b(?:and|so|then|but|just) |\b{PLEASE} |\b(?:can|could|will|would) you (?:{PLEASE} )?|\bto be "
    r"|\bwant to |"
    r"\blike to |\bhow (?:do|can) i )$"
)
_THIRD_PERSON = re.compile(
    r"\b(?:people|recipients?|contacts?|they|leads?|customers?|clients?|users?|subscribers?|readers?|prospects?|folks"
    r"|anyone|someone|somebody|who|most|many)(?: (?:who|that|will|can|do|would|usually|often|actually|have|keep"
    r"|even|ever|then|just|to|opted))*$"
)
_HOW_MANY = re.compile(r"\b(?:how many|what (?:percent|percentage|share|portion)|how often|what happens)\b")
_BY_MISTAKE = re.compile(r"^(?:was|were|am|have) (?:i|we)\b.{0,80}\b(?:mistake|accident\w{0,4}|error)\b")
_RESUBSCRIBE = re.compile(r"\bre-?subscrib")


def _asks_to_unsubscribe(sentence: Sentence) -> bool:
    if _RESUBSCRIBE.search(sentence.text) or _BY_MISTAKE.search(sentence.text):
        return False
    return any(
        (not _PRODUCT_NOUN.match(hit.after) or _MY_REQUESTS.search(hit.before))
        and not _speaks_of_others(hit, sentence)
        and not is_negated(hit.before)
        for hit in hits(_UNSUBSCRIBE, sentence)
    )


def _speaks_of_others(hit: Hit, sentence: Sentence) -> bool:
    if _ME.match(hit.after) and not sentence.is_question:
        return False
    if (_THIRD_PERSON.search(hit.before.rstrip()) and not _ME.match(hit.after)) or _HOW_MANY.search(hit.before):
        return True
    if not (_THEIR_TOOL.search(hit.before) or _THEIR_AUDIENCE.search(hit.before)):
        return False
    is_order = _IMPERATIVE.search(hit.before) is not None or _MY_WISH.match(hit.after) is not None
    return not is_order or (sentence.is_question and not re.search(rf"\b{PLEASE}\b", hit.before))


# --- opt out --------------------------------------------------------------------------------------------------

_OPT_OUT = re.compile(
    r"\b(?:optout|opt(?:ing|ed)?(?:[ -](?:me|us|myself|ourselves|(?:my|our|this"
    r"|all)(?: [\w@.'-]{1,30}){1,3}))?[ -]out)\b"
)
_OF_CONTRACT = re.compile(
    r"^ (?:of|from) (?:(?:the|our|your|my|this|that|any|a|an|its|their|these|those) )?(?:(?!(?:e?mail|mailing|news"
    r"|list|sms|text)"
    r"\w{0,8} )[\w'-]{1,20} ){0,3}?(?:contract|plan|agreement|program(?:me)?|benefits?|trial|policy|insurance|pool"
    r"|subscription|feature|deal|terms|clause|module|package|add-?on|warranty)s?\b(?! (?:list|email|mailing"
    r"|newsletter))"
)
_SOME_TIME = re.compile(
    r"^(?: of (?:\w{1,20} ){1,3}?| (?:again|early|easily|of it)){0,2} ?(?:(?:at )?any ?time|whenever\b|later\b"
    r"|afterwards?\b"
    r"|after\b(?! (?:all|so many|your|this|these|receiving|getting)\b))"
)
_REPORT = re.compile(
    r"\b(?:we|they|he|she|people|customers|clients|users|everyone|who)(?:'ve)?(?: (?:have|has|had|already|all|just"
    r"|both))*$"
)
_OF_YOUR_MAIL = re.compile(
    r"^ (?:of|from) (?:(?:your|these|this|all|any|the) )?(?:\w{1,20} ){0,3}?(?:emails?|messages?|texts?|calls?"
    r"|lists?|mailings?"
    r"|newsletters?|communications?|outreach|spam|sms)\b"
)
_OPT_IN_CHOICE = re.compile(r"\bopt[- ]?in (?:or|vs|versus|and|/) ?$")


def _asks_to_opt_out(sentence: Sentence) -> bool:
    return any(_is_opt_out_request(hit) for hit in hits(_OPT_OUT, sentence))


def _is_opt_out_request(hit: Hit) -> bool:
    if is_negated(hit.before) or _PRODUCT_NOUN.match(hit.after) or _OPT_IN_CHOICE.search(hit.before):
        return False
    if _OF_YOUR_MAIL.match(hit.after):
        return True
    if _OF_CONTRACT.match(hit.after) or _SOME_TIME.match(hit.after):
        return False
    before = hit.before.rstrip()
    is_report = "opted" in hit.match[0] and _REPORT.search(before) is not None
    return not is_report and not _THIRD_PERSON.search(before) and not _HOW_MANY.search(before)


# --- removal --------------------------------------------------------------------------------------------------

_IDENTITY = (
    r"(?:email(?: address(?:es)?)?s?|addresses|address|names?|numbers?|phones?|info|information|details|contacts?"
    r"|data|domains?"
    r"|company|team|account|cell|mobile|inbox|office|business|organi[sz]ation|firm|profile|records?)"
)
_WHOM = (
    r"(?:me|us|myself|ourselves|both of us|all of us|(?:everyone|anyone|everybody|anybody|all of us) (?:here|at|in"
    r"|from|on)"
    rf"|(?P<own>(?:all (?:of )?|any of )?(?:my|our)(?: [\w'-]{{1,20}}){{0,2}}? {_IDENTITY}(?: {_IDENTITY}){{0,2}})"
    r"|this (?:\w{1,12} )?(?:email(?: address)?|address|number|phone|contact|domain|account|inbox|person)|@addr"
    r"|(?:[\w@'-]{1,30} ){1,4}and (?:me|us|myself))"
)
_REMOVE = re.compile(
    r"\b(?P<verb>remov(?:e|ing)|delet(?:e|ing)|scrub|purg(?:e|ing)|eras(?:e|ing)|drop|strike) (?:the following "
    rf"|both )?{_WHOM}(?!\w|')"
)
_REMOVED = re.compile(
    r"\b(?:removed|deleted|purged|erased) (?:me|us)\b(?! (?:as|by))"
    r"|\byou(?:'ve| have|'re| are| will|'ll)?(?: still| now| already)?(?: not|n't)? (?:removed|deleted|erased|purged"
    r"|removing|deleting) (?:my|our)"
    rf"(?: \w{{1,12}}){{0,2}}? {_IDENTITY}\b"
    r"|\b(?:ensure|make sure|confirm|want|request|ask|see to it|appreciate)\b.{0,25}?\b(?:i am|i'm|we are|we're"
    r"|(?:my|our)(?: \w{1,12}){0,2}?"
    rf" {_IDENTITY} (?:is|are|be|gets?)) (?:\w{{1,12}}ly )?(?:removed|deleted|taken off|unsubscribed|erased)\b"
    r"|\b(?:i'm|i am|we're|we are|want(?: to be)?) off (?:of )?(?:your|this|the|all|any"
    r"|these)(?: of)?(?: \w{1,12}){0,2}? (?:lists?|database|mailings?)\b"
)
_OFF = re.compile(r"^ (?:completely |entirely |permanently )?(?:from|off)\b")
_FROM_THE_MEETING = re.compile(
    r"^ (?:completely |please )?(?:from|off|on|out of) (?:of )?(?!all (?:\w{1,15} )?channels)(?:(?:the|this|that"
    r"|your|our|my|any|all|tomorrow's|today's|next) )?"
    r"(?:[\w'/-]{1,20} ){0,3}?(?:invites?|invitations?|calend[ae]rs?|meetings?|calls?|cc|cc line|bcc|slack|channels?"
    r"|events?|agenda|proposals?|quotes?"
    r"|orders?|contracts?|agreements?|decks?|documents?|docs?|demos?)\b"
    r"(?! (?:\w{1,20} )?(?:lists?|database|mailings?|emails?|sequence|campaign|reminders|newsletter))"
)
_FROM_BEFORE = re.compile(
    r"^ (?:from|of|sent|i sent) (?:yesterday|today|earlier|before|last \w+|this (?:morning|afternoon|week)|(?:mon"
    r"|tues|wednes|thurs|fri)day)\b"
)
_EARLIER_MAIL = re.compile(
    r"\b(?:my|our) (?:last|previous|earlier|prior|first|second|recent) (?:email|info|contact)s?$"
)
_FROM_A_LIST = re.compile(
    r"\b(?:from|off|on) (?:(?:of )?(?:your|the|this|that|these|any|all|whatever|future|all your"
    r"|our) )?(?:[\w'/-]{1,20} ){0,3}?"
    r"(?:lists?|database|db|crm|mailings?|newsletters?|sequences?|campaigns?|outreach|cadence|records|files"
    r"|distribution)\b"
)
# "remove our data silos": another noun follows, the object was something else
_OBJECT_ENDS = re.compile(
    r"^(?:$|[^\w' ]| (?:-|@|\W|from|off|of|and|or|please|pls|plz|now|asap|immediately|right|as|at|thanks|thank|thx"
    r"|entirely"
    r"|completely|permanently|everywhere|too|also|in|on|out|today|forever|for|kindly|with|since|because|before|so|if"
    r"|it|i|we"
    r"|this|that|the|under|per|straight|altogether|you|by|when|until|effective|once|already|again|tonight|is|are|was"
    r"|which|who"
    r"|listed|there|here|ok|okay)\b)"
)
_FROM_OWN_PLACE = re.compile(
    r"^ (?:from|in|out of) (?:our|hubspot|salesforce|excel|airtable|pipedrive|zoho|google|apollo|zoominfo)\b"
)
_OUR_CHORE = re.compile(r"\bwe (?:\w{1,12} )?(?:need to|have to|had to|must|should|will|regularly|always|plan to)$")
_RECORDS = re.compile(r"\b(?:data|information|info|records?|contacts?|details)$")
_ORDERED = re.compile(rf"(?:^|[,:)-] ?|\b(?:and|so|then|or|just) |\b{PLEASE} |\byou (?:{PLEASE} |guys |all )?)$")
_PAST_PRACTICE = re.compile(
    r"\b(?:had to|used to|helps?(?: us| you)? to|helps?(?: us| you)?|(?:would|will|could|can|might) (?:also )?)$"
)
_NOT_YOU = re.compile(
    r"\b(?:it|that|this|which|we|they|tool|software|platform|i) (?:would|will|could|can|might|had to"
    r"|used to)(?: also)?$"
)
_NO_OBJECT = re.compile(
    rf"(?:^|{PLEASE} |can you |could you )(?:{PLEASE} )?(?:remove|delete|drop|take) (?:from|off) (?:of )?"
    r"(?:(?:your|the|this|all|any|future) )?(?:[\w'-]{1,20} ){0,3}?(?:lists?|database|mailings?|emails?|newsletters?"
    r"|distribution)\b"
)
_WHOLE_REMOVE = re.compile(
    rf"^(?:\W?(?:{PLEASE}|just|ok|and|so|then|hi|no|can|could|would|will|you)\W{{1,2}})*(?:remove|delete)"
    r"(?:\W{1,2}(?:please|pls|now|thanks|thank you|thx|asap|immediately|today|cheers))*$"
)
_GONE = r"(?:completely |permanently )?(?:removed|deleted|scrubbed|purged|erased|taken off|unlisted)\b"
_PASSIVE = re.compile(
    r"(?:^|\b(?:i|we)(?:'d|'m|'ve| would| am| are| have| also| really| just| do| already| hereby| again| only){0,3} )"
    r"(?:want|wish|like|need|ask|asked|asking|request|requested|requesting|demand|prefer|insist)(?: on)? "
    rf"(?:to (?:be|get)|be|being|getting) {_GONE}"
)
_HAVE_ME_REMOVED = re.compile(rf"\b(?:want|wish|like|need|have|get|ask|request)(?: for)? {_WHOM} (?:to be )?{_GONE}")
_REMOVED_FROM_YOURS = re.compile(
    r"\b(?:be|get|been) (?:\w{1,12}ly )?(?:removed|deleted|taken|scrubbed|purged|erased) (?:from"
    r"|off)(?: of)? (?:your|this|these|the|all|any) "
    r"(?:[\w'/-]{1,20} ){0,3}?(?:lists?|database|db|crm|mailings?|newsletters?|sequences?|emails?|distribution"
    r"|outreach)\b"
)


_REGRETS = re.compile(r"\b(?:hate|sorry|afraid|sad|worried|shame) (?:\w{1,8} )?$")


def _asks_for_removal(sentence: Sentence) -> bool:
    if _WHOLE_REMOVE.match(sentence.text):
        return True
    found = [hit for pattern in (_REMOVE, _REMOVED, _PASSIVE, _HAVE_ME_REMOVED) for hit in hits(pattern, sentence)]
    if any(_is_removal(hit) and not _asks_about_data(sentence, hit) for hit in found):
        return True
    bare = (_REMOVED_FROM_YOURS, _NO_OBJECT)
    return any(
        not is_negated(hit.before) and not _REGRETS.search(hit.before)
        for pattern in bare
        for hit in hits(pattern, sentence)
    )


def _asks_about_data(sentence: Sentence, hit: Hit) -> bool:
    own = hit.match.groupdict().get("own")
    return bool(own and _RECORDS.search(own)) and asks_about_practice(sentence, hit)


def _is_removal(hit: Hit) -> bool:
    groups = hit.match.groupdict()
    verb, own = groups.get("verb"), groups.get("own")
    if is_negated(hit.before) or _NOT_YOU.search(hit.before.rstrip()):
        return False
    if verb in ("drop", "strike") and not _OFF.match(hit.after):
        return False
    from_a_list = _FROM_A_LIST.search(hit.after) is not None
    if _FROM_THE_MEETING.match(hit.after) and not from_a_list:
        return False
    if _FROM_BEFORE.match(hit.after) or (_EARLIER_MAIL.search(hit.match[0]) and not from_a_list):
        return False
    if own and (_FROM_OWN_PLACE.match(hit.after) or (_OUR_CHORE.search(hit.before.rstrip()) and _RECORDS.search(own))):
        return False
    if own and not _OBJECT_ENDS.match(hit.after):
        return _ORDERED.search(hit.before) is not None and not _PAST_PRACTICE.search(hit.before.rstrip())
    return True


# --- take off -------------------------------------------------------------------------------------------------

_TAKE_OFF = re.compile(
    r"\b(?P<verb>tak(?:e|ing)|get(?:ting)?) (?P<whom>me|us|both of us|all of us|(?:my|our|this"
    r"|@addr)(?: [\w@.'-]{1,30}){0,4}?) (?:completely )?off\b"
)
_TAKEN_OTHERWISE = re.compile(
    r"\b(?:minds?|eyes?|hats?|hands?|gloves?|shoes?|coat|jacket|time|days?|weeks?|months?|years?|quarter|summer"
    r"|morning|afternoon|evening"
    r"|load|work|task|burden|weight|pressure|stress|(?:mon|tues|wednes|thurs|fri|satur|sun)days?)$"
)
_OFF_SOMETHING = re.compile(
    r"^ (?:our|my)\b|^ (?:of )?(?:(?:the|that|this|your|his|a) )?(?:(?!(?:i|we|or|and|please|pls|now|before|so|asap"
    r"|today)\b)[\w'/-]{1,20} ){0,2}?(?:speaker(?:phone)?|hold|mute|guard|invites?|invitation"
    r"|calendar|calls?|cc|bcc|meetings?|hook|plate|shoulders|market|track|topic|agenda|thread's cc)\b"
    r"(?! (?:\w{1,20} )?(?:lists?|database|mailings?|emails?|sequence))"
)


def _asks_to_be_taken_off(sentence: Sentence) -> bool:
    for hit in hits(_TAKE_OFF, sentence):
        if is_negated(hit.before) or _TAKEN_OTHERWISE.search(hit.match["whom"]):
            continue
        if hit.match["verb"].startswith("get") and not _FROM_A_LIST.match(f" off{hit.after}", 1):
            continue
        if not _OFF_SOMETHING.match(hit.after) or _FROM_A_LIST.search(hit.after):
            return True
    return False


FAMILIES = (
    Family(
        name="unsubscribe",
        language="en",
        triggers=("unsub", "un-sub", "unsus", "unscr", "usubs"),
        fires=_asks_to_unsubscribe,
    ),
    Family(
        name="opt_out", language="en", triggers=("optout", "opt-out", "opt ", "opted", "opting"), fires=_asks_to_opt_out
    ),
    Family(
        name="removal",
        language="en",
        triggers=pieces(
            "remov|delet|scrub|purg|eras|drop|strike|off your|off this|off the|taken off|take from|drop from"
        ),
        fires=_asks_for_removal,
    ),
    Family(name="take_off", language="en", triggers=(" off",), fires=_asks_to_be_taken_off),
)
