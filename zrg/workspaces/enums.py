"""Names of roles, states and choices of the ground floor."""

from django.db import models


class WorkspaceStatus(models.TextChoices):
    """`suspended`: readable, no writes, no jobs, no sends. `deleted`: nobody sees it any more."""

    ACTIVE = "active", "Active"
    SUSPENDED = "suspended", "Suspended"
    DELETED = "deleted", "Deleted"


class WorkspaceType(models.TextChoices):
    """Partners exchange leads with other workspaces."""

    STANDARD = "standard", "Standard"
    PARTNER = "partner", "Partner"


class MembershipRole(models.TextChoices):
    """Roles that are stored; OWNER is derived from the workspace."""

    ADMIN = "ADMIN", "Admin"
    INBOX_MANAGER = "INBOX_MANAGER", "Inbox manager"
    SETTER = "SETTER", "Setter"
    CLIENT_PORTAL = "CLIENT_PORTAL", "Client portal"


class Role(models.TextChoices):
    """Effective roles: what a person is in one workspace."""

    SUPER_ADMIN = "SUPER_ADMIN", "Super admin"
    GLOBAL_ADMIN = "GLOBAL_ADMIN", "Global admin"
    OWNER = "OWNER", "Owner"
    ADMIN = "ADMIN", "Admin"
    INBOX_MANAGER = "INBOX_MANAGER", "Inbox manager"
    SETTER = "SETTER", "Setter"
    CLIENT_PORTAL = "CLIENT_PORTAL", "Client portal"


class PlatformKind(models.TextChoices):
    """Grants that are stored; super admins are named by the environment only."""

    GLOBAL_ADMIN = "GLOBAL_ADMIN", "Global admin"


class Decision(models.TextChoices):
    """What one role may do with one action."""

    ALLOW = "allow", "Allowed"
    ASSIGNED = "assigned", "Assigned leads only"
    OWN = "own", "Own figures only"
    READ_ONLY = "read_only", "Read only"
    DENY = "deny", "Denied"


class Permission(models.TextChoices):
    """Row-level permissions on a workspace (Django permissions of the model Workspace)."""

    VIEW_WORKSPACE = "view_workspace", "Open the workspace"
    VIEW_ALL_LEADS = "view_all_leads", "Read every lead"
    REPLY = "reply", "Answer leads and decide drafts"
    EDIT_LEADS = "edit_leads", "Edit leads"
    ASSIGN_LEADS = "assign_leads", "Assign leads"
    PROMOTE_CONTACT = "promote_contact", "Make an alternate address primary"
    DELETE_LEADS = "delete_leads", "Remove or merge leads, lift an opt-out"
    RUN_BULK = "run_bulk", "Run bulk work"
    VIEW_ANALYTICS = "view_analytics", "See analytics"
    EXPORT_DATA = "export_data", "Export data"
    USE_INSIGHTS = "use_insights", "Use insights"
    MANAGE_INSIGHTS = "manage_insights", "Manage insights"
    VIEW_SETTINGS = "view_settings", "Read settings"
    MANAGE_SETTINGS = "manage_settings", "Change general settings"
    MANAGE_INTEGRATIONS = "manage_integrations", "Change integrations"
    MANAGE_AI = "manage_ai", "Change AI settings"
    MANAGE_SEQUENCES = "manage_sequences", "Edit sequences"
    MANAGE_TEAM = "manage_team", "Manage the team"
    VIEW_AI_OPS = "view_ai_ops", "See AI operations"
    APPROVE_PROPOSALS = "approve_proposals", "Approve proposals"
    PAUSE_FOLLOWUPS = "pause_followups", "Pause all follow-ups"
    OWN_WORKSPACE = "own_workspace", "Transfer or delete the workspace"


class AutoSendScheduleMode(models.TextChoices):
    ALWAYS = "ALWAYS", "Always"
    BUSINESS_HOURS = "BUSINESS_HOURS", "Business hours"
    CUSTOM = "CUSTOM", "Custom schedule"


class RoutingFallback(models.TextChoices):
    RETRY = "retry", "Try again later"
    KEEP = "keep", "Keep the lead"
    FORWARD = "forward", "Forward to a workspace"


class BookingProvider(models.TextChoices):
    GHL = "GHL", "GoHighLevel"
    CALENDLY = "CALENDLY", "Calendly"


class Effort(models.TextChoices):
    LOW = "low", "Low"
    MEDIUM = "medium", "Medium"
    HIGH = "high", "High"
    EXTRA_HIGH = "extra_high", "Extra high"


class AIModel(models.TextChoices):
    GPT_5_MINI = "gpt-5-mini", "GPT-5 mini"
    GPT_5_1 = "gpt-5.1", "GPT-5.1"
    GPT_5_2 = "gpt-5.2", "GPT-5.2"


class TimeDisplay(models.TextChoices):
    WORKSPACE = "workspace", "Workspace time"
    LOCAL = "local", "My local time"


class SwitchKey(models.TextChoices):
    """Platform switches; on means: the thing named is off."""

    AUTO_SEND_DISABLED = "AUTO_SEND_DISABLED", "Auto-send disabled"
    AUTO_SEND_REVISION_DISABLED = "AUTO_SEND_REVISION_DISABLED", "Auto-send revision disabled"
    FOLLOWUPS_DISABLED = "FOLLOWUPS_DISABLED", "Follow-ups disabled"
    REACTIVATION_DISABLED = "REACTIVATION_DISABLED", "Reactivation disabled"
    OUTBOUND_DISABLED = "OUTBOUND_DISABLED", "All sending disabled"
    AI_DISABLED = "AI_DISABLED", "Model calls disabled"
    AUTO_BOOK_DISABLED = "AUTO_BOOK_DISABLED", "Automatic booking disabled"
    ROUTING_DISABLED = "ROUTING_DISABLED", "Routing disabled"
    ROUTING_RETRY_DISABLED = "ROUTING_RETRY_DISABLED", "Routing retries disabled"


class NoticeLevel(models.TextChoices):
    INFO = "info", "Information"
    WARNING = "warning", "Warning"
    CRITICAL = "critical", "Critical"
