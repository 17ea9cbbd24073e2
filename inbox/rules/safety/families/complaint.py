"""Complaints and legal requests: lose my number, erase my data, cease and desist, this is spam."""

import re

from inbox.rules.safety.families.base import Family, Hit, asks_about_practice, hits, is_negated
from inbox.rules.safety.text import Sentence, pieces

_CLAUSE_START = (
    r"(?:^|[,:(-] ?|\b(?:please|pls|just|kindly|now|so|ok|okay|can you|could you|will you|would you|you should|you can"
    r"|you guys|you to|hey|oh|seriously|why don't you) )"
)
_CLAUSE_END = (
    r"(?=\W*$|[,:)(-]| -|\W{1,2}(?:please|now|and|you|or|thanks|thank you|with your|already|forever|asshole|spammer"
    r"|loser)\b)"
)

_LOSE = re.compile(
    r"\b(?:lose|forget|delete)(?: all(?: of)?)? (?:my|our|this) (?:\w{1,12} ){0,2}?(?:number|email(?: address)?"
    r"|info(?:rmation)?|contact"
    r"(?: (?:info(?:rmation)?|details))?|address|details)\b"
)
_LOSE_OTHERWISE = re.compile(
    r"^ (?:from|of|sent) (?:yesterday|today|earlier|before|last \w+|this (?:morning|afternoon|week)|(?:mon|tues"
    r"|wednes|thurs|fri)day)|^ ?(?:password|login|signature|account|list)\b"
)
_LOSE_EARLIER = re.compile(r"\b(?:last|previous|earlier|prior|first|old)\b")
_FORGETS = re.compile(
    r"(?:\b(?:i|we|they|he|she|people|everyone|clients|customers|always|keep|often)|\b(?:did|if|in case|when|before"
    r"|should) you)"
    r"(?: (?:always|often|never|ever|might|may|will|would|did|could|usually|already|also))*$"
)
_NEVER_MIND = re.compile(
    r"^\W{1,3}(?:i |we )?(?:just )?(?:found|got|figured|saw|see|sorted|it was|that was|never ?mind)\b"
)
_THEY_ERASE = re.compile(
    r"\b(?:we|they|he|she)(?: (?:also|already|will|would|had to|have to|need to|want to|regularly|could|did|always))*$"
)
_DATA = re.compile(
    r"\b(?:delet(?:e|ing|ion of)|eras(?:e|ing|ure of)|remov(?:e|ing|al of)|destroy|purge|wipe) (?:all (?:of )?"
    r"|any (?:of )?|any and all |the )?(?:my|our)(?: (?:personal|private|contact|company))?"
    r" (?:data|information|records|details|info)\b|\b(?:delet(?:e|ing)|eras(?:e|ing)) (?:all"
    r"|any) (?:personal )?(?:data|information|records) (?:you (?:have|hold|store)|about|on) "
)
_DATA_NOUN_FOLLOWS = re.compile(
    r"^ (?:silos?|entry|quality|points?|sources?|issues?|problems?|entries|fields?|warehouse|team|from (?:hubspot"
    r"|salesforce|excel|our|my))\b"
)
_GDPR = re.compile(
    r"\bright to be forgotten\b|\bobject to (?:the |any |all |your |further )*(?:processing|direct marketing"
    r"|marketing|use of (?:my|our))\b|\b(?:gdpr|ccpa|dsgvo|article 17|art 17)\b.{0,60}?\b(?:eras(?:ure|e)"
    r"|delet(?:ion|e)"
    r"|remov(?:al|e))"
    r"|\b(?:eras(?:ure|e)|delet(?:ion|e)|remov(?:al|e))\b.{0,60}?\b(?:gdpr|ccpa|dsgvo|article 17)\b"
    r"|\b(?:withdraw|withdrawing|revoke|revoking) (?:my|our|all|any) (?:\w{1,12} )?consent\b|\b(?:do not|don't|never"
    r"|did not|didn't) (?:give|gave|consent(?:ed)?|given)"
    r"(?: you)?(?: (?:any|my|our))?(?: (?:consent|permission))? to (?:be contacted|contact me|contact us|email me"
    r"|call me|text me|receiv(?:e|ing) (?:these|your|any|emails|calls|texts|marketing))"
)
_DNC = re.compile(
    r"\bdo[- ]not[- ](?:call|contact|email|text|mail|disturb)[- ](?:list|registry|request|register|database)\b"
    r"|\bdnc\b|\b(?:suppression|suppress|exclusion|opt[- ]out) list\b|\bcease (?:and|&) desist\b"
)
_PUT_ME = re.compile(
    r"\b(?:add|put|place|include|move|get|adding|register(?:ed)?)\b.{0,40}?\b(?:me|us|my|our|this|@addr)\b|\b(?:i'm"
    r"|i am|we're|we are|my number is|our number is) (?:\w{1,12} ){0,2}?on\b|\b(?:be|been|get|being) (?:put|added"
    r"|placed|included)\b"
)
_HOW_YOU_HANDLE = re.compile(
    r"\b(?:do|does|did|can|could|how|are|is|will|would|which|what)\b.{0,60}?\b(?:scrub|check|handle|handling|manage"
    r"|support|honou?r|comply|compliant|compliance|maintain|respect|upload|import"
    r"|sync|integrate|screen|filter|process|clean|dedupe|match|use|work|treat|keep|build|share|provide|export|have)"
)
_DNC_TOPIC = re.compile(
    r"^ (?:rules?|laws?|compliance|compliant|scrubbing|regulations?|checks?|checking|handling|management|features?"
    r"|integration|owners?|data|api)\b"
)
_OUR_LIST = re.compile(
    r"\b(?:we|i|they)$|\bwe (?:also |already |just |will |can |would |could )?(?:have|maintain|upload|keep|use|scrub"
    r"|check|send|share"
    r"|run|provide|manage|got|need|import)(?: \w{1,12}){0,3}$|\b(?:our|their)$"
)
_REPORT = re.compile(
    r"\b(?:report(?:ed|ing)?|mark(?:ed|ing)?|flag(?:ged|ging)?) (?:all (?:of )?)?(?:you|this|it|them|these|that"
    r"|your \w{1,15}(?: \w{1,15}){0,2}?)(?: \w{1,12}){0,2}? (?:as|for) (?:\w{1,12} )?(?:spam|junk|phishing"
    r"|harassment|abuse|scam|spamming)\b(?! folder)"
    r"|\breport(?:ed|ing)? you\b|\byou(?:'ve|'re| have| will| are)(?: going to)? be(?:en|ing)? reported\b"
)
_MACHINE_MARKED = re.compile(
    r"\b(?:gmail|google|outlook|microsoft|yahoo|filters?|servers?|systems?|clients?|it|365|firewall|app|provider"
    r"|mimecast|proofpoint|barracuda|spam ?filter|they|inbox|esps?|people|prospects|recipients|leads|users|customers"
    r"|clients|who)(?: (?:has|had|have|just|also|always|often|automatically|keeps|usually|would|will|might|may|ever"
    r"|not|does|doesn't|don't|won't"
    r"|didn't|did))*$"
)
_THIS_IS_SPAM = re.compile(
    r"\b(?:this is|this's|these are|your (?:emails?|messages?|texts?) (?:is|are)|you(?: are|'re))(?: (?:just|pure"
    r"|clearly|obviously"
    r"|nothing but|basically|straight|plain|simply|complete|total|really|all|such|unwanted|unsolicited|illegal"
    r"|a form of))*"
    r" (?:spam|spamming(?: me| us)?|harassment|harassing (?:me|us)|junk mail|phishing)(?=\W*$|[^\w ]| (?:and|so"
    r"|please|thanks|thank you|i|stop|at|now|or|to me|report|you|-)\b)"
)
_ONLY_SPAM = re.compile(r"(?:(?:total|more|pure|just|unsolicited) )?(?:spam|junk mail|harassment)(?: spam)*$")
_DOUBT = re.compile(
    r"\b(?:thought|assum\w{1,4}|hope|if|whether|sure|wonder\w{0,3}|not that|doubt|worried|afraid|says?|said"
    r"|mean)\b(?: \w{1,12}){0,4}$"
)
_NTH_TIME = re.compile(
    r"\b(?:2nd|3rd|[4-9]th|second|third|fourth|fifth|sixth|nth|umpteenth|hundredth) time (?:that )?(?:i|we)(?:'ve|'m"
    r"| have| am| are|'re)?(?: had to| to)? ?(?:asked|asking|ask|told|telling|tell|requested|requesting|request|said"
    r"|saying|say)\b"
    r"|\bthis is the (?:last|final) time (?:that )?i(?:'m| am| will|'ll)? (?:ask|asking|tell|telling|say|saying)\b"
    r"|\bhow many times (?:do|must|should|have) (?:i|we)(?: (?:have to|need to|got to))? (?:ask|asked|tell|told|say"
    r"|said|request|requested|unsubscribe)\b"
)
_FOR_SOMETHING = re.compile(
    r"^ (?:you )?(?:guys )?(?:for|about)\b(?! (?:removal|you to|this to|it to|me to be))"
    r"|^ (?:you )?(?:guys )?to (?!stop|remove|unsub|take|be |quit|leave|not |delete|cease|opt)"
)
_DISMISS = re.compile(
    r"\bf(?:uck|\*{1,4}k?|\*{1,2}ck|ck|u\*{1,2}k?|uk)(?:ing)? (?:off|you|u|yourself)\b|\bf off\b|\bf u\b"
    r"|\bgo (?:to hell|fuck yourself|f yourself|screw yourself|kick rocks|pound sand)\b"
    r"|\b(?:screw|sod) (?:you|off)\b(?! (?:over|up))|\bbugger off\b|\bkiss my (?:ass|arse)\b|\beat (?:shit|a dick)\b"
    r"|\bshove (?:it|this) up\b|\bkick rocks\b|\bpound sand\b"
    r"|\bstfu\b|\bgfy\b|\bgo die\b|\bup yours\b"
)
_DISMISS_CLAUSE = re.compile(
    rf"{_CLAUSE_START}(?:piss off|get lost|buzz off|get bent|get stuffed|beat it|drop dead|bite me|get a life"
    rf"|shut up(?! and take)|naff off|jog on|eff off|back off|go away|knock it off|cut it out){_CLAUSE_END}"
)
_HIKE = re.compile(r"\b(?:take a (?:long )?hike|go take a hike)\b")
_TOGETHER = re.compile(r"\b(?:let'?s|we|we'll|i|went|weekend|family|you and i)\b.{0,30}$")
_LEAVE_ALONE = re.compile(
    r"\bleav(?:e|ing) (?:me|us|my \w{1,15}|our \w{1,15}) (?:(?:the (?:fuck|hell|f|heck|eff)|tf) )?(?:alone|be"
    r"|in peace)\b(?! (?:with"
    r"|to figure|to deal|in))"
)
_GOES_AWAY = re.compile(
    r"\b(?:does|do|will|would|did|could|can|may|might|should|not|never|it|they|that|make|makes|made|ever|hope|wish"
    r"|want|need|won't|don't"
    r"|doesn't|didn't|issues?|problems?|bugs?|pain)(?: (?!you\b)\w{1,12})?$"
)


