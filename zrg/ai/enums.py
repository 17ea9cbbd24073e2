"""Closed sets of the model floor."""

from django.db.models import TextChoices


class Tone(TextChoices):
    FRIENDLY_PROFESSIONAL = "friendly-professional", "Friendly, professional"
    PROFESSIONAL = "professional", "Professional"
    CASUAL = "casual", "Casual"
    DIRECT = "direct", "Direct"
    WARM = "warm", "Warm"


class AIStatus(TextChoices):
    SUCCESS = "success"
    ERROR = "error"


class AIErrorCode(TextChoices):
    TIMEOUT = "timeout"
    RATE_LIMIT = "rate_limit"
    API_ERROR = "api_error", "API error"
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
    URL = "url", "Web page"


class ContextMode(TextChoices):
    NOTES = "notes"
    RAW = "raw", "Source"


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
