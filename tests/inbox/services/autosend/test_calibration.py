"""A threshold holds for the evaluator it was found with."""

import pytest

from inbox.services.autosend.calibration import protect_thresholds
from leads.models import EmailCampaign, SmsCampaign
from leads.services.campaign_settings import change_campaign
from tests.factories.leads import EmailCampaignFactory
from tests.integrations.support import announced
from zrg.ai.models import ConfidencePolicy, ConfidencePolicyRevision
from zrg.ai.services.policies import set_policy, thresholds
from zrg.jobs.contracts import Notice
from zrg.workspaces.models import AdminAuditEvent

pytestmark = pytest.mark.django_db


def threshold(campaign: EmailCampaign) -> float:
    return EmailCampaign.objects.get(pk=campaign.pk).auto_send_confidence_threshold


@pytest.fixture
def low(world):
    world.set_campaign(auto_send_confidence_threshold=0.7)
    protect_thresholds(world.workspace.pk)
    return world


def test_the_first_look_only_remembers_who_judges(low):
    assert threshold(low.campaign) == 0.7
    assert ConfidencePolicy.objects.get().config["basis"].startswith("gpt-5-mini code:")
    assert AdminAuditEvent.objects.count() == 0


def test_another_model_raises_what_is_below_and_nothing_else(low):
    high = EmailCampaignFactory(workspace=low.workspace, auto_send_confidence_threshold=0.95)
    foreign = EmailCampaignFactory(auto_send_confidence_threshold=0.7)
    text = SmsCampaign.objects.create(
        workspace=low.workspace, name="Texts", name_normalized="texts", auto_send_confidence_threshold=0.5
    )
    low.configure(auto_send_evaluator_model="gpt-5.2")

    with announced(Notice) as heard:
        assert protect_thresholds(low.workspace.pk) == 2
        assert protect_thresholds(low.workspace.pk) == 0

    text.refresh_from_db()
    events = AdminAuditEvent.objects.values_list("action", "actor", "reason")
    assert (threshold(low.campaign), threshold(high), threshold(foreign)) == (0.9, 0.95, 0.7)
    assert text.auto_send_confidence_threshold == 0.9
    assert list(events) == [("campaign.changed", None, "calibration_stale")] * 2
    assert [notice.kind for notice in heard] == ["autosend_thresholds_raised"]
    assert ConfidencePolicyRevision.objects.count() == 2


def test_a_person_may_confirm_the_old_threshold(low):
    low.configure(auto_send_evaluator_model="gpt-5.2")
    protect_thresholds(low.workspace.pk)

    campaign = EmailCampaign.objects.get(pk=low.campaign.pk)
    change_campaign(campaign, {"auto_send_confidence_threshold": 0.7}, by=low.person, version=None, reason="Looked")

    assert (protect_thresholds(low.workspace.pk), threshold(low.campaign)) == (0, 0.7)


def test_the_very_draft_judged_after_the_change_meets_the_raised_threshold(low):
    low.configure(auto_send_evaluator_model="gpt-5.2")

    decision = low.decide(confidence=0.8)

    assert (decision.action, decision.reason, low.draft.auto_send_threshold) == ("needs_review", "below_threshold", 0.9)


def test_new_thresholds_keep_the_basis_and_a_missing_one_falls_back(low, caplog):
    set_policy(low.workspace.pk, "auto_send.campaign", {"other": 0.8}, by=low.person)

    assert thresholds(low.workspace.pk, "auto_send.campaign", {"spring": 0.9}) == {"spring": 0.9}
    assert "autosend.policy_fallback" in caplog.text
    assert "basis" in ConfidencePolicy.objects.get().config
