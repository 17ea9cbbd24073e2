"""Running a prompt against a model over HTTP: deadlines, retries, parameters, broken answers, statistics."""

import time

import httpx2
import pytest
from django.db import OperationalError

from tests.factories.workspaces import WorkspaceFactory
from tests.support.simulator import simulator  # noqa: F401
from zrg.ai import prompts, runner
from zrg.ai.contracts import CallScope, Prompt, PromptMessage
from zrg.ai.models import AIInteraction
from zrg.ai.runner import Override, run_json_prompt, run_text_prompt

pytestmark = pytest.mark.django_db

SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["word"],
    "properties": {"word": {"type": "string"}},
}


def prompt(key: str, **changes) -> Prompt:
    values = {
        "key": key,
        "feature_id": "test",
        "purpose": "test",
        "messages": (PromptMessage(role="user", text="{{reply}}"),),
        "model": "gpt-5-mini",
        "effort": "low",
        "min_output_tokens": 100,
        "max_output_tokens": 200,
        "output_cap": 300,
    }
    return Prompt(**{**values, **changes})


TEXT = prompt("test.text.v1")
JSON = prompt("test.json.v1", schema=SCHEMA)
WARM = prompt("test.warm.v1", model="gpt-4o", effort=None, temperature=0.8)


@pytest.fixture(autouse=True)
def registered(monkeypatch):
    monkeypatch.setattr(prompts, "_prompts", {**prompts._prompts, **{one.key: one for one in (TEXT, JSON, WARM)}})


@pytest.fixture
def scope():
    return CallScope(workspace_id=WorkspaceFactory().pk, source="test")


@pytest.fixture
def sent_timeouts(monkeypatch):
    """The timeouts of every request that left, as the HTTP library was told them."""
    seen = []
    send = httpx2.Client.send

    def watched(self, request, **options):
        seen.append(request.extensions["timeout"])
        return send(self, request, **options)

    monkeypatch.setattr(httpx2.Client, "send", watched)
    return seen


def answer(text: str, **changes) -> dict:
    return {
        "id": "r1",
        "object": "response",
        "created_at": 1,
        "model": "gpt-5-mini",
        "status": "completed",
        "output": [
            {
                "id": "m1",
                "type": "message",
                "role": "assistant",
                "status": "completed",
                "content": [{"type": "output_text", "text": text, "annotations": []}],
            }
        ],
        "usage": {"input_tokens": 5, "output_tokens": 2, "total_tokens": 7},
        **changes,
    }


def scripted(simulator, **respond):  # noqa: F811
    simulator.script("openai", "*/responses", method="POST", **respond)


def run(key, scope, *, seconds=20.0, call=run_text_prompt, **options):
    return call(key, {"reply": "Hello"}, scope=scope, deadline=time.monotonic() + seconds, **options)


def test_hard_05_every_call_has_a_timeout(simulator, scope, sent_timeouts):  # noqa: F811
    """Also the repeat without a rejected parameter; never more than the deadline leaves."""
    rejected = {"error": {"message": "no", "type": "invalid_request_error", "param": "temperature", "code": None}}
    scripted(simulator, status=400, body=rejected)
    scripted(simulator, status=500, body={"error": {"message": "x"}})
    scripted(simulator, status=200, body=answer("Hello there"))

    result = run(WARM.key, scope, seconds=7.0)

    assert result.value == "Hello there"
    assert len(sent_timeouts) == 3
    assert all(0 < seconds <= 7.0 for timeout in sent_timeouts for seconds in timeout.values())


def test_no_call_is_started_without_time_for_it(simulator, scope):  # noqa: F811
    assert run(TEXT.key, scope, seconds=0.5).error_code == "timeout"
    assert simulator.requests("openai", "*", "POST") == []


def test_slow_model_is_given_up_at_the_deadline(simulator, scope):  # noqa: F811
    scripted(simulator, delay_ms=5_000, times=5)
    started = time.monotonic()

    result = run(TEXT.key, scope, seconds=1.5)

    assert result.error_code == "timeout"
    assert time.monotonic() - started < 4


