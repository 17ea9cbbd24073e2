"""Turning a stored Unipile call into its effects, inside the event's transaction.

02.own-echo-never-inbound: what our own account wrote comes back as `message_received` too. It is told
by the event's name, by the account's member id (in the call, or remembered from an earlier one) and, in
the inbox, by the ids of messages we sent.
"""

from dataclasses import replace
from uuid import UUID

from integrations import registry
from integrations.enums import Code, Provider
from integrations.events import common_fields, ignored, payload_of
from integrations.models import Connection
from integrations.results import ProviderResult
from integrations.services.health import record_provider_outcome
from integrations.transport import failure
from integrations.unipile import payload as wire
from integrations.unipile.owner import known_owner, remember_owner
from integrations.unipile.parse import inbound_message, linkedin_connected, sent_message
from zrg.jobs.models import WebhookEvent

PROCESSED = "processed"
WORKING = frozenset(["OK", "CREATION_SUCCESS", "RECONNECTED", "SYNC_SUCCESS"])
LOST = frozenset(["ERROR", "STOPPED", "CREDENTIALS", "DELETED"])


def process(event: WebhookEvent) -> str:
    """Parse, hand to the receiver, return the outcome. Safe to repeat."""
    payload, workspace_id = payload_of(event)
    call = wire.read_call(payload)
    if call.kind is None:
        return "ignored:unknown_event_type"
    if problem := wire.problem_of(call):
        return ignored(problem)
    if call.kind == wire.STATUS:
        return _apply_status(workspace_id, call)
    if call.kind in (wire.MESSAGE, wire.SENT):
        return _receive_message(event, workspace_id, call)
    if call.kind == wire.CONNECTED:
        return registry.receive(linkedin_connected(call, common_fields(event, "linkedin")))
    return "ignored:no_effect" if call.kind == wire.VIEWED else PROCESSED


def _receive_message(event: WebhookEvent, workspace_id: UUID, call: wire.Call) -> str:
    call = _with_owner(workspace_id, call)
    if call.message.is_empty:
        return "ignored:empty_message"
    make = sent_message if call.is_own else inbound_message
    return registry.receive(make(call, common_fields(event, "linkedin")))


def _with_owner(workspace_id: UUID, call: wire.Call) -> wire.Call:
    """The call with our own member id; what it says itself is kept for calls that do not say it."""
    if call.owner_id is None:
        return replace(call, owner_id=known_owner(workspace_id, call.account_id))
    remember_owner(workspace_id, call.account_id, call.owner_id)
    return call


def _apply_status(workspace_id: UUID, call: wire.Call) -> str:
    """What Unipile says about the account itself; `CONNECTING` and words nobody knows change nothing."""
    status = (call.status or "").upper()
    connection = Connection.objects.in_workspace(workspace_id).of(Provider.UNIPILE).active().first()
    if connection is None or connection.external_account_id != call.account_id:
        return "ignored:unknown_account"
    if status in WORKING:
        record_provider_outcome(connection, ProviderResult(outcome="ok"))
    elif status in LOST:
        record_provider_outcome(connection, failure(Code.LINKEDIN_DISCONNECTED, f"LinkedIn account status: {status}"))
    else:
        return "ignored:no_effect"
    return PROCESSED
