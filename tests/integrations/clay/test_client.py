"""Questions to Clay's tables over HTTP, and the answers the simulated tables post."""

import json
from uuid import UUID

import pytest
import time_machine

from integrations.clay.client import clay_client, is_configured, take_budget
from integrations.clay.types import Subject
from integrations.simulator.control import Control
from tests.integrations.clay.payloads import LEAD_ID, hmac_of
from tests.support.simulator import CLAY_SECRET, RunningSimulator

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

DANA = Subject(
    lead_id=UUID(LEAD_ID),
    email="dana@northfork.example",
    first_name="Dana",
    last_name="Reyes",
    company_name="Northfork Dental",
    company_domain="northfork.example",
    state="CA",
    linkedin_url="https://linkedin.com/in/dana-reyes",
)
ROW = {
    "leadId": LEAD_ID,
    "emailAddress": "dana@northfork.example",
    "firstName": "Dana",
    "lastName": "Reyes",
    "fullName": "Dana Reyes",
    "companyName": "Northfork Dental",
    "companyDomain": "northfork.example",
    "state": "CA",
}


def test_question_for_a_phone_names_the_profile(simulator: RunningSimulator) -> None:
    result = clay_client("phone").ask(DANA)

    assert (result.outcome, result.status) == ("ok", 200)
    assert simulator.state.clay.rows == {
        "phone": [{**ROW, "linkedInProfile": "https://linkedin.com/in/dana-reyes"}],
        "linkedin": [],
    }


def test_question_for_a_profile(simulator: RunningSimulator) -> None:
    clay_client("linkedin").ask(DANA)

    assert simulator.state.clay.rows == {"phone": [], "linkedin": [ROW]}


def test_what_is_unknown_is_left_out(simulator: RunningSimulator) -> None:
    clay_client("phone").ask(Subject(lead_id=UUID(LEAD_ID), email="dana@northfork.example", first_name="Dana"))

    assert simulator.state.clay.rows["phone"] == [
        {
            "leadId": LEAD_ID,
            "emailAddress": "dana@northfork.example",
            "firstName": "Dana",
            "fullName": "Dana",
        }
    ]


@pytest.mark.parametrize("body", ["", "OK", "<html>", {"success": False}])
def test_any_2xx_is_accepted_whatever_it_says(simulator: RunningSimulator, body: object) -> None:
    simulator.script("clay", "/phone", status=202, body=body)

    assert clay_client("phone").ask(DANA).outcome == "ok"


@pytest.mark.parametrize(
    ("respond", "outcome", "code"),
    [
        ({"status": 400, "body": {"message": "bad"}}, "failed", "bad_request"),
        ({"status": 403, "body": {}}, "failed", "auth_failed"),
        ({"status": 404, "body": {}}, "failed", "not_found"),
        ({"status": 429, "body": {}, "headers": {"Retry-After": "7"}}, "failed", "rate_limited"),
        ({"status": 500, "body": {}}, "unknown", "provider_5xx"),
        ({"close": "after"}, "unknown", "network"),
    ],
)
def test_refusals_and_unknown_outcomes(
    simulator: RunningSimulator,
    respond: dict[str, object],
    outcome: str,
    code: str,
) -> None:
    simulator.script("clay", "/phone", **respond)

    result = clay_client("phone").ask(DANA)

    assert (result.outcome, result.code) == (outcome, code)
    assert len(simulator.requests("clay")) == 1
    assert result.retry_after == (7 if code == "rate_limited" else None)


def test_timeout_is_unknown(simulator: RunningSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAY_TIMEOUT_MS", "1000")
    simulator.script("clay", "/phone", delay_ms=1_500)

    result = clay_client("phone").ask(DANA)

    assert (result.outcome, result.code) == ("unknown", "timeout")


def test_a_kind_without_a_table(simulator: RunningSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLAY_PHONE_TABLE_WEBHOOK_URL")

    result = clay_client("phone").ask(DANA)

    assert (result.outcome, result.code) == ("failed", "not_configured")
    assert (is_configured("phone"), is_configured("linkedin")) == (False, True)
    assert simulator.requests("clay") == []


def test_budget_is_the_minutes_for_the_whole_deployment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAY_REQUESTS_PER_MINUTE", "2")

    with time_machine.travel("2026-03-05T16:41:10Z", tick=False) as clock:
        first = [take_budget() for _ in range(3)]
        clock.shift(60)
        second = take_budget()

    assert (first, second) == ([True, True, False], True)


@pytest.mark.parametrize(
    ("event", "text", "body"),
    [
        (
            "phone.success",
            "+44 20 7946 0958",
            {"enrichmentType": "phone", "status": "success", "phone": "+44 20 7946 0958"},
        ),
        ("phone.not_found", "", {"enrichmentType": "phone", "status": "not_found"}),
        ("phone.error", "no credits", {"enrichmentType": "phone", "status": "error", "error": "no credits"}),
    ],
)
def test_simulated_table_answers_about_its_row(
    simulator: RunningSimulator,
    event: str,
    text: str,
    body: dict[str, str],
) -> None:
    clay_client("phone").ask(DANA)

    call = simulator.state.clay.compose(
        {"event": event, "email": "dana@northfork.example", "text": text}, base_url=simulator.url
    )

    assert call.path == "/api/webhooks/clay"
    assert json.loads(call.body or "") == {"leadId": LEAD_ID, **body}
    assert call.headers["x-clay-signature"] == CLAY_SECRET


def test_simulated_table_signs(simulator: RunningSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAY_CALLBACK_USE_HMAC", "true")

    call = simulator.state.clay.compose({"event": "linkedin.success", "lead_id": LEAD_ID}, base_url=simulator.url)

    assert call.headers["x-clay-signature"] == f"sha256={hmac_of(call.body or '')}"


def test_simulated_table_knows_only_what_it_was_asked(simulator: RunningSimulator) -> None:
    control: Control = simulator.state.control

    with pytest.raises(ValueError, match="nobody asked"):
        control.write_as_lead(
            {"provider": "clay", "event": "phone.success", "email": "x@y.example", "target": "http://127.0.0.1:9"},
            base_url=simulator.url,
        )


def test_simulator_refuses_other_tables(simulator: RunningSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAY_PHONE_TABLE_WEBHOOK_URL", f"{simulator.url}/clay/other")

    assert clay_client("phone").ask(DANA).code == "not_found"
