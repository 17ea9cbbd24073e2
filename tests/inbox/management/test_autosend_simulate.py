"""The command that tries another threshold on the past."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from inbox.models import Draft, DraftEvent, SendOrder
from tests.factories.inbox import DraftFactory
from tests.factories.leads import EmailCampaignFactory, LeadFactory

pytestmark = pytest.mark.django_db


def run(workspace, **options) -> list[str]:
    out = StringIO()
    call_command("autosend_simulate", workspace=workspace.pk, stdout=out, **{"threshold": 0.85, **options})
    return out.getvalue().splitlines()


@pytest.fixture
def campaign():
    return EmailCampaignFactory(name="Spring", response_mode="AI_AUTO_SEND")


def judged(campaign, confidence: float, code: str, action: str = "needs_review", **values) -> Draft:
    return DraftFactory(
        lead=LeadFactory(workspace=campaign.workspace, email_campaign=campaign),
        auto_send_confidence=confidence,
        auto_send_reason_code=code,
        auto_send_action=action,
        auto_send_evaluated_at=timezone.now(),
        **values,
    )


def test_what_another_threshold_would_have_sent_is_counted_and_nothing_is_written(campaign):
    judged(campaign, 0.95, "approved", "send_delayed")
    judged(campaign, 0.87, "below_threshold", response_disposition="EDITED", status="approved")
    judged(campaign, 0.86, "shadow:needs_review,below_threshold", "skip")
    judged(campaign, 0.8, "below_threshold")
    judged(campaign, 0.95, "requires_human_review")
    judged(campaign, 0.95, "post_ai_invariant_failed:placeholder")
    before = list(Draft.objects.order_by("pk").values())

    lines = run(campaign.workspace)

    assert lines == [
        "Spring: judged 6, sent 1, at 0.85 3 (edited 1, rejected 0), held back by rules 1",
        "3 of 6 would be sent; nothing was written",
    ]
    assert list(Draft.objects.order_by("pk").values()) == before
    assert (DraftEvent.objects.count(), SendOrder.objects.count()) == (0, 0)


@pytest.mark.parametrize("options", [{"threshold": 0.4}, {"threshold": 1.01}, {"days": 0}, {"days": 366}])
def test_values_out_of_bounds_are_refused(campaign, options):
    with pytest.raises(CommandError):
        run(campaign.workspace, **options)
