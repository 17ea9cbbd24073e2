"""Thresholds a workspace decides by, with defaults that always hold."""

import math
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from zrg.ai.models import ConfidencePolicy, ConfidencePolicyRevision
from zrg.lib.errors import BadInput
from zrg.workspaces.context import tenant
from zrg.workspaces.models import User
from zrg.workspaces.services.audit import record_audit


def thresholds(workspace_id: UUID, policy_key: str, defaults: Mapping[str, float]) -> dict[str, float]:
    """The thresholds named in `defaults` as the workspace's policy has them; else the default."""
    with tenant(workspace_id):
        policy = ConfidencePolicy.objects.in_workspace(workspace_id).filter(policy_key=policy_key).first()
    stored = policy.thresholds if policy else {}
    return {name: _number(stored.get(name), default) for name, default in defaults.items()}


def set_policy(
    workspace_id: UUID, policy_key: str, values: Mapping[str, float], *, by: User | None, reason: str = ""
) -> ConfidencePolicy:
    """Replace the thresholds of a policy and keep what they were; runs in the caller's context.

    Raises BadInput for a value that is no number between 0 and 1.
    """
    for name, value in values.items():
        if not 0 <= _number(value, -1.0) <= 1:
            raise BadInput(f"{name} must be a number between 0 and 1.", field=name)
    with transaction.atomic():
        policy, _ = ConfidencePolicy.objects.get_or_create(workspace_id=workspace_id, policy_key=policy_key)
        policy = ConfidencePolicy.objects.select_for_update().get(pk=policy.pk)
        before, after = policy.config, {"thresholds": dict(values)}
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
