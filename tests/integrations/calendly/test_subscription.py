"""The subscription: made, kept, repaired, never left with a key nobody holds."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connections

from integrations.calendly.payload import EVENTS
from integrations.calendly.signature import verify_signature
from integrations.calendly.simulator import CalendlySimulator
from integrations.calendly.subscription import ensure_calendly_webhook, request_subscription
from integrations.jobs import check_calendly_subscriptions
from integrations.models import Connection
from integrations.services.inspection import inspect_workspace
from integrations.services.secrets import read_secrets, seal
from tests.factories import ConnectionFactory
from tests.integrations.calendly.conftest import TOKEN
from tests.support.client import ZrgClient
from tests.support.drain import drain
from tests.support.simulator import RunningSimulator
from zrg.jobs.contracts import RunContext
from zrg.jobs.models import BackgroundJob, WebhookEvent
from zrg.workspaces.context import platform


@pytest.fixture
def calendly(simulator: RunningSimulator) -> CalendlySimulator:
    return simulator.state.calendly


def key(connection: Connection) -> str | None:
    connection.refresh_from_db()
    return read_secrets(connection).get("webhook_signing_key")


def holds_the_key(connection: Connection, calendly: CalendlySimulator) -> bool:
    """Whether the one subscription there is signs with the key we hold."""
    uri = next(iter(calendly.subscriptions.values()))["uri"]
    connection.refresh_from_db()
    return (
        len(calendly.subscriptions) == 1
        and connection.config["webhook_subscription_uri"] == uri
        and (calendly.key_of(uri) == key(connection))
    )


def callback(connection: Connection) -> str:
    return f"http://testserver/api/webhooks/calendly/{connection.workspace_id}"


@pytest.fixture(autouse=True)
def address(settings: Any) -> None:
    settings.PUBLIC_APP_URL = "http://testserver"


def test_subscription_is_made_with_a_key_of_ours(connected: Connection, calendly: CalendlySimulator) -> None:
    done = ensure_calendly_webhook(connected.workspace_id)

    made = next(iter(calendly.subscriptions.values()))
    assert (done.state, done.removed) == ("created", 0)
    assert (made["callback_url"], made["scope"], set(made["events"])) == (
        callback(connected),
        "organization",
        set(EVENTS),
    )
    assert holds_the_key(connected, calendly)
    assert len(bytes.fromhex(key(connected) or "")) == 32
    assert connected.config == {
        "user_uri": "https://api.calendly.com/users/AAAA",
        "organization_uri": "https://api.calendly.com/organizations/OOOO",
        "webhook_subscription_uri": made["uri"],
        "subscription_state": "active",
    }


def test_second_run_changes_nothing(
    connected: Connection, calendly: CalendlySimulator, simulator: RunningSimulator
) -> None:
    ensure_calendly_webhook(connected.workspace_id)
    before = key(connected)

    done = ensure_calendly_webhook(connected.workspace_id)

    assert (done.state, key(connected)) == ("kept", before)
    assert len(simulator.requests("calendly", method="POST")) == 1
    assert simulator.requests("calendly", method="DELETE") == []


@pytest.mark.parametrize(
    "spoil",
    [
        {"state": "disabled"},
        {"events": ["invitee.created"]},
        {"callback_url": "http://testserver/api/webhooks/calendly/old-address"},
        {"organization": "https://api.calendly.com/organizations/PPPP"},
    ],
)
def test_subscription_that_disagrees_is_made_anew(
    connected: Connection, calendly: CalendlySimulator, spoil: dict[str, Any]
) -> None:
    ensure_calendly_webhook(connected.workspace_id)
    before = key(connected)
    next(iter(calendly.subscriptions.values())).update(spoil)

    done = ensure_calendly_webhook(connected.workspace_id)

    assert (done.state, done.removed) == ("created", 1)
    assert holds_the_key(connected, calendly)
    assert key(connected) != before


def test_hard_02_unverifiable_subscription_is_replaced(connected: Connection, calendly: CalendlySimulator) -> None:
    """What a crash between the call and the store leaves: a subscription whose key nobody holds."""
    ensure_calendly_webhook(connected.workspace_id)
    orphan = next(iter(calendly.subscriptions))
    connected.refresh_from_db()
    secrets = seal(connected.workspace_id, "CALENDLY", {"access_token": read_secrets(connected)["access_token"]})
    Connection.objects.filter(pk=connected.pk).update(secrets=secrets, config={})

    done = ensure_calendly_webhook(connected.workspace_id)

    assert (done.state, done.removed) == ("created", 1)
    assert orphan not in calendly.subscriptions
    assert holds_the_key(connected, calendly)


def test_answer_lost_after_the_call_is_repaired_by_the_next_run(
    connected: Connection, calendly: CalendlySimulator, simulator: RunningSimulator
) -> None:
    simulator.script("calendly", "/webhook_subscriptions", method="POST", close="after")

    first = ensure_calendly_webhook(connected.workspace_id)
    between = (key(connected), len(calendly.subscriptions))
    second = ensure_calendly_webhook(connected.workspace_id)

    assert (first.state, first.problem and first.problem.outcome) == ("failed", "unknown")
    assert between == (None, 1)
    assert (second.state, second.removed) == ("created", 1)
    assert holds_the_key(connected, calendly)


def test_subscriptions_of_others_stay(connected: Connection, calendly: CalendlySimulator) -> None:
    ensure_calendly_webhook(connected.workspace_id)
    foreign = {**next(iter(calendly.subscriptions.values())), "uri": "https://api.calendly.com/webhook_subscriptions/X"}
    calendly.subscriptions["X"] = {**foreign, "callback_url": "https://else.example/api/webhooks/calendly/7"}
    calendly.subscriptions["XY"] = {**foreign, "uri": foreign["uri"] + "Y"}

    done = ensure_calendly_webhook(connected.workspace_id)

    assert (done.state, done.removed) == ("kept", 1)
    assert "X" in calendly.subscriptions
    assert "XY" not in calendly.subscriptions


def test_lower_role_gets_calls_about_its_own_meetings(connected: Connection, calendly: CalendlySimulator) -> None:
    calendly.role = "user"

    done = ensure_calendly_webhook(connected.workspace_id)

    made = next(iter(calendly.subscriptions.values()))
    assert (done.state, made["scope"], made["user"]) == ("created", "user", calendly.user["uri"])
    assert ensure_calendly_webhook(connected.workspace_id).state == "kept"
    assert holds_the_key(connected, calendly)


def test_free_plan_is_told_plainly(connected: Connection, calendly: CalendlySimulator) -> None:
    calendly.plan = "free"

    done = ensure_calendly_webhook(connected.workspace_id)

    connected.refresh_from_db()
    finding = inspect_workspace(connected.workspace_id)[0]
    assert (done.state, connected.config["subscription_state"]) == ("plan_or_role", "plan_or_role")
    assert (finding.code, "plan or the role" in finding.text) == ("no_subscription", True)
    # The token is good: calls about bookings still work.
    assert connected.status == "CONNECTED"


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/users/me"), ("GET", "/webhook_subscriptions"), ("POST", "/webhook_subscriptions")]
)
def test_provider_down_changes_nothing(
    connected: Connection, calendly: CalendlySimulator, simulator: RunningSimulator, method: str, path: str
) -> None:
    simulator.script("calendly", path, method=method, times=9, status=503)

    done = ensure_calendly_webhook(connected.workspace_id)

    connected.refresh_from_db()
    assert (done.state, calendly.subscriptions, connected.config, key(connected)) == ("failed", {}, {}, None)


def test_subscription_that_cannot_be_deleted_is_not_doubled(
    connected: Connection, calendly: CalendlySimulator, simulator: RunningSimulator
) -> None:
    ensure_calendly_webhook(connected.workspace_id)
    next(iter(calendly.subscriptions.values()))["state"] = "disabled"
    simulator.script("calendly", "/webhook_subscriptions/*", method="DELETE", status=503)

    assert ensure_calendly_webhook(connected.workspace_id).state == "failed"
    assert len(calendly.subscriptions) == 1
    assert ensure_calendly_webhook(connected.workspace_id).state == "created"
    assert holds_the_key(connected, calendly)


def test_credential_changed_meanwhile_begins_anew(committed_db: None, calendly: CalendlySimulator) -> None:
    """A token saved between our call and our store: nothing is left that nobody can verify."""
    with platform():
        connected = ConnectionFactory(provider="CALENDLY", secrets={"access_token": TOKEN})
    calendly.add_token("calendly-token-2")
    original, changed = calendly._subscribe, list[bool]()

    def subscribe_late(request: Any) -> Any:
        if not changed:
            changed.append(True)
            _save_token(connected, "calendly-token-2")
        return original(request)

    _replace(calendly, "_subscribe", original, subscribe_late)

    done = ensure_calendly_webhook(connected.workspace_id)

    with platform():
        assert (done.state, changed) == ("created", [True])
        assert holds_the_key(connected, calendly)
        assert read_secrets(connected)["access_token"] == "calendly-token-2"


def test_dry_run_tells_and_does_nothing(
    connected: Connection, calendly: CalendlySimulator, simulator: RunningSimulator
) -> None:
    done = ensure_calendly_webhook(connected.workspace_id, dry_run=True)

    assert (done.state, calendly.subscriptions) == ("would_create", {})
    assert simulator.requests("calendly", method="POST") == []


def test_request_is_a_job_that_repairs(connected: Connection, calendly: CalendlySimulator) -> None:
    assert request_subscription(connected) is True
    assert request_subscription(connected) is False

    drain()

    assert holds_the_key(connected, calendly)
    assert list(BackgroundJob.objects.values_list("type", "status")) == [("CALENDLY_SUBSCRIPTION", "SUCCEEDED")]


def test_calls_of_the_subscription_are_accepted(
    connected: Connection, simulator: RunningSimulator, client: ZrgClient
) -> None:
    """The whole way: our key, signed by the provider, verified at the door."""
    ensure_calendly_webhook(connected.workspace_id)
    calendly = simulator.state.calendly

    for event in ("invitee.created", "invitee.canceled"):
        call = calendly.compose({"event": event, "email": "dana@northfork.example"}, base_url="")
        response = client.post(
            call.path,
            call.body,
            content_type="application/json",
            headers={"calendly-webhook-signature": call.headers["Calendly-Webhook-Signature"]},
        )
        assert response.status_code == 202

    assert list(WebhookEvent.objects.order_by("created_at").values_list("event_type", "verified")) == [
        ("invitee.created", True),
        ("invitee.canceled", True),
    ]
    header = call.headers["Calendly-Webhook-Signature"]
    timestamp = float(header.split(",")[0].removeprefix("t="))
    assert verify_signature(key(connected), header, call.body or "", timestamp) == (True, None)


def test_finding_without_subscription(connected: Connection, subscribed: Connection) -> None:
    Connection.objects.filter(pk=subscribed.pk).update(config={"webhook_subscription_uri": "https://x/W1"})

    assert [finding.code for finding in inspect_workspace(connected.workspace_id)] == ["no_subscription"]
    assert inspect_workspace(subscribed.workspace_id) == []


def test_daily_schedule_looks_at_every_workspace(connected: Connection, calendly: CalendlySimulator) -> None:
    run = RunContext(job="calendly-subscriptions", deadline=float("inf"), correlation_id="test")

    check_calendly_subscriptions(run)
    calendly.tokens.clear()
    check_calendly_subscriptions(run)

    assert run.stats == {"created": 1, "failed": 1, "removed": 0}
    assert run.problems == [f"{connected.workspace_id}: failed (auth_failed)"]


def test_command_repairs_and_reports(
    connected: Connection, calendly: CalendlySimulator, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("fix_calendly_webhooks", dry_run=True)
    assert calendly.subscriptions == {}
    call_command("fix_calendly_webhooks")
    calendly.tokens.clear()
    with pytest.raises(CommandError, match="1 of 1"):
        call_command("fix_calendly_webhooks")

    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Northfork Dental: would_create, 0 to remove"
    assert lines[1] == "Northfork Dental: created, 0 removed"
    assert lines[2].startswith("Northfork Dental: failed, 0 removed (auth_failed: ")


def _save_token(connection: Connection, token: str) -> None:
    """On the connection of the provider's thread, as another worker would."""
    secrets = seal(connection.workspace_id, "CALENDLY", {"access_token": token})
    with platform():
        Connection.objects.filter(pk=connection.pk).update(secrets=secrets)
    connections.close_all()


def _replace(calendly: CalendlySimulator, name: str, old: Callable[..., Any], new: Callable[..., Any]) -> None:
    """Let something happen while the provider works on a call."""
    calendly._routes = [(method, path, new if action == old else action) for method, path, action in calendly._routes]
