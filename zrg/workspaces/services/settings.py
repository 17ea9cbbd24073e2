"""Saving the settings of a workspace: checked, permitted column by column, locked, audited."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import structlog
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext

from zrg.lib import log_events
from zrg.lib.errors import BadInput, Conflict, Forbidden
from zrg.workspaces.access import Access, bump_access
from zrg.workspaces.enums import Role
from zrg.workspaces.models import User, WorkspaceSettings
from zrg.workspaces.registry import column_checks, settings_receivers
from zrg.workspaces.rules.settings_fields import EFFORT_OF_MODEL, SUPER_ADMIN, SYSTEM, WRITERS, unsupported_efforts
from zrg.workspaces.send_schedule import BadSchedule, parse_send_schedule
from zrg.workspaces.services.audit import changed_values, record_audit

logger = structlog.get_logger(__name__)

SHOWN_IN_ACCESS = frozenset({"brand_name", "brand_logo", "brand_logo_url", "timezone"})


def change_settings(
    row: WorkspaceSettings,
    changes: Mapping[str, Any],
    *,
    by: User | str,
    version: int | None,
    access: Access | None,
    reason: str = "",
) -> WorkspaceSettings:
    """Save these columns or nothing.

    `version` is the one the form was made from (409 when another save came first; None skips it).
    `access` is who saves; None for the product itself. Unknown or foreign columns: 422 or 403.
    Switching auto-send on again after the tripwire needs a `reason`, which the audit keeps (06 R22).
    """
    refuse_foreign(row, changes, access)
    with transaction.atomic():
        locked = WorkspaceSettings.objects.select_for_update().get(pk=row.pk)
        if version is not None and version != locked.version:
            raise Conflict(gettext("The settings changed meanwhile."), version=locked.version)
        before = snapshot(locked, changes)
        was_sending, sequence = locked.auto_send_enabled, list(locked.round_robin_setter_sequence)
        for column, value in changes.items():
            setattr(locked, attribute_of(locked, column) if isinstance(value, UUID) else column, value)
        if locked.auto_send_enabled and not was_sending:
            _clear_trip(locked, reason)
        if not locked.round_robin_enabled:
            locked.round_robin_email_only = False
        if locked.round_robin_setter_sequence != sequence:
            _restart_rotation(locked)
        check_settings(locked, fields=changes)
        locked.version += 1
        locked.save()
        old, new = changed_values(before, snapshot(locked, changes))
        record_audit(
            "settings.changed", actor=by, workspace=row.workspace_id, obj=locked, before=old, after=new, reason=reason
        )
        if SHOWN_IN_ACCESS & set(new):
            _bump_people(row)
        for receive in settings_receivers(new):
            receive(locked)
    return locked


def set_revision(row: WorkspaceSettings, *, enabled: bool, by: User, access: Access, reason: str) -> WorkspaceSettings:
    """Turn the revision of drafts on or off for one workspace; super admins only, always with a reason."""
    if not reason.strip():
        raise BadInput(gettext("Say why."), field="reason")
    changes = {"auto_send_revision_enabled": enabled}
    return change_settings(row, changes, by=by, version=None, access=access, reason=reason)


def check_settings(row: WorkspaceSettings, *, fields: Iterable[str]) -> None:
    """Refuse the row with 422 and the columns at fault; columns not in `fields` are not looked at."""
    columns = set(fields)
    # Whether a row that is named exists is the database's to say: people do not see every workspace.
    others = [field.name for field in row._meta.concrete_fields if field.name not in columns or field.is_relation]
    try:
        row.clean_fields(exclude=others)
    except ValidationError as error:
        raise BadInput(gettext("Some values were refused."), fields=error.message_dict) from error
    except (TypeError, ValueError, AttributeError) as error:
        raise BadInput(gettext("Some values have the wrong form."), fields=sorted(columns)) from error
    _ask_the_apps(row, columns)
    if {"auto_send_schedule_mode", "auto_send_custom_schedule"} & columns:
        _check_schedule(row)
    concerned = {effort for effort, model in EFFORT_OF_MODEL.items() if {effort, model} & columns}
    values = {name: getattr(row, name) for pair in EFFORT_OF_MODEL.items() for name in pair}
    faulty = [name for name in unsupported_efforts(values) if name in concerned]
    if faulty:
        raise BadInput(gettext("This depth of reasoning needs gpt-5.2."), fields=faulty)


def refuse_foreign(row: WorkspaceSettings, changes: Mapping[str, Any], access: Access | None) -> None:
    """Refuse columns that do not exist (422) or that this person may not save (403)."""
    unknown = sorted(set(changes) - set(WRITERS))
    if unknown:
        raise BadInput(gettext("Unknown settings."), fields=unknown)
    if access is None:
        return
    for column in changes:
        if not may_save(access, row, column):
            raise Forbidden(action="settings.edit", field=column)


def may_save(access: Access, row: WorkspaceSettings, column: str) -> bool:
    """Whether this person may save a column of these settings; what the product writes is nobody's."""
    who = WRITERS[column]
    if who == SYSTEM:
        return False
    found = access.in_workspace(row.workspace_id)
    if found is None:
        return False
    return access.platform == Role.SUPER_ADMIN if who == SUPER_ADMIN else who in found.permissions


