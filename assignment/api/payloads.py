"""Rows of routing as JSON."""

from datetime import datetime
from typing import Any
from uuid import UUID

from assignment.enums import RoutingResult
from assignment.models import LeadAttribution, RoutingLog, RoutingPartner, RoutingQueueEntry, RoutingRule

CAPS = {"daily": "cap_daily", "weekly": "cap_weekly", "monthly": "cap_monthly", "total": "cap_total"}
# Names on the wire of what a rule and a partnership may be given.
RULE_FIELDS = {
    "name": "name",
    "priority": "priority",
    "weight": "weight",
    "isActive": "is_active",
    "conditions": "conditions",
    "destinationWorkspaceId": "destination_workspace_id",
    "actions": "actions",
    "schedule": "schedule",
    "startsAt": "starts_at",
    "endsAt": "ends_at",
}
PARTNER_FIELDS = {
    "acceptConditions": "accept_conditions",
    "schedule": "schedule",
    "creditAmount": "credit_amount",
    "returnWindowDays": "return_window_days",
    "notes": "notes",
}


def rule_payload(rule: RoutingRule) -> dict[str, Any]:
    """A rule with its version."""
    return {
        "id": str(rule.pk),
        "clientId": str(rule.workspace_id),
        **{name: _plain(getattr(rule, column)) for name, column in RULE_FIELDS.items()},
        "caps": _caps(rule),
        "version": rule.version,
        "archivedAt": _plain(rule.archived_at),
    }


def partner_payload(row: RoutingPartner) -> dict[str, Any]:
    """An agreement."""
    return {
        "id": str(row.pk),
        "clientId": str(row.workspace_id),
        "destinationWorkspaceId": str(row.destination_workspace_id),
        "status": row.status,
        "statusReason": row.status_reason,
        **{name: _plain(getattr(row, column)) for name, column in PARTNER_FIELDS.items()},
        "creditAmount": str(row.credit_amount),
        "caps": _caps(row),
        "acceptedAt": _plain(row.accepted_at),
    }


def queue_payload(row: RoutingQueueEntry) -> dict[str, Any]:
    """A planned attempt."""
    return {
        "id": str(row.pk),
        "leadId": str(row.lead_id),
        "attemptNumber": row.attempt_number,
        "maxAttempts": row.max_attempts,
        "nextRetryAt": _plain(row.next_retry_at),
        "code": row.last_error_code,
        "errorCount": row.error_count,
    }


def log_payload(row: RoutingLog, *, is_source: bool, is_platform: bool) -> dict[str, Any]:
    """A transition. The other side of a delivery sees that it happened, not how it was decided; of a duplicate the
    source learns no more either, for the rule says which partner has the person.
    """
    payload = {
        "id": str(row.pk),
        "leadId": str(row.lead_id),
        "sourceWorkspaceId": str(row.source_workspace_id),
        "destinationWorkspaceId": _plain(row.destination_workspace_id),
        "result": row.routing_result,
        "attempt": row.attempt_number,
        "path": row.path,
        "createdAt": _plain(row.created_at),
    }
    if is_source and (is_platform or row.routing_result != RoutingResult.DUPLICATE):
        payload |= {
            "ruleId": _plain(row.matched_rule_id),
            "ruleVersion": row.rule_version,
            "code": row.error_code or row.metadata.get("code"),
            "message": row.error_message,
            "durationMs": row.duration_ms,
            "metadata": row.metadata,
        }
    return payload


def attribution_payload(row: LeadAttribution, *, merged_into: UUID | None = None) -> dict[str, Any]:
    """A delivery and its credit; `merged_into` is the lead the delivered one is part of now."""
    return {
        "id": str(row.pk),
        "leadId": str(row.lead_id),
        "mergedInto": str(merged_into) if merged_into else None,
        "sourceWorkspaceId": str(row.source_workspace_id),
        "destinationWorkspaceId": str(row.destination_workspace_id),
        "creditAmount": str(row.credit_amount),
        "status": row.status,
        "windowEndsAt": _plain(row.window_ends_at),
        "returnedAt": _plain(row.returned_at),
        "returnReason": row.return_reason,
        "createdAt": _plain(row.created_at),
    }


def _caps(row: Any) -> dict[str, int | None]:
    return {name: getattr(row, column) for name, column in CAPS.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
