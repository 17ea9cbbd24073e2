"""The record of acts: who did what to which object, why, from where."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import models

from zrg.lib.hashing import sha
from zrg.workspaces.context import current_context, tenant, user_context
from zrg.workspaces.models import AdminAuditEvent, User, Workspace

MAX_REASON = 500
PROVISIONING_LABEL = "provisioning-api"
SYSTEM_LABEL = "system"


def record_audit(
    action: str,
    *,
    actor: User | str | None,
    workspace: Workspace | UUID | str | None,
    obj: models.Model | None = None,
    object_type: str = "",
    object_id: object = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
    request_id: str = "",
) -> AdminAuditEvent:
    """Add one row inside the caller's transaction.

    `actor` is a person, a label such as `provisioning-api`, or None for the system. `obj` names the
    object; without one, `object_type` and `object_id` do. Values given as before and after must not
    hold secrets (see `secret_change`).
    """
    bound = structlog.contextvars.get_contextvars()
    event = AdminAuditEvent(
        actor=actor if isinstance(actor, User) else None,
        actor_label=_label(actor),
        workspace_id=getattr(workspace, "pk", workspace),
        action=action,
        object_type=str(obj._meta.model_name) if obj is not None else object_type,
        object_id=str(obj.pk if obj is not None else object_id),
        before=dict(before) if before is not None else None,
        after=dict(after) if after is not None else None,
        reason=reason.strip()[:MAX_REASON],
        request_id=request_id or str(bound.get("request_id", "")),
        ip_hash=str(bound.get("ip_hash", "")),
    )
    with _context(event.workspace_id):
        event.save(force_insert=True)
    return event


def secret_change(secret: str) -> dict[str, Any]:
    """How a changed secret appears in the audit: that it changed, and its last four characters."""
    return {"changed": True, "last4": secret[-4:] if len(secret) >= 12 else ""}


def changed_values(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The two sides of what differs."""
    keys = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    return {key: before.get(key) for key in keys}, {key: after.get(key) for key in keys}


def hash_ip(address: str) -> str:
    """A short keyed hash: equal addresses are recognised, none can be read back."""
    return sha(f"{settings.SECRET_KEY}:{address}")[:16] if address else ""


def _context(workspace_id: UUID | None) -> AbstractContextManager[None]:
    if current_context().kind:
        return nullcontext()
    return tenant(workspace_id) if workspace_id else user_context("")


def _label(actor: User | str | None) -> str:
    if isinstance(actor, User):
        return actor.email
    return actor or SYSTEM_LABEL
