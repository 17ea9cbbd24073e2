"""I no longer wish to hear from you; no more emails."""

import re

from inbox.rules.safety.families.base import Family, Hit, hits
from inbox.rules.safety.families.channels import channels_of, offers_another_way
from inbox.rules.safety.text import Sentence

_ADVERBS = (
    r"(?: (?:really|ever|actually|even|currently|particularly|at all|any more|again|longer|necessarily|in any way))*"
)
_NO_WISH = (
    rf"\b(?:(?:no longer|do not|do n't|don'?t|never|not|wouldn'?t|nor){_ADVERBS} (?:wish(?:ing)?|want(?:ing)?|wanna"
    r"|care|like|need|interested)"
    r"(?: to| in)?|(?:would |'d )?(?:much )?(?:rather|prefer|prefers|preferred) (?:to )?not(?: to)?|(?:appreciate"
    r"|ask|asked|request|requested|prefer|like) (?:not|no longer)(?: to)?)"
)
_MAIL = (
    r"(?:emails?|mails|messages|texts|sms|text messages|calls|newsletters?|communications?|mailings?|offers"
    r"|solicitations?|correspondence|spam"
    r"|outreach|marketing|promotions?|follow[- ]?ups)"
)
_ENDS = (
    r"(?=\W*$|[^\w' ]| (?:again|any ?more|any longer|please|pls|from|thanks|thank|thx|at all|ever|and|or"
    r"|in the future|going forward)\b)"
)
_RECEIVE = re.compile(
    rf"{_NO_WISH} (?:be )?(?:(?:continue|keep|go on|carry on) )?(?:to )?(?:receiv(?:e|ing)|get(?:ting)?|be sent"
    r"|being sent)\b(?! (?:on|in|into|to|too|rid)\b)"
    rf"(?P<what>[^,]{{0,40}}?\b{_MAIL}\b|(?: \w{{1,12}}){{0,3}}? anything(?= (?:else|more|further|again|from|like"
    r"|any ?more|of)\b|\W*$|[^\w' ])"
    rf"|(?: (?:any|all))?(?: of)? (?:these|this|those|them|more|any more|any further){_ENDS}|(?<=receive)(?=\W*$))"
)
_A_SAMPLE = re.compile(r"\b(?:invoice|sample|brochure|quote|contract|pdf|deck|proposal|catalog|catalogue)s?\b")
_WANT_MAIL = re.compile(
    r"\b(?:no longer|do not|do n't|don'?t|never)(?: (?:really|ever|actually))* (?:want|wish(?: for)?|like)"
    r"(?: (?:any|more|further|your|these|those|such|unsolicited|marketing|sales|cold|spam|all|this"
    rf"|of))* (?P<what>{_MAIL}|more of (?:these|those|them)|(?<=further )contact|(?<=more )contact){_ENDS}"
)
_HEAR_FROM = re.compile(
    rf"{_NO_WISH} (?:be )?(?:to )?(?:hear(?:ing)?|hear back)(?: back)?(?: (?:anything|more|any more|again|further"
    r"|another word))*"
    r" from (?:you|u|your|anyone|anybody|any of you|this|any of your|y'all|ya)\b"
)
_BE_CONTACTED = re.compile(
    rf"{_NO_WISH} (?:to )?(?:be|being|get|getting) (?P<what>contacted|emailed|mailed|called|texted|messaged|phoned"
    r"|approached|solicited|bothered|spammed|harassed"
    r"|disturbed|reached out to|cold[- ]called|cold[- ]emailed|followed up with|pestered|marketed to|targeted)"
    r"(?=\W*$|[^\w' ]| (?:again|any ?more|any longer|by|any|further|about|at|for|in|please|pls|thanks|thank|and|or"
    r"|via|on|through|regarding|with|ever|unless|like|so|from|this)\b)"
)
_ON_LIST = re.compile(
    rf"{_NO_WISH} (?:to )?(?:be |being |stay |staying |remain |remaining )?(?:on|in|part of|included (?:on|in)"
    r"|added to|subscribed to|kept on|a part of|a member of)"
    r" (?:your|this|the|any|that|these|those|an?)(?: (?:of|[\w'/-]{1,20})){0,3}? (?:lists?|databases?|sequences?"
    r"|newsletters?|mailings?|crm|campaigns?|cadence|distribution)\b"
)
_SUBSCRIBED = re.compile(
    rf"{_NO_WISH} (?:to )?(?:be|being|stay|remain) (?:subscribed|signed up|on (?:this|it|here))\b(?=\W*$|[^\w' ]"
    r"| (?:to|any ?more|for|please)\b)"
)
_WISHES = (_RECEIVE, _HEAR_FROM, _BE_CONTACTED, _ON_LIST, _SUBSCRIBED, _WANT_MAIL)

