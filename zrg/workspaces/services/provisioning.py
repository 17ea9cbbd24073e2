"""Creating and equipping workspaces from outside. Each call is one transaction under the platform context.

Answers are dictionaries in the words of the wire; nothing in them is a secret.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext

from zrg.lib.errors import BadInput, Conflict, NotVisible, ZrgError
from zrg.workspaces.enums import MembershipRole
from zrg.workspaces.models import Membership, User, Workspace, WorkspaceSettings
from zrg.workspaces.registry import provisioning_parts
from zrg.workspaces.rules.settings_fields import PROVISIONED, wire_name
from zrg.workspaces.services.accounts import create_account, normalise_email, send_reset_link
from zrg.workspaces.services.audit import PROVISIONING_LABEL, record_audit
from zrg.workspaces.services.invitations import invite, invite_owner
from zrg.workspaces.services.memberships import replace_members
from zrg.workspaces.services.settings import change_settings
from zrg.workspaces.services.workspaces import clean_name, create_workspace

MAX_SEQUENCE = 100
ROTATION_FIELDS = {"roundRobinEnabled": "round_robin_enabled", "roundRobinEmailOnly": "round_robin_email_only"}
Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the call answers."""

    status: int
    body: dict[str, Any]


def bootstrap(body: Body) -> Answer:
    """A workspace with its owner's account; with `upsert` an existing one of that name and owner is found."""
    name, email = clean_name(_text(body, "workspaceName")), normalise_email(_text(body, "adminEmail"))
    password, branding = _optional_text(body, "adminPassword"), _branding(body)
    _one_at_a_time(email)
    owner = User.objects.filter(email=email).first()
    existed_user, applied = owner is not None, False
    if owner is None:
        owner, applied = create_account(email, password=password), password is not None
    elif password is not None:
        send_reset_link(owner)
    workspace = _find(name, owner)
    if workspace is not None:
        _refuse_without_upsert(body)
        if branding:
            change_settings(workspace.settings, branding, by=PROVISIONING_LABEL, version=None, access=None)
    existed = workspace is not None
    if workspace is None:
        workspace = create_workspace(name, owner, by=PROVISIONING_LABEL, settings=branding)
    if not existed_user and not applied:
        invite_owner(workspace, by=PROVISIONING_LABEL)
    return Answer(
        status=200 if existed else 201,
        body={
            "success": True,
            "userId": str(owner.pk),
            "workspaceId": str(workspace.pk),
            "existedUser": existed_user,
            "existedWorkspace": existed,
            "passwordApplied": applied,
        },
    )


def provision_workspace(body: Body) -> Answer:
    """A workspace of an existing account with integrations, members, rotation and settings."""
    name, owner = clean_name(_text(body, "name")), _user(body)
    settings = _settings(body.get("settings") or {})
    parts = provisioning_parts()
    for part in parts.values():
        part.check(body)
    _one_at_a_time(owner.email)
    workspace = _find(name, owner)
    existed = workspace is not None
    if workspace is None:
        workspace = create_workspace(name, owner, by=PROVISIONING_LABEL, settings=settings)
    else:
        _refuse_without_upsert(body)
        if settings:
            change_settings(workspace.settings, settings, by=PROVISIONING_LABEL, version=None, access=None)
    connections: dict[str, Any] = {}
    for part in parts.values():
        connections |= part.apply(workspace, body)
    members = _apply_members(workspace, body)
    record_audit("workspace.provisioned", actor=PROVISIONING_LABEL, workspace=workspace, obj=workspace, after=members)
    return Answer(
        status=200 if existed else 201,
        body={
            "success": True,
            "workspaceId": str(workspace.pk),
            "userId": str(owner.pk),
            "existedWorkspace": existed,
            "members": members,
            "connections": connections,
        },
    )


def replace_workspace_members(body: Body) -> Answer:
    """Setters, inbox managers and rotation of a workspace, applied as a difference."""
    workspace = _workspace(body)
    _one_at_a_time(workspace.owner.email)
    members = _apply_members(workspace, body)
    record_audit("members.replaced", actor=PROVISIONING_LABEL, workspace=workspace, obj=workspace, after=members)
    return Answer(status=200, body={"success": True, "workspaceId": str(workspace.pk), "members": members})


