"""Names of roles, states and choices of the ground floor."""

from django.db import models
from django.utils.translation import gettext_noop as _


class WorkspaceStatus(models.TextChoices):
    """`suspended`: readable, no writes, no jobs, no sends. `deleted`: nobody sees it any more."""

    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    DELETED = "deleted", _("Deleted")


class WorkspaceType(models.TextChoices):
    """Partners exchange leads with other workspaces."""

    STANDARD = "standard", _("Standard")
    PARTNER = "partner", _("Partner")


class MembershipRole(models.TextChoices):
    """Roles that are stored; OWNER is derived from the workspace."""

    ADMIN = "ADMIN", _("Admin")
    INBOX_MANAGER = "INBOX_MANAGER", _("Inbox manager")
    SETTER = "SETTER", _("Setter")
    CLIENT_PORTAL = "CLIENT_PORTAL", _("Client portal")


class Role(models.TextChoices):
    """Effective roles: what a person is in one workspace."""

    SUPER_ADMIN = "SUPER_ADMIN", _("Super admin")
    GLOBAL_ADMIN = "GLOBAL_ADMIN", _("Global admin")
    OWNER = "OWNER", _("Owner")
    ADMIN = "ADMIN", _("Admin")
    INBOX_MANAGER = "INBOX_MANAGER", _("Inbox manager")
    SETTER = "SETTER", _("Setter")
    CLIENT_PORTAL = "CLIENT_PORTAL", _("Client portal")


class PlatformKind(models.TextChoices):
    """Grants that are stored; super admins are named by the environment only."""

    GLOBAL_ADMIN = "GLOBAL_ADMIN", _("Global admin")


class Decision(models.TextChoices):
    """What one role may do with one action."""

    ALLOW = "allow", _("Allowed")
    ASSIGNED = "assigned", _("Assigned leads only")
    OWN = "own", _("Own figures only")
    READ_ONLY = "read_only", _("Read only")
    DENY = "deny", _("Denied")


class Permission(models.TextChoices):
    """Row-level permissions on a workspace (Django permissions of the model Workspace)."""

    VIEW_WORKSPACE = "view_workspace", _("Open the workspace")
    VIEW_ALL_LEADS = "view_all_leads", _("Read every lead")
    REPLY = "reply", _("Answer leads and decide drafts")
    EDIT_LEADS = "edit_leads", _("Edit leads")
    ASSIGN_LEADS = "assign_leads", _("Assign leads")
    PROMOTE_CONTACT = "promote_contact", _("Make an alternate address primary")
    DELETE_LEADS = "delete_leads", _("Remove or merge leads, lift an opt-out")
    RUN_BULK = "run_bulk", _("Run bulk work")
    VIEW_ANALYTICS = "view_analytics", _("See analytics")
    EXPORT_DATA = "export_data", _("Export data")
    USE_INSIGHTS = "use_insights", _("Use insights")
    MANAGE_INSIGHTS = "manage_insights", _("Manage insights")
    VIEW_SETTINGS = "view_settings", _("Read settings")
    MANAGE_SETTINGS = "manage_settings", _("Change general settings")
    MANAGE_INTEGRATIONS = "manage_integrations", _("Change integrations")
    MANAGE_AI = "manage_ai", _("Change AI settings")
    MANAGE_SEQUENCES = "manage_sequences", _("Edit sequences")
    MANAGE_TEAM = "manage_team", _("Manage the team")
    VIEW_AI_OPS = "view_ai_ops", _("See AI operations")
    APPROVE_PROPOSALS = "approve_proposals", _("Approve proposals")
    PAUSE_FOLLOWUPS = "pause_followups", _("Pause all follow-ups")
    OWN_WORKSPACE = "own_workspace", _("Transfer or delete the workspace")


class AutoSendScheduleMode(models.TextChoices):
    ALWAYS = "ALWAYS", _("Always")
    BUSINESS_HOURS = "BUSINESS_HOURS", _("Business hours")
    CUSTOM = "CUSTOM", _("Custom schedule")


class RoutingFallback(models.TextChoices):
    RETRY = "retry", _("Try again later")
    KEEP = "keep", _("Keep the lead")
    FORWARD = "forward", _("Forward to a workspace")


class BookingProvider(models.TextChoices):
    GHL = "GHL", "GoHighLevel"
    CALENDLY = "CALENDLY", "Calendly"


class Effort(models.TextChoices):
    LOW = "low", _("Low")
    MEDIUM = "medium", _("Medium")
    HIGH = "high", _("High")
    EXTRA_HIGH = "extra_high", _("Extra high")


class AIModel(models.TextChoices):
    GPT_5_MINI = "gpt-5-mini", "GPT-5 mini"
    GPT_5_1 = "gpt-5.1", "GPT-5.1"
    GPT_5_2 = "gpt-5.2", "GPT-5.2"


class TimeDisplay(models.TextChoices):
    WORKSPACE = "workspace", _("Workspace time")
    LOCAL = "local", _("My local time")


class SwitchKey(models.TextChoices):
    """Platform switches; on means: the thing named is off."""

    AUTO_SEND_DISABLED = "AUTO_SEND_DISABLED", _("Auto-send disabled")
    AUTO_SEND_REVISION_DISABLED = "AUTO_SEND_REVISION_DISABLED", _("Auto-send revision disabled")
    FOLLOWUPS_DISABLED = "FOLLOWUPS_DISABLED", _("Follow-ups disabled")
    REACTIVATION_DISABLED = "REACTIVATION_DISABLED", _("Reactivation disabled")
    OUTBOUND_DISABLED = "OUTBOUND_DISABLED", _("All sending disabled")
    AI_DISABLED = "AI_DISABLED", _("Model calls disabled")
    AUTO_BOOK_DISABLED = "AUTO_BOOK_DISABLED", _("Automatic booking disabled")
    ROUTING_DISABLED = "ROUTING_DISABLED", _("Routing disabled")
    ROUTING_RETRY_DISABLED = "ROUTING_RETRY_DISABLED", _("Routing retries disabled")


class NoticeLevel(models.TextChoices):
    INFO = "info", _("Information")
    WARNING = "warning", _("Warning")
    CRITICAL = "critical", _("Critical")
