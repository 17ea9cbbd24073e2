"""Running a prompt against a model over HTTP: deadlines, retries, parameters, broken answers, statistics."""

import time

import httpx2
import pytest
from django.db import OperationalError

from tests.factories.workspaces import WorkspaceFactory
from tests.zrg.ai.support import use_prompts
from zrg.ai import circuit as circuit_module
from zrg.ai import env, prompts, throttle
from zrg.ai.contracts import CallScope, Prompt, PromptMessage
from zrg.ai.models import AIInteraction, PromptOverride
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
SCALED = prompt("test.scaled.v1", budget_scale=1.5, budget_overhead=20, output_cap=240, max_attempts=3)
COUNTING = prompt("test.counting.v1", prefers_token_count=True)
DROPPING = prompt("test.dropping.v1", temperature=0.8)
FULL = prompt("test.full.v1", min_output_tokens=300, max_output_tokens=300)
COUNTED = {"object": "response.input_tokens", "input_tokens": 150}


@pytest.fixture(autouse=True)
def registered(monkeypatch):
    use_prompts(monkeypatch, TEXT, JSON, WARM, SCALED, COUNTING, DROPPING, FULL)


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


def scripted(simulator, **respond):
    simulator.script("openai", "*/responses", method="POST", **respond)


def run(key, scope, *, seconds=20.0, call=run_text_prompt, **options):
    return call(key, {"reply": "Hello"}, scope=scope, deadline=time.monotonic() + seconds, **options)


def test_hard_05_every_call_has_a_timeout(simulator, scope, sent_timeouts):
    """Also the repeat without a rejected parameter; never more than the deadline leaves."""
    rejected = {"error": {"message": "no", "type": "invalid_request_error", "param": "temperature", "code": None}}
    scripted(simulator, status=400, body=rejected)
    scripted(simulator, status=500, body={"error": {"message": "x"}})
    scripted(simulator, status=200, body=answer("Hello there"))

    result = run(WARM.key, scope, seconds=7.0)

    assert result.value == "Hello there"
    assert len(sent_timeouts) == 3
    assert all(0 < seconds <= 7.0 for timeout in sent_timeouts for seconds in timeout.values())


def test_no_call_is_started_without_time_for_it(simulator, scope):
    assert run(TEXT.key, scope, seconds=0.5).error_code == "timeout"
    assert simulator.requests("openai", "*", "POST") == []


def test_slow_model_is_given_up_at_the_deadline(simulator, scope):
    scripted(simulator, delay_ms=5_000, times=5)
    started = time.monotonic()

    result = run(TEXT.key, scope, seconds=1.5)

    assert result.error_code == "timeout"
    assert time.monotonic() - started < 4


def test_rejected_parameter_is_not_sent_again_by_the_next_attempt(simulator, scope):
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
def test_unusable_answers_have_a_code_and_are_tried_again(simulator, scope, respond, code):
    scripted(simulator, times=2, **respond)

    result = run(JSON.key, scope, call=run_json_prompt)

    assert (result.value, result.error_code) == (None, code)
    assert len(simulator.requests("openai", "*", "POST")) == 2
    assert list(AIInteraction.objects.values_list("status", "error_code")) == [("error", code)] * 2


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_refusals_of_the_request_are_not_repeated(simulator, scope, status):
    scripted(simulator, times=3, status=status, body={"error": {"message": "marker@example.com", "type": "t"}})

    result = run(TEXT.key, scope)

    assert result.error_code == "api_error"
    assert len(simulator.requests("openai", "*", "POST")) == 1
    assert AIInteraction.objects.get().error_summary == f"{status} t"


def test_text_comes_without_characters_the_database_cannot_hold(simulator, scope):
    scripted(simulator, status=200, body=answer("a\x00bc"))
    scripted(simulator, status=200, body=answer('{"word": "a\\u0000b\\ud83dc"}'))

    assert run(TEXT.key, scope).value == "abc"
    assert run(JSON.key, scope, call=run_json_prompt).value == {"word": "abc"}


def test_failing_statistics_never_fail_the_work(simulator, scope, monkeypatch):
    def lost(**values):
        raise OperationalError("gone")

    monkeypatch.setattr(AIInteraction.objects, "create", lost)
    scripted(simulator, status=200, body=answer("Hello"))

    assert run(TEXT.key, scope).value == "Hello"