def _complains(sentence: Sentence) -> bool:
    return any(check(sentence) for check in _CHECKS)


def _tells_to_forget(sentence: Sentence) -> bool:
    return any(
        not is_negated(hit.before)
        and not _FORGETS.search(hit.before.rstrip())
        and not _LOSE_OTHERWISE.match(hit.after)
        and not _LOSE_EARLIER.search(hit.match[0])
        and not _NEVER_MIND.match(hit.after)
        for hit in hits(_LOSE, sentence)
    )


def _asks_for_erasure(sentence: Sentence) -> bool:
    if any(not _asks_how(hit) for hit in hits(_GDPR, sentence)):
        return True
    return any(
        not is_negated(hit.before)
        and not _DATA_NOUN_FOLLOWS.match(hit.after)
        and not _THEY_ERASE.search(hit.before.rstrip())
        and not asks_about_practice(sentence, hit)
        for hit in hits(_DATA, sentence)
    )


def _asks_for_suppression(sentence: Sentence) -> bool:
    return any(
        _PUT_ME.search(hit.before)
        or _PUT_ME.search(hit.after)
        or "desist" in hit.match[0]
        or not (_asks_how(hit) or _OUR_LIST.search(hit.before.rstrip()) or _DNC_TOPIC.match(hit.after))
        for hit in hits(_DNC, sentence)
    )


