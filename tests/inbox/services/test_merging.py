from datetime import timedelta

import pytest
from django.utils import timezone

from inbox.enums import OrderSource
from inbox.models import Draft, LeadView, Message, SendOrder
from inbox.services.orders import OrderText, place_order
from leads.errors import MergeRefused
from leads.models import Lead
from leads.services.merging import merge_leads
from tests.factories import LeadFactory, WorkspaceFactory
from tests.factories.inbox import DraftFactory, MessageFactory
from tests.support.drain import drain

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.fixture
def pair():
    workspace = WorkspaceFactory()
    return LeadFactory(workspace=workspace), LeadFactory(workspace=workspace)


def test_messages_move_and_the_thread_is_one(pair):
    keep, drop = pair
    first, second = MessageFactory(lead=keep), MessageFactory(lead=drop, channel="sms")

    merged = merge_leads(keep, drop, keep.workspace.owner)

    assert set(Message.objects.of_lead(keep.pk)) == {first, second}
    assert sorted(merged.channels) == ["email", "sms"]
    assert merged.last_inbound_at == max(first.sent_at, second.sent_at)


def test_reply_of_the_lead_that_stays_is_kept(pair):
    keep, drop = pair
    kept, superseded = DraftFactory(lead=keep, channel="email"), DraftFactory(lead=drop, channel="email")
    other = DraftFactory(lead=drop, channel="sms")

    merge_leads(keep, drop, keep.workspace.owner)

    states = dict(Draft.objects.of_lead(keep.pk).values_list("pk", "status"))
    assert states == {kept.pk: "pending", superseded.pk: "superseded", other.pk: "pending"}
    assert Lead.objects.get(pk=keep.pk).has_pending_draft


def order_for(lead, **values):
    return place_order(
        lead,
        OrderText(channel="email", body="Hello", due_at=timezone.now() + timedelta(minutes=5)),
        order_key=values.pop("order_key", "manual:1"),
        source=OrderSource.DASHBOARD,
        **values,
    )[0]


def test_what_was_ordered_for_the_lead_that_goes_is_held_with_its_text(pair):
    keep, drop = pair
    draft = DraftFactory(lead=drop, status="approved", approved_at=timezone.now(), approval_source="dashboard")
    ordered = order_for(drop, draft=draft, order_key=f"draft:{draft.pk}")
    typed, own = order_for(drop), order_for(keep, order_key="manual:2")

    merge_leads(keep, drop, keep.workspace.owner)
    drain()

    states = {order.pk: (order.state, order.held_reason, order.lead_id) for order in SendOrder.objects.all()}
    assert states == {
        ordered.pk: ("held", "leads_merged", keep.pk),
        typed.pk: ("held", "leads_merged", keep.pk),
        own.pk: ("waiting", None, keep.pk),
    }
    draft.refresh_from_db()
    assert (draft.lead_id, draft.status) == (keep.pk, "pending")
    assert not Message.objects.filter(direction="outbound").exists()


@pytest.mark.parametrize("side", ["keep", "drop"])
@pytest.mark.parametrize("what", ["order", "message"])
def test_nothing_is_merged_while_a_message_is_on_its_way(pair, side, what):
    keep, drop = pair
    lead = keep if side == "keep" else drop
    if what == "order":
        order = order_for(lead)
        SendOrder.objects.filter(pk=order.pk).update(state="taken")
    else:
        MessageFactory(lead=lead, direction="outbound", origin="setter", delivery_status="sending")

    with pytest.raises(MergeRefused):
        merge_leads(keep, drop, keep.workspace.owner)

    assert Lead.objects.filter(pk__in=[keep.pk, drop.pk]).count() == 2


def test_thread_that_grew_is_unread_for_who_saw_only_the_other(pair):
    keep, drop = pair
    person = keep.workspace.owner
    LeadView.objects.create(workspace=keep.workspace, user=person, lead=drop, seen_at=keep.created_at)

    merge_leads(keep, drop, person)

    assert not LeadView.objects.exists()