def mail_reset_link(body: Body) -> Answer:
    """Mail the holder of an account a link to choose a password."""
    user = _user({**body, "userEmail": body.get("userEmail") or body.get("email")})
    send_reset_link(user)
    record_audit("user.reset_link_sent", actor=PROVISIONING_LABEL, workspace=None, obj=user)
    return Answer(status=200, body={"success": True})


def workspace_status(workspace_id: UUID) -> Answer:
    """Masked status of one workspace."""
    workspace = Workspace.objects.not_deleted().select_related("owner", "settings").filter(pk=workspace_id).first()
    if workspace is None:
        raise _unknown_workspace()
    connections: dict[str, Any] = {}
    for part in provisioning_parts().values():
        connections |= part.status(workspace)
    active = Membership.objects.in_workspace(workspace).active().select_related("user")
    settings = workspace.settings
    return Answer(
        status=200,
        body={
            "workspaceId": str(workspace.pk),
            "name": workspace.name,
            "status": workspace.status,
            "owner": workspace.owner.email,
            "members": [{"email": row.user.email, "role": row.role} for row in active],
            "settings": {wire: getattr(settings, column) for wire, column in PROVISIONED.items()},
            "roundRobinSequence": [str(entry) for entry in settings.round_robin_setter_sequence],
            "connections": connections,
        },
    )


def _apply_members(workspace: Workspace, body: Body) -> dict[str, Any]:
    """Check every address first, then write: one unknown address refuses the whole call."""
    setters = _emails(body, "setterEmails")
    managers = _emails(body, "inboxManagerEmails")
    if body.get("inboxManagerEmail"):
        managers = _distinct([*(managers or []), _text(body, "inboxManagerEmail")])
    sequence = _emails(body, "roundRobinSequenceEmails", distinct=False)
    named = _distinct([*(setters or []), *(managers or []), *(sequence or [])])
    users = {user.email: user for user in User.objects.filter(email__in=named, is_active=True)}
    missing = [email for email in named if email not in users]
    if missing and body.get("createMissing") is not True:
        raise ZrgError(code="unknown_users", http_status=400, emails=missing)
    _check_sequence(workspace, sequence, setters, missing)
    result: dict[str, Any] = {}
    for role, emails in ((MembershipRole.SETTER, setters), (MembershipRole.INBOX_MANAGER, managers)):
        if emails is not None:
            known = [users[email] for email in emails if email in users]
            invited = [email for email in emails if email in missing]
            counts = replace_members(workspace, role, known, by=PROVISIONING_LABEL)
            for email in invited:
                invite(workspace, email, role, by=PROVISIONING_LABEL)
            result[wire_name(role.value.lower())] = counts | {"invited": len(invited)}
    _apply_rotation(workspace, body, [users[email].pk for email in sequence] if sequence is not None else None)
    return result


def _check_sequence(
    workspace: Workspace, sequence: list[str] | None, setters: list[str] | None, missing: Sequence[str]
) -> None:
    if sequence is None:
        if setters is None:
            return
        # Who leaves the setters must leave the rotation in the same call.
        sequence = _stored_sequence(workspace)
    if len(sequence) > MAX_SEQUENCE:
        raise BadInput(
            gettext("At most {max_sequence} entries.").format(max_sequence=MAX_SEQUENCE),
            field="roundRobinSequenceEmails",
        )
    if setters is None:
        current = Membership.objects.in_workspace(workspace).active().with_role(MembershipRole.SETTER)
        setters = list(current.values_list("user__email", flat=True))
    outside = _distinct([email for email in sequence if email not in setters])
    if outside:
        raise ZrgError(code="sequence_not_setters", http_status=400, emails=outside)
    pending = _distinct([email for email in sequence if email in missing])
    if pending:
        raise ZrgError(code="sequence_members_pending", http_status=400, emails=pending)


def _stored_sequence(workspace: Workspace) -> list[str]:
    stored = WorkspaceSettings.objects.get(workspace=workspace).round_robin_setter_sequence
    if not stored:
        return []
    current = Membership.objects.in_workspace(workspace).active().with_role(MembershipRole.SETTER)
    emails = dict(current.filter(user_id__in=stored).values_list("user_id", "user__email"))
    return [emails[one] for one in stored if one in emails]