def test_fewer_attempts_when_asked(simulator, scope):
    scripted(simulator, times=5, status=500, body={"error": {"message": "x"}})

    run(TEXT.key, scope, override=Override(max_attempts=1))

    assert len(simulator.requests("openai", "*", "POST")) == 1


def test_switched_off_models_are_not_called(simulator, scope, monkeypatch):
    monkeypatch.setenv("AI_DISABLED", "1")

    assert run(TEXT.key, scope).error_code == "disabled"
    assert simulator.requests("openai", "*", "POST") == []
    assert not AIInteraction.objects.exists()


# --- knobs of the deployment


def test_attempts_and_ceiling_follow_the_environment(simulator, scope, monkeypatch, sent_timeouts):
    monkeypatch.setenv("OPENAI_PROMPT_MAX_ATTEMPTS", "3")
    monkeypatch.setenv("OPENAI_TIMEOUT_MS", "2000")
    scripted(simulator, times=9, status=500, body={"error": {"message": "x"}})

    run(TEXT.key, scope)

    assert [timeout["read"] for timeout in sent_timeouts] == [2.0] * 3


def test_a_retry_that_cannot_finish_is_not_started(simulator, scope, monkeypatch):
    scripted(simulator, status=429, headers={"retry-after": "30"}, body={"error": {"message": "slow down"}})

    started = time.monotonic()
    assert run(TEXT.key, scope).error_code == "rate_limit"

    monkeypatch.setenv("OPENAI_PROMPT_RETRY_DELAY_MS", "30000")
    scripted(simulator, status=500, body={"error": {"message": "x"}})
    assert run(TEXT.key, scope).error_code == "api_error"
    assert time.monotonic() - started < 10
    assert len(simulator.requests("openai", "*", "POST")) == 2


def test_the_wait_between_attempts_grows(monkeypatch):
    monkeypatch.setenv("OPENAI_PROMPT_RETRY_DELAY_MS", "100")

    assert [env.retry_delay_seconds(failures) for failures in (1, 2, 3)] == [0.1, 0.2, 0.4]
    monkeypatch.setenv("OPENAI_PROMPT_RETRY_DELAY_MULTIPLIER", "3")
    assert round(env.retry_delay_seconds(3), 3) == 0.9


@pytest.mark.parametrize(
    ("text", "used", "warnings"), [("", 1.2, 0), ("2.5", 2.5, 0), ("9", 3, 1), ("0", 1.01, 1), ("many", 1.2, 1)]
)
def test_a_number_out_of_range_is_moved_and_said_once(monkeypatch, caplog, text, used, warnings):
    monkeypatch.setattr(env, "_warned", set())
    monkeypatch.setenv("OPENAI_RETRY_OUTPUT_TOKENS_MULTIPLIER", text)

    assert [env.retry_output_multiplier() for _ in range(3)] == [used] * 3
    assert [record.msg["event"] for record in caplog.records] == ["ai.env_clamped"] * warnings


def test_budgets_grow_with_the_input_and_from_attempt_to_attempt(simulator, scope):
    scripted(simulator, times=3, status=200, body=answer("x", status="incomplete"))

    run_text_prompt(SCALED.key, {"reply": "word " * 80}, scope=scope, deadline=time.monotonic() + 20)

    bodies = [entry["json"] for entry in simulator.requests("openai", "*", "POST")]
    # 100 tokens x 1.5 + 20, then x 1.2, then the cap
    assert [body["max_output_tokens"] for body in bodies] == [170, 204, 240]


def test_an_answer_cut_at_the_largest_budget_is_not_asked_for_again(simulator, scope):
    scripted(simulator, times=3, status=200, body=answer("x", status="incomplete"))

    result = run(FULL.key, scope)

    assert (result.error_code, len(simulator.requests("openai", "*", "POST"))) == ("incomplete_output", 1)


