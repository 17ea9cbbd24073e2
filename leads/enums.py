"""Closed sets of a lead and what hangs on it; the values are the words of the glossary."""

from django.db.models import TextChoices
from django.utils.translation import gettext_noop as _


class Channel(TextChoices):
    EMAIL = "email", _("E-mail")
    SMS = "sms", _("SMS")
    LINKEDIN = "linkedin", _("LinkedIn")


class LeadStatus(TextChoices):
    NEW = "new", _("New")
    QUALIFIED = "qualified", _("Qualified")
    MEETING_REQUESTED = "meeting_requested", _("Meeting requested")
    MEETING_BOOKED = "meeting_booked", _("Meeting booked")
    NOT_INTERESTED = "not_interested", _("Not interested")
    UNQUALIFIED = "unqualified", _("Unqualified")
    BLACKLISTED = "blacklisted", _("Blacklisted")
    NEEDS_REPAIR = "needs_repair", _("Needs repair")


# Leads nobody works on: left out of attention, drafts and awaiting reply.
CLOSED_STATUSES = (LeadStatus.BLACKLISTED, LeadStatus.UNQUALIFIED)


class BlacklistReason(TextChoices):
    OPT_OUT = "opt_out", _("Opted out")
    UNSUBSCRIBED = "unsubscribed", _("Unsubscribed")
    COMPLAINT = "complaint", _("Complaint")
    MANUAL = "manual", _("Set by a person")
    BOUNCE = "bounce", _("E-mail bounced")
    DEAD_INBOX = "dead_inbox", _("Mailbox not read")
    EMAIL_INVALID = "email_invalid", _("E-mail invalid")


# These block every channel and only a person may lift them; the others block e-mail alone.
ALL_CHANNEL_REASONS = frozenset(
    {BlacklistReason.OPT_OUT, BlacklistReason.UNSUBSCRIBED, BlacklistReason.COMPLAINT, BlacklistReason.MANUAL}
)


class SentimentTag(TextChoices):
    NEW = "New", _("New")
    MEETING_BOOKED = "Meeting Booked", _("Meeting Booked")
    MEETING_REQUESTED = "Meeting Requested", _("Meeting Requested")
    CALL_REQUESTED = "Call Requested", _("Call Requested")
    INFORMATION_REQUESTED = "Information Requested", _("Information Requested")
    OBJECTION = "Objection", _("Objection")
    NOT_INTERESTED = "Not Interested", _("Not Interested")
    BLACKLIST = "Blacklist", _("Blacklist")
    FOLLOW_UP = "Follow Up", _("Follow Up")
    OUT_OF_OFFICE = "Out of Office", _("Out of Office")
    AUTOMATED_REPLY = "Automated Reply", _("Automated Reply")
    INTERESTED = "Interested", _("Interested")
    NEUTRAL = "Neutral", _("Neutral")
    SNOOZED = "Snoozed", _("Snoozed")
    # Read-only: older rows only, the same as Interested.
    POSITIVE = "Positive", _("Positive")


# What a reply can be read as, and a person can set.
CURRENT_TAGS = tuple(tag for tag in SentimentTag if tag != SentimentTag.POSITIVE)

# Tags that ask a person to look. `is_attention` in the database is generated from this list.
ATTENTION_TAGS = (
    SentimentTag.MEETING_BOOKED,
    SentimentTag.MEETING_REQUESTED,
    SentimentTag.CALL_REQUESTED,
    SentimentTag.INFORMATION_REQUESTED,
    SentimentTag.POSITIVE,
    SentimentTag.INTERESTED,
    SentimentTag.FOLLOW_UP,
)

# Tags that lead to a meeting.
POSITIVE_TAGS = (
    SentimentTag.MEETING_REQUESTED,
    SentimentTag.CALL_REQUESTED,
    SentimentTag.INFORMATION_REQUESTED,
    SentimentTag.INTERESTED,
)

# A score of 1 with one of these tags was given without reading the thread.
DISQUALIFYING_TAGS = (
    "Blacklist",
    "Opt Out",
    "Opted Out",
    "Unsubscribe",
    "Unsubscribed",
    "Bounced",
    "Bounce",
)


class LinkedInConnection(TextChoices):
    UNKNOWN = "unknown", _("Unknown")
    NOT_CONNECTED = "not_connected", _("Not connected")
    PENDING = "pending", _("Invitation pending")
    CONNECTED = "connected", _("Connected")


