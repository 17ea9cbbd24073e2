"""An address whose owner will not read it again."""

import re

from inbox.rules.safety.engaged import is_engaged_in
from inbox.rules.safety.text import Sentence

_MAILBOX = r"(?:email|mailbox|inbox|address|account)"
_GONE = (
    r"(?:no longer (?:being |actively |regularly |an? )?(?:in use|used|monitored|checked|active|valid|in service"
    r"|available|read)"
    r"|(?:not|isn't|never) (?:being |actively |regularly |currently |routinely )?(?:monitored|checked)|unmonitored"
    r"|inactive|unattended|deactivated|closed"
    r"|retired|disabled|decommissioned)"
)
_DEAD = re.compile(
    r"\b(?:this|the|my|his|her|their) (?:[\w@.'-]{1,40} ){0,4}?"
    rf"{_MAILBOX}(?: (?!your\b)[\w@.'-]{{1,40}}){{0,6}}? (?:{_GONE})\b"
    r"|\bthis (?:email (?:address )?|mailbox |inbox |address |account )?is no longer (?:an? |my |his |her |their )?"
    r"(?:valid|active|monitored|current|working)(?: (?:email|mailbox|inbox|address|account))\b"
)
_OLD = re.compile(r"\b(?:old|previous|former)\b")
# "not monitored while I am away" comes back to life
_MEANWHILE = re.compile(
    r"\b(?:while|during|until|till|in my absence|in the meantime|when i'm|temporarily|over the (?:holiday|weekend)s?"
    r"|on weekends|after hours|outside)\b"
)


def is_dead_inbox(sentences: list[Sentence]) -> bool:
    """True when a statement says that the mailbox is not read any more and nobody talks business beside it."""
    return any(_says_dead(sentence) for sentence in sentences) and not is_engaged_in(sentences)


def _says_dead(sentence: Sentence) -> bool:
    text = sentence.text
    if sentence.is_question or not (
        "no longer" in text or "mail" in text or "inbox" in text or "address" in text or "account" in text
    ):
        return False
    return _DEAD.search(text) is not None and not _OLD.search(text) and not _MEANWHILE.search(text)
