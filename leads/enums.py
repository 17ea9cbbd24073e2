"""Closed sets of a lead and what hangs on it; the values are the words of the glossary."""

from django.db.models import TextChoices


class Channel(TextChoices):
    EMAIL = "email", "E-mail"
    SMS = "sms", "SMS"
    LINKEDIN = "linkedin", "LinkedIn"


class LeadStatus(TextChoices):
    NEW = "new", "New"
    QUALIFIED = "qualified", "Qualified"
    MEETING_REQUESTED = "meeting_requested", "Meeting requested"
    MEETING_BOOKED = "meeting_booked", "Meeting booked"
    NOT_INTERESTED = "not_interested", "Not interested"
    UNQUALIFIED = "unqualified", "Unqualified"
    BLACKLISTED = "blacklisted", "Blacklisted"
    NEEDS_REPAIR = "needs_repair", "Needs repair"


# Leads nobody works on: left out of attention, drafts and awaiting reply.
CLOSED_STATUSES = (LeadStatus.BLACKLISTED, LeadStatus.UNQUALIFIED)


class BlacklistReason(TextChoices):
    OPT_OUT = "opt_out", "Opted out"
    UNSUBSCRIBED = "unsubscribed", "Unsubscribed"
    COMPLAINT = "complaint", "Complaint"
    MANUAL = "manual", "Set by a person"
    BOUNCE = "bounce", "E-mail bounced"
    DEAD_INBOX = "dead_inbox", "Mailbox not read"
    EMAIL_INVALID = "email_invalid", "E-mail invalid"


# These block every channel and only a person may lift them; the others block e-mail alone.
ALL_CHANNEL_REASONS = frozenset(
    {BlacklistReason.OPT_OUT, BlacklistReason.UNSUBSCRIBED, BlacklistReason.COMPLAINT, BlacklistReason.MANUAL}
)


class SentimentTag(TextChoices):
    NEW = "New", "New"
    MEETING_BOOKED = "Meeting Booked", "Meeting Booked"
    MEETING_REQUESTED = "Meeting Requested", "Meeting Requested"
    CALL_REQUESTED = "Call Requested", "Call Requested"
    INFORMATION_REQUESTED = "Information Requested", "Information Requested"
    OBJECTION = "Objection", "Objection"
    NOT_INTERESTED = "Not Interested", "Not Interested"
    BLACKLIST = "Blacklist", "Blacklist"
    FOLLOW_UP = "Follow Up", "Follow Up"
    OUT_OF_OFFICE = "Out of Office", "Out of Office"
    AUTOMATED_REPLY = "Automated Reply", "Automated Reply"
    INTERESTED = "Interested", "Interested"
    NEUTRAL = "Neutral", "Neutral"
    SNOOZED = "Snoozed", "Snoozed"
    # Read-only: older rows only, the same as Interested.
    POSITIVE = "Positive", "Positive"


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
    UNKNOWN = "unknown", "Unknown"
    NOT_CONNECTED = "not_connected", "Not connected"
    PENDING = "pending", "Invitation pending"
    CONNECTED = "connected", "Connected"


class Automation(TextChoices):
    """Switches of one lead, by their names in the API."""

    AUTO_REPLY = "autoReply", "Automatic replies"
    FOLLOW_UPS = "followUps", "Follow-ups"
    AUTO_BOOK = "autoBook", "Automatic booking"

    @property
    def column(self) -> str:
        """The column of Lead."""
        return {
            Automation.AUTO_REPLY: "auto_reply_enabled",
            Automation.FOLLOW_UPS: "auto_follow_up_enabled",
            Automation.AUTO_BOOK: "auto_book_meetings_enabled",
        }[self]


class TimezoneSource(TextChoices):
    MANUAL = "manual", "Set by a person"
    CONVERSATION = "conversation", "Said in the conversation"
    PROVIDER = "provider", "From the provider"
    REGION = "region", "From the region"
    STATE = "state", "From the state"
    AI = "ai", "Inferred by a model"


class EnrichmentStatus(TextChoices):
    PENDING = "pending", "Pending"
    ENRICHED = "enriched", "Enriched"
    NOT_FOUND = "not_found", "Not found"
    NOT_NEEDED = "not_needed", "Not needed"
    FAILED = "failed", "Failed"


class EnrichmentSource(TextChoices):
    MESSAGE_CONTENT = "message_content", "Message"
    EMAILBISON = "emailbison", "EmailBison"
    SIGNATURE = "signature", "Signature"
    GHL = "ghl", "GHL"
    CLAY = "clay", "Clay"
    MANUAL = "manual", "Set by a person"
    IMPORT = "import", "Import"


class RoutingStatus(TextChoices):
    PENDING = "pending", "Pending"
    ROUTING = "routing", "Routing"
    ROUTED = "routed", "Routed"
    FAILED = "failed", "Failed"
    EXPIRED = "expired", "Expired"


class LeadSource(TextChoices):
    """How a lead came to be; with routing on, the pushed ones take part in it."""

    WEBHOOK = "webhook", "Incoming message"
    SYNC = "sync", "Conversation sync"
    IMPORT = "import", "Import"
    MANUAL = "manual", "Manual form"
    PUSH = "push", "Provider push"
    API = "api", "API"


ROUTED_SOURCES = frozenset({LeadSource.IMPORT, LeadSource.MANUAL, LeadSource.PUSH, LeadSource.API})


class OptOutKind(TextChoices):
    EMAIL = "email", "E-mail address"
    PHONE = "phone", "Phone number"


