"""Slack's answers as the client reads them, over real HTTP."""

from typing import Any

import pytest

from integrations.services.clients import get_client
from integrations.slack.client import PLATFORM_SPEC, WEBHOOK_SPEC, SlackClient, client_for_token, is_word
from integrations.slack.simulator import DEMO_BOT_TOKEN, DEMO_PLATFORM_TOKEN, DEMO_WEBHOOK_PATH
from integrations.slack.types import Channel, Identity, Member
from tests.support.simulator import RunningSimulator

BUTTON = {"type": "actions", "elements": [{"type": "button", "action_id": "approve_send", "value": "{}"}]}


@pytest.fixture
def slack(simulator: RunningSimulator) -> SlackClient:
    return client_for_token(DEMO_BOT_TOKEN)


def test_whose_token(slack: SlackClient) -> None:
    assert slack.test_auth().data == Identity(team_id="T0ZRG", team_name="Simulated agency", bot_user_id="U0ZRGBOT")


def test_channels_without_archived_ones(slack: SlackClient, simulator: RunningSimulator) -> None:
    found = slack.list_channels().data

    assert [(channel.id, channel.is_private) for channel in found] == [
        ("C0ALERTS", False),
        ("C0SALES", False),
        ("G0OWNERS", True),
    ]
    assert found[0] == Channel(id="C0ALERTS", name="zrg-alerts", is_member=True)
    (call,) = simulator.requests("slack")
    assert call["query"] == {
        "types": "public_channel,private_channel",
        "exclude_archived": "true",
        "limit": "200",
    }


def test_pages_are_followed_up_to_ten(slack: SlackClient, simulator: RunningSimulator) -> None:
    channel = {"name": "many", "is_private": False, "is_member": False, "is_archived": False}
    simulator.state.slack.channels = [{**channel, "id": f"C{number}"} for number in range(2_300)]

    result = slack.list_channels()

    assert (result.outcome, len(result.data)) == ("ok", 2_000)
    assert len(simulator.requests("slack", path="/api/conversations.list")) == 10


def test_failing_page_is_no_short_list(slack: SlackClient, simulator: RunningSimulator) -> None:
    simulator.script("slack", "/api/conversations.list", status=429, headers={"Retry-After": "7"})

    result = slack.list_channels()

    assert (result.outcome, result.code, result.retry_after) == ("failed", "rate_limited", 7.0)


def test_members_are_people_who_are_still_there(slack: SlackClient) -> None:
    assert slack.list_members().data == (
        Member(id="U0PRIYA", name="Priya Nair", email="priya@outbound.example"),
        Member(id="U0KIM", name="kim", email="kim@outbound.example"),
    )


def test_person_by_id_and_by_address(slack: SlackClient) -> None:
    assert slack.get_user("U0KIM").data.email == "kim@outbound.example"
    assert slack.find_user(" Priya@Outbound.example ").data.id == "U0PRIYA"
    missing = slack.find_user("nobody@outbound.example")
    assert (missing.outcome, missing.code, missing.message) == ("failed", "not_found", "users_not_found")


def test_post_and_update(slack: SlackClient, simulator: RunningSimulator) -> None:
    posted = slack.post_message("C0ALERTS", "Draft ready", [BUTTON]).data
    slack.update_message(posted.channel, posted.ts, "Sent")

    (message,) = simulator.state.slack.messages
    assert posted.reference == f"C0ALERTS:{message['ts']}"
    assert (message["text"], message["blocks"], message["edits"]) == ("Sent", [], 1)


def test_direct_message(slack: SlackClient, simulator: RunningSimulator) -> None:
    channel = slack.open_direct_message("U0PRIYA").data
    slack.post_message(channel, "Hello")

    assert simulator.state.slack.texts("D0PRIYA") == ["Hello"]


