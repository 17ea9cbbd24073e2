"""What a person does with drafts and replies: approve, reject, reply, undo, settle; and who may not."""

import json
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from inbox.models import Draft, Message, SendOrder
from leads.models import Lead
from tests.factories.inbox import DraftFactory, MessageFactory, SendOrderFactory, minutes_ago
from tests.factories.leads import LeadFactory
from tests.inbox.desk import make_desk
from tests.support.drain import drain
from zrg.workspaces.models import UserPreference

pytestmark = pytest.mark.django_db


def events(response):
    return json.loads(response.headers["HX-Trigger"])


def approve(client, desk, htmx, **changes):
    return client.post(f"{desk.prefix}/drafts/{desk.draft.pk}/approval", desk.composer(**changes), **htmx)


def test_approved_draft_waits_and_leaves_once(client, sending_desk, simulator, htmx):
    desk = sending_desk

    response = approve(client.login_as(desk.setter), desk, htmx)
    drain(until=timezone.now() + timedelta(minutes=1))

    assert response.status_code == 200
    assert events(response)["zrg:sent"] == {"lead": str(desk.lead.pk), "channel": "email"}
    assert [call["message"] for call in simulator.sent_replies()] == ["Hi Dana,<br><br>happy to send the details."]
    assert Message.objects.outbound().get().sent_by_user == desk.setter
    assert Draft.objects.get().response_disposition == "APPROVED"


def test_hard_07_second_approval_harmless_on_the_page(client, sending_desk, simulator, htmx):
    desk = sending_desk

    approve(client.login_as(desk.setter), desk, htmx)
    second = approve(client.login_as(desk.manager), desk, htmx, content="Another text")
    drain(until=timezone.now() + timedelta(minutes=1))
    third = approve(client, desk, htmx)

    assert (second.status_code, third.status_code) == (200, 200)
    assert "This draft was already approved by Kim." in second.content.decode()
    assert len(simulator.sent_replies()) == 1
    assert SendOrder.objects.count() == 1


def test_undo_brings_the_text_back(client, desk, htmx):
    UserPreference.objects.filter(user=desk.setter).update(undo_seconds=10)
    client.login_as(desk.setter)
    waiting = approve(client, desk, htmx, content="My own words").content.decode()
    order = SendOrder.objects.get()

    response = client.post(f"{desk.prefix}/orders/{order.pk}/cancellation", **htmx)

    assert f"orders/{order.pk}/cancellation" in waiting
    assert "My own words" in response.content.decode()
    assert Draft.objects.get().status == "pending"
    assert SendOrder.objects.get().state == "cancelled"


def test_undo_of_a_manual_reply_brings_the_text_back(client, desk, htmx):
    UserPreference.objects.filter(user=desk.setter).update(undo_seconds=10)
    client.login_as(desk.setter)
    client.post(f"{desk.prefix}/leads/{desk.lead.pk}/message", desk.composer(content="By hand"), **htmx)

    response = client.post(f"{desk.prefix}/orders/{SendOrder.objects.get().pk}/cancellation", **htmx)

    assert "By hand" in response.content.decode()
    assert SendOrder.objects.get().state == "cancelled"


@pytest.mark.parametrize("by_hand", [True, False])
def test_undo_brings_back_what_the_text_was_addressed_to(client, desk, htmx, by_hand):
    UserPreference.objects.filter(user=desk.setter).update(undo_seconds=10)
    client.login_as(desk.setter)
    way = f"leads/{desk.lead.pk}/message" if by_hand else f"drafts/{desk.draft.pk}/approval"
    changes = {"subject": "New terms", "to": "dana.reyes@private.example", "cc": "boss@northfork.example"}
    client.post(f"{desk.prefix}/{way}", desk.composer(**changes), **htmx)

    html = client.post(f"{desk.prefix}/orders/{SendOrder.objects.get().pk}/cancellation", **htmx).content.decode()

    assert 'name="subject" value="New terms"' in html
    assert '<option value="dana.reyes@private.example" selected>' in html
    assert 'name="cc" value="boss@northfork.example"' in html
    # What is compared with when it is sent again: the station's own, so that the changes count again.
    assert f'name="to_before" value="{desk.lead.email}"' in html
    assert 'name="cc_before" value=""' in html
    # One line says it; the fields open on a touch.
    assert '<details class="recipients"><summary>' in html


def test_undo_too_late_is_refused(client, desk, htmx):
    order = SendOrderFactory(lead=desk.lead, state="taken")

    response = client.login_as(desk.setter).post(f"{desk.prefix}/orders/{order.pk}/cancellation", **htmx)

    assert response.status_code == 409
    assert "Too late to undo" in response.content.decode()