# "we don't need more emails, we need meetings" talks business
_BUT_WE_NEED = re.compile(r"^\W{1,3}(?:but )?(?:we|i)(?:'d)? (?:want|need|prefer|just want|just need|would like)\b")
_NOT_THAT_I = re.compile(r"\bnot (?:that|because|as if|like) (?:i|we)$")
_THIRD_PARTY = re.compile(
    r"\b(?:they|you|people|customers|clients|users|leads|prospects|he|she|who|most|many|patients|buyers)(?: (?:really"
    r"|just|probably|also|often|usually|would|may|might|clearly|who|that))*$"
)


def _no_longer_wishes(sentence: Sentence) -> bool:
    return any(_is_final(hit, sentence) for pattern in _WISHES for hit in hits(pattern, sentence))


def _is_final(hit: Hit, sentence: Sentence) -> bool:
    if _THIRD_PARTY.search(hit.before.rstrip()) or _NOT_THAT_I.search(hit.before.rstrip()):
        return False
    what = hit.match.groupdict().get("what") or ""
    if hit.match.re is _RECEIVE and _A_SAMPLE.search(what):
        return False
    if hit.match.re is _WANT_MAIL and _BUT_WE_NEED.match(hit.after):
        return False
    refused = channels_of(what) | channels_of(
        " ".join(re.findall(r"^ (?:by|via|on|over|through) (?:the )?(\w+)", hit.after))
    )
    return not offers_another_way(refused, before=hit.before, rest=hit.after, following=sentence.following)


# --- no more --------------------------------------------------------------------------------------------------

_NO_MORE = re.compile(
    r"\bno (?:more|further)(?: of)?(?: (?:these|those|your|this|the|sales|marketing|cold|spam|unsolicited|email|text"
    r"|phone|such|annoying|stupid|fucking|damn))*"
    r" (?:emails?|mails|messages?|texts?|sms|calls|spam|follow[- ]?ups?|outreach|contact|contacts|mailings?"
    r"|communications?|correspondence|newsletters?|solicitations?)\b"
    r"(?! (?:needed|necessary|required|is needed|are needed|is necessary|are necessary|is required|are required|than"
    r"|folder|lost|bouncing|manually|to write|to answer|info|details|forms?)\b)"
)
_STATED = re.compile(
    r"\b(?:there (?:is|are|was|were|will be)|there's|have|has|had|having|with|gets?|got|getting|means?|meant|meaning"
    r"|so|say|see|seeing|saw|sends?|sending|makes?|need|needs|requires?"
    r"|i'll|we'll|promise|that'?s|imagine|leads? to|result(?:s|ing)? in)(?: (?:just|been|to))*$"
)
_ENOUGH = re.compile(
    rf"\benough (?:with|of)(?: all)?(?: (?:the|these|your|this|those))(?: \w{{1,15}})?? (?:{_MAIL}|calls)\b"
)


def _wants_no_more(sentence: Sentence) -> bool:
    if _ENOUGH.search(sentence.text):
        return True
    return any(not _STATED.search(hit.before.rstrip()) for hit in hits(_NO_MORE, sentence))


FAMILIES = (
    Family(
        name="no_longer_wish",
        language="en",
        triggers=("longer", "not ", "don't ", "dont ", "n't ", "never ", "wouldn", "nor "),
        fires=_no_longer_wishes,
    ),
    Family(name="no_more", language="en", triggers=("no more", "no further", "enough "), fires=_wants_no_more),
)