def test_joining_makes_posting_possible(slack: SlackClient, simulator: RunningSimulator) -> None:
    refused = slack.post_message("C0SALES", "x")
    assert is_word(refused, "not_in_channel")

    assert slack.join_channel("C0SALES").ok
    assert slack.post_message("C0SALES", "x").ok
    assert simulator.state.slack.texts("C0SALES") == ["x"]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("channel_not_found", "not_found"),
        ("user_not_found", "not_found"),
        ("not_in_channel", "bad_request"),
        ("is_archived", "bad_request"),
        ("missing_scope", "bad_request"),
        ("no_text", "bad_request"),
        ("msg_too_long", "bad_request"),
        ("invalid_auth", "auth_failed"),
        ("not_authed", "auth_failed"),
        ("token_revoked", "auth_failed"),
        ("account_inactive", "auth_failed"),
        ("ratelimited", "rate_limited"),
        ("internal_error", "provider_5xx"),
        ("fatal_error", "provider_5xx"),
        ("a_word_nobody_knows", "bad_request"),
    ],
)
def test_ok_false_is_a_definite_refusal(slack: SlackClient, simulator: RunningSimulator, error: str, code: str) -> None:
    simulator.script("slack", "/api/chat.postMessage", status=200, body={"ok": False, "error": error})

    result = slack.post_message("C0ALERTS", "x")

    assert (result.outcome, result.code, result.message) == ("failed", code, error)
    assert simulator.state.slack.messages == []
    assert len(simulator.requests("slack")) == 1


@pytest.mark.parametrize(
    ("respond", "outcome", "code"),
    [
        ({"status": 429, "headers": {"Retry-After": "30"}}, "failed", "rate_limited"),
        ({"status": 500, "body": {}}, "unknown", "provider_5xx"),
        ({"status": 200, "body": "<html>"}, "unknown", "invalid_response"),
        ({"status": 200, "body": {"channel": "C0ALERTS"}}, "unknown", "invalid_response"),
        ({"status": 200, "body": {"ok": True}}, "unknown", "invalid_response"),
        ({"close": "after"}, "unknown", "network"),
        ({"close": "before"}, "unknown", "network"),
        ({"status": 302, "headers": {"Location": "https://evil.example"}}, "unknown", "invalid_response"),
    ],
)
def test_post_is_never_repeated_by_the_client(
    slack: SlackClient, simulator: RunningSimulator, respond: dict[str, Any], outcome: str, code: str
) -> None:
    simulator.script("slack", "/api/chat.postMessage", **respond)

    result = slack.post_message("C0ALERTS", "x")

    assert (result.outcome, result.code) == (outcome, code)
    assert len(simulator.requests("slack")) == 1


def test_unknown_token_is_refused_as_slack_does(simulator: RunningSimulator) -> None:
    result = client_for_token("xoxb-wrong").test_auth()

    assert (result.outcome, result.status, result.code, result.message) == (
        "failed",
        200,
        "auth_failed",
        "invalid_auth",
    )


def test_platform_token_comes_from_the_environment(
    db: None, simulator: RunningSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = get_client(None, PLATFORM_SPEC).test_auth()
    assert (missing.code, missing.message) == ("not_configured", "SLACK_BOT_TOKEN not configured")

    monkeypatch.setenv("SLACK_BOT_TOKEN", f" {DEMO_PLATFORM_TOKEN}\n")
    assert get_client(None, PLATFORM_SPEC).test_auth().ok
    assert simulator.requests("slack")[0]["headers"]["authorization"] == f"Bearer {DEMO_PLATFORM_TOKEN}"


def test_incoming_webhook(db: None, simulator: RunningSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    missing = get_client(None, WEBHOOK_SPEC).post("x")
    assert (missing.code, missing.message) == ("not_configured", "SLACK_WEBHOOK_URL not configured")

    monkeypatch.setenv("SLACK_WEBHOOK_URL", f"{simulator.url}/slack{DEMO_WEBHOOK_PATH}")
    assert get_client(None, WEBHOOK_SPEC).post("Queue is old").ok
    assert simulator.state.slack.webhook_texts == ["Queue is old"]


def test_incoming_webhook_of_somebody_else(
    db: None, simulator: RunningSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_WEBHOOK_URL", f"{simulator.url}/slack/services/gone")

    result = get_client(None, WEBHOOK_SPEC).post("x")

    assert (result.outcome, result.code, result.message) == ("failed", "not_found", "no_service")


def test_webhook_that_does_not_say_ok(db: None, simulator: RunningSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_WEBHOOK_URL", f"{simulator.url}/slack{DEMO_WEBHOOK_PATH}")
    simulator.script("slack", DEMO_WEBHOOK_PATH, status=200, body="invalid_token")

    result = get_client(None, WEBHOOK_SPEC).post("x")

    assert (result.outcome, result.code, result.message) == ("failed", "bad_request", "invalid_token")
