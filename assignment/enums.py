"""Closed sets of assignment and routing; the values are the words of the glossary."""

from django.db.models import TextChoices


class PartnershipStatus(TextChoices):
    PROPOSED = "proposed", "Proposed"
    ACTIVE = "active", "Active"
    PAUSED = "paused", "Paused"
    ENDED = "ended", "Ended"


class AssignmentSource(TextChoices):
    ROUND_ROBIN = "round_robin", "Rotation"
    BACKFILL = "backfill", "Backfill"
    MANUAL = "manual", "By a person"
    ROUTING = "routing", "Routing"


class RoutingResult(TextChoices):
    """What one transition of a lead was, as its log row says."""

    SUCCESS = "success", "Moved"
    KEPT = "kept", "Kept"
    DUPLICATE = "duplicate", "Duplicate"
    RETRY = "retry", "Will be tried again"
    DEFERRED = "deferred", "Waits for an opening"
    RELEASED = "released", "Lock released"
    FAILED = "failed", "Failed"
    EXPIRED = "expired", "Expired"
    REQUEUED = "requeued", "Put back"
    REVIVED = "revived", "Revived"
    RETURNED = "returned", "Returned"


SETTLEMENTS = (RoutingResult.SUCCESS, RoutingResult.KEPT, RoutingResult.DUPLICATE)


class RoutingPath(TextChoices):
    SINGLE = "single", "Single"
    BATCH = "batch", "Batch"
    RETRY = "retry", "Retry"
    MANUAL = "manual", "By a person"
    IMPORT = "import", "Import"


class QueueOutcome(TextChoices):
    ROUTED = "routed", "Routed"
    FAILED = "failed", "Failed"
    EXPIRED = "expired", "Expired"
    REQUEUED = "requeued", "Put back"
    CANCELLED = "cancelled", "Cancelled"


class AttributionStatus(TextChoices):
    ACTIVE = "active", "Active"
    RETURNED = "returned", "Returned"
    LAPSED = "lapsed", "Window over"
    VOIDED = "voided", "Voided"


class ReturnReason(TextChoices):
    BAD_CONTACT = "bad_contact", "Contact data wrong"
    OUT_OF_AREA = "out_of_area", "Out of area"
    WRONG_INDUSTRY = "wrong_industry", "Wrong industry"
    DUPLICATE = "duplicate", "We have this person"
    NO_CONSENT = "no_consent", "No consent"
    OTHER = "other", "Other"


class CounterScope(TextChoices):
    RULE = "rule", "Rule"
    PARTNER = "partner", "Partnership"


class RoutingCode(TextChoices):
    """Why a lead was kept, put off or failed."""

    RULE_KEEP = "rule_keep", "A rule keeps it here"
    FALLBACK = "fallback", "Sent to the fallback workspace"
    NO_MATCHING_RULE = "no_matching_rule", "No rule matches"
    ALL_BLOCKED = "all_blocked", "Every matching destination is full or closed"
    HAS_ACTIVITY = "has_activity", "It has a conversation"
    SUPPRESSED = "suppressed", "The person must not be contacted"
    NOT_ENROLLED = "not_enrolled", "Routing is off here"
    DESTINATION_UNAVAILABLE = "destination_unavailable", "The destination cannot take leads"
    DB_ERROR = "db_error", "Database error"
    EVALUATION_ERROR = "evaluation_error", "A rule could not be read"
    STALE_LOCK = "stale_lock", "A worker died"
    ERROR = "error", "Error"
    LEAD_INVALID = "lead_invalid", "The lead cannot be routed"
    RETURNED = "returned", "Returned by the destination"


PERMANENT_CODES = frozenset({RoutingCode.LEAD_INVALID, RoutingCode.RETURNED})
# What counts against the availability of routing (objectives); the rest are answers, not faults.
SYSTEM_CODES = (RoutingCode.DB_ERROR, RoutingCode.EVALUATION_ERROR, RoutingCode.STALE_LOCK, RoutingCode.ERROR)
# Failed leads that a change of rules may place after all.
REQUEUED_BY_RULES = (RoutingCode.NO_MATCHING_RULE, RoutingCode.ALL_BLOCKED)


class Why(TextChoices):
    """Why a rule did not get the lead."""

    NO_MATCH = "no_match", "Conditions do not match"
    INACTIVE = "inactive", "Switched off"
    NOT_STARTED = "not_started", "Not started"
    ENDED = "ended", "Ended"
    NO_DESTINATION = "no_destination", "Destination gone or inactive"
    PARTNER_INACTIVE = "partner_inactive", "No active partnership"
    EXCLUDED = "excluded", "Returned by this destination"
    CLOSED = "closed", "Closed now"
    FULL = "full", "At its cap"
    LOST_WEIGHT = "lost_weight", "Another rule won"
