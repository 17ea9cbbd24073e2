"""Who may do what: the whole capability matrix as data, and the one decision over it.

`decide` answers for a role, `answer` for a person at a lead of a workspace. Neither reads anything.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Protocol

from zrg.workspaces.constants import GRANTABLE, GRANTABLE_TO_PORTAL, ROLE_PRECEDENCE
from zrg.workspaces.enums import Decision, Permission, Role, WorkspaceStatus

P = Permission
PlatformName = Literal["GLOBAL_ADMIN", "SUPER_ADMIN"]
LeadRelation = Literal["mine", "other", "outside"]

ALL = frozenset(permission.value for permission in Permission)
ROLE_PERMISSIONS: dict[str, frozenset[str]] = {
    Role.SUPER_ADMIN: ALL,
    Role.GLOBAL_ADMIN: ALL,
    Role.OWNER: ALL,
    Role.ADMIN: ALL - {P.OWN_WORKSPACE.value},
    Role.INBOX_MANAGER: frozenset(
        permission.value
        for permission in (
            P.VIEW_WORKSPACE,
            P.VIEW_ALL_LEADS,
            P.REPLY,
            P.EDIT_LEADS,
            P.ASSIGN_LEADS,
            P.VIEW_ANALYTICS,
            P.EXPORT_DATA,
            P.USE_INSIGHTS,
            P.VIEW_SETTINGS,
            P.PAUSE_FOLLOWUPS,
        )
    ),
    Role.SETTER: frozenset(
        permission.value for permission in (P.VIEW_WORKSPACE, P.REPLY, P.EDIT_LEADS, P.VIEW_ANALYTICS, P.VIEW_SETTINGS)
    ),
    Role.CLIENT_PORTAL: frozenset(
        permission.value for permission in (P.VIEW_WORKSPACE, P.VIEW_ALL_LEADS, P.VIEW_ANALYTICS, P.VIEW_SETTINGS)
    ),
}
PLATFORM_ROLES = frozenset({Role.GLOBAL_ADMIN.value, Role.SUPER_ADMIN.value})


class MembershipLike(Protocol):
    """What the rules read of a membership."""

    @property
    def role(self) -> str: ...

    @property
    def is_active(self) -> bool: ...

    @property
    def extra_permissions(self) -> Iterable[str]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRule:
    """What one action asks for.

    `permission`: the workspace permission it follows from. `roles`: when set, only these roles.
    `lead_bound`: reaches assigned leads only without `view_all_leads`. `write`: refused while the
    workspace is suspended. `anybody`: every signed-in person about themselves.
    """

    permission: str | None = None
    roles: frozenset[str] | None = None
    lead_bound: bool = False
    write: bool = True
    anybody: bool = False
    on_platform: bool = False


def _lead(permission: Permission, *, write: bool = True) -> ActionRule:
    return ActionRule(permission=permission.value, lead_bound=True, write=write)


def _workspace(permission: Permission, *, write: bool = True) -> ActionRule:
    return ActionRule(permission=permission.value, write=write)


_PLATFORM = ActionRule(roles=PLATFORM_ROLES, write=False, on_platform=True)
_SUPER = ActionRule(roles=frozenset({Role.SUPER_ADMIN.value}), write=False, on_platform=True)
_NOBODY = ActionRule(roles=frozenset(), write=False)
_SELF = ActionRule(anybody=True, write=False)
_OWNERS = frozenset({Role.OWNER.value, *PLATFORM_ROLES})

ACTIONS: dict[str, ActionRule] = {
    "workspace.open": _workspace(P.VIEW_WORKSPACE, write=False),
    # --- leads
    "lead.view": _lead(P.VIEW_WORKSPACE, write=False),
    "lead.search": _lead(P.VIEW_WORKSPACE, write=False),
    "lead.edit_status": _lead(P.EDIT_LEADS),
    "lead.set_sentiment": _lead(P.EDIT_LEADS),
    "lead.snooze": _lead(P.EDIT_LEADS),
    "lead.toggle_automation": _lead(P.EDIT_LEADS),
    "lead.enrich": _lead(P.EDIT_LEADS),
    "lead.assign": _lead(P.ASSIGN_LEADS),
    "lead.request_promotion": _lead(P.EDIT_LEADS),
    "lead.promote_contact": _lead(P.PROMOTE_CONTACT),
    "lead.merge": _lead(P.DELETE_LEADS),
    "lead.delete": _lead(P.DELETE_LEADS),
    "lead.clear_blacklist": _lead(P.DELETE_LEADS),
    "lead.import": _workspace(P.RUN_BULK),
    "memory.add": _lead(P.EDIT_LEADS),
    # What the team says among itself: `edit_leads` can be granted to no portal user.
    "note.view": _lead(P.EDIT_LEADS, write=False),
    "note.write": _lead(P.EDIT_LEADS),
    "crm.view_row": _lead(P.VIEW_WORKSPACE, write=False),
    "crm.edit_cell": _lead(P.EDIT_LEADS),
    "crm.edit_assignee": _lead(P.ASSIGN_LEADS),
    # --- messages and drafts
    "message.view": _lead(P.VIEW_WORKSPACE, write=False),
    "message.view_original": _lead(P.VIEW_WORKSPACE, write=False),
    "message.send": _lead(P.REPLY),
    "linkedin.invite": _lead(P.REPLY),
    "saved_reply.use": _workspace(P.REPLY, write=False),
    "saved_reply.edit_own": _workspace(P.REPLY),
    "saved_reply.edit_shared": _workspace(P.MANAGE_SETTINGS),
    "draft.view": _lead(P.VIEW_WORKSPACE, write=False),
    "draft.edit": _lead(P.REPLY),
    "draft.approve": _lead(P.REPLY),
    "draft.reject": _lead(P.REPLY),
    "draft.regenerate": _lead(P.REPLY),
    "autosend.approve": _lead(P.REPLY),
    # --- follow-ups and booking
    "followup.task_manage": _lead(P.EDIT_LEADS),
    "followup.sequence_start": _lead(P.EDIT_LEADS),
    "followup.sequence_pause": _lead(P.EDIT_LEADS),
    "followup.sequence_resume": _lead(P.EDIT_LEADS),
    "followup.pause_workspace": _workspace(P.PAUSE_FOLLOWUPS),
    "sequence.edit": _workspace(P.MANAGE_SEQUENCES),
    "reactivation.edit": _workspace(P.MANAGE_SEQUENCES),
    "booking.book_for_lead": _lead(P.EDIT_LEADS),
    # --- many leads at once
    "bulk.run": _workspace(P.RUN_BULK),
    "assignment.backfill": _workspace(P.RUN_BULK),
    "assignment.configure": _workspace(P.MANAGE_INTEGRATIONS),
    "routing.view": _workspace(P.MANAGE_INTEGRATIONS, write=False),
    "routing.configure": _workspace(P.MANAGE_INTEGRATIONS),
    "routing.run": _workspace(P.MANAGE_INTEGRATIONS),
    "routing.return": _workspace(P.MANAGE_INTEGRATIONS),
    "routing.partner": _workspace(P.MANAGE_INTEGRATIONS),
    # --- figures
    "analytics.view": _workspace(P.VIEW_ANALYTICS, write=False),
    "analytics.view_ai_cost": _workspace(P.VIEW_AI_OPS, write=False),
    "export.csv": ActionRule(permission=P.EXPORT_DATA.value, lead_bound=True, write=False),
    "export.transcripts": ActionRule(permission=P.EXPORT_DATA.value, lead_bound=True, write=False),
    "insights.use": _workspace(P.USE_INSIGHTS),
    "insights.delete_session": _workspace(P.MANAGE_INSIGHTS),
    # --- settings
    "settings.view": _workspace(P.VIEW_SETTINGS, write=False),
    "settings.edit_general": _workspace(P.MANAGE_SETTINGS),
    "settings.edit_booking": _workspace(P.MANAGE_SETTINGS),
    "settings.edit_notifications": _workspace(P.MANAGE_SETTINGS),
    "settings.edit_integrations": _workspace(P.MANAGE_INTEGRATIONS),
    "secret.set": _workspace(P.MANAGE_INTEGRATIONS),
    "secret.remove": _workspace(P.MANAGE_INTEGRATIONS),
    "secret.reveal": _NOBODY,
    "settings.edit_ai": _workspace(P.MANAGE_AI),
    "persona.edit": _workspace(P.MANAGE_AI),
    "knowledge.edit": _workspace(P.MANAGE_AI),
    "autosend.configure": _workspace(P.MANAGE_AI),
    # --- AI operations
    "aiops.view": _workspace(P.VIEW_AI_OPS, write=False),
    "proposal.approve": _workspace(P.APPROVE_PROPOSALS),
    "proposal.apply": _SUPER,
    "prompt.workspace_view": _workspace(P.MANAGE_AI, write=False),
    "prompt.workspace_override": _workspace(P.MANAGE_AI),
    "prompt.system_override": _SUPER,
    "rollout.toggle": _SUPER,
    "ai_interaction.inspect": _SUPER,
    "memory.govern": _SUPER,
    "killswitch": _SUPER,
    # --- team
    "team.invite": _workspace(P.MANAGE_TEAM),
    "team.grant_admin": ActionRule(roles=_OWNERS),
    "team.deactivate": _workspace(P.MANAGE_TEAM),
    "team.grant_extra": _workspace(P.MANAGE_TEAM),
    "team.send_reset_link": _workspace(P.MANAGE_TEAM),
    "team.set_password_of_other": _NOBODY,
    "own.transfer": _workspace(P.OWN_WORKSPACE),
    "own.delete_workspace": _workspace(P.OWN_WORKSPACE),
    # --- platform and oneself
    "platform.create_workspace": _PLATFORM,
    "platform.host_allowlist": _PLATFORM,
    "platform.routing": _PLATFORM,
    "platform.grant_global_admin": _SUPER,
    "admin.open": ActionRule(roles=frozenset({Role.OWNER.value, Role.ADMIN.value, *PLATFORM_ROLES}), write=False),
    "audit.view_workspace": _workspace(P.MANAGE_TEAM, write=False),
    "self.change_password": _SELF,
    "self.mfa": _SELF,
    "self.sessions": _SELF,
}

# `view_ai_ops` granted to somebody else than an administrator opens AI operations, not the cost.
_ADMINISTRATORS_ONLY = frozenset({"analytics.view_ai_cost"})
_ADMINISTRATORS = frozenset({Role.OWNER.value, Role.ADMIN.value, *PLATFORM_ROLES})
# Pages that are shown to the role without a way to change anything.
_READ_ONLY = {"settings.view": frozenset({Role.INBOX_MANAGER.value, Role.SETTER.value, Role.CLIENT_PORTAL.value})}
_OWN_FIGURES = {"analytics.view": frozenset({Role.SETTER.value})}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Whether, with which HTTP status and why."""

    allow: bool
    status: int
    reason: str
    decision: str = Decision.DENY.value


