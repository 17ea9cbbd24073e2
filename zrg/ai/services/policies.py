"""Thresholds a workspace decides by, with defaults that always hold."""

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from zrg.ai.models import ConfidencePolicy, ConfidencePolicyRevision
from zrg.lib import log_events
from zrg.lib.errors import BadInput, Conflict
from zrg.workspaces.context import tenant
from zrg.workspaces.models import User
from zrg.workspaces.services.audit import record_audit

BASIS = "basis"

logger = structlog.get_logger(__name__)


def thresholds(workspace_id: UUID, policy_key: str, defaults: Mapping[str, float]) -> dict[str, float]:
    """The thresholds named in `defaults` as the workspace's policy has them; else the default."""
    with tenant(workspace_id):
        policy = ConfidencePolicy.objects.in_workspace(workspace_id).filter(policy_key=policy_key).first()
    stored = policy.thresholds if policy else {}
    missing = sorted(name for name in defaults if math.isnan(_number(stored.get(name), math.nan)))
    if policy is not None and missing:
        logger.warning(log_events.POLICY_FALLBACK, workspace=str(workspace_id), policy=policy_key, names=missing)
    return {name: _number(stored.get(name), default) for name, default in defaults.items()}


def change_basis(workspace_id: UUID, policy_key: str, basis: str) -> bool:
    """Keep what the thresholds of a policy were found with (model, version of a prompt); runs in the caller's context.

    Returns whether it is another basis than before. The first one that is kept changes nothing.
    """
    with transaction.atomic():
        policy, _ = ConfidencePolicy.objects.get_or_create(workspace_id=workspace_id, policy_key=policy_key)
        policy = ConfidencePolicy.objects.select_for_update().get(pk=policy.pk)
        before = policy.config.get(BASIS)
        if before == basis:
            return False
        old, policy.config = policy.config, {**policy.config, BASIS: basis}
        policy.save(update_fields=["config", "updated_at"])
        ConfidencePolicyRevision.objects.create(
            workspace_id=workspace_id, policy=policy, old_config=old, new_config=policy.config, reason="basis"
        )
    return before is not None


def basis_of(workspace_id: UUID, policy_key: str) -> str | None:
    """The basis kept last; runs in the caller's context."""
    rows = ConfidencePolicy.objects.in_workspace(workspace_id).filter(policy_key=policy_key)
    config = rows.values_list("config", flat=True).first()
    return config.get(BASIS) if isinstance(config, dict) else None


def basis_changed_at(workspace_id: UUID, policy_key: str) -> datetime | None:
    """When the basis last became another one; runs in the caller's context."""
    rows = ConfidencePolicyRevision.objects.in_workspace(workspace_id).filter(
        policy__workspace_id=workspace_id, policy__policy_key=policy_key, reason=BASIS, old_config__has_key=BASIS
    )
    return rows.order_by("-created_at").values_list("created_at", flat=True).first()


def change_part(
    workspace_id: UUID, policy_key: str, part: str, *, seen: Any, value: Any, by: User, reason: str
) -> ConfidencePolicy:
    """Put one part of a policy's config in the place of the one the caller saw, once, and keep what it was.

    Runs in the caller's context. Raises Conflict when the part is another one by now; then nothing is written.
    """
    with transaction.atomic():
        policy, _ = ConfidencePolicy.objects.get_or_create(workspace_id=workspace_id, policy_key=policy_key)
        before = policy.config
        after = {**before, part: value}
        unchanged = ConfidencePolicy.objects.in_workspace(workspace_id).filter(pk=policy.pk, config=before)
        if before.get(part) != seen or not unchanged.update(config=after, updated_by=by, updated_at=timezone.now()):
            raise Conflict(gettext("Somebody else was first."), code="moved_on")
        ConfidencePolicyRevision.objects.create(
            workspace_id=workspace_id,
            policy=policy,
            old_config=before,
            new_config=after,
            author=by,
            reason=reason[:200],
        )
    policy.config, policy.updated_by = after, by
    return policy


def set_policy(
    workspace_id: UUID, policy_key: str, values: Mapping[str, float], *, by: User | None, reason: str = ""
) -> ConfidencePolicy:
    """Replace the thresholds of a policy and keep what they were; runs in the caller's context.

    Raises BadInput for a value that is no number between 0 and 1.
    """
    for name, value in values.items():
        if not 0 <= _number(value, -1.0) <= 1:
            raise BadInput(gettext("{name} must be a number between 0 and 1.").format(name=name), field=name)
    with transaction.atomic():
        policy, _ = ConfidencePolicy.objects.get_or_create(workspace_id=workspace_id, policy_key=policy_key)
        policy = ConfidencePolicy.objects.select_for_update().get(pk=policy.pk)
        before, after = policy.config, {**policy.config, "thresholds": dict(values)}
        policy.config, policy.updated_by = after, by
        policy.save(update_fields=["config", "updated_by", "updated_at"])
        ConfidencePolicyRevision.objects.create(
            workspace_id=workspace_id,
            policy=policy,
            old_config=before,
            new_config=after,
            author=by,
            reason=reason[:200],
        )
        record_audit(
            "confidence_policy.changed", actor=by, workspace=workspace_id, obj=policy, before=before, after=after
        )
    return policy


def _number(value: Any, default: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return default
    return float(value)
