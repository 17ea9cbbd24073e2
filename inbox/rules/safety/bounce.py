"""Delivery reports: which addresses and texts are one, and what the report means."""

import re
from collections.abc import Mapping
from typing import Literal

from inbox.rules.safety.optout import strip_reply_prefixes
from inbox.rules.safety.text import fold, vocabulary

BounceKind = Literal["hard", "soft"]

_SYSTEM_MAILBOX = re.compile(
    r"(?:(?:mailer-daemon|postmaster|mail-delivery|maildelivery|mail-delivery-subsystem|mdaemon"
    r"|bounces?)(?:[+\-_.=].*)?)"
)
_NO_REPLY = re.compile(r"no[-_.]?reply(?:[+\-_.].*)?")
_MAX_ADDRESS_CHARS = 320

_SUBJECT = re.compile(
    r"undeliver(?:able|ed)|delivery status notification|returned mail|returned to sender|failure notice"
    r"|(?:mail |message )?delivery (?:has )?(?:failed|failure|incomplete|delayed|problem|error)|non-?delivery"
    r"|delivery (?:notification|report)\b.{0,20}fail|mail (?:could not be delivered|system error)|\bndr\b"
    # German, French, Spanish, Italian, Portuguese, Dutch
    r"|(?:un|nicht )zustellbar|zustellung (?:\w{1,12} )?fehlgeschlagen|zustellungsfehler|fehler bei der zustellung"
    r"|zustellfehler"
    r"|unzustellbarkeit|zustellstatus|nicht zugestellt"
    r"|non remis|non[- ]distribu|echec de (?:la )?(?:remise|distribution|livraison)|etat de (?:la )?remise"
    r"|non[- ]delivr|mail non distribue"
    r"|no (?:se pudo|se puede|se ha podido|ha podido) (?:ser )?entreg|no entregad|error (?:de|en la) entrega"
    r"|fallo (?:de|en la) entrega"
    r"|estado de (?:la )?entrega|no se ha entregado|correo devuelto|mensaje devuelto"
    r"|mancat[oa] (?:recapito|consegna)|non recapitabile|consegna (?:non riuscita|fallita)|impossibile (?:recapitare"
    r"|consegnare)|mancato invio"
    r"|stato (?:della )?(?:consegna|recapito)"
    r"|nao entregue|falha (?:na|de) entrega|nao foi possivel entregar|status d[ae] entrega|mensagem devolvida"
    r"|erro (?:na|de) entrega"
    r"|onbestelbaar|niet (?:bezorgd|afgeleverd)|bezorging mislukt"
)
# Each pattern is one marker, after the word pieces without which it cannot match: "two different" counts patterns.
_STRONG = (
    ("subsystem|sub-system", r"delivery sub-?system"),
    ("recipient|address", r"(?:following|these) (?:recipients?|addressee?s?(?:es)?|address(?:es)?)\b"),
    (
        "address",
        r"(?:recipient )?address(?: \S{1,80})? (?:not found|rejected|couldn't be found|could not be found|was not found"
        r"|unknown)",
    ),
    ("unknown|such", r"user unknown|unknown (?:user|recipient)|no such user|recipient unknown"),
    (
        "mailbox|inbox|quota|box",
        r"(?:mail ?box|inbox) (?:is |was )?(?:currently |temporarily )?(?:unavailable|full|over (?:its )?quota)"
        r"|\bover (?:its )?quota|quota exceeded|exceeded (?:its |the )?(?:\w{1,12} )?quota",
    ),
    (
        "delivered",
        r"(?:could not|couldn't|cannot|can't|can not) be delivered|(?:wasn't|was not|has not been) delivered",
    ),
    ("tried", r"account (?:that )?you tried to reach"),
    ("4.|5.", r"\b[45]\d\d[ -]{1,2}#?[45]\.\d{1,3}\.\d{1,3}\b"),
    ("permanent", r"permanent(?: fatal)? (?:error|failure)"),
    ("diagnostic", r"diagnostic[- ]code"),
    ("remote", r"remote (?:mail )?(?:server|host) (?:returned|said)"),
    ("reporting-mta", r"reporting-mta"),
    ("final-recipient", r"final-recipient"),
    ("delivery", r"delivery (?:has failed|failed permanently)"),
)
_STRONG_MARKERS = tuple((hints.split("|"), re.compile(pattern)) for hints, pattern in _STRONG)
_WEAK = re.compile(
    r"does(?: not|n't) exist|\brejected\b|\bblocked\b|access denied|\bspam\b|\b55[04]\b|not (?:be )?delivered"
    r"|nicht zugestellt|konnte nicht|unbekannt|no existe|n'existe pas|non esiste|nao existe|bestaat niet"
)


