"""Closed sets of the model floor."""

from django.db.models import TextChoices
from django.utils.translation import gettext_noop as _


class Tone(TextChoices):
    FRIENDLY_PROFESSIONAL = "friendly-professional", _("Friendly, professional")
    PROFESSIONAL = "professional", _("Professional")
    CASUAL = "casual", _("Casual")
    DIRECT = "direct", _("Direct")
    WARM = "warm", _("Warm")


class AIStatus(TextChoices):
    SUCCESS = "success"
    ERROR = "error"


class AIErrorCode(TextChoices):
    TIMEOUT = "timeout"
    RATE_LIMIT = "rate_limit"
    API_ERROR = "api_error", _("API error")
    PARSE_ERROR = "parse_error"
    INCOMPLETE_OUTPUT = "incomplete_output"
    SCHEMA_VIOLATION = "schema_violation"
    REFUSED = "refused"
    BUDGET_EXHAUSTED = "budget_exhausted"
    DISABLED = "disabled"
    UNKNOWN = "unknown"


class KnowledgeType(TextChoices):
    FILE = "file"
    TEXT = "text"
    URL = "url", _("Web page")


class ContextMode(TextChoices):
    NOTES = "notes"
    RAW = "raw", _("Source")


class KnowledgeState(TextChoices):
    PENDING = "pending"
    READY = "ready"
    FAILED = "failed"


class GuidanceKind(TextChoices):
    MESSAGE_PERFORMANCE = "message_performance"
    INSIGHT_PACK = "insight_pack"


class PromptRole(TextChoices):
    SYSTEM = "system"
    ASSISTANT = "assistant"
    USER = "user"


class RevisionAction(TextChoices):
    SET = "set"
    RESET = "reset"
    RESTORE = "restore"
