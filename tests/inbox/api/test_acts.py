"""Drafts, replies and orders through the API, and who may not."""

import json
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from inbox.models import Draft, Message, SendOrder
from leads.models import Lead
from tests.factories.inbox import DraftFactory, MessageFactory, SendOrderFactory, minutes_ago
from tests.factories.leads import LeadFactory
from tests.inbox.api.conftest import call
from tests.inbox.desk import make_desk
from tests.support.drain import drain
from zrg.workspaces.models import UserPreference

pytestmark = pytest.mark.django_db


def approve(client, desk, **changes):
    body = {"content": desk.draft.content, "version": 1, "seenMessageId": str(desk.reply.pk)}
    return call(client, f"drafts/{desk.draft.pk}/approve", body | changes)


def test_hard_07_second_approval_harmless_api(client, sending_desk, simulator):
    desk = sending_desk

    first = approve(client.login_as(desk.setter), desk)
    second = approve(client.login_as(desk.manager), desk)
    drain(until=timezone.now() + timedelta(minutes=1))

    assert (first.status_code, first.json()["result"]) == (202, "queued")
    assert (second.status_code, second.json()["result"]) == (200, "already_decided")
    assert second.json()["by"] == "Kim"
    assert second.json()["state"] == "approved"
    assert len(simulator.sent_replies()) == 1


def test_newer_message_is_told_with_its_preview(client, desk):
    newer = MessageFactory(lead=desk.lead, body="One more thing", sent_at=minutes_ago(1))

    response = approve(client.login_as(desk.setter), desk)

    assert (response.status_code, response.json()["error"]) == (409, "newer_message")
    assert response.json()["message"]["id"] == str(newer.pk)
    assert response.json()["message"]["preview"] == "One more thing"
    assert SendOrder.objects.count() == 0


def test_stale_version_is_told_with_the_text_of_now(client, desk):
    Draft.objects.update(version=3, content="Theirs")

    response = approve(client.login_as(desk.setter), desk)

    assert (response.status_code, response.json()["error"]) == (409, "stale")
    assert (response.json()["content"], response.json()["version"]) == ("Theirs", 3)


def test_hard_07_known_recipients_only_api(client, desk):
    client.login_as(desk.setter)

    stranger = approve(client, desk, to="stranger@elsewhere.example")
    invalid = approve(client, desk, cc=["nobody"])

    assert (stranger.status_code, stranger.json()["error"]) == (422, "unknown_recipient")
    assert (invalid.status_code, invalid.json()["invalid"]) == (422, ["nobody"])
    assert SendOrder.objects.count() == 0
    assert Draft.objects.get().status == "pending"


def test_lead_without_an_address_has_no_recipient(client, desk):
    Lead.objects.filter(pk=desk.lead.pk).update(email=None, alternate_emails=[])
    Message.objects.update(from_email=None)

    response = call(
        client.login_as(desk.setter),
        f"conversations/{desk.lead.pk}/send",
        {"channel": "email", "body": "Hello", "seenMessageId": str(desk.reply.pk)},
    )

    assert (response.status_code, response.json()["error"]) == (422, "no_recipient")


def test_hard_07_placeholder_refused_api(client, desk):
    response = call(
        client.login_as(desk.setter),
        f"conversations/{desk.lead.pk}/send",
        {"channel": "email", "body": "Hi {firstName}, [Name]", "seenMessageId": str(desk.reply.pk)},
    )

    assert (response.status_code, response.json()["error"]) == (422, "placeholder")
    assert response.json()["placeholders"] == ["{firstName}", "[Name]"]
    assert SendOrder.objects.count() == 0


