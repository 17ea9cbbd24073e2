"""Which number an SMS goes to; a model may name a country and nothing else."""

import json
from typing import Any

import pytest

from integrations.simulator.model import response_body
from leads import env
from leads.services.phones import PhoneQuestion, ask_phone, resolve_for_sending, resolve_with_model
from tests.factories.leads import LeadFactory
from tests.factories.workspaces import WorkspaceFactory
from tests.support.client import no_context
from tests.support.simulator import RunningSimulator

pytestmark = pytest.mark.django_db

# Valid in Germany, nowhere the other hints point to.
BERLIN = "030 901820"


@pytest.fixture
def model_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHONE_E164_AI_ENABLED", "true")


def question(zone: str = "America/New_York", **values: Any) -> PhoneQuestion:
    workspace = WorkspaceFactory(settings__timezone=zone)
    return ask_phone(LeadFactory(workspace=workspace, **{"email": None, "phone": None, **values}))


def answers(simulator: RunningSimulator, answer: dict[str, Any]) -> None:
    body = response_body(1, {"model": "gpt-5-mini"}, json.dumps(answer), input_tokens=9, output_tokens=9, cut=False)
    simulator.script("openai", "/v1/responses", times=9, status=200, body=body)


def asked_model(simulator: RunningSimulator) -> list[dict[str, Any]]:
    return [call["json"] for call in simulator.requests("openai")]


@pytest.mark.parametrize(
    ("values", "e164", "reason"),
    [
        ({"phone": "+14155552671"}, "+14155552671", None),
        ({"phone_raw": "(415) 555-2671", "phone_national": "4155552671"}, "+14155552671", None),
        ({"phone_national": "4155552671"}, "+14155552671", None),
        ({"phone_raw": "ask my desk", "phone_national": "4155552671"}, "+14155552671", None),
        ({"phone_raw": BERLIN, "timezone": "Europe/Berlin"}, "+4930901820", None),
        ({"phone_raw": BERLIN}, None, "unresolved"),
        ({"phone_raw": "12"}, None, "no_digits"),
        ({}, None, "missing_phone"),
    ],
)
def test_number_of_a_lead(values: dict[str, Any], e164: str | None, reason: str | None) -> None:
    found = resolve_for_sending(question(**values))

    assert (found.e164, found.reason) == (e164, reason)


def test_zone_of_the_workspace_and_default_code_come_next(monkeypatch: pytest.MonkeyPatch) -> None:
    by_zone = resolve_for_sending(question(phone_raw=BERLIN, zone="Europe/Berlin"))
    monkeypatch.setenv("GHL_DEFAULT_COUNTRY_CALLING_CODE", "+49")
    by_code = resolve_for_sending(question(phone_raw=BERLIN))

    assert (by_zone.e164, by_zone.source) == ("+4930901820", "workspace")
    assert (by_code.e164, by_code.source) == ("+4930901820", "default_calling_code")


def test_model_is_not_asked_unless_switched_on(simulator: RunningSimulator) -> None:
    answers(simulator, {"region": "DE", "confidence": 1})
    asked = question(phone_raw=BERLIN)

    with no_context():
        found = resolve_with_model(asked)

    assert (found.e164, asked_model(simulator)) == (None, [])


def test_model_is_not_asked_for_what_is_known(simulator: RunningSimulator, model_on: None) -> None:
    asked = [question(phone="+14155552671"), question(phone_raw="12"), question()]

    with no_context():
        found = [resolve_with_model(one).reason for one in asked]

    assert (found, asked_model(simulator)) == ([None, "no_digits", "missing_phone"], [])


def test_country_a_model_names_completes_the_stored_digits(
    simulator: RunningSimulator,
    model_on: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PHONE_E164_AI_MODEL", "gpt-5")
    answers(simulator, {"region": "de", "confidence": 0.95})
    asked = question(phone_raw=BERLIN, company_website="praxis.example")

    with no_context():
        found = resolve_with_model(asked)

    assert (found.e164, found.source, found.country) == ("+4930901820", "ai_region", "DE")
    (call,) = asked_model(simulator)
    assert (call["model"], call["metadata"]) == ("gpt-5", {"prompt_key": "leads.phone_region.v1"})
    assert call["text"]["format"]["schema"]["required"] == ["region", "confidence"]


@pytest.mark.parametrize(
    "answer",
    [
        {"region": "DE", "confidence": 0.89},
        {"region": "", "confidence": 1},
        {"region": "+4930901820", "confidence": 1},
        {"region": "4930", "confidence": 1},
        {"region": "JP", "confidence": 1},
        {"region": "DE", "confidence": 1, "e164": "+4930901820"},
        {"region": "DE 030901820", "confidence": 1},
        {"phone": "+4930901820"},
    ],
)
def test_hard_03_model_never_supplies_digits(
    simulator: RunningSimulator,
    model_on: None,
    answer: dict[str, Any],
) -> None:
    """Unsure, no country, a country the digits do not fit, or anything beyond a country: no number."""
    answers(simulator, answer)
    asked = question(phone_raw=BERLIN)

    with no_context():
        found = resolve_with_model(asked)

    assert (found.e164, found.reason) == (None, "unresolved")
    assert asked_model(simulator)


@pytest.mark.parametrize(
    ("value", "threshold"), [("", 0.9), ("0.5", 0.5), ("7", 1.0), ("-1", 0.0), ("much", 0.9), ("nan", 0.9)]
)
def test_threshold_is_read_leniently(monkeypatch: pytest.MonkeyPatch, value: str, threshold: float) -> None:
    monkeypatch.setenv("PHONE_E164_AI_CONFIDENCE_THRESHOLD", value)

    assert env.region_threshold() == threshold
