"""POST /api/webhooks/slack/interactions: signature, what is kept, for whom."""

import json
from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from integrations import registry
from integrations.contracts import SlackClick
from integrations.models import Connection
from tests.integrations.slack.clicks import DRAFT, LEAD, SECRET, URL, action, payload, post, value
from tests.integrations.slack.conftest import OTHER_SECRET, slack_connection
from tests.support.client import ZrgClient
from tests.support.drain import drain, drain_events
from tests.support.simulator import RunningSimulator
from zrg.jobs.enums import EventStatus
from zrg.jobs.models import BackgroundJob, WebhookEvent


def test_click_is_kept_without_credentials(northfork_slack: Connection, client: ZrgClient) -> None:
    click = action(northfork_slack.workspace_id)

    response = post(client, payload(click))

    event = WebhookEvent.objects.get()
    assert (response.status_code, response.content) == (200, b"")
    assert (event.workspace_id, event.connection_id) == (northfork_slack.workspace_id, northfork_slack.pk)
    assert event.dedupe_key == "slack:T0ZRG:1772728863.000200:approve_send:1772728901.123"
    assert (event.provider, event.event_type, event.priority, event.status) == (
        "SLACK",
        "approve_send",
        10,
        EventStatus.PENDING,
    )
    assert event.payload == {
        "type": "block_actions",
        "team": {"id": "T0ZRG", "domain": "acme"},
        "user": {"id": "U0SETTER", "name": "kim"},
        "channel": {"id": "D09"},
        "message": {"ts": "1772728863.000200"},
        "actions": [click],
    }


def test_same_call_again_is_one_event(northfork_slack: Connection, client: ZrgClient) -> None:
    for _ in range(2):
        assert post(client, payload(action(northfork_slack.workspace_id))).status_code == 200

    assert WebhookEvent.objects.get().redelivered_count == 1


def test_real_second_click_is_a_second_event(northfork_slack: Connection, client: ZrgClient) -> None:
    for ts in ("1772728901.123", "1772728902.456"):
        post(client, payload(action(northfork_slack.workspace_id, ts=ts)))

    assert WebhookEvent.objects.count() == 2


def test_two_actions_are_two_events(northfork_slack: Connection, client: ZrgClient) -> None:
    ws = northfork_slack.workspace_id

    post(client, payload(action(ws), action(ws, "reject_draft", ts="1772728901.456")))

    events = WebhookEvent.objects.order_by("event_type")
    assert [(event.event_type, len(event.payload["actions"])) for event in events] == [
        ("approve_send", 1),
        ("reject_draft", 1),
    ]


@pytest.mark.parametrize(
    "given",
    [
        payload({"action_id": "view_dashboard", "action_ts": "1"}),
        payload({"action_id": "edit_dashboard", "action_ts": "1", "value": value("x")}),
        payload({"action_id": "approve_send", "action_ts": "1", "value": "no json"}),
        payload({"action_id": "approve_send", "action_ts": "1", "value": '{"draftId": "d", "leadId": "l"}'}),
        payload({"action_id": "approve_send", "action_ts": "1"}),
        payload(action("x"), type="view_submission"),
        payload(),
        {"type": "block_actions", "team": {"id": "T0ZRG"}, "actions": "none"},
    ],
)
def test_anything_else_is_acknowledged_only(
    northfork_slack: Connection, client: ZrgClient, given: dict[str, Any]
) -> None:
    response = post(client, given)

    assert (response.status_code, response.content) == (200, b"")
    assert not WebhookEvent.objects.exists()


@pytest.mark.parametrize("headers", [{}, {"X-Slack-Request-Timestamp": "1772728901"}, {"X-Slack-Signature": "v0=0"}])
def test_unsigned_is_refused(northfork_slack: Connection, client: ZrgClient, headers: dict[str, str]) -> None:
    response = client.generic("POST", URL, b"payload=%7B%7D", headers=headers)

    assert (response.status_code, response.json()) == (401, {"error": "Invalid signature"})


def test_wrong_secret_is_refused(northfork_slack: Connection, client: ZrgClient) -> None:
    response = post(client, payload(action(northfork_slack.workspace_id)), secret=OTHER_SECRET)

    assert (response.status_code, response.json()) == (401, {"error": "Invalid signature"})
    assert not WebhookEvent.objects.exists()


def test_without_any_secret_nothing_is_accepted(db: None, client: ZrgClient) -> None:
    connection = slack_connection("Northfork Dental", "T0ZRG", secret=None)

    assert post(client, payload(action(connection.workspace_id)), secret="").status_code == 401
    assert not WebhookEvent.objects.exists()