def effective_role(is_owner: bool, memberships: Iterable[MembershipLike], platform: str | None) -> str | None:
    """The one role a person has in a workspace: platform first, then owner, then the highest active row."""
    if platform in PLATFORM_ROLES:
        return platform
    if is_owner:
        return Role.OWNER.value
    active = [row.role for row in memberships if row.is_active and row.role in ROLE_PRECEDENCE]
    return max(active, key=lambda role: ROLE_PRECEDENCE[role], default=None)


def effective_extras(memberships: Iterable[MembershipLike]) -> frozenset[str]:
    """Extras of the active rows; a portal row can only add `reply`."""
    extras: set[str] = set()
    for row in memberships:
        if row.is_active:
            extras |= set(row.extra_permissions) & grantable_to(row.role)
    return frozenset(extras)


def grantable_to(role: str) -> frozenset[str]:
    """Extras a membership of this role may carry."""
    return frozenset(GRANTABLE_TO_PORTAL if role == Role.CLIENT_PORTAL else GRANTABLE)


def permissions_of(role: str | None, extras: Iterable[str] = ()) -> frozenset[str]:
    """The effective permission set: the role's, and the extras that may be granted to it."""
    if role is None:
        return frozenset()
    return ROLE_PERMISSIONS[role] | (frozenset(extras) & grantable_to(role))


