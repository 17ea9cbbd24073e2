"""Numbers and sets shared by several modules."""

from datetime import timedelta

from zrg.workspaces.enums import MembershipRole, Permission, Role

# Extras an administrator may add to a membership; a portal membership takes only `reply`.
GRANTABLE = (
    Permission.VIEW_ALL_LEADS.value,
    Permission.REPLY.value,
    Permission.EXPORT_DATA.value,
    Permission.VIEW_AI_OPS.value,
)
GRANTABLE_TO_PORTAL = (Permission.REPLY.value,)

ROLE_PRECEDENCE = {
    MembershipRole.ADMIN.value: 4,
    MembershipRole.INBOX_MANAGER.value: 3,
    MembershipRole.SETTER.value: 1,
    MembershipRole.CLIENT_PORTAL.value: 0,
}
PLATFORM_ROLES = frozenset({Role.GLOBAL_ADMIN.value, Role.SUPER_ADMIN.value})

DEFAULT_TIMEZONE = "America/New_York"
INVITATION_LIFETIME = timedelta(hours=72)
INVITATION_RESENDS_PER_DAY = 5
AUDIT_RETENTION = timedelta(days=400)
IDEMPOTENCY_LIFETIME = timedelta(hours=24)
STEP_UP_SECONDS = 15 * 60
LAST_SEEN_INTERVAL = timedelta(minutes=5)

# Sentiments that can wait for an answer of a person; the inbox owns the whole list of sentiments.
REPLY_TARGET_TAGS = (
    "Meeting Requested",
    "Call Requested",
    "Information Requested",
    "Interested",
    "Meeting Booked",
    "Follow Up",
    "Objection",
    "Neutral",
    "Not Interested",
)
MAX_REPLY_TARGET_MINUTES = 7 * 24 * 60


def default_reply_targets() -> dict[str, int]:
    """Minutes within working hours by sentiment (07 R20.6)."""
    return {"Meeting Requested": 5, "Call Requested": 5, "Information Requested": 15, "Interested": 30}
