"""Closed sets of assignment and routing; the values are the words of the glossary."""

from django.db.models import TextChoices
from django.utils.translation import gettext_noop as _


class PartnershipStatus(TextChoices):
    PROPOSED = "proposed", _("Proposed")
    ACTIVE = "active", _("Active")
    PAUSED = "paused", _("Paused")
    ENDED = "ended", _("Ended")


class AssignmentSource(TextChoices):
    ROUND_ROBIN = "round_robin", _("Rotation")
    BACKFILL = "backfill", _("Backfill")
    MANUAL = "manual", _("By a person")
    ROUTING = "routing", _("Routing")


class RoutingResult(TextChoices):
    """What one transition of a lead was, as its log row says."""

    SUCCESS = "success", _("Moved")
    KEPT = "kept", _("Kept")
    DUPLICATE = "duplicate", _("Duplicate")
    RETRY = "retry", _("Will be tried again")
    DEFERRED = "deferred", _("Waits for an opening")
    RELEASED = "released", _("Lock released")
    FAILED = "failed", _("Failed")
    EXPIRED = "expired", _("Expired")
    REQUEUED = "requeued", _("Put back")
    REVIVED = "revived", _("Revived")
    RETURNED = "returned", _("Returned")


SETTLEMENTS = (RoutingResult.SUCCESS, RoutingResult.KEPT, RoutingResult.DUPLICATE)


class RoutingPath(TextChoices):
    SINGLE = "single", _("Single")
    BATCH = "batch", _("Batch")
    RETRY = "retry", _("Retry")
    MANUAL = "manual", _("By a person")
    IMPORT = "import", _("Import")


class QueueOutcome(TextChoices):
    ROUTED = "routed", _("Routed")
    FAILED = "failed", _("Failed")
    EXPIRED = "expired", _("Expired")
    REQUEUED = "requeued", _("Put back")
    CANCELLED = "cancelled", _("Cancelled")


class AttributionStatus(TextChoices):
    ACTIVE = "active", _("Active")
    RETURNED = "returned", _("Returned")
    LAPSED = "lapsed", _("Window over")
    VOIDED = "voided", _("Voided")


class ReturnReason(TextChoices):
    BAD_CONTACT = "bad_contact", _("Contact data wrong")
    OUT_OF_AREA = "out_of_area", _("Out of area")
    WRONG_INDUSTRY = "wrong_industry", _("Wrong industry")
    DUPLICATE = "duplicate", _("We have this person")
    NO_CONSENT = "no_consent", _("No consent")
    OTHER = "other", _("Other")


class CounterScope(TextChoices):
    RULE = "rule", _("Rule")
    PARTNER = "partner", _("Partnership")


class RoutingCode(TextChoices):
    """Why a lead was kept, put off or failed."""

    RULE_KEEP = "rule_keep", _("A rule keeps it here")
    FALLBACK = "fallback", _("Sent to the fallback workspace")
    NO_MATCHING_RULE = "no_matching_rule", _("No rule matches")
    ALL_BLOCKED = "all_blocked", _("Every matching destination is full or closed")
    HAS_ACTIVITY = "has_activity", _("It has a conversation")
    SUPPRESSED = "suppressed", _("The person must not be contacted")
    NOT_ENROLLED = "not_enrolled", _("Routing is off here")
    DESTINATION_UNAVAILABLE = "destination_unavailable", _("The destination cannot take leads")
    DB_ERROR = "db_error", _("Database error")
    EVALUATION_ERROR = "evaluation_error", _("A rule could not be read")
    STALE_LOCK = "stale_lock", _("A worker died")
    ERROR = "error", _("Error")
    LEAD_INVALID = "lead_invalid", _("The lead cannot be routed")
    RETURNED = "returned", _("Returned by the destination")


PERMANENT_CODES = frozenset({RoutingCode.LEAD_INVALID, RoutingCode.RETURNED})
# What counts against the availability of routing (objectives); the rest are answers, not faults.
SYSTEM_CODES = (RoutingCode.DB_ERROR, RoutingCode.EVALUATION_ERROR, RoutingCode.STALE_LOCK, RoutingCode.ERROR)
# Failed leads that a change of rules may place after all.
REQUEUED_BY_RULES = (RoutingCode.NO_MATCHING_RULE, RoutingCode.ALL_BLOCKED)


class Stay(TextChoices):
    """Why no rule is asked about a lead that is tried: it stays where it is."""

    HAS_ACTIVITY = "has_activity", _("Stays: has a conversation")
    SUPPRESSED = "suppressed", _("Stays: must not be contacted")
    DUPLICATE = "duplicate", _("Stays: is a duplicate")


class Why(TextChoices):
    """Why a rule did not get the lead."""

    NO_MATCH = "no_match", _("Conditions do not match")
    INACTIVE = "inactive", _("Switched off")
    NOT_STARTED = "not_started", _("Not started")
    ENDED = "ended", _("Ended")
    NO_DESTINATION = "no_destination", _("Destination gone or inactive")
    PARTNER_INACTIVE = "partner_inactive", _("No active partnership")
    EXCLUDED = "excluded", _("Returned by this destination")
    CLOSED = "closed", _("Closed now")
    FULL = "full", _("At its cap")
    LOST_WEIGHT = "lost_weight", _("Another rule won")
