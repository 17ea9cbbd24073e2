"""What the inbox counts and logs (07, Observability)."""

import pytest
import structlog
from prometheus_client import REGISTRY

from inbox.enums import ApprovalSource, DraftClosedReason
from inbox.services.approving import approve_draft, reject_draft, supersede_pending
from inbox.services.checking import Seen, Text
from inbox.services.marking import change_sentiment
from tests.inbox.desk import make_desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return make_desk()


def value(name, **labels):
    return REGISTRY.get_sample_value(name, labels) or 0


def approve(desk, content=None, seen=None):
    return approve_draft(
        desk.draft.pk,
        source=ApprovalSource.DASHBOARD,
        text=Text(content=content),
        seen=Seen(message_id=seen or desk.reply.pk),
        by=desk.setter,
    )


def test_list_and_counts_are_timed(client, desk):
    names = ("zrg_inbox_list_seconds_count", "zrg_inbox_counts_seconds_count")
    before = value(names[0], tab="responses"), value(names[1])

    client.login_as(desk.owner).get("/?tab=responses")

    assert (value(names[0], tab="responses"), value(names[1])) == (before[0] + 1, before[1] + 1)


@pytest.mark.parametrize(("content", "edited"), [(None, "no"), ("Another text.", "yes")])
def test_approval_is_counted_and_logged(desk, content, edited):
    before = value("zrg_draft_decisions_total", decision="approved", edited=edited)

    with structlog.testing.capture_logs() as logs:
        assert approve(desk, content).state == "queued"

    assert value("zrg_draft_decisions_total", decision="approved", edited=edited) == before + 1
    assert [one["edited"] for one in logs if one["event"] == "draft.approved"] == [edited == "yes"]


def test_second_approval_is_a_conflict(desk):
    approve(desk)
    before = value("zrg_approve_conflicts_total", reason="already_decided")

    assert approve(desk).state == "already_decided"

    assert value("zrg_approve_conflicts_total", reason="already_decided") == before + 1


@pytest.mark.parametrize("decision", ["rejected", "superseded"])
def test_every_other_end_is_counted(desk, decision):
    before = value("zrg_draft_decisions_total", decision=decision, edited="no")

    if decision == "rejected":
        reject_draft(desk.draft.pk, by=desk.setter)
    else:
        supersede_pending(desk.lead.pk, "email", DraftClosedReason.MANUAL_REPLY_SENT)

    assert value("zrg_draft_decisions_total", decision=decision, edited="no") == before + 1


def test_sentiment_of_a_person_is_logged_with_who(desk):
    with structlog.testing.capture_logs() as logs:
        change_sentiment(desk.lead, "Follow Up", by=desk.setter)

    (line,) = [one for one in logs if one["event"] == "lead.sentiment_set"]
    assert (line["tag"], line["by"], line["lead"]) == ("Follow Up", str(desk.setter.pk), str(desk.lead.pk))
