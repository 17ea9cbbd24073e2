"""The query language of leads."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.db.models import BooleanField, F, Q
from django.db.models.expressions import RawSQL
from django.db.models.fields.tuple_lookups import (
    Tuple,
    TupleGreaterThan,
    TupleGreaterThanOrEqual,
    TupleLessThan,
    TupleLessThanOrEqual,
)

from leads.enums import (
    CLOSED_STATUSES,
    DISQUALIFYING_TAGS,
    POSITIVE_TAGS,
    ConflictStatus,
    ExportStatus,
    LeadSort,
    LeadStatus,
    ScoreFilter,
    SentimentTag,
    Tab,
)
from zrg.workspaces.querysets import LeadScopedQuerySet, TenantQuerySet

if TYPE_CHECKING:
    from zrg.workspaces.access import Access

# Sort key, direction; the id breaks ties in the same direction.
SORT_KEYS = {
    LeadSort.NEWEST: ("sort_at", True),
    LeadSort.OLDEST: ("sort_at", False),
    LeadSort.NAME: ("name_key", False),
    LeadSort.DUE: ("due_key", False),
}

# What a list row reads; everything else of a lead stays in the table.
LIST_FIELDS = (
    "id",
    "workspace_id",
    "first_name",
    "last_name",
    "email",
    "phone",
    "phone_raw",
    "phone_national",
    "company_name",
    "channels",
    "sentiment_tag",
    "status",
    "overall_score",
    "snoozed_until",
    "snooze_until_reply",
    "last_inbound_at",
    "last_answer_at",
    "last_message_at",
    "last_message_direction",
    "has_pending_draft",
    "has_review_draft",
    "has_ai_sent",
    "is_open",
    "is_attention",
    "sort_at",
    "name_key",
    "due_at",
    "due_key",
    "created_at",
    "changed_at",
    "assigned_to_id",
    "assigned_to__display_name",
    "assigned_to__email",
    "sms_campaign_id",
    "sms_campaign__name",
)

_NORMAL = ~Q(status__in=CLOSED_STATUSES)
_HANDLED = Q(last_inbound_at__isnull=False, is_open=False)
_TABS = {
    Tab.ALL: Q(),
    Tab.RESPONSES: Q(is_open=True),
    Tab.ATTENTION: Q(is_attention=True, is_open=True),
    Tab.PREVIOUS_ATTENTION: Q(is_attention=True) & _HANDLED,
    Tab.AI_REVIEW: Q(has_review_draft=True),
    Tab.DRAFTS: Q(has_pending_draft=True) & _NORMAL & ~Q(sentiment_tag=SentimentTag.BLACKLIST),
    Tab.AWAITING_REPLY: _HANDLED & _NORMAL,
    Tab.FOLLOW_UP: Q(sentiment_tag=SentimentTag.FOLLOW_UP),
    Tab.NEEDS_REPAIR: Q(status=LeadStatus.NEEDS_REPAIR),
    Tab.AI_SENT: Q(has_ai_sent=True),
}


def tab_predicate(tab: str, now: datetime) -> Q:
    """The condition of a tab; `leads.rules.tabs.in_tab` says the same of one lead."""
    if tab == Tab.SNOOZED:
        return Q(snooze_until_reply=True) | Q(snoozed_until__gt=now)
    return _TABS[Tab(tab)] & _awake(now)


def _awake(now: datetime) -> Q:
    return Q(snooze_until_reply=False) & (Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=now))


class LeadQuerySet(LeadScopedQuerySet):
    """Leads of a workspace and the lists made of them."""

    lead_path = ""

    def assigned_to(self, user_id: UUID | str) -> Self:
        """Leads one setter works on."""
        return self.filter(assigned_to_id=user_id)

    def unassigned(self) -> Self:
        """Leads nobody works on."""
        return self.filter(assigned_to_id=None)

    def in_tab(self, tab: str, now: datetime) -> Self:
        """Leads listed under a tab of the inbox."""
        return self.filter(tab_predicate(tab, now))

    def with_channels(self, channels: Collection[str]) -> Self:
        """Leads with a message on any of these channels."""
        # `= ANY` may be applied before row security, `&&` may not.
        condition = " OR ".join(['%s = ANY ("leads_lead"."channels")'] * len(channels))
        return self.filter(RawSQL(f"({condition})", list(channels), output_field=BooleanField()))  # noqa: S611

    def with_score(self, score: ScoreFilter) -> Self:
        """Leads of one choice of the score filter; a disqualified one was never read for its fit."""
        if score == ScoreFilter.UNSCORED:
            return self.filter(overall_score=None)
        if score == ScoreFilter.DISQUALIFIED:
            return self.filter(overall_score=1, sentiment_tag__in=DISQUALIFYING_TAGS)
        if score == ScoreFilter.FOUR:
            return self.filter(overall_score=4)
        return self.filter(overall_score__gte=int(score.value[0]))

    def listing_alternate(self, workspaces: Sequence[UUID], email: str) -> Self:
        """Leads that list the address as an alternate."""
        return self.filter(pk__in=_ids("zrg_leads_with_alternate", workspaces, email))

    def knowing_email(self, workspaces: Sequence[UUID], email: str) -> Self:
        """Leads with the address as primary, alternate or current replier."""
        return self.filter(pk__in=_ids("zrg_leads_knowing_email", workspaces, email))

    def containing_words(self, workspaces: Sequence[UUID], text: str) -> Self:
        """Leads of which each word of the text begins a word, found by the text index."""
        return self.filter(pk__in=_ids("zrg_search_leads", workspaces, text))

    def matching_words(self, workspaces: Sequence[UUID], text: str) -> Self:
        """The same leads, tested row by row: right where few rows are left to test."""
        condition = '"leads_lead"."search_vector" @@ zrg_search_query(%s::uuid[], %s)'
        return self.filter(RawSQL(condition, [list(workspaces), text], output_field=BooleanField()))  # noqa: S611

    def phone_ending(self, digits: str) -> Self:
        """Leads whose number ends in these digits."""
        backwards = digits[::-1]
        after = backwards[:-1] + chr(ord(backwards[-1]) + 1)
        return self.filter(phone_reversed__gte=backwards, phone_reversed__lt=after)

    def holding_provider_ids(self) -> Self:
        """Leads with ids that only mean something at the e-mail provider of now."""
        return self.filter(Q(email_bison_lead_id__isnull=False) | Q(sender_account_id__isnull=False))

    def sms_blocked(self) -> Self:
        """Leads whose last text was held back, and none went through since."""
        since = Q(sms_last_success_at=None) | Q(sms_last_success_at__lt=F("sms_last_blocked_at"))
        return self.filter(since, sms_last_blocked_at__isnull=False)

    def worth_looking_up(self) -> Self:
        """Positive leads that lack a phone or a profile, can be told apart by a stranger and were never asked
        about.
        """
        no_phone = Q(phone=None, phone_national=None)
        no_profile = Q(linkedin_url=None, linkedin_id=None)
        named = Q(company_name__isnull=False) & (Q(first_name__isnull=False) | Q(last_name__isnull=False))
        return self.filter(
            no_phone | no_profile,
            Q(email__isnull=False) | Q(linkedin_url__isnull=False) | named,
            sentiment_tag__in=POSITIVE_TAGS,
            enrichment_requests=None,
        ).exclude(status=LeadStatus.BLACKLISTED)

    def overdue_unnoted(self, now: datetime) -> Self:
        """Leads whose reply time is over and whose latest message nobody was told about."""
        unnoted = Q(overdue_noted_for__isnull=True) | Q(overdue_noted_for__lt=F("last_inbound_at"))
        return self.filter(unnoted, due_at__isnull=False, due_at__lte=now)

    def awake(self, now: datetime) -> Self:
        """Leads nobody has put aside."""
        return self.filter(_awake(now))

    def changed_since(self, moment: datetime) -> Self:
        """Live refresh: rows whose list row, thread or draft changed."""
        return self.filter(changed_at__gt=moment)

    def sorted_by(self, sort: LeadSort) -> Self:
        """The order of the list."""
        key, descending = SORT_KEYS[sort]
        return self.order_by(F(key).desc(), F("id").desc()) if descending else self.order_by(key, "id")

    def after(self, sort: LeadSort, key: Any, lead_id: UUID) -> Self:
        """Rows that follow this place in the order."""
        column, descending = SORT_KEYS[sort]
        lookup = TupleLessThan if descending else TupleGreaterThan
        return self.filter(lookup(Tuple(F(column), F("id")), (key, lead_id)))

    def before_or_at(self, sort: LeadSort, key: Any, lead_id: UUID) -> Self:
        """Rows up to and including this place in the order."""
        column, descending = SORT_KEYS[sort]
        lookup = TupleGreaterThanOrEqual if descending else TupleLessThanOrEqual
        return self.filter(lookup(Tuple(F(column), F("id")), (key, lead_id)))

    def for_inbox_list(self) -> Self:
        """Rows as the conversation list reads them, assigned person and SMS label included."""
        return self.select_related("assigned_to", "sms_campaign").only(*LIST_FIELDS)


class OptOutQuerySet(TenantQuerySet):
    """Remembered addresses; setters share the workspace's memory."""