def sees_all_leads(role: str | None, extras: Iterable[str] = ()) -> bool:
    """The one lead scope per person and workspace, for reading and writing alike."""
    return Permission.VIEW_ALL_LEADS.value in permissions_of(role, extras)


def decide(role: str | None, extras: Iterable[str], action: str) -> str:
    """`allow`, `assigned` (assigned leads only), `own` (own figures), `read_only` or `deny`."""
    rule = ACTIONS.get(action)
    if rule is None:
        return Decision.DENY.value
    if rule.anybody:
        return Decision.ALLOW.value
    if role is None or not _reaches(rule, role, extras, action):
        return Decision.DENY.value
    if role in _READ_ONLY.get(action, ()):
        return Decision.READ_ONLY.value
    if role in _OWN_FIGURES.get(action, ()):
        return Decision.OWN.value
    if rule.lead_bound and not sees_all_leads(role, extras):
        return Decision.ASSIGNED.value
    return Decision.ALLOW.value


def answer(
    role: str | None,
    extras: Iterable[str],
    action: str,
    *,
    user_active: bool = True,
    workspace_status: str = WorkspaceStatus.ACTIVE.value,
    lead: LeadRelation | None = None,
) -> Answer:
    """The answer to one request: 401, 404 before 403, 403 before 423, else 200."""
    if not user_active:
        return Answer(allow=False, status=401, reason="inactive_user")
    rule = ACTIONS.get(action)
    personal = rule is not None and (rule.anybody or rule.on_platform)
    if not personal:
        if role is None or workspace_status == WorkspaceStatus.DELETED:
            return Answer(allow=False, status=404, reason="not_visible")
        if lead == "outside" or (lead == "other" and not sees_all_leads(role, extras)):
            return Answer(allow=False, status=404, reason="lead_not_visible")
    decision = decide(role, extras, action)
    if decision == Decision.DENY:
        return Answer(allow=False, status=403, reason="forbidden")
    if rule is not None and rule.write and workspace_status == WorkspaceStatus.SUSPENDED:
        return Answer(allow=False, status=423, reason="workspace_suspended", decision=decision)
    return Answer(allow=True, status=200, reason=decision, decision=decision)


def _reaches(rule: ActionRule, role: str, extras: Iterable[str], action: str) -> bool:
    if rule.roles is not None and role not in rule.roles:
        return False
    if action in _ADMINISTRATORS_ONLY and role not in _ADMINISTRATORS:
        return False
    return rule.permission is None or rule.permission in permissions_of(role, extras)