def record_refused(row: WorkspaceSettings, columns: Iterable[str], *, by: User) -> None:
    """Keep in the audit that somebody sent columns that are not theirs to save; values are not kept."""
    names = sorted(columns)
    logger.warning(log_events.SETTINGS_REFUSED, fields=names)
    record_audit("settings.refused", actor=by, workspace=row.workspace_id, obj=row, after={"fields": names})


def snapshot(row: models.Model, columns: Iterable[str]) -> dict[str, Any]:
    """The values of these columns as JSON can hold them."""
    return {column: _plain(getattr(row, attribute_of(row, column))) for column in columns}


def attribute_of(row: models.Model, column: str) -> str:
    """Where the stored value of a column stands: of one that names another row, its id."""
    return row._meta.get_field(column).attname  # type: ignore[union-attr]


def _ask_the_apps(row: WorkspaceSettings, columns: set[str]) -> None:
    for column in sorted(columns):
        for check in column_checks(column):
            try:
                check(row)
            except ValidationError as refused:
                raise BadInput(gettext("Some values were refused."), fields={column: refused.messages}) from refused


def _check_schedule(row: WorkspaceSettings) -> None:
    field = "auto_send_custom_schedule"
    try:
        if row.auto_send_custom_schedule is not None:
            parse_send_schedule(row.auto_send_custom_schedule)
    except BadSchedule as refused:
        raise BadInput(gettext("Some values were refused."), fields={field: [str(refused)]}) from refused


def _clear_trip(row: WorkspaceSettings, reason: str) -> None:
    if row.auto_send_tripped_at is None:
        return
    if not reason.strip():
        raise BadInput(gettext("Auto-send switched itself off: say why it may send again."), fields=["reason"])
    row.auto_send_tripped_at, row.auto_send_tripped_reason = None, ""


def _restart_rotation(row: WorkspaceSettings) -> None:
    """A changed sequence begins with its first entry."""
    row.round_robin_last_setter_index = None
    row.round_robin_config_version += 1
    logger.info(
        log_events.ASSIGNMENT_CONFIG_CHANGED,
        workspace=str(row.workspace_id),
        version=row.round_robin_config_version,
        entries=len(row.round_robin_setter_sequence),
    )


def _plain(value: Any) -> Any:
    if isinstance(value, models.Model):
        return str(value.pk)
    if isinstance(value, models.fields.files.FieldFile):
        return value.name
    return [str(entry) for entry in value] if isinstance(value, list | tuple) and value else value


def _bump_people(row: WorkspaceSettings) -> None:
    people = set(User.objects.filter(memberships__workspace=row.workspace_id).values_list("pk", flat=True))
    bump_access(people | {row.workspace.owner_id})
