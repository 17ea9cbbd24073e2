"""The daily cost cap: what is spent, what stops, who hears of it."""

import time
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from tests.factories import WorkspaceFactory
from tests.zrg.ai.support import make_prompt, use_prompts
from zrg.ai import throttle
from zrg.ai.contracts import CallScope
from zrg.ai.models import AIInteraction
from zrg.ai.rules.thrift import stops
from zrg.ai.runner import run_text_prompt
from zrg.ai.services.budget import budget_of, cap_state, is_capped
from zrg.jobs.models import BackgroundJob

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _nothing_said_yet(monkeypatch):
    monkeypatch.setattr(throttle, "_said", {})


def workspace_with(cap, **settings):
    values = {f"settings__{name}": value for name, value in settings.items()}
    return WorkspaceFactory(settings__ai_daily_cost_cap_usd=cap, **values)


def spend(workspace, usd, at=None, **values):
    row = AIInteraction.objects.create(
        workspace=workspace,
        source="test",
        feature_id="test",
        prompt_key="test",
        prompt_version="",
        model="gpt-5.1",
        status="success",
        cost_usd=usd,
        **values,
    )
    if at is not None:
        AIInteraction.objects.filter(pk=row.pk).update(created_at=at)


def notices(workspace) -> list[str]:
    jobs = BackgroundJob.objects.filter(workspace=workspace, payload__event="Notice")
    return sorted(job.payload["data"]["kind"] for job in jobs)


def test_without_a_cap_nothing_stops():
    workspace = workspace_with(None)
    spend(workspace, Decimal(1000))

    assert (cap_state(workspace.pk), budget_of(workspace.pk)) == ("ok", None)
    assert notices(workspace) == []


@pytest.mark.parametrize(
    ("spent", "state", "told"),
    [
        ("7.99", "ok", []),
        ("8.00", "near", ["ai_budget_near"]),
        ("9.99", "near", ["ai_budget_near"]),
        ("10.00", "capped", ["ai_budget_capped"]),
        ("12.00", "capped", ["ai_budget_capped"]),
    ],
)
def test_people_hear_at_80_percent_and_at_the_cap_once_a_day(spent, state, told, monkeypatch):
    workspace = workspace_with(Decimal(10))
    spend(workspace, Decimal(spent))
    spend(workspace, None)
    spend(WorkspaceFactory(), Decimal(50))

    assert cap_state(workspace.pk) == state
    monkeypatch.setattr(throttle, "_said", {})  # another process
    assert is_capped(workspace.pk) is (state == "capped")
    assert notices(workspace) == told


def test_a_cap_of_nothing_is_always_reached():
    assert cap_state(workspace_with(Decimal(0)).pk) == "capped"


def test_the_day_is_the_workspaces():
    workspace = workspace_with(Decimal(10), timezone="Pacific/Auckland")  # 13 hours before UTC in November
    spend(workspace, Decimal(4), at=datetime(2026, 11, 20, 10, 59, tzinfo=UTC))
    spend(workspace, Decimal(3), at=datetime(2026, 11, 20, 11, 0, tzinfo=UTC))

    budget = budget_of(workspace.pk, now=datetime(2026, 11, 20, 23, 0, tzinfo=UTC))

    assert budget is not None
    assert (budget.day, budget.spent_usd, budget.percent, budget.state) == ("2026-11-21", Decimal(3), 30, "ok")


@pytest.mark.parametrize(
    ("key", "limit"),
    [
        ("lead_scoring.score.v1", "0.95"),
        ("insights.chat.v1", "0.96"),
        ("draft.fast_regen.email.v1", "0.97"),
        ("auto_send.revise.v1", "0.98"),
        ("draft.verify.email.step3.v1", "0.99"),
        ("draft.generate.email.generation.v1", "1"),
    ],
)
def test_the_most_dispensable_stops_first(key, limit):
    assert not stops(key, Decimal(limit) - Decimal("0.0001"))
    assert stops(key, Decimal(limit))


@pytest.mark.parametrize(
    "key",
    ["sentiment.classify.v1", "meeting.overseer.gate.v1", "auto_send.evaluate.v1", "auto_reply_gate.decide.v1"],
)
def test_classification_and_gates_go_on(key):
    assert not stops(key, Decimal(5))


def test_a_capped_call_is_not_made_and_leaves_a_skip(simulator, monkeypatch):
    drafting, reading = make_prompt("draft.generate.test.v1"), make_prompt("sentiment.test.v1")
    use_prompts(monkeypatch, drafting, reading)
    workspace = workspace_with(Decimal(10))
    spend(workspace, Decimal(10))
    scope = CallScope(workspace_id=workspace.pk, source="test")
    simulator.script("openai", "*/responses", method="POST", times=2, status=500, body={"error": {"message": "x"}})

    def run(key):
        variables = {"goals": "", "reply": "Hello"}
        return run_text_prompt(key, variables, scope=scope, deadline=time.monotonic() + 20).error_code

    assert run(drafting.key) == "budget_exhausted"
    assert simulator.requests("openai", "*", "POST") == []
    row = AIInteraction.objects.order_by("-created_at")[0]
    assert (row.feature_id, row.metadata) == (
        "ai.route_skipped",
        {"routeSkip": {"route": drafting.key, "reason": "budget_exhausted"}},
    )
    assert run(reading.key) == "api_error"
    assert len(simulator.requests("openai", "*", "POST")) == 2


def test_the_budget_is_two_reads(django_assert_num_queries):
    workspace = workspace_with(Decimal(10))
    spend(workspace, Decimal(1))

    with django_assert_num_queries(2):
        budget_of(workspace.pk, now=timezone.now())