def is_bounce_address(address: str | None) -> bool:
    """True for mailboxes of mail systems; ordinary no-reply senders and "bouncer@" are people or companies."""
    if not address:
        return False
    bare = address[:_MAX_ADDRESS_CHARS].strip().casefold()
    if "<" in bare:
        bare = bare.rpartition("<")[2]
    local, _, domain = bare.strip("<> \"'").rpartition("@")
    if not local:  # a system mailbox without a domain
        local, domain = domain, ""
    if _SYSTEM_MAILBOX.fullmatch(local):
        return True
    return domain == "google.com" and _NO_REPLY.fullmatch(local) is not None


def is_bounce(
    words: str,
    *,
    subject: str = "",
    from_email: str | None = None,
    headers: Mapping[str, str] | None = None,
    our_subject: str | None = None,
) -> bool:
    """True when the e-mail is a delivery report. `words` are the reply's own words, `headers` have lower-case names."""
    if is_bounce_address(from_email) or "multipart/report" in (headers or {}).get("content-type", "").lower():
        return True
    folded = fold(words)
    strong = _count_strong(folded)
    if _is_report_subject(subject, our_subject) and (strong or not folded.strip() or _WEAK.search(folded)):
        return True
    return strong >= 2 and "?" not in folded


def _count_strong(folded: str) -> int:
    words = vocabulary(folded)
    return sum(1 for hints, marker in _STRONG_MARKERS if any(hint in words for hint in hints) and marker.search(folded))


def _is_report_subject(subject: str, our_subject: str | None) -> bool:
    title, _ = strip_reply_prefixes(subject)
    if our_subject and title == strip_reply_prefixes(our_subject)[0]:
        return False
    return _SUBJECT.search(title) is not None


# --- what a bounce means --------------------------------------------------------------------------------------

_ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]\d)")
_BASIC = re.compile(r"(?<![\d.#-])([45]\d\d)(?=[ \-:#)]|$)")
_GONE = re.compile(
    r"unknown|does(?: not|n't) exist|no such (?:user|mailbox|recipient|person|address|account)|disabled|not found"
    r"|couldn't be found|could not be found"
    r"|no mailbox|invalid (?:recipient|mailbox|address)|deactivated|no longer (?:exists?|valid|in use)"
    r"|doesn't have an? .{0,30}account|recipient (?:not found|rejected)"
)
_FOR_NOW = re.compile(
    r"(?:mail ?box|inbox|storage) (?:is |was )?(?:\w{1,12} )?full|over (?:its )?quota|quota exceeded"
    r"|exceeded .{0,20}quota|out of storage|insufficient (?:system )?storage"
    r"|gr[ae]y-?list|temporar(?:y|ily)|try(?:ing)? again later|try later|deferred|delayed|throttl|rate limit"
    r"|too many|out[- ]of[- ]office"
    r"|\bspam\b|policy|blocked|blacklist|block ?list|reputation|\bdmarc\b|\bspf\b|\bdkim\b|timed? ?out"
    r"|connection refused|access denied|message too large"
)
_SOFT_ENHANCED = {(2, 2), (2, 3)}
_SOFT_BASIC = {421, 450, 451, 452}
_HARD_BASIC = {550, 551, 553}


def classify_bounce(
    reason: str = "", status_code: str | int | None = None, *, bounce_event: bool = False
) -> BounceKind:
    """Hard (the address is gone) or soft (it is not now, or not for us).

    `reason` is the report's text, `status_code` what the provider gives beside it. `bounce_event` is the
    provider's own statement that mail bounced: hard unless text or code say otherwise. Without it an
    unexplained report stays soft: blacklisting a living address needs evidence.
    """
    text = fold(str(reason or ""))
    codes = f"{status_code if status_code is not None else ''} {text}"
    by_code = _by_enhanced_code(codes, text)
    if by_code:
        return by_code
    basic = {int(code) for code in _BASIC.findall(codes)}
    if basic & _SOFT_BASIC or _FOR_NOW.search(text):
        return "soft"
    if _GONE.search(text):
        return "hard"
    if basic and all(code < 500 for code in basic):
        return "soft"
    return "hard" if bounce_event else "soft"


def _by_enhanced_code(codes: str, text: str) -> BounceKind | None:
    """The first enhanced status that decides; None when none does."""
    for klass, subject, detail in _ENHANCED.findall(codes):
        status = (int(subject), int(detail))
        if klass == "4" or (klass == "5" and (status in _SOFT_ENHANCED or status[0] == 7)):
            return "soft"
        if klass == "5" and (status[0] == 1 or status == (4, 1) or (status == (0, 0) and _GONE.search(text))):
            return "hard"
    return None
