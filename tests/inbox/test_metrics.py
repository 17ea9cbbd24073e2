"""What the inbox counts and logs (07, Observability)."""

from uuid import uuid4

import pytest
import structlog
from prometheus_client import REGISTRY

from inbox.enums import ApprovalSource, DraftClosedReason
from inbox.services.approving import approve_draft, reject_draft, send_manual, supersede_pending
from inbox.services.checking import Seen, Text
from inbox.services.marking import change_sentiment, snooze, wake
from inbox.services.orders import cancel_order, hold_orders_of
from tests.factories.inbox import SendOrderFactory
from tests.inbox.desk import make_desk
from zrg.workspaces.models import UserPreference

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


def lines(logs, event):
    found = [one for one in logs if one["event"] == event]
    return [{name: said for name, said in one.items() if name not in ("event", "log_level")} for one in found]


def test_sending_by_hand_and_taking_back_are_logged(desk):
    UserPreference.objects.filter(user=desk.setter).update(undo_seconds=10)

    with structlog.testing.capture_logs() as logs:
        sent = send_manual(
            desk.lead.pk,
            channel="email",
            text=Text(content="By hand."),
            seen=Seen(message_id=desk.reply.pk),
            idempotency_key=uuid4(),
            by=desk.setter,
        )
        assert cancel_order(sent.order_id, by=desk.setter)

    order = str(sent.order_id)
    assert lines(logs, "message.manual_send") == [{"order": order, "channel": "email"}]
    assert lines(logs, "draft.superseded") == [{"draft": str(desk.draft.pk), "reason": "manual_reply_sent"}]
    assert lines(logs, "message.undone") == [{"order": order}]


def test_orders_that_are_held_are_logged_with_their_reason(desk):
    order = SendOrderFactory(lead=desk.lead)

    with structlog.testing.capture_logs() as logs:
        hold_orders_of(desk.lead.pk, "newer_message")

    assert lines(logs, "send_order.held") == [{"order": str(order.pk), "reason": "newer_message"}]


def test_refused_approval_and_rejection_are_logged(desk):
    with structlog.testing.capture_logs() as logs:
        assert approve(desk, seen=uuid4()).state == "blocked"
        reject_draft(desk.draft.pk, by=desk.setter)

    assert lines(logs, "draft.approve_conflict") == [{"reason": "newer_message"}]
    assert lines(logs, "draft.rejected") == [{"draft": str(desk.draft.pk)}]


def test_snoozing_and_waking_are_logged(desk):
    with structlog.testing.capture_logs() as logs:
        snooze(desk.lead, until_reply=True, by=desk.setter)
        wake(desk.lead, by=desk.setter)

    assert lines(logs, "lead.snoozed") == lines(logs, "lead.woken") == [{"lead": str(desk.lead.pk)}]


def test_sentiment_of_a_person_is_logged_with_who(desk):
    with structlog.testing.capture_logs() as logs:
        change_sentiment(desk.lead, "Follow Up", by=desk.setter)

    (line,) = [one for one in logs if one["event"] == "lead.sentiment_set"]
    assert (line["tag"], line["by"], line["lead"]) == ("Follow Up", str(desk.setter.pk), str(desk.lead.pk))
