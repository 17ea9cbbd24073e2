"""Voices of a workspace: every workspace has one, and exactly one is the default.

All run in the caller's context; several people at once are kept apart by locking the workspace's rows,
and by the constraints below that.
"""

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext

from zrg.ai.enums import Tone
from zrg.ai.models import Persona
from zrg.ai.registry import persona_usages
from zrg.lib.errors import BadInput, Conflict
from zrg.lib.text import storable
from zrg.workspaces.models import User, Workspace, WorkspaceSettings
from zrg.workspaces.services.audit import changed_values, record_audit

FIRST_NAME = "Default"
MAX_SIGNATURE = 2_000
FIELDS = (
    "name",
    "persona_name",
    "tone",
    "greeting",
    "sms_greeting",
    "signature",
    "goals",
    "service_description",
    "ideal_customer_profile",
)
NULLABLE = frozenset({"sms_greeting", "signature"})


def ensure_default_persona(workspace_id: UUID) -> Persona:
    """The default persona; the first one is built from the workspace's own AI fields."""
    with transaction.atomic():
        default = Persona.objects.in_workspace(workspace_id).filter(is_default=True).first()
        if default is not None:
            return default
        rows = _locked_rows(workspace_id)
        chosen = next((row for row in rows if row.is_default), None) or next(
            (row for row in rows if row.archived_at is None), None
        )
        if chosen is not None:
            return _make_default(chosen)
        taken = {row.name.lower() for row in rows}
        name = next(one for one in _names() if one.lower() not in taken)
        return Persona.objects.create(
            workspace_id=workspace_id, name=name, is_default=True, **_workspace_fields(workspace_id)
        )


def create_persona(workspace_id: UUID, values: Mapping[str, Any], *, by: User | None) -> Persona:
    """A new voice; the first of a workspace is its default. BadInput with `fields`, Conflict for a taken name."""
    with transaction.atomic():
        rows = _locked_rows(workspace_id)
        persona = Persona(workspace_id=workspace_id, created_by=by)
        persona.is_default = not any(row.is_default for row in rows)
        _apply(persona, values)
        _save(persona)
        record_audit("persona.created", actor=by, workspace=workspace_id, obj=persona, after={"name": persona.name})
    return persona


def update_persona(persona: Persona, values: Mapping[str, Any], *, by: User | None) -> Persona:
    """Change the given fields of a voice."""
    with transaction.atomic():
        locked = _locked(persona)
        before = _snapshot(locked)
        _apply(locked, values)
        _save(locked)
        old, new = changed_values(before, _snapshot(locked))
        if new:
            record_audit("persona.changed", actor=by, workspace=locked.workspace_id, obj=locked, before=old, after=new)
    return locked


def set_default_persona(persona: Persona, *, by: User | None) -> Persona:
    """Make this voice the default in one transaction; an archived one cannot be."""
    with transaction.atomic():
        rows = _locked_rows(persona.workspace_id)
        chosen = next(row for row in rows if row.pk == persona.pk)
        if chosen.archived_at is not None:
            raise Conflict(gettext("An archived persona cannot be the default."), code="persona_archived")
        if chosen.is_default:
            return chosen
        before = next((row for row in rows if row.is_default), None)
        _make_default(chosen)
        record_audit(
            "persona.default_changed",
            actor=by,
            workspace=chosen.workspace_id,
            obj=chosen,
            before={"name": before.name if before else None},
            after={"name": chosen.name},
        )
    return chosen


def archive_persona(persona: Persona, *, by: User | None) -> Persona:
    """It can be chosen no more; campaigns that use it go on. The default cannot be archived (409)."""
    with transaction.atomic():
        locked = _locked(persona)
        _refuse_default(locked)
        if locked.archived_at is None:
            locked.archived_at = timezone.now()
            locked.save(update_fields=["archived_at", "updated_at"])
            record_audit("persona.archived", actor=by, workspace=locked.workspace_id, obj=locked)
    return locked


