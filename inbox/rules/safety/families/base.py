"""What a pattern family is, and the readings of context several families share.

All patterns match folded text (`text.fold`). Windows around a match are short and fixed, so the cost of a
sentence stays linear in its length.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from inbox.rules.safety.text import Sentence

BEFORE_CHARS = 120
AFTER_CHARS = 160

PLEASE = r"(?:please|pls|plz|kindly)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One way of withdrawing consent. `fires` is asked only about sentences that hold one of the triggers."""

    name: str
    language: str
    triggers: tuple[str, ...]
    fires: Callable[[Sentence], bool]


@dataclass(frozen=True, slots=True)
class Hit:
    """A match with the words around it, cut to the windows."""

    match: re.Match[str]
    before: str
    after: str


def hits(pattern: re.Pattern[str], sentence: Sentence) -> Iterator[Hit]:
    """Every match of the sentence, left to right."""
    text = sentence.text
    for match in pattern.finditer(text):
        start, end = match.span()
        yield Hit(match, text[max(0, start - BEFORE_CHARS) : start], text[end : end + AFTER_CHARS])


# --- negation -------------------------------------------------------------------------------------------------

_FILLER = (
    r"(?:want|wanted|wanna|wish|wished|need|needed|have|mean|meant|ask|asked|asking|try|tried|trying|going|planning"
    r"|plan|intend|like|to|you|u|ever|just|me|us"
    r"|them|please|pls|really|actually|even)"
)
_NEGATED = re.compile(
    r"\b(?P<negator>do not|do n't|don'?t|did not|didn'?t|never|not|no need to|won'?t|will not|wouldn'?t|would not"
    rf"|without|rather than|instead of)(?P<fillers>(?: {_FILLER}){{0,3}}) $"
)
# "if you don't quit …", "you never stop …", "emails just won't stop …": somebody else's negation, so a request.
_SOMEBODY_ELSES = re.compile(
    r"\b(?:if you|unless|why|you|u|they|emails?|messages?|texts?|calls?|it|that|link|button|did i|have i|did we)"
    r"(?: (?:just|still|really|guys|people|simply|clearly|all|have|has|had|did|do|does|would|will|can|could|are))*$"
)
# "could not unsubscribe" is somebody who tried.
_FAILED_TO = re.compile(r"\b(?:could|can|does|is|was|am|able)$")


def is_negated(before: str) -> bool:
    """True when the words directly before say that the request is not made."""
    negated = _NEGATED.search(before.rstrip() + " ")
    if negated is None:
        return False
    prior, fillers = before[: negated.start()].rstrip(), negated["fillers"].split()
    if negated["negator"] == "not" and _FAILED_TO.search(prior):
        return fillers[:1] in (["going"], ["trying"], ["asking"], ["planning"])
    if fillers[:1] in (["need"], ["have"]):  # "you don't need to remove me"
        return True
    if negated["negator"] in ("won't", "wont", "wouldn't", "wouldnt") and fillers[:1] in (["you"], ["u"]):
        return False  # "won't you please stop …"
    return _SOMEBODY_ELSES.search(prior) is None


# --- who is spoken of -----------------------------------------------------------------------------------------

_OWN_SUBJECT = (
    r"\b(?:we|i|they|he|she|you guys|everyone|(?<!you )people|companies|clients|customers|users|prospects|leads"
    r"|(?:our|my|their|the) (?:\w{1,20} ){0,2}\w{1,20})"
)
_OWN_PRACTICE = re.compile(
    _OWN_SUBJECT + r"(?:'d|'ve|'re|'m|'ll)?"
    r"(?: (?:also|all|just|really|finally|recently|now|have|has|had|will|would|are|were|am|is|been|even|only|then))*"
    r"(?: (?:had to|have to|has to|want(?:s|ed)? to|decid(?:e|ed|ing) to|tried to|try(?:ing)? to|like(?:d)? to|love to"
    r"|hope to|plan(?:s|ned|ning)? to|need(?:s|ed)? to|used to|chose to|going to|about to|should|can|could|would|will"
    r"|must|may|might|managed to|able to|cannot|can't|couldn't|won't))$"
)
_OWN_HABIT = re.compile(
    r"\b(?:we|i)(?: (?:also|all|just|then|never|always|usually|often))?$|\bthey(?: (?:also|all|then|usually|often))?$"
)
_HOW_OR_HELP = re.compile(
    r"\bhow (?:can|do|could|would|should|did|to|might)(?: (?:we|i|you|they|one|people|companies))?$"
    r"|\bhelp(?:s|ed|ing)?(?: \w{1,20}){0,3}$|\b(?:trying|try|tried|hoping|looking) to$"
    r"|\b(?:told|asked|forced|taught|convinced|advised|wants?|wanted) us to$"
    r"|\b(?:does|do|will|can|could|would|should|did|to) (?:it|this|that|(?:the|your|this|an?"
    r"|our) (?:\w{1,12} )?(?:tool|platform|system|software|app"
    r"|sequences?|campaigns?|bot|ai|sequencer|product|automation))(?: (?:auto|automatically|also|then))?$"
    r"|\b(?:how|when|before|after|since|once|if|because) (?:we|i|they)$"
)


def is_own_practice(before: str) -> bool:
    """True when the sentence tells what the speaker (or a third party) does, not what we should stop doing."""
    words = before.rstrip()
    return any(p.search(words) for p in (_OWN_PRACTICE, _OWN_HABIT, _HOW_OR_HELP))


_DO_YOU = re.compile(r"\b(?:do|does|did) (?:you|your \w{1,20}|the \w{1,20})(?: \w{1,20})?$")
_WILL_YOU = re.compile(r"\b(?:will|would|can|could) (?:you|your \w{1,20}|it)(?: \w{1,20})?$")
_LATER = re.compile(r"\b(?:when|after|once|if|at the end|leave|cancel|expires?|contract)\b")


def asks_about_practice(sentence: Sentence, hit: Hit) -> bool:
    """True when a question asks what we do with data ("do you delete our data when we leave?")."""
    if not sentence.is_question:
        return False
    before = hit.before.rstrip()
    return _DO_YOU.search(before) is not None or (
        _WILL_YOU.search(before) is not None and _LATER.search(f"{hit.before} {hit.after}") is not None
    )
