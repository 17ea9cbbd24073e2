"""Who takes part in an e-mail thread, and whom the next reply addresses.

A colleague who answers never becomes the lead; the original contact is never left out of a reply. Machine addresses
are no participants (`03.own-senders-never-leads`); our own senders are left out wherever they are known.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import TypedDict

from zrg.lib.addresses import OwnSenders, is_machine_address, normalize_email

MAX_ALTERNATES = 50
MAX_CC = 20


class SanitizedCc(TypedDict):
    valid: list[str]
    invalid: list[str]


class Recipients(TypedDict):
    to_email: str
    to_name: str | None
    cc: list[str]


class OverriddenRecipients(TypedDict):
    to_email: str | None
    to_name: str | None
    cc: list[str]
    override_applied: bool


class ReplierUpdate(TypedDict):
    alternate_emails: list[str]
    current_replier_email: str | None
    current_replier_name: str | None
    current_replier_since: datetime | None
    changed: bool


class Promotion(TypedDict):
    email: str
    alternate_emails: list[str]
    current_replier_email: str | None


class Refusal(TypedDict):
    error: str


def is_cc_replier(lead_email: str | None, from_email: str | None) -> bool:
    """Whether somebody else than the lead wrote; unknown when either address is unknown, so no."""
    lead, sender = normalize_email(lead_email), normalize_email(from_email)
    return lead is not None and sender is not None and lead != sender


def add_alternate_email(existing: Iterable[str] | None, new: str | None, primary: str | None) -> list[str]:
    """The other addresses with `new` at the end: normalised, each once, without the primary, at most 50."""
    return _alternates([*(existing or ()), new], primary)


def sanitize_cc_list(cc: Iterable[str | None] | None, max_cc: int = MAX_CC, own: Iterable[str] = ()) -> SanitizedCc:
    """Usable addresses in order, each once, without our own senders and at most `max_cc`; the others as given."""
    ours = OwnSenders.of(own)
    valid: list[str] = []
    invalid: list[str] = []
    for entry in cc or ():
        text = (entry or "").strip()
        email = normalize_email(text)
        if text and email is None:
            invalid.append(text)
        elif email is not None and email not in valid and not ours.cover(email):
            valid.append(email)
    return {"valid": valid[:max_cc], "invalid": invalid}


def resolve_reply_recipients(
    primary_email: str | None,
    primary_name: str | None = None,
    current_replier_email: str | None = None,
    current_replier_name: str | None = None,
    latest_inbound_cc: Iterable[str] | None = (),
    own_senders: Iterable[str] = (),
) -> Recipients | Refusal:
    """Whom the next reply goes to: the current replier with the primary copied, else the primary.

    An own or machine address is nobody; nobody left → `missing_recipient`.
    """
    own = list(own_senders)
    ours = OwnSenders.of(own)
    primary, replier = _person(primary_email, ours), _person(current_replier_email, ours)
    to_email = replier or primary
    if to_email is None:
        return {"error": "missing_recipient"}
    others = [primary, *(latest_inbound_cc or ())]
    cc = sanitize_cc_list([email for email in others if normalize_email(email) != to_email], own=own)["valid"]
    return {"to_email": to_email, "to_name": current_replier_name if replier else primary_name, "cc": cc}


def apply_to_override(
    primary_email: str | None,
    base_to_email: str | None,
    base_to_name: str | None = None,
    base_cc: Iterable[str] | None = (),
    override_to_email: str | None = None,
    override_to_name: str | None = None,
) -> OverriddenRecipients:
    """Recipients after a person's choice of To; an unusable choice is no choice.

    CC never holds To; the primary stands first in CC whenever somebody else is addressed.
    """
    base, override = normalize_email(base_to_email), normalize_email(override_to_email)
    primary = normalize_email(primary_email)
    to_email = override or base
    to_name = override_to_name if override and override != base else override_to_name or base_to_name
    copied = [*([primary] if to_email else []), *(base_cc or ())]
    cc = sanitize_cc_list([email for email in copied if normalize_email(email) != to_email])["valid"]
    return {"to_email": to_email, "to_name": to_name, "cc": cc, "override_applied": override is not None}


def compute_replier_update(
    primary_email: str | None,
    selected_to_email: str | None,
    selected_to_name: str | None = None,
    alternate_emails: Iterable[str] | None = (),
    current_replier_email: str | None = None,
    current_replier_name: str | None = None,
    current_replier_since: datetime | None = None,
    *,
    now: datetime,
) -> ReplierUpdate:
    """What an explicit choice of To does to the lead; no (usable) choice changes nothing.

    Choosing the primary clears the replier. `since` moves only when the replier's address changes.
    """
    stored = list(alternate_emails or ())
    selected = _person(selected_to_email)
    before = (stored, current_replier_email, current_replier_name, current_replier_since)
    if selected is None:
        after = before
    elif selected == normalize_email(primary_email):
        after = (_alternates(stored, primary_email), None, None, None)
    elif selected == normalize_email(current_replier_email):
        name = selected_to_name or current_replier_name
        after = (_alternates([*stored, selected], primary_email), selected, name, current_replier_since)
    else:
        after = (_alternates([*stored, selected], primary_email), selected, selected_to_name, now)
    alternates, email, name, since = after
    return {
        "alternate_emails": alternates,
        "current_replier_email": email,
        "current_replier_name": name,
        "current_replier_since": since,
        "changed": after != before,
    }


def promote_alternate(
    primary: str | None, alternates: Iterable[str] | None, replier: str | None, new: str | None
) -> Promotion | Refusal:
    """Make an alternate the primary contact; the old primary becomes an alternate.

    Whether another lead owns the address is the service's question.
    """
    email = normalize_email(new)
    if email is None:
        return {"error": "Invalid email address"}
    if email == normalize_email(primary):
        return {"error": "Email is already the primary contact"}
    known = _alternates(alternates, primary)
    if email not in known:
        return {"error": "Email is not an alternate contact for this lead"}
    current_replier = normalize_email(replier)
    return {
        "email": email,
        "alternate_emails": _alternates([*known, primary], email),
        "current_replier_email": None if current_replier == email else current_replier,
    }


def _alternates(emails: Iterable[str | None] | None, primary: str | None) -> list[str]:
    """Usable addresses of persons in order, each once, without the primary, the first 50."""
    people = dict.fromkeys(filter(None, map(_person, emails or ())))
    people.pop(normalize_email(primary) or "", None)
    return list(people)[:MAX_ALTERNATES]


def _person(email: str | None, ours: OwnSenders | None = None) -> str | None:
    """The normalised address of somebody who can answer; None for machines and for our own senders."""
    if is_machine_address(email) or (ours is not None and ours.cover(email)):
        return None
    return normalize_email(email)