def unarchive_persona(persona: Persona, *, by: User | None) -> Persona:
    """It can be chosen again."""
    with transaction.atomic():
        locked = _locked(persona)
        if locked.archived_at is not None:
            locked.archived_at = None
            locked.save(update_fields=["archived_at", "updated_at"])
            record_audit("persona.unarchived", actor=by, workspace=locked.workspace_id, obj=locked)
    return locked


def delete_persona(persona: Persona, *, by: User | None) -> None:
    """Remove a voice nobody uses. Conflict (409) for the default, and `persona_in_use` with who uses it."""
    with transaction.atomic():
        locked = _locked(persona)
        _refuse_default(locked)
        if used := persona_usages(locked.pk):
            raise Conflict(gettext("The persona is in use."), code="persona_in_use", used=used)
        record_audit(
            "persona.deleted", actor=by, workspace=locked.workspace_id, obj=locked, before={"name": locked.name}
        )
        locked.delete()


def _locked_rows(workspace_id: UUID) -> list[Persona]:
    """All voices, oldest first; whoever changes which is the default waits here."""
    # A workspace without rows has nothing to lock but itself.
    list(Workspace.objects.filter(pk=workspace_id).select_for_update(of=("self",), no_key=True).values("pk"))
    return list(Persona.objects.in_workspace(workspace_id).select_for_update().order_by("created_at", "id"))


def _locked(persona: Persona) -> Persona:
    return Persona.objects.in_workspace(persona.workspace_id).select_for_update().get(pk=persona.pk)


def _make_default(persona: Persona) -> Persona:
    Persona.objects.in_workspace(persona.workspace_id).filter(is_default=True).exclude(pk=persona.pk).update(
        is_default=False, updated_at=timezone.now()
    )
    persona.is_default = True
    persona.save(update_fields=["is_default", "updated_at"])
    return persona


def _apply(persona: Persona, values: Mapping[str, Any]) -> None:
    unknown = sorted(set(values) - set(FIELDS))
    if unknown:
        raise BadInput(gettext("Unknown fields."), fields=unknown)
    for name, value in values.items():
        text = storable(str(value or "")).replace("\r\n", "\n").strip()
        setattr(persona, name, text or (None if name in NULLABLE else ""))
    persona.name = " ".join(persona.name.split())
    problems: dict[str, list[str]] = {}
    try:
        persona.clean_fields(exclude=[field.name for field in Persona._meta.fields if field.name not in FIELDS])
    except ValidationError as error:
        problems = error.message_dict
    if len(persona.signature or "") > MAX_SIGNATURE:
        problems["signature"] = [f"At most {MAX_SIGNATURE:,} characters."]
    if problems:
        raise BadInput(gettext("Some values were refused."), fields=problems)


def _save(persona: Persona) -> None:
    try:
        with transaction.atomic():
            persona.save()
    except IntegrityError as error:
        raise Conflict(
            gettext("Another persona has this name (perhaps an archived one)."), code="name_taken"
        ) from error


def _refuse_default(persona: Persona) -> None:
    if persona.is_default:
        raise Conflict(gettext("Make another persona the default first."), code="persona_is_default")


def _snapshot(persona: Persona) -> dict[str, Any]:
    return {name: getattr(persona, name) for name in FIELDS}


def _workspace_fields(workspace_id: UUID) -> dict[str, Any]:
    row = WorkspaceSettings.objects.get(workspace_id=workspace_id)
    return {
        "persona_name": row.ai_persona_name,
        "tone": row.ai_tone if row.ai_tone in Tone.values else Tone.FRIENDLY_PROFESSIONAL,
        "greeting": row.ai_greeting or "Hi {firstName},",
        "sms_greeting": row.ai_sms_greeting,
        "signature": row.ai_signature or None,
        "goals": row.ai_goals,
        "service_description": row.service_description,
        "ideal_customer_profile": row.ideal_customer_profile,
    }


def _names() -> Iterator[str]:
    yield FIRST_NAME
    yield from (f"{FIRST_NAME} {number}" for number in count(2))
