"""Do not contact me: refusals to be written to, minus channel preferences and time limits."""

import re

from inbox.rules.safety.families.base import Family, Hit, hits
from inbox.rules.safety.families.channels import (
    channels_of,
    is_time_limited,
    named_ways,
    offers_another_way,
    prefers_before,
)
from inbox.rules.safety.text import Sentence

_VERB = (
    r"(?:contact|email|mail|message|text|call|phone|ring|write(?: to)?|reach out(?: to)?|bother|pester|harass"
    r"|disturb|solicit|dm"
    r"|ping|spam|cold[- ]?call|cold[- ]?email|follow[- ]?up(?: with)?|get in touch(?: with)?|approach|hassle|annoy)"
)
_VERBS = (
    rf"(?:{_VERB}(?:(?:, ?| ?/ ?){_VERB}){{0,5}},? ?(?:or|and|nor|/) ?(?:even |to |otherwise )?{_VERB}"
    rf"|{_VERB}(?:(?:, ?| ?/ ?){_VERB}){{2,5}}|{_VERB})"
)
_GERUND = (
    r"(?:bother|keep(?: on)?|continue) (?:contacting|emailing|mailing|messaging|texting|calling|phoning"
    r"|writing(?: to)?|reaching out(?: to)?"
    r"|following up(?: with)?)"
)
_NEVER = (
    r"\b(?P<never>do not|do n't|don'?t|dnt|never|not to|to not|did not|didn'?t|must not|mustn'?t|(?:may|shall"
    r"|should) not|shouldn'?t)"
    r"(?:, [^,]{1,40},| under any circumstances| in any way)?(?: (?:ever|please|pls|you|u|dare|even|again|directly"
    r"|just|keep|continue to|to))*"
)
_DO_NOT_CONTACT = re.compile(rf"{_NEVER} (?P<verbs>{_GERUND}|{_VERBS})(?![\w'])")

_NOUN = (
    r"(?:emails?|mails|messages?|texts?|sms|mailings?|newsletters?|spam|calls|communications?|marketing"
    r"|solicitations?|follow[- ]?ups?|invitations)"
)
_DO_NOT_SEND = re.compile(
    rf"{_NEVER} (?:send(?:ing)?|forward)(?: (?:me|us|to (?:me|us)|this (?:address|number)))?(?P<object>"
    r"(?: (?:any|more|further|these|those|your|such|this|anymore|of|kind|kinds|type|unsolicited|marketing|sales"
    r"|cold|spam|stupid|other|text|email))*"
    rf" (?:{_NOUN}|anything|crap|junk|garbage)(?: else)?(?= (?:again|please|pls|any more|from|to|at|about|like"
    r"|of this|ever|thanks|thank|or|and)\b|$|[^\w' ])"
    r"| any (?:more|further)(?= (?:please|pls|of (?:these|this|your|those)|thanks|thank|to)\b|$|[^\w' ])"
    r"| (?:more )?stuff(?: like (?:this|that))?(?=$|[^\w' ]| (?:any more|again)\b)"
    r"| (?:these|this|those)(?=$|[^\w' ]| (?:to me|any more|again|please|things?)\b)| again\b)"
)