def test_the_provider_counts_the_input_where_the_prompt_prefers_it(simulator, scope, monkeypatch):
    simulator.script("openai", "*/responses/input_tokens", method="POST", status=200, body=COUNTED)
    scripted(simulator, status=200, body=answer("Hello"))
    run(COUNTING.key, scope)

    simulator.script("openai", "*/responses/input_tokens", method="POST", status=500, body={"error": {"message": "x"}})
    scripted(simulator, status=200, body=answer("Hello"))
    run(COUNTING.key, scope)

    monkeypatch.setenv("AI_USE_INPUT_TOKENS_COUNT", "0")
    scripted(simulator, status=200, body=answer("Hello"))
    run(COUNTING.key, scope)

    sent = [entry["json"] for entry in simulator.requests("openai", "*", "POST")]
    assert [body.get("max_output_tokens") for body in sent] == [None, 150, None, 100, 100]


def test_a_provider_that_refuses_schema_output_is_asked_for_json_in_words(simulator, scope):
    refused = {"error": {"message": "no", "type": "invalid_request_error", "param": "text.format", "code": None}}
    scripted(simulator, status=400, body=refused)
    scripted(simulator, status=200, body=answer('Sure: {"word": "a"} and more {'))
    scripted(simulator, status=200, body=answer('{"word": "b"}'))

    first = run(JSON.key, scope, call=run_json_prompt)

    bodies = [entry["json"] for entry in simulator.requests("openai", "*", "POST")]
    assert (first.value, first.attempts) == ({"word": "a"}, 1)
    assert ["format" in body.get("text", {}) for body in bodies] == [True, False]
    assert '"required":["word"]' in bodies[1]["input"][-1]["content"]


def test_dropped_parameters_are_said_once_an_hour(simulator, scope, caplog, monkeypatch):
    monkeypatch.setattr(throttle, "_said", {})
    caplog.set_level("INFO", logger="zrg.ai.runner")
    scripted(simulator, times=4, status=200, body=answer("Hello"))

    for model in (None, None, "gpt-5", "gpt-5"):
        run(DROPPING.key, scope, override=Override(model=model))

    lines = [record.msg for record in caplog.records if record.name == "zrg.ai.runner"]
    assert [(line["model"], line["parameters"]) for line in lines] == [
        ("gpt-5-mini", ["temperature"]),
        ("gpt-5", ["temperature"]),
    ]


def test_batch_work_leaves_repeats_to_the_library(simulator, scope, monkeypatch, sent_timeouts):
    monkeypatch.setenv("OPENAI_MAX_RETRIES", "1")
    scripted(simulator, status=500, body={"error": {"message": "x"}}, headers={"retry-after-ms": "1"})
    scripted(simulator, status=200, body=answer("Hello"))

    result = run_text_prompt(TEXT.key, {"reply": "Hello"}, scope=scope, deadline=None)

    assert (result.value, result.attempts) == ("Hello", 1)
    assert [timeout["read"] for timeout in sent_timeouts] == [90.0, 90.0]


def test_a_dead_provider_is_left_alone_for_a_while(simulator, scope, monkeypatch):
    clock = [1000.0]
    monkeypatch.setattr(circuit_module.circuit, "_clock", lambda: clock[0])
    scripted(simulator, times=6, close="before")
    for _ in range(3):
        run(TEXT.key, scope)
    assert len(simulator.requests("openai", "*", "POST")) == 6

    rows = AIInteraction.objects.count()
    assert run(TEXT.key, scope).error_code == "api_error"
    assert len(simulator.requests("openai", "*", "POST")) == 6
    assert AIInteraction.objects.count() == rows

    clock[0] += 61
    scripted(simulator, status=200, body=answer("Hello"), times=2)
    assert [run(TEXT.key, scope).value for _ in range(2)] == ["Hello", "Hello"]


def test_an_override_is_what_the_model_reads(simulator, scope):
    row = PromptOverride.objects.create(
        workspace_id=scope.workspace_id,
        prompt_key=TEXT.key,
        role="user",
        index=0,
        base_content_hash=prompts.text_hash("{{reply}}"),
        content="They wrote: {{reply}}",
    )
    scripted(simulator, status=200, body=answer("Hello"))

    run(TEXT.key, scope)

    assert simulator.requests("openai", "*", "POST")[0]["json"]["input"][0]["content"] == "They wrote: Hello"
    assert AIInteraction.objects.get().prompt_version == f"ws_{row.updated_at:%Y%m%d%H%M%S}"