def _apply_rotation(workspace: Workspace, body: Body, sequence: list[UUID] | None) -> None:
    changes: dict[str, Any] = {
        column: _flag(body, wire) for wire, column in ROTATION_FIELDS.items() if body.get(wire) is not None
    }
    if sequence is not None:
        changes["round_robin_setter_sequence"] = sequence
    if not changes:
        return
    row = WorkspaceSettings.objects.get(workspace=workspace)
    change_settings(row, changes, by=PROVISIONING_LABEL, version=None, access=None)


def _settings(raw: Any) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise BadInput(gettext("An object."), field="settings")
    unknown = sorted(set(raw) - set(PROVISIONED))
    if unknown:
        raise ZrgError(code="unknown_settings", http_status=400, fields=unknown)
    values = {PROVISIONED[wire]: value for wire, value in raw.items()}
    if "follow_up_blackout_dates" in values:
        values["follow_up_blackout_dates"] = _dates(values["follow_up_blackout_dates"])
    return values


def _branding(body: Body) -> dict[str, Any]:
    values = {"brand_name": _optional_text(body, "brandName"), "brand_logo_url": _optional_text(body, "brandLogoUrl")}
    return {column: value for column, value in values.items() if value is not None}


def _user(body: Body) -> User:
    active = User.objects.filter(is_active=True)
    if body.get("userId"):
        found = active.filter(pk=_uuid(body, "userId")).first()
    elif body.get("userEmail"):
        found = active.filter(email=normalise_email(_text(body, "userEmail"))).first()
    else:
        raise BadInput(gettext("userId or userEmail is needed."), field="userEmail")
    if found is None:
        raise NotVisible(code="user_not_found")
    return found


def _workspace(body: Body) -> Workspace:
    live = Workspace.objects.not_deleted().select_related("owner")
    if body.get("workspaceId"):
        found = live.filter(pk=_uuid(body, "workspaceId")).first()
    else:
        found = _find(clean_name(_text(body, "workspaceName")), _user(body))
    if found is None:
        raise _unknown_workspace()
    return found


def _unknown_workspace() -> NotVisible:
    return NotVisible(code="workspace_not_found")


def _find(name: str, owner: User) -> Workspace | None:
    found = Workspace.objects.not_deleted().named(name).filter(owner=owner)
    return found.select_related("settings", "owner").order_by("created_at", "id").first()


def _refuse_without_upsert(body: Body) -> None:
    if body.get("upsert") is not True:
        raise Conflict(code="workspace_exists")


def _one_at_a_time(email: str) -> None:
    """Calls for one owner follow each other, so that two identical ones answer like a sequence."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"provisioning:{email}"])


def _emails(body: Body, field: str, *, distinct: bool = True) -> list[str] | None:
    raw = body.get(field)
    if raw is None:
        return None
    if not isinstance(raw, list) or not all(isinstance(entry, str) for entry in raw):
        raise BadInput(gettext("A list of addresses."), field=field)
    cleaned = [entry.strip().lower() for entry in raw]
    # Duplicates of the rotation are weights.
    return _distinct(cleaned) if distinct else cleaned


def _distinct(entries: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(entry.strip().lower() for entry in entries))


def _text(body: Body, field: str) -> str:
    value = body.get(field)
    if not isinstance(value, str) or not value.strip():
        raise BadInput(gettext("This field is needed."), field=field)
    return value


def _optional_text(body: Body, field: str) -> str | None:
    value = body.get(field)
    if value is None:
        return None
    if not isinstance(value, str):
        raise BadInput(gettext("A text."), field=field)
    return value if field == "adminPassword" else value.strip()


def _flag(body: Body, field: str) -> bool:
    if not isinstance(body[field], bool):
        raise BadInput(gettext("true or false."), field=field)
    return body[field]


def _uuid(body: Body, field: str) -> UUID:
    try:
        return UUID(str(body[field]))
    except ValueError as error:
        raise BadInput(gettext("Not an id."), field=field) from error


def _dates(raw: Any) -> list[date]:
    try:
        return [date.fromisoformat(entry) for entry in raw]
    except (TypeError, ValueError) as error:
        raise BadInput(gettext("Days as YYYY-MM-DD."), field="followUpBlackoutDates") from error