class Automation(TextChoices):
    """Switches of one lead, by their names in the API."""

    AUTO_REPLY = "autoReply", _("Automatic replies")
    FOLLOW_UPS = "followUps", _("Follow-ups")
    AUTO_BOOK = "autoBook", _("Automatic booking")

    @property
    def column(self) -> str:
        """The column of Lead."""
        return {
            Automation.AUTO_REPLY: "auto_reply_enabled",
            Automation.FOLLOW_UPS: "auto_follow_up_enabled",
            Automation.AUTO_BOOK: "auto_book_meetings_enabled",
        }[self]


class TimezoneSource(TextChoices):
    MANUAL = "manual", _("Set by a person")
    CONVERSATION = "conversation", _("Said in the conversation")
    PROVIDER = "provider", _("From the provider")
    REGION = "region", _("From the region")
    STATE = "state", _("From the state")
    AI = "ai", _("Inferred by a model")


class EnrichmentStatus(TextChoices):
    PENDING = "pending", _("Pending")
    ENRICHED = "enriched", _("Enriched")
    NOT_FOUND = "not_found", _("Not found")
    NOT_NEEDED = "not_needed", _("Not needed")
    FAILED = "failed", _("Failed")


class EnrichmentSource(TextChoices):
    MESSAGE_CONTENT = "message_content", _("Message")
    EMAILBISON = "emailbison", _("EmailBison")
    SIGNATURE = "signature", _("Signature")
    GHL = "ghl", _("GHL")
    CLAY = "clay", _("Clay")
    MANUAL = "manual", _("Set by a person")
    IMPORT = "import", _("Import")


class RoutingStatus(TextChoices):
    PENDING = "pending", _("Pending")
    ROUTING = "routing", _("Routing")
    ROUTED = "routed", _("Routed")
    FAILED = "failed", _("Failed")
    EXPIRED = "expired", _("Expired")


class LeadSource(TextChoices):
    """How a lead came to be; with routing on, the pushed ones take part in it."""

    WEBHOOK = "webhook", _("Incoming message")
    SYNC = "sync", _("Conversation sync")
    IMPORT = "import", _("Import")
    MANUAL = "manual", _("Manual form")
    PUSH = "push", _("Provider push")
    API = "api", _("API")


ROUTED_SOURCES = frozenset({LeadSource.IMPORT, LeadSource.MANUAL, LeadSource.PUSH, LeadSource.API})


class OptOutKind(TextChoices):
    EMAIL = "email", _("E-mail address")
    PHONE = "phone", _("Phone number")


class Identifier(TextChoices):
    """What two leads may quarrel about."""

    EMAIL = "email", _("E-mail address")
    PHONE = "phone", _("Phone number")
    GHL_CONTACT_ID = "ghl_contact_id", _("GHL contact")
    EMAIL_BISON_LEAD_ID = "email_bison_lead_id", _("EmailBison lead")
    LINKEDIN_ID = "linkedin_id", _("LinkedIn member")
    LINKEDIN_URL = "linkedin_url", _("LinkedIn profile")
    ALTERNATE_EMAIL = "alternate_email", _("Alternate e-mail address")


class ConflictSource(TextChoices):
    WEBHOOK = "webhook", _("Incoming message")
    SYNC = "sync", _("Conversation sync")
    IMPORT = "import", _("Import")
    MANUAL = "manual", _("Set by a person")


class ConflictStatus(TextChoices):
    OPEN = "open", _("Open")
    MERGED = "merged", _("Merged")
    DISMISSED = "dismissed", _("Dismissed")


class ResponseMode(TextChoices):
    SETTER_MANAGED = "SETTER_MANAGED", _("Setters answer")
    AI_AUTO_SEND = "AI_AUTO_SEND", _("AI may send")


class EnrichmentKind(TextChoices):
    LINKEDIN = "linkedin", _("LinkedIn profile")
    PHONE = "phone", _("Phone number")


class EnrichmentRequestStatus(TextChoices):
    QUEUED = "queued", _("Queued")
    SENT = "sent", _("Sent")
    SUCCEEDED = "succeeded", _("Succeeded")
    NOT_FOUND = "not_found", _("Not found")
    ERROR = "error", _("Error")
    EXPIRED = "expired", _("Expired")


