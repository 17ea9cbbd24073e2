"""What calls say about a connection, and when calls stop."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from integrations.contracts import ConnectionStateChanged
from integrations.emailbison.client import SPEC
from integrations.models import Connection, ProviderBudget
from integrations.results import ProviderResult
from integrations.services.clients import get_client
from integrations.services.health import circuit_closed_until, claim_call, record_circuit, record_provider_outcome
from tests.factories import WorkspaceFactory
from tests.integrations.support import announced
from tests.support.simulator import RunningSimulator
from zrg.workspaces.context import dispatch

OK = ProviderResult(outcome="ok", status=200)
TIMEOUT = ProviderResult(outcome="failed", code="timeout", message="no answer")
REFUSED = ProviderResult(outcome="failed", status=401, code="auth_failed", message="refused for dana@x.example")
NOT_FOUND = ProviderResult(outcome="failed", status=404, code="not_found", message="gone")


def test_success_connects(northfork: Connection) -> None:
    record_provider_outcome(northfork, OK)

    northfork.refresh_from_db()
    assert (northfork.status, northfork.last_error_code) == ("CONNECTED", None)
    assert northfork.last_ok_at is not None


def test_single_timeout_changes_the_error_fields_only(northfork: Connection) -> None:
    record_provider_outcome(northfork, OK)
    record_provider_outcome(northfork, TIMEOUT)

    northfork.refresh_from_db()
    assert (northfork.status, northfork.last_error_code, northfork.last_error_message) == (
        "CONNECTED",
        "timeout",
        "no answer",
    )


def test_three_outages_in_a_row_degrade(northfork: Connection) -> None:
    for result in (TIMEOUT, TIMEOUT, OK, TIMEOUT, TIMEOUT):
        record_provider_outcome(northfork, result)
    northfork.refresh_from_db()
    assert northfork.status == "CONNECTED"

    record_provider_outcome(northfork, TIMEOUT)

    northfork.refresh_from_db()
    assert northfork.status == "DEGRADED"


def test_answers_about_one_request_say_nothing(northfork: Connection) -> None:
    for _ in range(5):
        record_provider_outcome(northfork, NOT_FOUND)

    northfork.refresh_from_db()
    assert (northfork.status, northfork.last_error_code) == ("UNKNOWN", None)


def test_refused_key_disconnects_once_and_comes_back_once(northfork: Connection) -> None:
    with announced(ConnectionStateChanged) as events:
        for result in (REFUSED, REFUSED, TIMEOUT, OK, OK):
            record_provider_outcome(northfork, result)

    assert [(event.state, event.detail) for event in events] == [
        ("DISCONNECTED", "refused for [email]"),
        ("CONNECTED", ""),
    ]
    northfork.refresh_from_db()
    assert (northfork.status, northfork.disconnected_at) == ("CONNECTED", None)


def test_moment_of_the_loss_is_kept(northfork: Connection) -> None:
    start = timezone.now()
    record_provider_outcome(northfork, REFUSED, now=start)
    record_provider_outcome(northfork, REFUSED, now=start + timedelta(hours=1))

    northfork.refresh_from_db()
    assert northfork.disconnected_at == start
    assert northfork.last_error_at == start + timedelta(hours=1)


def test_webhook_does_not_prove_the_key(northfork: Connection) -> None:
    record_provider_outcome(northfork, REFUSED)

    record_provider_outcome(northfork, OK, via_webhook=True)

    northfork.refresh_from_db()
    assert northfork.status == "DISCONNECTED"


def test_deleted_connection_is_nobody(northfork: Connection) -> None:
    gone = Connection(pk=northfork.pk, workspace_id=northfork.workspace_id)
    northfork.delete()

    assert record_provider_outcome(gone, OK) == "UNKNOWN"


# --- circuit -----------------------------------------------------------------------------------------


def fail(workspace_id: UUID, times: int) -> None:
    for _ in range(times):
        record_circuit(workspace_id, "EMAILBISON", TIMEOUT)


def test_five_failures_open_the_circuit(northfork: Connection) -> None:
    fail(northfork.workspace_id, 4)
    assert circuit_closed_until(northfork.workspace_id, "EMAILBISON") is None

    fail(northfork.workspace_id, 1)

    until = circuit_closed_until(northfork.workspace_id, "EMAILBISON")
    assert until is not None
    assert timedelta(seconds=55) < until - timezone.now() <= timedelta(seconds=60)
    assert circuit_closed_until(WorkspaceFactory().pk, "EMAILBISON") is None


def test_open_circuit_lets_one_probe_through(northfork: Connection) -> None:
    fail(northfork.workspace_id, 5)
    later = timezone.now() + timedelta(seconds=61)

    assert claim_call(northfork.workspace_id, "EMAILBISON", now=later) is None
    assert claim_call(northfork.workspace_id, "EMAILBISON", now=later) is not None

    record_circuit(northfork.workspace_id, "EMAILBISON", OK, now=later)
    assert claim_call(northfork.workspace_id, "EMAILBISON", now=later) is None
    assert ProviderBudget.objects.get().state == "closed"


def test_failed_probe_doubles_the_time(northfork: Connection) -> None:
    fail(northfork.workspace_id, 5)
    later = timezone.now() + timedelta(seconds=61)
    claim_call(northfork.workspace_id, "EMAILBISON", now=later)

    record_circuit(northfork.workspace_id, "EMAILBISON", TIMEOUT, now=later)

    row = ProviderBudget.objects.get()
    assert (row.state, row.open_seconds, row.next_try_at) == ("open", 120, later + timedelta(seconds=120))


def test_claimers_see_open_circuits(northfork: Connection) -> None:
    fail(northfork.workspace_id, 5)

    with dispatch():
        assert circuit_closed_until(northfork.workspace_id, "EMAILBISON") is not None


def test_success_alone_leaves_no_row(northfork: Connection) -> None:
    record_circuit(northfork.workspace_id, "EMAILBISON", OK)

    assert not ProviderBudget.objects.exists()


# --- through the client --------------------------------------------------------------------------------


def test_calls_write_the_health(northfork: Connection, simulator: RunningSimulator) -> None:
    assert get_client(northfork.workspace_id, SPEC).list_sender_emails().ok

    northfork.refresh_from_db()
    assert northfork.status == "CONNECTED"


def test_refused_key_disconnects(northfork: Connection, simulator: RunningSimulator) -> None:
    simulator.state.emailbison.keys.clear()

    result = get_client(northfork.workspace_id, SPEC).list_sender_emails()

    northfork.refresh_from_db()
    assert (result.code, northfork.status, northfork.last_error_code) == ("auth_failed", "DISCONNECTED", "auth_failed")


def test_open_circuit_makes_no_call(northfork: Connection, simulator: RunningSimulator) -> None:
    simulator.script("emailbison", status=500, times=99)
    client = get_client(northfork.workspace_id, SPEC)
    for _ in range(5):
        assert client.list_sender_emails().code == "provider_5xx"

    result = client.list_sender_emails()

    assert (result.outcome, result.code) == ("failed", "rate_limited")
    assert result.retry_after == pytest.approx(60, abs=5)
    assert len(simulator.requests()) == 5


def test_workspace_without_connection(db: None, simulator: RunningSimulator) -> None:
    result = get_client(WorkspaceFactory().pk, SPEC).list_sender_emails()

    assert (result.outcome, result.code) == ("failed", "not_configured")
    assert simulator.requests() == []


def test_unreadable_credential_calls_nobody(northfork: Connection, simulator: RunningSimulator) -> None:
    Connection.objects.filter(pk=northfork.pk).update(secrets="gAAAAABlost")

    result = get_client(northfork.workspace_id, SPEC).list_sender_emails()

    northfork.refresh_from_db()
    assert (result.outcome, result.code) == ("failed", "auth_failed")
    assert (northfork.status, northfork.last_error_message) == (
        "DISCONNECTED",
        "stored credential cannot be decrypted",
    )
    assert simulator.requests() == []


@pytest.mark.parametrize(
    ("host", "address"),
    [(None, "https://send.meetinboxxia.com"), ("mail.granite.example", "https://mail.granite.example")],
)
def test_hard_02_key_only_to_own_host(db: None, host: str | None, address: str) -> None:
    """A client knows exactly one address: the workspace's own instance."""
    from integrations.services.hosts import base_url_of
    from tests.factories import ConnectionFactory

    connection = ConnectionFactory(workspace=WorkspaceFactory(), host=host)

    assert base_url_of(connection) == address
    assert get_client(connection.workspace_id, SPEC)._transport.base_url == address