class LeadIdentityConflictQuerySet(LeadScopedQuerySet):
    """Claims two leads make."""

    def open(self) -> Self:
        """Not yet decided."""
        return self.filter(status=ConflictStatus.OPEN)

    def for_list(self) -> Self:
        """Rows as the pages of possible duplicates read them, newest first."""
        return self.select_related("lead", "other_lead", "workspace", "resolved_by").order_by("-created_at", "-id")


class SharedPhoneQuerySet(TenantQuerySet):
    """Numbers of several leads."""


class CampaignQuerySet(TenantQuerySet):
    """Campaigns of a workspace."""


class EnrichmentRequestQuerySet(LeadScopedQuerySet):
    """Questions about leads."""


class ImportQuerySet(TenantQuerySet):
    """Imports and mappings of a workspace."""


class ExportQuerySet(TenantQuerySet):
    """Exports; each person has only their own."""

    def visible_to(self, access: "Access") -> Self:
        """What this person asked for, in workspaces they may still open."""
        return self.filter(requested_by_id=access.user_id, workspace_id__in=access.workspace_ids)

    def working(self) -> Self:
        """Waiting or running."""
        return self.filter(status__in=(ExportStatus.QUEUED, ExportStatus.RUNNING))


def _ids(function: str, workspaces: Sequence[UUID], text: str) -> RawSQL:
    """Ids from one of our look-up functions; the name is a constant of this module."""
    return RawSQL(f"SELECT found FROM {function}(%s::uuid[], %s) AS found", [list(workspaces), text])  # noqa: S608, S611