class EnrichmentTrigger(TextChoices):
    POSITIVE_REPLY = "positive_reply", _("Positive reply")
    CALL_INTENT = "call_intent", _("Asked for a call")
    MANUAL = "manual", _("By a person")
    BATCH = "batch", _("Batch")
    BACKFILL = "backfill", _("Backfill")


class ImportSource(TextChoices):
    CSV = "csv", _("CSV file")
    DATASHOPPER = "datashopper", _("DataShopper")
    AUDIENCE_LABS = "audience_labs", _("AudienceLabs")
    CLAY = "clay", _("Clay")
    API = "api", _("API")
    MANUAL = "manual", _("Manual")


class ImportStatus(TextChoices):
    PENDING = "pending", _("Pending")
    VALIDATING = "validating", _("Validating")
    PROCESSING = "processing", _("Processing")
    COMPLETED = "completed", _("Completed")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class ImportField(TextChoices):
    """What a column of an imported file may be; any other column is kept as an attribute."""

    FIRST_NAME = "first_name", _("First name")
    LAST_NAME = "last_name", _("Last name")
    FULL_NAME = "full_name", _("Full name")
    EMAIL = "email", _("E-mail")
    PHONE = "phone", _("Phone")
    LINKEDIN_URL = "linkedin_url", _("LinkedIn URL")
    COMPANY_NAME = "company_name", _("Company")
    JOB_TITLE = "job_title", _("Job title")
    COMPANY_WEBSITE = "company_website", _("Website")
    COMPANY_CITY = "company_city", _("City")
    COMPANY_STATE = "company_state", _("State")
    COMPANY_POSTAL_CODE = "company_postal_code", _("Postal code")
    COMPANY_COUNTRY = "company_country", _("Country")
    INDUSTRY = "industry", _("Industry")
    EMPLOYEE_HEADCOUNT = "employee_headcount", _("Headcount")
    COMPANY_REVENUE = "company_revenue", _("Revenue")
    SENIORITY = "seniority", _("Seniority")
    TIMEZONE = "timezone", _("Time zone")
    TAGS = "tags", _("Tags")
    SMS_CAMPAIGN = "sms_campaign", _("SMS label")
    STATUS = "status", _("Status")


class RowOutcome(TextChoices):
    """What becomes of one row of a file."""

    CREATE = "create", _("New lead")
    STOPPED = "stopped", _("New lead, opted out")
    UPDATE = "update", _("Fills empty fields")
    DUPLICATE = "duplicate", _("Already there")
    REPEAT = "repeat", _("Same as an earlier row")
    BLACKLIST = "blacklist", _("Stops the existing lead")
    INVALID = "invalid", _("Not imported")


class ExportKind(TextChoices):
    LEADS_CSV = "leads_csv", _("Leads (CSV)")
    CRM_CSV = "crm_csv", _("CRM sheet (CSV)")
    TRANSCRIPTS_ZIP = "transcripts_zip", _("Transcripts (ZIP)")


class ExportStatus(TextChoices):
    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Ready")
    FAILED = "failed", _("Failed")
    EXPIRED = "expired", _("Expired")


class DuplicateHandling(TextChoices):
    SKIP = "skip", _("Leave the existing lead alone")
    UPDATE = "update", _("Fill empty fields")


class Tab(TextChoices):
    ALL = "all", _("All conversations")
    RESPONSES = "responses", _("All responses")
    ATTENTION = "attention", _("Requires attention")
    PREVIOUS_ATTENTION = "previous_attention", _("Previously required attention")
    AI_REVIEW = "ai_review", _("Needs review")
    DRAFTS = "drafts", _("Drafts ready")
    AWAITING_REPLY = "awaiting_reply", _("Awaiting reply")
    FOLLOW_UP = "follow_up", _("Follow-up")
    NEEDS_REPAIR = "needs_repair", _("Needs repair")
    AI_SENT = "ai_sent", _("AI sent")
    SNOOZED = "snoozed", _("Snoozed")


class LeadSort(TextChoices):
    NEWEST = "newest", _("Newest first")
    OLDEST = "oldest", _("Oldest first")
    NAME = "name", _("Name")
    DUE = "due", _("Due first")


class ScoreFilter(TextChoices):
    FOUR = "4", "4"
    THREE_UP = "3+", _("3 and more")
    TWO_UP = "2+", _("2 and more")
    ONE_UP = "1+", _("1 and more")
    UNSCORED = "unscored", _("Not scored")
    DISQUALIFIED = "disqualified", _("Disqualified")