def test_hard_07_typed_text_kept_when_a_newer_message_arrived(client, desk, htmx):
    newer = MessageFactory(lead=desk.lead, body="Wait, one more thing", sent_at=minutes_ago(1))
    client.login_as(desk.setter)

    fragment = approve(client, desk, htmx, content="My typed words")
    whole_page = approve(client, desk, {}, content="My typed words")

    assert fragment.status_code == whole_page.status_code == 409
    # Only the place beside the text is replaced; without script the page comes back with the text.
    assert fragment.headers["HX-Retarget"] == "#station-refusal"
    assert newer.body in fragment.content.decode()
    assert "acknowledge_newer" in fragment.content.decode()
    assert "My typed words" in whole_page.content.decode()
    assert newer.body in whole_page.content.decode()
    assert SendOrder.objects.count() == 0
    assert Draft.objects.get().status == "pending"


def test_hard_07_typed_text_kept_when_the_draft_was_decided_meanwhile(client, desk):
    Draft.objects.update(status="superseded", closed_reason="superseded_by_newer_inbound")

    response = approve(client.login_as(desk.setter), desk, {}, content="My typed words")

    assert response.status_code == 200
    assert "This draft was already replaced." in response.content.decode()
    assert "My typed words" in response.content.decode()
    assert SendOrder.objects.count() == 0


def test_newer_message_can_be_acknowledged(client, desk, htmx):
    MessageFactory(lead=desk.lead, sent_at=minutes_ago(1))

    response = approve(client.login_as(desk.setter), desk, htmx, acknowledge_newer="1")

    assert response.status_code == 200
    assert SendOrder.objects.get().state == "waiting"


def test_stale_draft_shows_both_texts(client, desk, htmx):
    Draft.objects.filter(pk=desk.draft.pk).update(version=2, content="A colleague's words")

    response = approve(client.login_as(desk.setter), desk, htmx, content="My words")

    assert response.status_code == 409
    assert "A colleague&#x27;s words" in response.content.decode()
    assert 'data-version="2"' in response.content.decode()
    assert SendOrder.objects.count() == 0


@pytest.mark.parametrize("text", ["Hi {{first_name}}", "Hi [Name]", "See <insert link>"])
def test_hard_07_placeholder_refused_on_the_page(client, desk, htmx, text):
    client.login_as(desk.setter)

    approved = approve(client, desk, htmx, content=text)
    sent = client.post(f"{desk.prefix}/leads/{desk.lead.pk}/message", desk.composer(content=text), **htmx)

    assert (approved.status_code, sent.status_code) == (422, 422)
    assert "Fill in or remove" in sent.content.decode()
    assert SendOrder.objects.count() == 0
    assert Draft.objects.get().status == "pending"


def test_hard_07_known_recipients_only_on_the_page(client, desk, htmx):
    client.login_as(desk.setter)

    stranger = approve(client, desk, htmx, to="stranger@elsewhere.example")
    invalid = approve(client, desk, htmx, cc="not an address")
    chosen = approve(client, desk, htmx, to="dana.reyes@private.example")

    assert (stranger.status_code, invalid.status_code, chosen.status_code) == (422, 422, 200)
    assert "Choose one of the lead&#x27;s addresses." in stranger.content.decode()
    assert SendOrder.objects.get().to_override == "dana.reyes@private.example"


def test_unchanged_recipients_are_no_override(client, desk, htmx):
    approve(client.login_as(desk.setter), desk, htmx, cc="a@b.example", cc_before="a@b.example")

    order = SendOrder.objects.get()
    assert (order.to_override, order.cc) == (None, None)


def test_manual_reply_supersedes_the_draft_and_is_idempotent(client, sending_desk, simulator, htmx):
    desk = sending_desk
    form = desk.composer(content="Written by hand", idempotency_key=str(uuid.uuid4()))
    client.login_as(desk.setter)

    for _ in range(2):
        assert client.post(f"{desk.prefix}/leads/{desk.lead.pk}/message", form, **htmx).status_code == 200
    drain(until=timezone.now() + timedelta(minutes=1))

    assert [call["message"] for call in simulator.sent_replies()] == ["Written by hand"]
    assert Draft.objects.get().closed_reason == "manual_reply_sent"


def test_empty_reply_is_refused(client, desk, htmx):
    client.login_as(desk.setter)

    response = client.post(f"{desk.prefix}/leads/{desk.lead.pk}/message", desk.composer(content="  "), **htmx)

    assert response.status_code == 422
    assert "Write a message first." in response.content.decode()


def test_hard_07_later_send_held_offers_its_text(client, sending_desk, simulator, htmx):
    desk = sending_desk
    client.login_as(desk.setter)
    at = timezone.now() + timedelta(hours=3)
    form = desk.composer(content="Later, then", send_at=at.isoformat())
    client.post(f"{desk.prefix}/leads/{desk.lead.pk}/message", form, **htmx)
    MessageFactory(lead=desk.lead, body="Changed my mind", sent_at=minutes_ago(0))

    SendOrder.objects.update(due_at=timezone.now())
    drain(until=at)
    html = client.get(f"{desk.prefix}/station/{desk.lead.pk}").content.decode()

    assert simulator.sent_replies() == []
    assert SendOrder.objects.get().state == "held"
    assert "A newer message arrived before this was sent." in html
    assert ">\nLater, then</textarea>" in html


