"""Orders on LinkedIn: who spends InMail, what never leaves unattended, what waits."""

import pytest
from django.utils import timezone

from inbox.enums import OrderSource
from inbox.models import Draft, Message, SendOrder
from inbox.services.orders import OrderText, place_order
from integrations.enums import Code
from integrations.services.health import record_circuit
from integrations.transport import failure
from leads.models import Lead
from tests.factories.inbox import DraftFactory
from tests.inbox.services.sending_linkedin.conftest import TEXT
from tests.support.drain import drain
from zrg.workspaces.context import platform, tenant

pytestmark = pytest.mark.django_db


def order(lead, source, **changes) -> SendOrder:
    text = OrderText(channel="linkedin", body=TEXT, due_at=timezone.now())
    with tenant(lead.workspace_id):
        locked = Lead.objects.select_for_update().get(pk=lead.pk)
        placed, _ = place_order(locked, text, order_key=f"manual:{source}", source=source, **changes)
    return placed


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        (OrderSource.DASHBOARD, "inmail"),
        (OrderSource.SLACK, "inmail"),
        (OrderSource.FOLLOWUP_DUE, "connection_request"),
        (OrderSource.API, "connection_request"),
    ],
)
def test_only_people_spend_inmail(lead, dana, source, kind):
    dana(open_profile=True)

    order(lead, source)
    drain()

    assert Message.objects.get().linkedin_kind == kind
    assert SendOrder.objects.get().state == "done"


def test_nothing_leaves_on_linkedin_unattended(lead, dana):
    dana(open_profile=True)

    order(lead, OrderSource.AUTO_SEND)
    drain()

    assert not Message.objects.exists()
    assert SendOrder.objects.get().state == "cancelled"


def test_failed_order_opens_the_draft_again(lead, dana):
    dana(invitation={"type": "SENT", "status": "PENDING"})
    draft = DraftFactory(lead=lead, channel="linkedin", content=TEXT, status="approved")

    order(lead, OrderSource.DASHBOARD, draft=draft)
    drain()

    assert (SendOrder.objects.get().state, Draft.objects.get().status) == ("failed", "pending")


def test_order_waits_while_the_circuit_is_open(lead, dana, simulator):
    with platform():
        for _ in range(5):
            record_circuit(None, "UNIPILE", failure(Code.TIMEOUT, "x"))

    order(lead, OrderSource.DASHBOARD)
    drain()

    assert SendOrder.objects.get().state == "waiting"
    assert simulator.requests("unipile") == []