def test_send_is_idempotent_by_its_key(client, desk):
    body = {"body": "Once", "seenMessageId": str(desk.reply.pk), "idempotencyKey": str(uuid.uuid4())}
    client.login_as(desk.setter)

    first, second = (call(client, f"conversations/{desk.lead.pk}/send", body) for _ in range(2))

    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json()["orderId"] == second.json()["orderId"] == str(SendOrder.objects.get().pk)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"body": "x" * 20_001}, 422, "body_too_long"),
        ({"body": ""}, 422, "empty_body"),
        ({"body": 7}, 422, "bad_input"),
        ({"body": "x", "colour": "red"}, 400, "unknown_field"),
        ({"body": "x", "channel": "fax"}, 422, "bad_input"),
        ({"body": "x", "idempotencyKey": "once"}, 422, "bad_input"),
        ({"body": "x", "sendAt": "tomorrow"}, 422, "bad_input"),
        ({"body": "x", "sendAt": "2999-01-01T00:00:00Z"}, 422, "bad_send_at"),
    ],
)
def test_bad_input_is_refused_and_writes_nothing(client, desk, body, status, code):
    response = call(
        client.login_as(desk.setter),
        f"conversations/{desk.lead.pk}/send",
        {"seenMessageId": str(desk.reply.pk)} | body,
    )

    assert (response.status_code, response.json()["error"]) == (status, code)
    assert SendOrder.objects.count() == 0


def test_too_large_and_unreadable_bodies_are_refused(client, desk):
    client.login_as(desk.setter)
    path = f"/api/inbox/conversations/{desk.lead.pk}/send"

    large = client.post(path, json.dumps({"body": "x" * 300_000}), content_type="application/json")
    broken = client.post(path, b'{"body": "\xff"}', content_type="application/json")

    assert (large.status_code, broken.status_code) == (413, 400)


def test_nul_characters_are_stripped_from_what_is_sent(client, desk):
    body = {"body": "Hel\x00lo", "seenMessageId": str(desk.reply.pk)}

    call(client.login_as(desk.setter), f"conversations/{desk.lead.pk}/send", body)

    assert SendOrder.objects.get().body == "Hello"


def test_edit_saves_and_never_sends(client, desk):
    client.login_as(desk.setter)
    path = f"drafts/{desk.draft.pk}"

    saved = call(client, path, {"content": "Better words"}, "patch", HTTP_IF_MATCH='"1"')
    stale = call(client, path, {"content": "Others"}, "patch", HTTP_IF_MATCH="1")
    without = call(client, path, {"content": "Others"}, "patch")

    assert (saved.status_code, saved.json()["version"], saved["ETag"]) == (200, 2, '"2"')
    assert (stale.status_code, stale.json()["error"], stale.json()["content"]) == (409, "stale", "Better words")
    assert (without.status_code, without.json()["error"]) == (428, "version_required")
    assert SendOrder.objects.count() == 0
    draft = Draft.objects.get()
    assert (draft.content, draft.ai_content != draft.content, draft.edited_by_person) == ("Better words", True, True)


def test_edit_of_a_decided_draft_tells_who_and_when(client, desk):
    approve(client.login_as(desk.setter), desk)

    response = call(client, f"drafts/{desk.draft.pk}", {"content": "Late"}, "patch", HTTP_IF_MATCH="1")

    assert (response.status_code, response.json()["error"]) == (409, "draft_not_pending")
    assert (response.json()["state"], response.json()["by"]) == ("approved", "Kim")


def test_hard_07_old_draft_survives_a_refused_reply(client, desk):
    client.login_as(desk.setter)

    call(
        client,
        f"conversations/{desk.lead.pk}/send",
        {"body": "Hi {{name}}", "seenMessageId": str(desk.reply.pk)},
    )

    draft = Draft.objects.get()
    assert (draft.status, draft.content) == ("pending", desk.draft.content)


def test_reject_answers_the_second_call_with_the_first(client, desk):
    client.login_as(desk.setter)

    first = call(client, f"drafts/{desk.draft.pk}/reject", {"reason": "wrong tone"})
    second = call(client, f"drafts/{desk.draft.pk}/reject")

    assert (first.json()["result"], second.json()["result"]) == ("rejected", "already_decided")
    assert Draft.objects.get().reject_reason == "wrong tone"


