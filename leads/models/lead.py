"""One lead: one conversation with one person over all channels."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Coalesce, Lower, Now, Reverse
from django.utils import timezone

from leads.enums import ATTENTION_TAGS, CLOSED_STATUSES, POSITIVE_TAGS, LeadStatus, SentimentTag
from leads.models.lead_columns import (
    LeadBooking,
    LeadIdentity,
    LeadPerson,
    LeadRollups,
    LeadRouting,
    LeadState,
    LeadWork,
)
from leads.querysets import LeadQuerySet
from zrg.lib.phone import display_phone
from zrg.workspaces.models.base import TimestampedModel, UUIDModel
from zrg.workspaces.rls import LEAD

UNIQUE_IDENTIFIERS = (
    "email",
    "ghl_contact_id",
    "email_bison_lead_id",
    "linkedin_id",
    "linkedin_url",
    "calendly_invitee_uri",
)
MAX_ALTERNATES = 50
PROFILE_PREFIX = "https://linkedin.com/in/"
COMPANY_PREFIX = "https://linkedin.com/company/"

_NEWEST = ["workspace", "-sort_at", "-id"]
# What row security and "not snoozed" read: with these in the index a badge never touches the table.
_COUNTED = ["assigned_to", "snoozed_until", "snooze_until_reply"]
# What any tab and any filter reads: rows they leave out are passed over inside the index.
_LISTED = [
    *_COUNTED,
    "status",
    "sentiment_tag",
    "overall_score",
    "sms_campaign",
    "channels",
    "is_open",
    "is_attention",
    "last_inbound_at",
    "has_review_draft",
    "has_pending_draft",
    "has_ai_sent",
]
# The same for the rows of one tag, with what the orders read.
_FILTERED = [
    "id",
    "sort_at",
    "name_key",
    "due_key",
    *(name for name in _LISTED if name not in ("sentiment_tag", "last_inbound_at")),
]


class Lead(
    UUIDModel,
    LeadIdentity,
    LeadPerson,
    LeadState,
    LeadRollups,
    LeadWork,
    LeadBooking,
    LeadRouting,
    TimestampedModel,
):
    """A person of one workspace, and everything the lists need to know about them.

    Addresses are stored normalised, so that plain equality finds them by index under row security.
    """

    workspace = models.ForeignKey(
        "workspaces.Workspace", on_delete=models.CASCADE, related_name="leads", db_index=False
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(db_default=Now(), editable=False)
    email_campaign = models.ForeignKey(
        "leads.EmailCampaign",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="leads",
        db_index=False,
    )
    sms_campaign = models.ForeignKey(
        "leads.SmsCampaign", on_delete=models.SET_NULL, null=True, blank=True, related_name="leads", db_index=False
    )
    ghl_workflow_id = models.CharField(max_length=64, null=True, blank=True)

    sort_at = models.GeneratedField(
        expression=Coalesce("last_message_at", "created_at"), output_field=models.DateTimeField(), db_persist=True
    )
    is_open = models.GeneratedField(
        expression=Q(last_inbound_at__isnull=False)  # type: ignore[arg-type]  # the stubs know no conditions here
        & (Q(last_answer_at__isnull=True) | Q(last_answer_at__lt=F("last_inbound_at"))),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    is_attention = models.GeneratedField(
        expression=Q(sentiment_tag__in=ATTENTION_TAGS) & ~Q(status__in=CLOSED_STATUSES),  # type: ignore[arg-type]
        output_field=models.BooleanField(),
        db_persist=True,
    )
    search_vector = models.GeneratedField(
        expression=Func(
            F("workspace"),
            F("first_name"),
            F("last_name"),
            F("email"),
            F("alternate_emails"),
            F("current_replier_name"),
            F("current_replier_email"),
            F("company_name"),
            F("linkedin_url"),
            function="zrg_lead_search_vector",
        ),
        output_field=SearchVectorField(),
        db_persist=True,
    )
    # Lower-cased shown name: the order of "sort by name".
    name_key = models.GeneratedField(
        expression=Func(
            F("first_name"),
            F("last_name"),
            F("email"),
            F("phone"),
            F("phone_raw"),
            F("phone_national"),
            function="zrg_lead_name_key",
        ),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
    )
    # The order of "sort by due": what has a time by it, then the rest as in the list.
    due_key = models.GeneratedField(
        expression=Func(F("due_at"), F("last_message_at"), F("created_at"), function="zrg_lead_due_key"),
        output_field=models.DateTimeField(),
        db_persist=True,
    )
    # A phone suffix is a prefix of this; C collation makes the range a plain comparison.
    phone_reversed = models.GeneratedField(
        expression=Reverse(Coalesce("phone", "phone_national")),
        output_field=models.CharField(max_length=16, db_collation="C"),
        db_persist=True,
    )
    dedupe_hash = models.GeneratedField(
        expression=Func(
            F("email"),
            F("phone"),
            F("company_name"),
            F("first_name"),
            F("last_name"),
            function="generate_dedupe_hash",
        ),
        output_field=models.CharField(max_length=64),
        db_persist=True,
    )

    objects = LeadQuerySet.as_manager()
    row_security = LEAD

    class Meta:
        constraints = [
            *(
                models.UniqueConstraint(
                    fields=["workspace", name], name=f"lead_{name}_unique", condition=Q(**{f"{name}__isnull": False})
                )
                for name in UNIQUE_IDENTIFIERS
            ),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="lead_email_normalised"),
            models.CheckConstraint(condition=~Q(email=""), name="lead_email_not_blank"),
            models.CheckConstraint(
                condition=Q(linkedin_url__startswith=PROFILE_PREFIX), name="lead_linkedin_url_is_profile"
            ),
            models.CheckConstraint(
                condition=Q(linkedin_company_url__startswith=COMPANY_PREFIX),
                name="lead_company_url_is_company",
            ),
            models.CheckConstraint(condition=Q(phone__regex=r"^\+[1-9][0-9]{6,14}$"), name="lead_phone_e164"),
            models.CheckConstraint(
                condition=Q(status=LeadStatus.BLACKLISTED, blacklist_reason__isnull=False)
                | (~Q(status=LeadStatus.BLACKLISTED) & Q(blacklist_reason__isnull=True)),
                name="lead_blacklisted_iff_reason",
            ),
            models.CheckConstraint(
                condition=Q(alternate_emails__len__lte=MAX_ALTERNATES), name="lead_alternates_bounded"
            ),
            models.CheckConstraint(
                condition=Q(routing_status="routing", routing_locked_by__isnull=False, routing_locked_at__isnull=False)
                | (
                    ~Q(routing_status="routing")
                    & (Q(routing_locked_by__isnull=True) | Q(routing_locked_at__isnull=True))
                ),
                name="lead_lock_iff_routing",
            ),
        ]
        indexes = [
            # whose duplicates become another lead's by a merge
            models.Index(
                fields=["duplicate_of_lead_id"],
                name="lead_duplicate_of",
                condition=Q(duplicate_of_lead_id__isnull=False),
            ),
            # the list "all", newest and oldest first, with any filter; setters' counts fall back to it
            models.Index(fields=_NEWEST, include=_LISTED, name="lead_listed"),
            # tab responses
            models.Index(fields=_NEWEST, include=_COUNTED, name="lead_tab_open", condition=Q(is_open=True)),
            # tab attention
            models.Index(
                fields=_NEWEST,
                include=_COUNTED,
                name="lead_tab_attention",
                condition=Q(is_open=True) & Q(is_attention=True),
            ),
            # tab previous_attention
            models.Index(
                fields=_NEWEST,
                include=_COUNTED,
                name="lead_tab_previous",
                # All of the tab's condition: what is left over would have to be read from the table.
                condition=Q(is_attention=True, is_open=False, last_inbound_at__isnull=False),
            ),
            # tab ai_review
            models.Index(fields=_NEWEST, include=_COUNTED, name="lead_tab_review", condition=Q(has_review_draft=True)),
            # tab drafts
            models.Index(
                fields=_NEWEST,
                include=[*_COUNTED, "status", "sentiment_tag"],
                name="lead_tab_drafts",
                condition=Q(has_pending_draft=True),
            ),
            # tab awaiting_reply
            models.Index(
                fields=_NEWEST,
                include=[*_COUNTED, "status", "sentiment_tag"],
                name="lead_tab_awaiting",
                condition=Q(last_inbound_at__isnull=False) & Q(is_open=False),
            ),
            # tab follow_up
            models.Index(
                fields=_NEWEST, include=_COUNTED, name="lead_tab_follow_up", condition=Q(sentiment_tag="Follow Up")
            ),
            # tab needs_repair
            models.Index(fields=_NEWEST, include=_COUNTED, name="lead_tab_repair", condition=Q(status="needs_repair")),
            # tab ai_sent
            models.Index(fields=_NEWEST, include=_COUNTED, name="lead_tab_ai_sent", condition=Q(has_ai_sent=True)),
            # tab snoozed
            models.Index(
                fields=_NEWEST,
                include=_COUNTED,
                name="lead_tab_snoozed",
                condition=Q(snoozed_until__isnull=False) | Q(snooze_until_reply=True),
            ),
            # lists and counts of a setter, filter "assigned"
            models.Index(fields=["workspace", "assigned_to", "-sort_at", "-id"], name="lead_assigned"),
            # filter "smsCampaignId"
            models.Index(fields=["workspace", "sms_campaign", "-sort_at"], name="lead_sms_campaign"),
            # backfill of the rotation, positive leads that wait for a setter
            models.Index(
                "workspace",
                F("last_inbound_at").desc(nulls_last=True),
                "id",
                name="lead_unassigned_positive",
                condition=Q(assigned_to=None, sentiment_tag__in=[*POSITIVE_TAGS, SentimentTag.POSITIVE]),
            ),
            # sort by name, in any tab and with any filter
            models.Index(fields=["workspace", "name_key", "id"], include=_LISTED, name="lead_named"),
            # sort by due, the same
            models.Index(fields=["workspace", "due_key", "id"], include=_LISTED, name="lead_timed"),
            # replies whose time is over and that nobody was told about
            models.Index(
                fields=["workspace", "due_at"],
                name="lead_due_unnoted",
                condition=Q(due_at__isnull=False)
                & (Q(overdue_noted_for__isnull=True) | Q(overdue_noted_for__lt=F("last_inbound_at"))),
            ),
            # live refresh: what changed since
            models.Index(fields=["workspace", "-changed_at"], name="lead_changed"),
            # search by the end of a phone number
            models.Index(
                fields=["workspace", "phone_reversed"],
                name="lead_phone_reversed",
                condition=Q(phone_reversed__isnull=False),
            ),
            # search by words, inside zrg_search_leads only (@@ is not leakproof)
            GinIndex(fields=["search_vector"], name="lead_search", gin_pending_list_limit=512),
            # who lists an address as alternate, inside zrg_leads_with_alternate only
            GinIndex(fields=["alternate_emails"], name="lead_alternates"),
            # whose thread an address answers on
            models.Index(
                fields=["workspace", "current_replier_email"],
                name="lead_replier",
                condition=Q(current_replier_email__isnull=False),
            ),
            # matching by phone
            models.Index(fields=["workspace", "phone"], name="lead_phone", condition=Q(phone__isnull=False)),
            # matching by phone when one side lacks the country
            models.Index(
                fields=["workspace", "phone_national"],
                name="lead_phone_national",
                condition=Q(phone_national__isnull=False),
            ),
            # filter "status"
            models.Index(fields=["workspace", "status"], name="lead_status"),
            # filter "sentiments" with any other, in any order; reactivation lists
            models.Index(
                fields=["workspace", "sentiment_tag", "-last_inbound_at"], include=_FILTERED, name="lead_tagged"
            ),
            # admin: whom no text reaches, last blocked first; other leads never enter it
            models.Index(
                fields=["-sms_last_blocked_at", "-id"],
                name="lead_sms_blocked",
                condition=Q(sms_last_blocked_at__isnull=False),
            ),
            # whom a model stopped lately: the desk of the AI
            models.Index(
                fields=["workspace", "-blacklisted_at"],
                name="lead_complaints",
                condition=Q(blacklist_reason="complaint"),
            ),
            # reconciling appointments, longest unchecked first
            models.Index(fields=["workspace", "appointment_last_checked_at"], name="lead_appointment_checked"),
            # enrichment retries
            models.Index(
                fields=["enrichment_status", "enrichment_last_retry"],
                name="lead_enrichment",
                condition=Q(enrichment_status__isnull=False),
            ),
            # waking ended snoozes
            models.Index(fields=["snoozed_until"], name="lead_snoozed_until", condition=Q(snoozed_until__isnull=False)),
            # leads of an e-mail campaign
            models.Index(
                fields=["workspace", "email_campaign"],
                name="lead_email_campaign",
                condition=Q(email_campaign__isnull=False),
            ),
            # first pass of routing
            models.Index(
                fields=["workspace", "created_at", "id"],
                name="idx_leads_routing_status",
                condition=Q(routing_status="pending", routing_attempts=0),
            ),
            # failed leads by reason: requeue, unroutable list
            models.Index(
                fields=["workspace", "routing_error_code", "routing_failed_at"],
                name="idx_leads_routing_failed",
                condition=Q(routing_status="failed"),
            ),
            # stale locks of routing
            models.Index(
                fields=["routing_locked_at"], name="idx_leads_routing_locked", condition=Q(routing_status="routing")
            ),
            # the same person at another partner
            models.Index(
                fields=["dedupe_hash"],
                name="idx_leads_dedupe_hash",
                condition=Q(dedupe_hash__isnull=False, routing_status="routed"),
            ),
            # leads nobody took in time
            models.Index(
                fields=["lead_expires_at"],
                name="idx_leads_expires_at",
                condition=Q(routing_status__in=["pending", "failed"]),
            ),
            # routing lists and health of a workspace
            models.Index(fields=["workspace", "routing_status", "-created_at"], name="idx_leads_workspace_routing"),
        ]

    def __str__(self) -> str:
        return self.shown_name

    @property
    def full_name(self) -> str:
        """First and last name, empty when neither is known."""
        return " ".join(part for part in (self.first_name, self.last_name) if part).strip()

    @property
    def shown_name(self) -> str:
        """What lists call the lead; `name_key` is its lower-cased twin in the database."""
        return self.full_name or self.email or self.phone or self.phone_raw or self.phone_national or "Unknown lead"

    @property
    def shown_phone(self) -> str:
        """The number as people read it: international, else as it was given; "" without one."""
        return display_phone(self.phone, self.phone_raw or self.phone_national)