def test_platform_secret_serves_connections_without_one(
    db: None, client: ZrgClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_SIGNING_SECRET", f" {SECRET}\n")
    connection = slack_connection("Northfork Dental", "T0ZRG", secret=None)

    post(client, payload(action(connection.workspace_id)))

    assert WebhookEvent.objects.get().workspace_id == connection.workspace_id


def test_click_from_another_team_goes_nowhere(
    northfork_slack: Connection, client: ZrgClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The platform's app is in many teams: the call is kept for the workspace it names, and acted upon by nobody."""
    monkeypatch.setenv("SLACK_SIGNING_SECRET", SECRET)
    trusting = slack_connection("Granite Co", "T0GRANITE", secret=None)
    monkeypatch.setattr(registry, "_receivers", {SlackClick: lambda click: "processed"})

    for named, ts in ((trusting, "1"), (northfork_slack, "2")):
        post(client, payload(action(named.workspace_id, ts=ts), team="T0STRANGER"))
    drain()

    event = WebhookEvent.objects.get()
    assert (event.workspace_id, event.outcome) == (trusting.workspace_id, "ignored:team_mismatch")


def test_own_secret_replaces_the_platforms(
    northfork_slack: Connection, client: ZrgClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_SIGNING_SECRET", OTHER_SECRET)

    assert post(client, payload(action(northfork_slack.workspace_id)), secret=OTHER_SECRET).status_code == 401


def test_address_check(db: None, client: ZrgClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_SIGNING_SECRET", SECRET)

    response = post(client, b'{"type": "url_verification", "challenge": "c-123"}')

    assert (response.status_code, response.json()) == (200, {"challenge": "c-123"})
    assert post(client, b'{"type": "url_verification", "challenge": "c"}', secret=OTHER_SECRET).status_code == 401


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", "Missing payload"),
        (b"other=1", "Missing payload"),
        (b"payload=", "Missing payload"),
        (b'{"type": "event_callback"}', "Missing payload"),
        (b"&".join(b"a=1" for _ in range(100)), "Missing payload"),
        (b"payload=nothing", "Invalid payload"),
        (b"payload=%5B%5D", "Invalid payload"),
        (b"payload=%22text%22", "Invalid payload"),
    ],
)
def test_malformed_bodies(
    db: None, client: ZrgClient, monkeypatch: pytest.MonkeyPatch, body: bytes, error: str
) -> None:
    monkeypatch.setenv("SLACK_SIGNING_SECRET", SECRET)

    response = post(client, body)

    assert (response.status_code, response.json()) == (400, {"error": error})


def test_large_body_is_refused_before_anything(db: None, client: ZrgClient) -> None:
    response = client.generic("POST", URL, b"x" * 262_145)

    assert (response.status_code, response.json()) == (413, {"error": "Payload too large"})


def test_body_at_the_limit_is_read(northfork_slack: Connection, client: ZrgClient) -> None:
    assert client.generic("POST", URL, b"x" * 262_144).status_code == 401


def test_get_names_the_endpoint(db: None, client: ZrgClient) -> None:
    assert client.get(URL).json() == {"status": "ok", "endpoint": "slack_interactions"}
    assert client.delete(URL).status_code == 405


def test_hard_02_shared_team_each_workspace_proves_itself(northfork_slack: Connection, client: ZrgClient) -> None:
    """Two workspaces in one Slack team: the secret of one opens no button of the other."""
    granite = slack_connection("Granite Co", "T0ZRG", secret=OTHER_SECRET)

    assert post(client, payload(action(granite.workspace_id)), secret=OTHER_SECRET).status_code == 200
    assert WebhookEvent.objects.get().workspace_id == granite.workspace_id
    WebhookEvent.objects.all().delete()

    # Signed for Granite, but the button names Northfork: only Granite is proved, and it is its to refuse.
    post(client, payload(action(northfork_slack.workspace_id)), secret=OTHER_SECRET)
    assert [event.workspace_id for event in WebhookEvent.objects.all()] == [granite.workspace_id]


def test_shared_secret_the_button_decides(northfork_slack: Connection, client: ZrgClient) -> None:
    granite = slack_connection("Granite Co", "T0ZRG")
    elsewhere = slack_connection("Elsewhere", "T0OTHER")

    post(client, payload(action(granite.workspace_id)))
    post(client, payload(action(elsewhere.workspace_id, ts="2")))
    post(client, payload(action("no id", ts="3")))

    assert [event.workspace_id for event in WebhookEvent.objects.all()] == [granite.workspace_id]


def test_inactive_connection_takes_no_clicks(northfork_slack: Connection, client: ZrgClient) -> None:
    Connection.objects.update(is_active=False)

    assert post(client, payload(action(northfork_slack.workspace_id))).status_code == 401


def test_unreadable_secret_asks_to_come_back(northfork_slack: Connection, client: ZrgClient) -> None:
    Connection.objects.update(secrets="gAAAAABlost")

    response = post(client, payload(action(northfork_slack.workspace_id)))

    assert response.status_code == 503
    northfork_slack.refresh_from_db()
    assert northfork_slack.status == "DISCONNECTED"


def test_click_reaches_its_receiver(
    northfork_slack: Connection, client: ZrgClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    received: list[SlackClick] = []
    monkeypatch.setattr(registry, "_receivers", {SlackClick: lambda click: received.append(click) or "processed"})
    post(client, payload(action(northfork_slack.workspace_id)))

    drain()

    event = WebhookEvent.objects.get()
    assert (event.status, event.outcome) == (EventStatus.SUCCEEDED, "processed")
    (click,) = received
    assert (click.workspace_id, click.event_id, click.channel) == (northfork_slack.workspace_id, event.pk, "slack")
    assert (click.team_id, click.user_id, click.action_id) == ("T0ZRG", "U0SETTER", "approve_send")
    assert (click.channel_id, click.message_ts) == ("D09", "1772728863.000200")
    assert click.value == value(northfork_slack.workspace_id)


@pytest.mark.parametrize(
    ("odd", "kept"),
    [
        ('"v": 1e999', {"v": -1}),
        ('"v": 1' + "0" * 400, {"v": -1}),
        ('"v": true, "regenCount": [3]', {"v": -1, "regenCount": -1}),
        ('"cycleKey": "a\\u0000b\\ud800", "surprise": {"x": 1}', {"cycleKey": "ab"}),
    ],
)
def test_odd_button_becomes_a_job_all_the_same(
    northfork_slack: Connection, client: ZrgClient, odd: str, kept: dict[str, Any]
) -> None:
    ids = {"draftId": DRAFT, "leadId": LEAD, "clientId": str(northfork_slack.workspace_id)}
    post(client, payload({**action(northfork_slack.workspace_id), "value": json.dumps(ids)[:-1] + f", {odd}}}"}))

    drain_events()

    assert WebhookEvent.objects.get().status == EventStatus.SUCCEEDED
    assert BackgroundJob.objects.get(type="SLACK_CLICK").payload["value"] == {**ids, **kept}


@pytest.mark.parametrize("odd", ['"v": Infinity', '"v": NaN', '"v": ' + "[" * 70 + "]" * 70])
def test_button_that_carries_no_json_is_acknowledged_only(
    northfork_slack: Connection, client: ZrgClient, odd: str
) -> None:
    given = value(northfork_slack.workspace_id)[:-1] + f", {odd}}}"

    response = post(client, payload({**action(northfork_slack.workspace_id), "value": given}))

    assert (response.status_code, WebhookEvent.objects.count()) == (200, 0)


def test_click_nobody_acts_on_is_kept(
    northfork_slack: Connection, client: ZrgClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "_receivers", {})
    post(client, payload(action(northfork_slack.workspace_id)))

    drain()

    event = WebhookEvent.objects.get()
    assert (event.status, event.outcome) == (EventStatus.SUCCEEDED, "ignored:no_receiver")


def test_simulated_click_is_accepted(
    northfork_slack: Connection, client: ZrgClient, simulator: RunningSimulator
) -> None:
    call = simulator.state.slack.compose(
        {"event": "reject_draft", "value": value(northfork_slack.workspace_id), "secret": SECRET},
        base_url=simulator.url,
    )

    response = client.generic("POST", call.path, call.body or "", headers=call.headers)

    assert response.status_code == 200
    assert WebhookEvent.objects.get().event_type == "reject_draft"


def test_click_costs_three_statements(northfork_slack: Connection, client: ZrgClient) -> None:
    """Route, workspace with its secret, event; the first click of a minute also notes that one came."""
    post(client, payload(action(northfork_slack.workspace_id)))

    with CaptureQueriesContext(connections["default"]) as queries:
        post(client, payload(action(northfork_slack.workspace_id, ts="2")))

    # The test client itself leaves and re-enters the context of the test.
    statements = [query["sql"] for query in queries if "set_config('zrg.context'" not in query["sql"]]
    assert len(statements) == 3