def test_cancel_gives_the_text_back(client, desk):
    UserPreference.objects.filter(user=desk.setter).update(undo_seconds=30)
    client.login_as(desk.setter)
    order = approve(client, desk, content="Mine").json()["orderId"]

    first = call(client, f"orders/{order}/cancel")
    second = call(client, f"orders/{order}/cancel")

    assert first.json() == {"state": "cancelled", "body": "Mine", "channel": "email", "draftId": str(desk.draft.pk)}
    assert (second.status_code, second.json()["error"]) == (409, "order_taken")
    assert Draft.objects.get().content == "Mine"


def test_outcome_needs_a_reason_and_settles_once(client, desk):
    unknown = MessageFactory(lead=desk.lead, outbound=True, delivery_status="unknown")
    client.login_as(desk.setter)
    path = f"messages/{unknown.pk}/outcome"

    silent = call(client, path, {"wasSent": True})
    settled = call(client, path, {"wasSent": True, "reason": "seen in the sent folder"})
    again = call(client, path, {"wasSent": False, "reason": "no"})

    assert (silent.status_code, silent.json()["error"]) == (422, "reason_required")
    assert settled.json() == {"id": str(unknown.pk), "delivery": "sent"}
    assert (again.status_code, again.json()["error"]) == (409, "already_settled")


ACTS = {
    "drafts/{draft}/approve": "draft.approve",
    "drafts/{draft}/reject": "draft.reject",
    "conversations/{lead}/send": "message.send",
    "conversations/{lead}/snooze": "lead.snooze",
    "conversations/{lead}/status": "lead.edit_status",
    "conversations/{lead}/sentiment": "lead.set_sentiment",
    "conversations/{lead}/toggles": "lead.toggle_automation",
    "conversations/{lead}/clear-blacklist": "lead.clear_blacklist",
    "orders/{order}/cancel": "message.send",
    "messages/{message}/outcome": "message.send",
}


@pytest.mark.parametrize(("act", "action"), ACTS.items())
def test_portal_user_is_refused_by_action(client, desk, act, action):
    order = SendOrderFactory(lead=desk.lead)
    path = act.format(draft=desk.draft.pk, lead=desk.lead.pk, order=order.pk, message=desk.reply.pk)

    response = call(client.login_as(desk.portal), path)

    assert (response.status_code, response.json()) == (403, {"error": "forbidden", "action": action})
    assert call(client, f"drafts/{desk.draft.pk}", {"content": "x"}, "patch", HTTP_IF_MATCH="1").status_code == 403


@pytest.mark.parametrize("act", [act for act in ACTS if "clear" not in act])
def test_hard_01_setter_scope_everywhere_api_acts(client, desk, act):
    client.login_as(desk.setter)
    for lead in (LeadFactory(workspace=desk.workspace, assigned_to=desk.manager), make_desk().lead):
        message = MessageFactory(lead=lead)
        draft = Draft.objects.of_lead(lead.pk).first() or DraftFactory(lead=lead)
        order = SendOrderFactory(lead=lead)
        path = act.format(draft=draft.pk, lead=lead.pk, order=order.pk, message=message.pk)

        assert call(client, path).status_code == 404
        assert call(client, f"drafts/{draft.pk}", {"content": "x"}, "patch", HTTP_IF_MATCH="1").status_code == 404
        draft.refresh_from_db()
        assert draft.status == "pending"


def test_suspended_workspace_refuses_acts_and_shows_everything(client, desk):
    desk.workspace.status = "suspended"
    desk.workspace.save(update_fields=["status"])
    client.login_as(desk.owner)

    response = approve(client, desk)

    assert (response.status_code, response.json()["error"]) == (423, "workspace_suspended")
    assert client.get(f"/api/inbox/conversations/{desk.lead.pk}").status_code == 200
    assert SendOrder.objects.count() == 0