def test_rejected_parameter_is_not_sent_again_by_the_next_attempt(simulator, scope):  # noqa: F811
    rejected = {"error": {"message": "no", "type": "invalid_request_error", "param": "temperature", "code": None}}
    scripted(simulator, status=400, body=rejected)
    scripted(simulator, status=200, body=answer("  "))
    scripted(simulator, status=200, body=answer("Hello"))

    result = run(WARM.key, scope)

    bodies = [entry["json"] for entry in simulator.requests("openai", "*", "POST")]
    assert result.value == "Hello"
    assert ["temperature" in body for body in bodies] == [True, False, False]


@pytest.mark.parametrize(
    ("respond", "code"),
    [
        ({"status": 200, "body": "<html>proxy</html>"}, "parse_error"),
        ({"status": 200, "body": []}, "parse_error"),
        ({"status": 200, "body": answer("no json")}, "parse_error"),
        ({"status": 200, "body": answer("[" * 5000)}, "parse_error"),
        ({"status": 200, "body": answer('{"word": 5}')}, "schema_violation"),
        ({"status": 200, "body": answer('{"word": "a", "more": 1}')}, "schema_violation"),
        ({"status": 200, "body": answer('{"word":', status="incomplete")}, "incomplete_output"),
        ({"status": 200, "body": answer("", status="failed")}, "api_error"),
        ({"status": 200, "body": answer("x", output=None)}, "parse_error"),
        ({"status": 429, "body": {"error": {"message": "slow down"}}}, "rate_limit"),
        ({"status": 503, "body": {"error": {"message": "down"}}}, "api_error"),
        ({"close": "before"}, "api_error"),
    ],
)
def test_unusable_answers_have_a_code_and_are_tried_again(simulator, scope, respond, code):  # noqa: F811
    scripted(simulator, times=2, **respond)

    result = run(JSON.key, scope, call=run_json_prompt)

    assert (result.value, result.error_code) == (None, code)
    assert len(simulator.requests("openai", "*", "POST")) == 2
    assert list(AIInteraction.objects.values_list("status", "error_code")) == [("error", code)] * 2


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_refusals_of_the_request_are_not_repeated(simulator, scope, status):  # noqa: F811
    scripted(simulator, times=3, status=status, body={"error": {"message": "marker@example.com", "type": "t"}})

    result = run(TEXT.key, scope)

    assert result.error_code == "api_error"
    assert len(simulator.requests("openai", "*", "POST")) == 1
    assert AIInteraction.objects.get().error_summary == f"{status} t"


def test_text_comes_without_characters_the_database_cannot_hold(simulator, scope):  # noqa: F811
    scripted(simulator, status=200, body=answer("a\x00bc"))
    scripted(simulator, status=200, body=answer('{"word": "a\\u0000b\\ud83dc"}'))

    assert run(TEXT.key, scope).value == "abc"
    assert run(JSON.key, scope, call=run_json_prompt).value == {"word": "abc"}


def test_failing_statistics_never_fail_the_work(simulator, scope, monkeypatch):  # noqa: F811
    def lost(**values):
        raise OperationalError("gone")

    monkeypatch.setattr(AIInteraction.objects, "create", lost)
    scripted(simulator, status=200, body=answer("Hello"))

    assert run(TEXT.key, scope).value == "Hello"


def test_fewer_attempts_when_asked(simulator, scope):  # noqa: F811
    scripted(simulator, times=5, status=500, body={"error": {"message": "x"}})

    run(TEXT.key, scope, override=Override(max_attempts=1))

    assert len(simulator.requests("openai", "*", "POST")) == 1


def test_switched_off_models_are_not_called(simulator, scope, monkeypatch):  # noqa: F811
    monkeypatch.setenv("AI_DISABLED", "1")

    assert run(TEXT.key, scope).error_code == "disabled"
    assert simulator.requests("openai", "*", "POST") == []
    assert runner.DEFAULT_CEILING_SECONDS == 90.0