class Identifier(TextChoices):
    """What two leads may quarrel about."""

    EMAIL = "email", "E-mail address"
    PHONE = "phone", "Phone number"
    GHL_CONTACT_ID = "ghl_contact_id", "GHL contact"
    EMAIL_BISON_LEAD_ID = "email_bison_lead_id", "EmailBison lead"
    LINKEDIN_ID = "linkedin_id", "LinkedIn member"
    LINKEDIN_URL = "linkedin_url", "LinkedIn profile"
    ALTERNATE_EMAIL = "alternate_email", "Alternate e-mail address"


class ConflictSource(TextChoices):
    WEBHOOK = "webhook", "Incoming message"
    SYNC = "sync", "Conversation sync"
    IMPORT = "import", "Import"
    MANUAL = "manual", "Set by a person"


class ConflictStatus(TextChoices):
    OPEN = "open", "Open"
    MERGED = "merged", "Merged"
    DISMISSED = "dismissed", "Dismissed"


class ResponseMode(TextChoices):
    SETTER_MANAGED = "SETTER_MANAGED", "Setters answer"
    AI_AUTO_SEND = "AI_AUTO_SEND", "AI may send"


class EnrichmentKind(TextChoices):
    LINKEDIN = "linkedin", "LinkedIn profile"
    PHONE = "phone", "Phone number"


class EnrichmentRequestStatus(TextChoices):
    QUEUED = "queued", "Queued"
    SENT = "sent", "Sent"
    SUCCEEDED = "succeeded", "Succeeded"
    NOT_FOUND = "not_found", "Not found"
    ERROR = "error", "Error"
    EXPIRED = "expired", "Expired"


class EnrichmentTrigger(TextChoices):
    POSITIVE_REPLY = "positive_reply", "Positive reply"
    CALL_INTENT = "call_intent", "Asked for a call"
    MANUAL = "manual", "By a person"
    BATCH = "batch", "Batch"
    BACKFILL = "backfill", "Backfill"


class ImportSource(TextChoices):
    CSV = "csv", "CSV file"
    DATASHOPPER = "datashopper", "DataShopper"
    AUDIENCE_LABS = "audience_labs", "AudienceLabs"
    CLAY = "clay", "Clay"
    API = "api", "API"
    MANUAL = "manual", "Manual"


class ImportStatus(TextChoices):
    PENDING = "pending", "Pending"
    VALIDATING = "validating", "Validating"
    PROCESSING = "processing", "Processing"
    COMPLETED = "completed", "Completed"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class ImportField(TextChoices):
    """What a column of an imported file may be; any other column is kept as an attribute."""

    FIRST_NAME = "first_name", "First name"
    LAST_NAME = "last_name", "Last name"
    FULL_NAME = "full_name", "Full name"
    EMAIL = "email", "E-mail"
    PHONE = "phone", "Phone"
    LINKEDIN_URL = "linkedin_url", "LinkedIn URL"
    COMPANY_NAME = "company_name", "Company"
    JOB_TITLE = "job_title", "Job title"
    COMPANY_WEBSITE = "company_website", "Website"
    COMPANY_CITY = "company_city", "City"
    COMPANY_STATE = "company_state", "State"
    COMPANY_POSTAL_CODE = "company_postal_code", "Postal code"
    COMPANY_COUNTRY = "company_country", "Country"
    INDUSTRY = "industry", "Industry"
    EMPLOYEE_HEADCOUNT = "employee_headcount", "Headcount"
    COMPANY_REVENUE = "company_revenue", "Revenue"
    SENIORITY = "seniority", "Seniority"
    TIMEZONE = "timezone", "Time zone"
    TAGS = "tags", "Tags"
    SMS_CAMPAIGN = "sms_campaign", "SMS label"
    STATUS = "status", "Status"


class RowOutcome(TextChoices):
    """What becomes of one row of a file."""

    CREATE = "create", "New lead"
    STOPPED = "stopped", "New lead, opted out"
    UPDATE = "update", "Fills empty fields"
    DUPLICATE = "duplicate", "Already there"
    REPEAT = "repeat", "Same as an earlier row"
    BLACKLIST = "blacklist", "Stops the existing lead"
    INVALID = "invalid", "Not imported"


class ExportKind(TextChoices):
    LEADS_CSV = "leads_csv", "Leads (CSV)"
    CRM_CSV = "crm_csv", "CRM sheet (CSV)"
    TRANSCRIPTS_ZIP = "transcripts_zip", "Transcripts (ZIP)"


class ExportStatus(TextChoices):
    QUEUED = "queued", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Ready"
    FAILED = "failed", "Failed"
    EXPIRED = "expired", "Expired"


class DuplicateHandling(TextChoices):
    SKIP = "skip", "Leave the existing lead alone"
    UPDATE = "update", "Fill empty fields"


class Tab(TextChoices):
    ALL = "all", "All conversations"
    RESPONSES = "responses", "All responses"
    ATTENTION = "attention", "Requires attention"
    PREVIOUS_ATTENTION = "previous_attention", "Previously required attention"
    AI_REVIEW = "ai_review", "Needs review"
    DRAFTS = "drafts", "Drafts ready"
    AWAITING_REPLY = "awaiting_reply", "Awaiting reply"
    FOLLOW_UP = "follow_up", "Follow-up"
    NEEDS_REPAIR = "needs_repair", "Needs repair"
    AI_SENT = "ai_sent", "AI sent"
    SNOOZED = "snoozed", "Snoozed"


class LeadSort(TextChoices):
    NEWEST = "newest", "Newest first"
    OLDEST = "oldest", "Oldest first"
    NAME = "name", "Name"
    DUE = "due", "Due first"


class ScoreFilter(TextChoices):
    FOUR = "4", "4"
    THREE_UP = "3+", "3 and more"
    TWO_UP = "2+", "2 and more"
    ONE_UP = "1+", "1 and more"
    UNSCORED = "unscored", "Not scored"
    DISQUALIFIED = "disqualified", "Disqualified"
