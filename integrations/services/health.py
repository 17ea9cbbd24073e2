"""What the last calls said about a connection, and whether calls are made at all."""

from dataclasses import asdict
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db.models import QuerySet
from django.utils import timezone

from integrations.contracts import ConnectionStateChanged
from integrations.enums import OUTAGE_CODES, CircuitState, Code, ConnectionStatus
from integrations.models import Connection, ProviderBudget
from integrations.models.connection import MAX_ERROR_MESSAGE
from integrations.results import ProviderResult
from integrations.rules.circuit import Circuit, after_result, closed_until
from integrations.rules.health import Health, HealthChange, next_health
from integrations.transport import failure
from zrg.jobs.services.announce import announce
from zrg.lib.log_events import CONNECTION_HEALTH_CHANGED, PROVIDER_CIRCUIT
from zrg.lib.redact import redact_text
from zrg.workspaces.context import tenant

# A working connection is written to at most this often.
OK_WRITE_INTERVAL = timedelta(minutes=1)

UNREADABLE = failure(Code.AUTH_FAILED, "stored credential cannot be decrypted")

logger = structlog.get_logger(__name__)


def record_provider_outcome(
    connection: Connection, result: ProviderResult, *, via_webhook: bool = False, now: datetime | None = None
) -> ConnectionStatus:
    """Write what one call (or authenticated webhook) says about the connection; returns its status.

    Announces `ConnectionStateChanged` when the connection is lost or comes back. Opens the workspace's
    own short transaction; concurrent calls take turns on the row.
    """
    now = now or timezone.now()
    with tenant(connection.workspace_id):
        row = Connection.objects.select_for_update().filter(pk=connection.pk).first()
        if row is None:
            return ConnectionStatus.UNKNOWN
        before = Health(status=row.status, consecutive_failures=row.consecutive_failures)
        change = next_health(before, result, via_webhook=via_webhook)
        if _worth_writing(row, before, change, now):
            _write(row, change, result, now)
        if change.crossed:
            _announce(row, change, result, now)
        return ConnectionStatus(change.health.status)


def record_circuit(
    workspace_id: UUID | None, provider: str, result: ProviderResult, *, now: datetime | None = None
) -> None:
    """Count one call for the provider's circuit. Runs in the caller's (tenant or platform) context."""
    now = now or timezone.now()
    failed = result.code in OUTAGE_CODES
    row = _circuit_rows(workspace_id, provider).select_for_update().first()
    if row is None:
        if not failed:
            return
        ProviderBudget.objects.bulk_create(
            [ProviderBudget(workspace_id=workspace_id, provider=provider)], ignore_conflicts=True
        )
        row = _circuit_rows(workspace_id, provider).select_for_update().get()
    before = _circuit(row)
    after = after_result(before, failed=failed, now=now)
    if after == before:
        return
    _circuit_rows(workspace_id, provider).update(**asdict(after))
    if after.state != before.state:
        logger.warning(PROVIDER_CIRCUIT, provider=provider, state=str(after.state), open_seconds=after.open_seconds)


def circuit_closed_until(workspace_id: UUID | None, provider: str, *, now: datetime | None = None) -> datetime | None:
    """Before this moment no call should be made; None when calls may be made. Reads only."""
    row = _circuit_rows(workspace_id, provider).first()
    return closed_until(_circuit(row), now or timezone.now()) if row else None


def claim_call(workspace_id: UUID | None, provider: str, *, now: datetime | None = None) -> datetime | None:
    """As `circuit_closed_until`, but an open circuit whose time is up lets exactly one caller probe."""
    now = now or timezone.now()
    row = _circuit_rows(workspace_id, provider).first()
    if row is None or row.state == CircuitState.CLOSED:
        return None
    waiting = closed_until(_circuit(row), now)
    if waiting is not None:
        return waiting
    next_try_at = now + timedelta(seconds=row.open_seconds)
    claimed = ProviderBudget.objects.filter(pk=row.pk, next_try_at=row.next_try_at).update(
        state=CircuitState.HALF_OPEN, next_try_at=next_try_at
    )
    return None if claimed else next_try_at


def _worth_writing(row: Connection, before: Health, change: HealthChange, now: datetime) -> bool:
    if change.error or change.health != before:
        return True
    return change.ok and (row.last_ok_at is None or now - row.last_ok_at >= OK_WRITE_INTERVAL)


def _write(row: Connection, change: HealthChange, result: ProviderResult, now: datetime) -> None:
    row.status = change.health.status
    row.consecutive_failures = min(change.health.consecutive_failures, 32_000)
    if change.crossed == "lost":
        row.disconnected_at = now
    if change.ok:
        row.last_ok_at = now
        row.disconnected_at = row.last_error_at = row.last_error_code = row.last_error_message = None
    if change.error:
        row.last_error_at = now
        row.last_error_code = result.code
        row.last_error_message = redact_text(result.message)[:MAX_ERROR_MESSAGE]
    row.save(
        update_fields=[
            "status",
            "consecutive_failures",
            "disconnected_at",
            "last_ok_at",
            "last_error_at",
            "last_error_code",
            "last_error_message",
            "updated_at",
        ]
    )


def _announce(row: Connection, change: HealthChange, result: ProviderResult, now: datetime) -> None:
    state = ConnectionStatus(change.health.status)
    logger.warning(
        CONNECTION_HEALTH_CHANGED, provider=row.provider, connection=str(row.pk), state=state.value, code=result.code
    )
    announce(
        ConnectionStateChanged(
            workspace_id=row.workspace_id,
            connection_id=row.pk,
            provider=row.provider,
            state=state.value,
            detail=redact_text(result.message)[:300],
            changed_at=now,
        )
    )


def _circuit_rows(workspace_id: UUID | None, provider: str) -> QuerySet[ProviderBudget]:
    rows = ProviderBudget.objects.filter(provider=provider)
    return rows.filter(workspace__isnull=True) if workspace_id is None else rows.filter(workspace_id=workspace_id)


def _circuit(row: ProviderBudget) -> Circuit:
    return Circuit(
        state=row.state,
        failures=row.failures,
        recent=row.recent,
        open_seconds=row.open_seconds,
        opened_at=row.opened_at,
        next_try_at=row.next_try_at,
    )