def _asks_how(hit: Hit) -> bool:
    return _HOW_YOU_HANDLE.search(hit.before) is not None


def _calls_it_spam(sentence: Sentence) -> bool:
    if any(
        not _MACHINE_MARKED.search(hit.before.rstrip()) and not is_negated(hit.before)
        for hit in hits(_REPORT, sentence)
    ):
        return True
    if sentence.is_question:
        return False
    if _ONLY_SPAM.match(sentence.text):
        return True
    return any(not _DOUBT.search(hit.before.rstrip()) for hit in hits(_THIS_IS_SPAM, sentence))


def _has_asked_before(sentence: Sentence) -> bool:
    return any(not _FOR_SOMETHING.match(hit.after) for hit in hits(_NTH_TIME, sentence))


def _dismisses(sentence: Sentence) -> bool:
    if _DISMISS.search(sentence.text):
        return True
    if any(not is_negated(hit.before) for hit in hits(_LEAVE_ALONE, sentence)):
        return True
    if any(not _TOGETHER.search(hit.before) for hit in hits(_HIKE, sentence)):
        return True
    return any(
        not is_negated(hit.before) and not _TOGETHER.search(hit.before) and not _GOES_AWAY.search(hit.before.rstrip())
        for hit in hits(_DISMISS_CLAUSE, sentence)
    )


_CHECKS = (_tells_to_forget, _asks_for_erasure, _asks_for_suppression, _calls_it_spam, _has_asked_before, _dismisses)

FAMILIES = (
    Family(
        name="complaint",
        language="en",
        triggers=pieces(
            "lose |forget|delet|eras|remov|destroy|purge|wipe|gdpr|ccpa|dsgvo|consent|object to|permission to|"
            "forgotten|do not |do-not-|dnc|suppress|exclusion list|out list|desist|report|mark|flag|spam|"
            "harass|junk mail|phishing| time | times |fuck|fck|fuk |f*|fu*|f off|f u|go to hell|yourself|"
            "screw |sod off|bugger|kick rocks|pound sand|piss off|get lost|buzz off|get bent|get stuffed|"
            "beat it|drop dead|bite me|get a life|shut up|"
            "naff off|jog on|eff off|back off|go away|knock it|cut it| hike|"
            "alone|me be|us be|peace|stfu|gfy|go die|up yours|shove |kiss my|eat "
        ),
        fires=_complains,
    ),
)
