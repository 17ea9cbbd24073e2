"""The inbox in the operations room: lists, and the acts that call services."""

import pytest
from django.urls import reverse

from inbox.enums import DraftEventKind, DraftEventSource
from inbox.models import (
    Draft,
    InboundStageRun,
    LeadMemoryEntry,
    LeadNote,
    MeetingOverseerDecision,
    Message,
    SavedReply,
    SendOrder,
)
from inbox.rules.memory import MemoryProposal
from inbox.services.draft_events import record_draft_event
from inbox.services.memory import propose_memory
from tests.factories import PlatformGrantFactory
from tests.factories.inbox import DraftFactory, MessageFactory, SendOrderFactory
from tests.factories.workspaces import UserFactory
from tests.inbox.desk import make_desk
from tests.support.client import ZrgClient

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator():
    return ZrgClient().login_as(PlatformGrantFactory().user)


@pytest.fixture
def desk():
    return make_desk()


def address(model):
    return reverse(f"admin:inbox_{model}_changelist")


def act(client, model, action, rows, **values):
    data = {"action": action, "_selected_action": [str(row.pk) for row in rows], **values}
    return client.post(address(model), data, follow=True)


@pytest.mark.parametrize(
    "model",
    [
        "draft",
        "draftevent",
        "message",
        "sendorder",
        "inboundstagerun",
        "meetingoverseerdecision",
        "leadnote",
        "savedreply",
    ],
)
def test_lists_and_pages_open(operator, desk, model):
    SendOrderFactory(lead=desk.lead)
    record_draft_event(desk.draft, DraftEventKind.EVALUATED, source=DraftEventSource.JOB, reason="below_threshold")
    InboundStageRun.objects.create(workspace=desk.workspace, message=desk.reply, stage="classify", state="done")
    MeetingOverseerDecision.objects.create(
        workspace=desk.workspace, lead=desk.lead, message=desk.reply, stage="extract", prompt_key="p", model="m"
    )
    SavedReply.objects.create(workspace=desk.workspace, title="Prices", body="Hi {firstName}")
    LeadNote.objects.create(workspace=desk.workspace, lead=desk.lead, author=desk.setter, text="Careful")

    listed = operator.get(address(model))
    row = listed.context["cl"].result_list[0]
    page = operator.get(reverse(f"admin:inbox_{model}_change", args=[row.pk]))

    assert (listed.status_code, page.status_code) == (200, 200)


def test_workspace_people_see_their_own_rows_only(client, desk):
    make_desk()

    response = client.login_as(desk.owner).get(address("draft"))

    assert [draft.pk for draft in response.context["cl"].result_list] == [desk.draft.pk]


def test_setter_has_no_business_here(client, desk):
    assert client.login_as(desk.setter).get(address("message")).status_code in (302, 403, 404)


def test_hard_07_unknown_resent_by_person_only_admin(operator, desk):
    Draft.objects.filter(pk=desk.draft.pk).update(status="approved")
    SendOrderFactory(lead=desk.lead, draft=desk.draft, order_key=f"draft:{desk.draft.pk}", state="taken")
    unknown = MessageFactory(
        lead=desk.lead,
        outbound=True,
        draft=desk.draft,
        send_key=f"draft:{desk.draft.pk}:part:0",
        delivery_status="unknown",
    )

    act(operator, "message", "was_not_sent", [unknown])
    silent = Message.objects.get(pk=unknown.pk).delivery_status
    listed = operator.get(address("message") + "?unconfirmed=yes").context["cl"].result_list
    act(operator, "message", "was_not_sent", [unknown], reason="not in the mailbox")

    assert (silent, [one.pk for one in listed]) == ("unknown", [unknown.pk])
    settled = Message.objects.get(pk=unknown.pk)
    assert (settled.delivery_status, settled.delivery_error_code) == ("failed", "not_sent")
    assert Draft.objects.get().status == "pending"
    assert SendOrder.objects.get().state == "failed"


def test_settling_what_is_settled_is_refused_in_words(operator, desk):
    sent = MessageFactory(lead=desk.lead, outbound=True)

    response = act(operator, "message", "was_sent", [sent], reason="seen")

    assert "This message is settled already." in response.content.decode()


def test_orders_are_taken_back_and_drafts_rejected(operator, desk):
    waiting, taken = SendOrderFactory(lead=desk.lead), SendOrderFactory(lead=desk.lead, state="taken")
    other = DraftFactory(lead=desk.lead, channel="sms", status="approved")

    orders = act(operator, "sendorder", "take_back", [waiting, taken]).content.decode()
    drafts = act(operator, "draft", "reject", [desk.draft, other]).content.decode()

    assert "1 taken back, 1 too late, 0 not allowed." in orders
    assert "1 rejected, 1 decided before, 0 not allowed." in drafts
    assert set(SendOrder.objects.values_list("state", flat=True)) == {"cancelled", "taken"}
    assert Draft.objects.get(pk=desk.draft.pk).status == "rejected"


def test_super_admins_decide_about_memory(settings, desk):
    settings.SUPER_ADMIN_EMAILS = {"root@zrg.example"}
    proposals = [MemoryProposal(category="mood", content=text) for text in ("Likes jokes", "Likes tea")]
    propose_memory(desk.lead, proposals)
    client = ZrgClient().login_as(UserFactory(email="root@zrg.example", is_staff=True))
    first, second = LeadMemoryEntry.objects.order_by("content")

    act(client, "leadmemoryentry", "approve", [first])
    act(client, "leadmemoryentry", "reject", [second])

    assert [(row.content, row.status) for row in LeadMemoryEntry.objects.all()] == [("Likes jokes", "APPROVED")]


def test_memory_is_nothing_of_other_platform_people(operator, desk):
    assert operator.get(address("leadmemoryentry")).status_code == 403


def test_draft_shows_its_decision_in_words(operator, desk):
    Draft.objects.filter(pk=desk.draft.pk).update(
        auto_send_action="needs_review",
        auto_send_outcome="needs_review",
        auto_send_reason_code="below_threshold",
        auto_send_confidence=0.72,
        auto_send_threshold=0.9,
    )
    record_draft_event(
        desk.draft, DraftEventKind.EVALUATED, source=DraftEventSource.JOB, reason="below_threshold", confidence=0.72
    )

    listed = operator.get(address("draft"), {"auto_send_action": "needs_review"}).content.decode()
    events = operator.get(address("draftevent")).content.decode()
    page = operator.get(reverse("admin:inbox_draft_change", args=[desk.draft.pk])).content.decode()

    assert "72 % of 90 % needed" in listed
    assert "The confidence is below the campaign" in listed
    assert "72 % The confidence is below the campaign" in events
    assert f"leadId={desk.lead.pk}" in page


def test_messages_are_found_by_each_of_their_names(operator, desk):
    other = make_desk()
    sent = MessageFactory(lead=desk.lead, outbound=True, send_key="manual:1")
    desk.lead.email = "only@northfork.example"
    desk.lead.save(update_fields=["email"])

    def found(text):
        listed = operator.get(address("message"), {"q": text}).context["cl"].result_list
        return {message.pk for message in listed}

    assert found(str(other.reply.pk)) == {other.reply.pk}
    assert found(desk.reply.email_bison_reply_id) >= {desk.reply.pk}
    assert found("manual:1") == {sent.pk}
    assert found(" Only@Northfork.example ") == {desk.reply.pk, sent.pk}
    assert found("nobody@northfork.example") == set()
