"""What operators are warned of."""

from datetime import timedelta

import pytest
from django.utils import timezone
from prometheus_client import generate_latest
from prometheus_client.registry import CollectorRegistry

from inbox.metrics import FailedClassificationsCollector
from inbox.services.watching import is_unusual, warn_of_failures, warn_of_opt_outs
from tests.factories.inbox import MessageFactory
from tests.factories.leads import LeadFactory
from tests.integrations.support import announced
from zrg.jobs.contracts import Notice

pytestmark = pytest.mark.django_db


def replies(lead, count, *, opt_outs, days):
    sent_at = timezone.now() - timedelta(days=days)
    for number in range(count):
        kind = "opt_out" if number < opt_outs else "none"
        MessageFactory(lead=lead, body="x", safety_kind=kind, sent_at=sent_at)


@pytest.mark.parametrize(
    ("today", "before", "warned"), [((10, 6), (20, 3), True), ((10, 4), (20, 0), False), ((20, 6), (20, 2), False)]
)
def test_opt_outs_beyond_three_times_the_usual(today, before, warned):
    lead, other = LeadFactory(), LeadFactory()
    replies(lead, today[0], opt_outs=today[1], days=0.5)
    replies(lead, before[0], opt_outs=before[1], days=5)
    replies(other, 30, opt_outs=0, days=5)

    with announced(Notice) as notices:
        assert warn_of_opt_outs(lead.workspace_id, now=timezone.now()) is warned
        warn_of_opt_outs(lead.workspace_id, now=timezone.now())

    assert len(notices) == int(warned)
    assert all((notice.kind, notice.workspace_id) == ("platform_alert", None) for notice in notices)


def test_a_workspace_without_a_past_is_not_judged():
    lead = LeadFactory()
    replies(lead, 10, opt_outs=9, days=0.5)

    assert warn_of_opt_outs(lead.workspace_id, now=timezone.now()) is False


def test_rate_is_compared_with_the_mean():
    assert is_unusual(0.31, 0.1)
    assert not is_unusual(0.3, 0.1)


@pytest.mark.parametrize(("failed", "warned"), [(20, 0), (21, 1)])
def test_many_unread_replies_are_an_alert(failed, warned):
    lead = LeadFactory()
    for _ in range(failed):
        MessageFactory(lead=lead, classification_state="failed")

    with announced(Notice) as notices:
        assert warn_of_failures(now=timezone.now()) == failed

    assert len(notices) == warned
    registry = CollectorRegistry()
    registry.register(FailedClassificationsCollector())
    assert f"zrg_classification_failed {float(failed)}" in generate_latest(registry).decode()
