"""Thresholds and guidance: read with defaults, written with a history."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from tests.factories.workspaces import WorkspaceFactory
from zrg.ai.enums import GuidanceKind
from zrg.ai.models import ConfidencePolicy, ConfidencePolicyRevision, Guidance
from zrg.ai.services.guidance import guidance_for, write_guidance
from zrg.ai.services.policies import set_policy, thresholds
from zrg.lib.errors import BadInput
from zrg.workspaces.models import AdminAuditEvent

pytestmark = pytest.mark.django_db

KEY = "followup.auto_book"
DEFAULTS = {"proposed_times_match_threshold": 0.9, "other": 0.5}


def test_a_missing_policy_means_the_defaults():
    assert thresholds(WorkspaceFactory().pk, KEY, DEFAULTS) == DEFAULTS


@pytest.mark.parametrize(
    "config", [{}, {"thresholds": []}, {"thresholds": {"other": "high"}}, {"thresholds": {"other": True}}, []]
)
def test_what_is_no_number_is_the_default(config):
    workspace = WorkspaceFactory()
    ConfidencePolicy.objects.create(workspace=workspace, policy_key=KEY, config=config)

    assert thresholds(workspace.pk, KEY, DEFAULTS) == DEFAULTS


def test_a_change_is_kept_with_what_it_replaced():
    workspace = WorkspaceFactory()

    set_policy(workspace.pk, KEY, {"other": 0.6}, by=workspace.owner)
    set_policy(workspace.pk, KEY, {"other": 0.7}, by=workspace.owner, reason="calibration")

    assert thresholds(workspace.pk, KEY, DEFAULTS) == {**DEFAULTS, "other": 0.7}
    revision = ConfidencePolicyRevision.objects.order_by("-created_at")[0]
    assert (revision.old_config, revision.new_config, revision.reason, revision.author) == (
        {"thresholds": {"other": 0.6}},
        {"thresholds": {"other": 0.7}},
        "calibration",
        workspace.owner,
    )
    assert AdminAuditEvent.objects.filter(action="confidence_policy.changed").count() == 2


@pytest.mark.parametrize("value", [1.1, -0.1, float("nan"), True, "0.5"])
def test_a_threshold_out_of_range_changes_nothing(value):
    workspace = WorkspaceFactory()

    with pytest.raises(BadInput):
        set_policy(workspace.pk, KEY, {"other": value}, by=None)

    assert not ConfidencePolicy.objects.exists()
    assert not ConfidencePolicyRevision.objects.exists()


def test_guidance_is_redacted_and_cut():
    workspace = WorkspaceFactory()

    kept = write_guidance(
        workspace.pk, GuidanceKind.INSIGHT_PACK, ["mail ann@acme.example  about\nhttps://a.example/x", " ", "x" * 400]
    )

    assert kept == 2
    pieces = {row.piece for row in Guidance.objects.all()}
    assert pieces == {"mail [email] about [link]", "x" * 320}


def test_a_campaign_without_guidance_uses_the_workspaces():
    workspace, campaign, now = WorkspaceFactory(), uuid4(), timezone.now()
    write_guidance(workspace.pk, GuidanceKind.INSIGHT_PACK, ["of the workspace"])
    assert [row.piece for row in guidance_for(workspace.pk, campaign, now=now)] == ["of the workspace"]

    write_guidance(workspace.pk, GuidanceKind.INSIGHT_PACK, ["of the campaign"], email_campaign_id=campaign)
    assert [row.piece for row in guidance_for(workspace.pk, campaign, now=now)] == ["of the campaign"]
    assert guidance_for(workspace.pk, campaign, now=now + timedelta(days=31)) == []
    assert guidance_for(WorkspaceFactory().pk, campaign, now=now) == []
