"""When something is looked up about a lead, and what the lead's status then says.

`Lead.enrichment_status` is presentation; the requests decide what is asked.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext_noop as _

from leads.enums import (
    POSITIVE_TAGS,
    EnrichmentKind,
    EnrichmentRequestStatus,
    EnrichmentStatus,
    EnrichmentTrigger,
    LeadStatus,
    SentimentTag,
)
from leads.models import Lead

MAX_ATTEMPTS = 4
"""The first question and three repetitions."""
RETRY_AFTER = timedelta(minutes=30)
EXPIRES_AFTER = timedelta(hours=2)
ASK_AGAIN_AFTER = timedelta(hours=24)
"""A lead who wants to be called is looked up once more after this."""

REFUSAL_SENTENCES = {
    "lead_blacklisted": _("All outreach to this lead is stopped, so nothing is looked up."),
    "blocked_by_sentiment": _("Nothing is looked up about a lead that is not interested."),
    "not_positive": _("Only leads that answered positively are looked up."),
    "nothing_to_look_up_by": _("There is no e-mail, profile, or name with company to look this lead up by."),
    "asked_before": _("This was looked up before."),
    "not_configured": _("Looking up is not set up in this installation."),
    "known": _("Phone and LinkedIn profile are known."),
}

OPEN = (EnrichmentRequestStatus.QUEUED, EnrichmentRequestStatus.SENT)
# A person may look up anybody but those who do not want it.
_NOT_BY_HAND = (SentimentTag.NOT_INTERESTED, SentimentTag.BLACKLIST, SentimentTag.NEUTRAL)
_PEOPLES = (EnrichmentTrigger.MANUAL, EnrichmentTrigger.BACKFILL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question that exists."""

    kind: str
    status: str
    attempts: int = 0
    answered_at: datetime | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether an answer may still come without anybody doing anything."""
        return self.status in OPEN or (self.status == EnrichmentRequestStatus.ERROR and self.attempts < MAX_ATTEMPTS)


def missing_kinds(lead: Lead) -> frozenset[EnrichmentKind]:
    """What could be looked up: a number without its country is a number, a member id reaches the profile."""
    missing = set()
    if not (lead.phone or lead.phone_national):
        missing.add(EnrichmentKind.PHONE)
    if not (lead.linkedin_url or lead.linkedin_id):
        missing.add(EnrichmentKind.LINKEDIN)
    return frozenset(missing)


def refusal_for_lead(lead: Lead, trigger: str) -> str:
    """Why nothing is looked up about this lead at all; "" when it may be."""
    if lead.status == LeadStatus.BLACKLISTED:
        return "lead_blacklisted"
    if trigger in _PEOPLES and lead.sentiment_tag in _NOT_BY_HAND:
        return "blocked_by_sentiment"
    if trigger not in _PEOPLES and lead.sentiment_tag not in (*POSITIVE_TAGS, SentimentTag.POSITIVE):
        return "not_positive"
    return "" if can_be_found(lead) else "nothing_to_look_up_by"


def can_be_found(lead: Lead) -> bool:
    """Whether a stranger could tell from our data who this is."""
    return bool(lead.email or lead.linkedin_url or (lead.full_name and lead.company_name))


def refusal_for_kind(
    kind: str, *, missing: frozenset[EnrichmentKind], asked: Iterable[Asked], trigger: str, now: datetime
) -> str:
    """Why this kind is not asked for; "" when it is. A question that exists is not asked again, except
    that somebody who wants to be called is looked up anew a day after nothing was found.
    """
    if kind not in missing:
        return "known"
    before = [one for one in asked if one.kind == kind]
    if not before:
        return ""
    again = trigger == EnrichmentTrigger.CALL_INTENT and all(_found_nothing_long_ago(one, now) for one in before)
    return "" if again else "asked_before"


def status_after(
    current: str | None, *, missing: frozenset[EnrichmentKind], asked: Iterable[Asked], was_enriched: bool
) -> str | None:
    """What the lead's status says when these are its questions; `was_enriched`: a source filled something."""
    questions = list(asked)
    if any(one.is_waiting and one.kind in missing for one in questions):
        return EnrichmentStatus.PENDING
    if not missing:
        if was_enriched:
            return EnrichmentStatus.ENRICHED
        return EnrichmentStatus.NOT_NEEDED if current == EnrichmentStatus.PENDING else current
    if not questions:
        return current
    if was_enriched or any(one.status == EnrichmentRequestStatus.SUCCEEDED for one in questions):
        return EnrichmentStatus.ENRICHED
    found_nothing = all(one.status == EnrichmentRequestStatus.NOT_FOUND for one in questions)
    return EnrichmentStatus.NOT_FOUND if found_nothing else EnrichmentStatus.FAILED


def _found_nothing_long_ago(asked: Asked, now: datetime) -> bool:
    if asked.status != EnrichmentRequestStatus.NOT_FOUND:
        return False
    return asked.answered_at is not None and now - asked.answered_at > ASK_AGAIN_AFTER