_OUR_PLACE = (
    r"(?:my|our)(?: \w{1,20}){0,2}? (?:team|staff|office|numbers?|emails?|colleagues?|company|cell|phone|mobile"
    r"|employees?|business|address|inbox"
    r"|line|people|home|house|firm|boss|assistant|wife|husband|family|department|organi[sz]ation|domain|practice"
    r"|clinic|store|shop)"
)
_OBJECT = re.compile(
    r"^(?:(?P<open>$|[^\w' ]| [^\w ])|(?: to| with| up with)? (?:me\b|us\b|myself\b|this (?:\w{1,10} )?(?:number"
    r"|address|inbox|line|email|phone|mailbox|account"
    rf"|person|company|office|cell|mobile)\b|here\b|again\b|{_OUR_PLACE}\b|(?:anyone|anybody|any one) (?:here|at|in"
    r"|from|on|else)\b"
    r"|any ?(?:more|further)(?= (?:please|pls|thanks|thank|thx|about|to|at|on|here|with|or|and)\b|$|[^\w' ])"
    r"|any of (?:us|my|our)\b|for any\b|either of us\b|both of us\b"
    r"|at all\b|under any\b|(?:please|pls|thanks|thank you)\W*$|regarding\b|about this\b))"
)
_NAME_CALLING = re.compile(
    r"^ (?:me|us) (?:by my|by your|sir|madam|ma'am|mr|mrs|ms|miss|dr|doctor|crazy|old|stupid|a |an |that|names?|mad"
    r"|cynical|picky|buddy|dude|bro|mate|honey|dear)\b"
)
# "don't email me the contract": the thing is refused, not the mail
_OF_A_THING = re.compile(r"^ (?:me|us) (?:the|a|an|it|both|two|his|her|their|another) \w")
_SUBJECT = re.compile(
    r"\b(?:i|we|they|he|she|who|it|people|customers?|clients?|users?|leads|prospects|vendors|salespeople|reps|most"
    r"|folks|nobody|companies|recruiters)"
    r"(?:'ve|'d|'ll)?(?: (?:usually|just|really|often|normally|typically|generally|also|still|simply|always|would"
    r"|should|will|can|could|have|has|did|do|tend"
    r"|try|tried|prefer|decided|promise|promised|even|now|so|rather))*$"
)
_PLAIN_NEVER = ("do not", "do n't", "don't", "dont", "never")  # "if you don't call me, …" invites
_DID_NOT = ("did not", "didn't", "didnt")  # "I'd prefer if you didn't" asks, "you didn't call me" reports
_WOULD_LIKE = re.compile(
    r"\b(?:appreciate|prefer|grateful|rather|like it|great if|better if|best if|nice if|love it)\b"
)
_YOU = re.compile(r"\b(?:you|u|you guys)$")
_WHY = re.compile(r"\bwhy(?: would)?$")
_DEMAND = re.compile(
    r"\b(?:ask|asks|asked|asking|request|requesting|sure|ensure|see to it|prefer|appreciate|demand|insist|rather"
    r"|told|tell|said|warn|legally|must|would like|confirm|grateful)\b"
)
_FINAL = re.compile(r"^.{0,60}?\b(?:again|any ?more|ever)\b")
_MAKE_SURE_THEY = re.compile(r"\b(?:make sure|ensure|see to it|so|ask|tell|request|demand)(?: that)? they$")
_BY_MEANS = re.compile(
    r"^(?: (?:me|us))? (?:by|via|on|over|through) (?:my |the )?(?:\w{1,10} )?(?P<means>phone|call|telephone|text|sms"
    r"|email|linkedin|whatsapp|cell|mobile)\b"
)
_HERE = re.compile(r"^(?: (?:me|us))? (?:here|at this (?:number|address|email)|on this (?:number|line))\b")


def _asks_not_to_be_contacted(sentence: Sentence) -> bool:
    contact = any(_is_refusal(hit, sentence) for hit in hits(_DO_NOT_CONTACT, sentence))
    return contact or any(_refuses_mail(hit, sentence) for hit in hits(_DO_NOT_SEND, sentence))


def _is_refusal(hit: Hit, sentence: Sentence) -> bool:
    found = _OBJECT.match(hit.after)
    if found is None or _NAME_CALLING.match(hit.after) or _OF_A_THING.match(hit.after):
        return False
    if not _is_addressed_to_us(hit) or is_time_limited(hit.after[found.end() :]):
        return False
    by_means = _BY_MEANS.match(hit.after)
    refused = channels_of(by_means["means"] if by_means else hit.match["verbs"])
    if _HERE.match(hit.after):
        refused |= {"here"}
    refused |= _also_refused(hit.after)
    return not _is_preference(refused, hit, sentence, rest=hit.after[found.end() :] if not found["open"] else hit.after)


def _refuses_mail(hit: Hit, sentence: Sentence) -> bool:
    if not _is_addressed_to_us(hit) or is_time_limited(hit.after):
        return False
    return not _is_preference(channels_of(hit.match["object"]), hit, sentence, rest=hit.after)


def _is_addressed_to_us(hit: Hit) -> bool:
    before = hit.before.rstrip()
    if " you" in hit.match[0] and _WHY.search(before):
        return False
    if _MAKE_SURE_THEY.search(before):
        return True
    if hit.match["never"] in _DID_NOT:
        return _YOU.search(before) is not None and _WOULD_LIKE.search(before) is not None
    if _YOU.search(before):
        is_ban = hit.match["never"] not in _PLAIN_NEVER
        return is_ban or _DEMAND.search(before) is not None or _FINAL.match(hit.after) is not None
    return _SUBJECT.search(before) is None


_OR_VERB = re.compile(rf"\b(?:or|nor|and don'?t|and do not|and never|or to|or even) (?P<verb>{_VERB})\b")


def _also_refused(after: str) -> frozenset[str]:
    return frozenset().union(*(channels_of(found["verb"]) for found in _OR_VERB.finditer(after)))


def _is_preference(refused: frozenset[str], hit: Hit, sentence: Sentence, *, rest: str) -> bool:
    if offers_another_way(refused, before=hit.before, rest=rest, following=sentence.following):
        return True
    if not refused:
        return False
    if _FINAL.match(rest) or "again" in hit.match[0] or _FINAL.match(hit.after):
        return False
    if prefers_before(hit.before):
        return True
    is_offer = len(sentence.preceding) <= 40 and "you" not in sentence.preceding
    return is_offer and bool(named_ways(sentence.preceding) - refused)


FAMILIES = (
    Family(
        name="do_not_contact",
        language="en",
        triggers=("not ", "don't ", "dont ", "dnt ", "n't ", "never ", "not, ", "don't, "),
        fires=_asks_not_to_be_contacted,
    ),
)