def test_reject_takes_a_reason_and_answers_once(client, desk, htmx):
    client.login_as(desk.setter)
    address = f"{desk.prefix}/drafts/{desk.draft.pk}/rejection"

    first = client.post(address, {"reason": "too pushy"}, **htmx)
    second = client.post(address, {}, **htmx)

    draft = Draft.objects.get()
    assert (first.status_code, second.status_code) == (200, 200)
    assert (draft.status, draft.reject_reason, draft.rejected_by) == ("rejected", "too pushy", desk.setter)
    assert "already rejected by Kim" in second.content.decode()
    assert "Kim rejected a draft" in client.get(f"{desk.prefix}/thread/{desk.lead.pk}").content.decode()


def test_hard_07_unknown_resent_by_person_only(client, sending_desk, simulator, htmx):
    desk = sending_desk
    simulator.script("emailbison", "/api/replies/*/reply", method="POST", close="after")
    client.login_as(desk.setter)
    approve(client, desk, htmx)
    drain(until=timezone.now() + timedelta(minutes=1))
    unknown = Message.objects.outbound().get()
    address = f"{desk.prefix}/messages/{unknown.pk}/outcome"

    refused = client.post(address, {"was_sent": "no"}, **htmx)
    still = Draft.objects.get().status
    settled = client.post(address, {"was_sent": "no", "reason": "not in the sent folder"}, **htmx)

    assert (unknown.delivery_status, refused.status_code, still) == ("unknown", 422, "approved")
    assert settled.status_code == 200
    assert Draft.objects.get().status == "pending"
    desk.draft.refresh_from_db()
    approve(client, desk, htmx, seen_message=str(unknown.pk), version=desk.draft.version)
    drain(until=timezone.now() + timedelta(minutes=1))
    assert len(simulator.sent_replies()) == 2
    assert [one.delivery_status for one in Message.objects.outbound()] == ["sent"]


def test_without_script_acts_lead_back_to_the_conversation(client, desk):
    client.login_as(desk.setter)

    response = approve(client, desk, {}, list="tab=drafts")

    assert response.status_code == 303
    assert f"leadId={desk.lead.pk}" in response["Location"]
    assert response["Location"].endswith("&tab=drafts")
    assert SendOrder.objects.count() == 1


ACTS = {
    "drafts/{draft}/approval": 403,
    "drafts/{draft}/rejection": 403,
    "leads/{lead}/message": 403,
    "orders/{order}/cancellation": 403,
    "messages/{message}/outcome": 403,
    "leads/{lead}/snooze": 403,
    "leads/{lead}/status": 403,
    "leads/{lead}/sentiment": 403,
}


@pytest.mark.parametrize(("act", "status"), ACTS.items())
def test_portal_user_changes_nothing(client, desk, htmx, act, status):
    order = SendOrderFactory(lead=desk.lead)
    path = act.format(draft=desk.draft.pk, lead=desk.lead.pk, order=order.pk, message=desk.reply.pk)

    response = client.login_as(desk.portal).post(f"{desk.prefix}/{path}", desk.composer(), **htmx)

    assert response.status_code == status
    assert Draft.objects.get().status == "pending"
    assert SendOrder.objects.filter(state="waiting").count() == 1
    assert Lead.objects.get(pk=desk.lead.pk).status == "qualified"


@pytest.mark.parametrize("act", ACTS)
def test_hard_01_setter_scope_everywhere_acts(client, desk, htmx, act):
    other = LeadFactory(workspace=desk.workspace, assigned_to=desk.manager)
    foreign = make_desk()
    client.login_as(desk.setter)

    for lead in (other, foreign.lead):
        message = MessageFactory(lead=lead)
        draft = Draft.objects.of_lead(lead.pk).first() or DraftFactory(lead=lead)
        order = SendOrderFactory(lead=lead)
        path = act.format(draft=draft.pk, lead=lead.pk, order=order.pk, message=message.pk)
        for workspace in (desk.workspace, lead.workspace):
            assert client.post(f"/w/{workspace.pk}/inbox/{path}", desk.composer(), **htmx).status_code == 404
        draft.refresh_from_db()
        assert draft.status == "pending"


def test_suspended_workspace_refuses_acts(client, desk, htmx):
    desk.workspace.status = "suspended"
    desk.workspace.save(update_fields=["status"])

    response = approve(client.login_as(desk.owner), desk, htmx)

    assert response.status_code == 423
    assert SendOrder.objects.count() == 0
