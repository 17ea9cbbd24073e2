"""Turning a stored Calendly call into its effects, inside the event's transaction."""

from uuid import UUID

from integrations import registry
from integrations.contracts import BookingChange
from integrations.enums import Provider
from integrations.events import common_fields, payload_of
from integrations.models import Connection
from zrg.jobs.models import WebhookEvent


def process(event: WebhookEvent) -> str:
    """Hand the envelope to the receiver; returns the outcome. Safe to repeat.

    02.unsigned-calendly-is-a-hint: what nobody signed says `verified=False`, and is dropped where there
    is no token with which Calendly could be asked whether it is true.
    """
    envelope, workspace_id = payload_of(event)
    if not event.verified and not _can_ask(workspace_id):
        return "ignored:unverifiable"
    return registry.receive(
        BookingChange(**common_fields(event, "email"), envelope=envelope, verified=bool(event.verified))
    )


def _can_ask(workspace_id: UUID) -> bool:
    rows = Connection.objects.in_workspace(workspace_id).of(Provider.CALENDLY).active()
    return rows.exclude(secrets="").exists()
