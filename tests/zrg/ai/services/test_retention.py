"""Statistics are rolled up before they are pruned."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from tests.factories.workspaces import WorkspaceFactory
from zrg.ai.models import AIInteraction, AIUsageDaily
from zrg.ai.services.retention import run_ai_retention
from zrg.jobs.contracts import RunContext

pytestmark = pytest.mark.django_db


def call(workspace, *, days_ago: int, **values):
    row = AIInteraction.objects.create(
        workspace=workspace,
        source="test",
        prompt_key="draft.generate.email.v1",
        prompt_version="code:12345678",
        model="gpt-5.1",
        **{
            "feature_id": "draft.single",
            "status": "success",
            "input_tokens": 100,
            "output_tokens": 10,
            "latency_ms": 200,
            **values,
        },
    )
    AIInteraction.objects.filter(pk=row.pk).update(created_at=timezone.now() - timedelta(days=days_ago))


def run() -> RunContext:
    context = RunContext(job="ai-retention", deadline=float("inf"), correlation_id="test")
    run_ai_retention(context)
    return context


def test_finished_days_are_rolled_up_once():
    workspace = WorkspaceFactory()
    call(workspace, days_ago=1, cost_usd=Decimal("0.001"))
    call(workspace, days_ago=1, status="error", latency_ms=900, cost_usd=Decimal("0.002"))
    call(workspace, days_ago=0)

    run()
    run()

    usage = AIUsageDaily.objects.get()
    assert (usage.calls, usage.errors, usage.input_tokens, usage.cost_usd) == (2, 1, 200, Decimal("0.003000"))
    assert (usage.latency_p50_ms, usage.latency_p95_ms) == (200, 900)


def test_old_rows_go_and_young_rows_stay():
    workspace = WorkspaceFactory()
    call(workspace, days_ago=31)
    call(workspace, days_ago=29)

    context = run()

    assert AIInteraction.objects.count() == 1
    assert context.stats["ai_interactions"] == 1


def test_a_call_that_was_not_made_is_no_call():
    workspace = WorkspaceFactory()
    call(workspace, days_ago=1, feature_id="ai.route_skipped")

    run()

    assert not AIUsageDaily.objects.exists()


def test_daily_figures_stay_400_days():
    workspace = WorkspaceFactory()
    today = timezone.now().date()
    for days in (401, 400):
        AIUsageDaily.objects.create(
            workspace=workspace,
            day=today - timedelta(days=days),
            prompt_key="sentiment.classify.v1",
            model="gpt-5-mini",
        )

    context = run()

    assert [row.day for row in AIUsageDaily.objects.all()] == [today - timedelta(days=400)]
    assert context.stats["ai_usage_days"] == 1
