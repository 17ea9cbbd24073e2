"""What every provider's processor needs of a stored call."""

from datetime import datetime
from typing import Any
from uuid import UUID

from integrations import fields
from zrg.jobs.errors import Permanent
from zrg.jobs.models import WebhookEvent


def payload_of(event: WebhookEvent) -> tuple[dict[str, Any], UUID]:
    """The stored body and its workspace. Raises `Permanent` when retention took the body or nobody has
    routed the call yet: repeating will not bring either back.
    """
    payload = event.payload
    if payload is None or event.workspace_id is None:
        raise Permanent("The body of this call is no longer stored, or it has no workspace")
    return payload, event.workspace_id


def common_fields(event: WebhookEvent, channel: str) -> dict[str, Any]:
    """The fields every contract shares (`contracts.ProviderEvent`)."""
    return {
        "workspace_id": event.workspace_id,
        "event_id": event.pk,
        "event_key": event.dedupe_key,
        "event_type": event.event_type,
        "provider": event.provider,
        "channel": channel,
        "received_at": event.created_at,
    }


def time_of(common: dict[str, Any], *candidates: Any) -> datetime:
    """The first readable time of the payload, else that of receipt (`common` as above): never the clock of
    the processor, which a repeat would read differently.
    """
    received: datetime = common["received_at"]
    return next((found for value in candidates if (found := fields.moment(value, now=received))), received)


def ignored(problem: str) -> str:
    """The outcome of a call that lacks what its event needs (`Missing reply.id` → `ignored:missing_reply_id`)."""
    return f"ignored:{problem.lower().replace(' ', '_').replace('.', '_')}"[:64]
