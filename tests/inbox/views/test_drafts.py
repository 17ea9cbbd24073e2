"""Around a draft in the station: why, stopping a planned send, asking for another one."""

from datetime import timedelta

import pytest
from django.utils import timezone

from inbox.enums import DraftEventKind, DraftEventSource
from inbox.models import Draft, DraftEvent, DraftRequest
from inbox.services.autosend.recording import schedule_send
from inbox.services.draft_events import record_draft_event
from inbox.services.flags import refresh_lead_flags
from tests.factories.inbox import MessageFactory
from tests.factories.workspaces import WorkspaceFactory
from zrg.jobs.models import BackgroundJob

pytestmark = pytest.mark.django_db


def schedule(desk, *, minutes=12):
    run_at = timezone.now() + timedelta(minutes=minutes)
    Draft.objects.filter(pk=desk.draft.pk).update(
        auto_send_mode="AI_AUTO_SEND",
        auto_send_action="send_delayed",
        auto_send_outcome="scheduled",
        auto_send_run_at=run_at,
        auto_send_confidence=0.93,
        auto_send_threshold=0.9,
        auto_send_reason_code="approved",
        auto_send_evaluated_at=timezone.now(),
        evaluated_version=1,
    )
    desk.draft.refresh_from_db()
    schedule_send(desk.draft, run_at)
    refresh_lead_flags(desk.lead.pk)
    return run_at


def review(desk, **values):
    Draft.objects.filter(pk=desk.draft.pk).update(
        **{
            "auto_send_mode": "AI_AUTO_SEND",
            "auto_send_action": "needs_review",
            "auto_send_outcome": "needs_review",
            "auto_send_confidence": 0.72,
            "auto_send_threshold": 0.9,
            "auto_send_reason": "The price for ten seats is not in the knowledge.",
            "auto_send_reason_code": "below_threshold",
            **values,
        }
    )
    refresh_lead_flags(desk.lead.pk)


def station(client, desk):
    return client.get(f"{desk.prefix}/station/{desk.lead.pk}").content.decode()


def url(desk, act):
    return f"{desk.prefix}/drafts/{desk.draft.pk}/{act}"


def test_planned_send_is_announced_with_its_time(client, desk):
    run_at = schedule(desk)
    client.login_as(desk.setter)

    html = station(client, desk)
    listed = client.get(f"{desk.prefix}/list").content.decode()

    assert "The AI sends this" in html
    assert f'data-due="{run_at.isoformat()[:16]}' in html
    assert "93 % sure" in html
    assert "Stop and keep the draft" in html
    assert 'id="composer"' in html
    assert "AI sends" in listed


def test_planned_send_is_stopped_and_the_draft_stays(client, desk, htmx):
    schedule(desk)

    response = client.login_as(desk.setter).post(url(desk, "stop"), **htmx)

    desk.draft.refresh_from_db()
    job = BackgroundJob.objects.get(type="AI_AUTO_SEND_DELAYED")
    event = DraftEvent.objects.get(kind="canceled")
    html = response.content.decode()
    assert (desk.draft.status, desk.draft.auto_send_outcome) == ("pending", "canceled")
    assert desk.draft.auto_send_outcome_reason == "stopped_by_person"
    assert desk.draft.is_review is True
    assert job.status == "CANCELLED"
    assert (event.actor, event.source) == (desk.setter, "dashboard")
    assert "Stopped. The draft waits for you." in html
    assert "The AI sends this" not in html
    assert desk.draft.content in html


def test_stopping_twice_stops_once(client, desk, htmx):
    schedule(desk)
    client.login_as(desk.setter)

    client.post(url(desk, "stop"), **htmx)
    again = client.post(url(desk, "stop"), **htmx)

    assert again.status_code == 200
    assert "Nothing was planned any more" in again.content.decode()
    assert DraftEvent.objects.filter(kind="canceled").count() == 1


def test_stopping_too_late_says_so(client, desk, htmx):
    schedule(desk)
    Draft.objects.filter(pk=desk.draft.pk).update(status="approved")

    response = client.login_as(desk.setter).post(url(desk, "stop"), **htmx)

    assert response.status_code == 409
    assert "It was too late" in response.content.decode()
    assert not DraftEvent.objects.filter(kind="canceled").exists()


def test_client_portal_sees_it_and_stops_nothing(client, desk, htmx):
    schedule(desk)
    client.login_as(desk.portal)

    html = station(client, desk)
    refused = client.post(url(desk, "stop"), **htmx)

    desk.draft.refresh_from_db()
    assert "The AI sends this" in html
    assert "Stop and keep the draft" not in html
    assert refused.status_code == 403
    assert desk.draft.auto_send_outcome == "scheduled"


def test_review_shows_the_figures_and_the_reason(client, desk):
    review(desk)
    client.login_as(desk.setter)

    html = station(client, desk)

    assert "Needs review: 72 %" in html
    assert "(sent automatically from 90 %)" in html
    assert "The price for ten seats is not in the knowledge." in html


def test_why_tells_everything_that_happened(client, desk):
    review(
        desk,
        auto_send_revision_attempted_at=timezone.now(),
        auto_send_original_confidence=0.62,
        auto_send_revision_confidence=0.72,
        auto_send_revision_applied=True,
    )
    desk.draft.refresh_from_db()
    record_draft_event(
        desk.draft,
        DraftEventKind.EVALUATED,
        source=DraftEventSource.JOB,
        reason="below_threshold",
        confidence=0.72,
        threshold=0.9,
    )
    record_draft_event(
        desk.draft, DraftEventKind.EDITED, source=DraftEventSource.DASHBOARD, actor=desk.setter, version=2
    )

    html = client.login_as(desk.setter).get(url(desk, "why")).content.decode()

    assert "Waits for a person. The confidence is below the campaign" in html
    assert "72 % of 90 % needed" in html
    assert "The improved text is used (62 % before, 72 % after)." in html
    assert "Sending is open at any time." in html or "switched off" in html or "hours" in html
    assert html.index("Text changed by Kim") < html.index("Checked")
    assert "/ai-ops" not in html


def test_why_of_an_automatic_message_hangs_on_it(client, desk):
    message = MessageFactory(
        lead=desk.lead, direction="outbound", sent_by="ai", origin="ai", draft=desk.draft, delivery_status="sent"
    )
    Draft.objects.filter(pk=desk.draft.pk).update(
        status="approved",
        approval_source="auto_send",
        auto_send_action="send_immediate",
        auto_send_reason_code="approved",
        auto_send_confidence=0.95,
    )
    client.login_as(desk.owner)

    thread = client.get(f"{desk.prefix}/thread/{desk.lead.pk}").content.decode()
    why = client.get(url(desk, "why")).content.decode()

    assert f'id="message-{message.pk}"' in thread
    assert "AI 95 %" in thread
    assert "Why was this sent?" in thread
    assert "Sent automatically. Checked and good enough to send without a person." in why
    assert f"/w/{desk.workspace.pk}/ai-ops?lead={desk.lead.pk}" in why
    assert "Explain" not in why


def test_why_is_for_those_who_see_the_lead(client, desk):
    assert client.login_as(WorkspaceFactory().owner).get(url(desk, "why")).status_code == 404


def test_another_draft_is_asked_for_and_followed(client, desk, htmx):
    client.login_as(desk.setter)
    address = f"{desk.prefix}/leads/{desk.lead.pk}/generation"

    asked = client.post(address, {"channel": "email", "mode": "fast"}, **htmx)
    going = client.get(address, {"channel": "email"}, **htmx)
    DraftRequest.objects.update(state="done")
    done = client.get(address, {"channel": "email"}, **htmx)

    assert (asked.status_code, going.status_code, done.status_code) == (200, 200, 200)
    assert "Waiting to be written…" in asked.content.decode()
    assert "hx-get=" in going.content.decode()
    assert "hx-get=" not in done.content.decode()
    assert "zrg:poll" in done["HX-Trigger-After-Settle"]
    assert DraftRequest.objects.get().kind == "fast"


def test_refused_request_says_why_and_changes_nothing(client, desk, htmx):
    desk.lead.sentiment_tag = "Objection"
    desk.lead.save(update_fields=["sentiment_tag"])
    client.login_as(desk.setter)
    address = f"{desk.prefix}/leads/{desk.lead.pk}/generation"

    response = client.post(address, {"channel": "email", "mode": "full"}, **htmx)
    times = client.post(address, {"channel": "email", "mode": "times"}, **htmx)

    desk.draft.refresh_from_db()
    assert (response.status_code, times.status_code) == (422, 422)
    assert "Cannot generate draft for this sentiment" in response.content.decode()
    assert "offers no times" in times.content.decode()
    assert not DraftRequest.objects.exists()
    assert desk.draft.status == "pending"


@pytest.mark.parametrize("form", [{"channel": "fax", "mode": "fast"}, {"channel": "email", "mode": "louder"}])
def test_unknown_channel_or_mode_is_refused(client, desk, htmx, form):
    response = client.login_as(desk.setter).post(f"{desk.prefix}/leads/{desk.lead.pk}/generation", form, **htmx)

    assert response.status_code in (400, 422)
    assert not DraftRequest.objects.exists()


def test_changed_text_is_judged_again_without_being_sent(client, desk, htmx):
    review(desk, evaluated_version=1)
    client.login_as(desk.owner)
    before = station(client, desk)
    Draft.objects.filter(pk=desk.draft.pk).update(version=2, edited_by_person=True)

    offered = station(client, desk)
    response = client.post(url(desk, "re-evaluation"), **htmx)
    client.login_as(desk.setter)
    theirs = station(client, desk)
    refused = client.post(url(desk, "re-evaluation"), **htmx)

    assert "Judge it again" not in before
    assert "Judge it again" in offered
    assert "is being judged again" in response.content.decode()
    assert BackgroundJob.objects.filter(type="AI_RE_EVALUATE").count() == 1
    assert "Judge it again" not in theirs
    assert refused.status_code == 403


def test_station_offers_another_draft_to_those_who_may(client, desk):
    client.login_as(desk.setter)
    mine = station(client, desk)
    client.login_as(desk.portal)
    theirs = station(client, desk)

    assert 'data-key="g"' in mine
    assert "Put in fresh times" not in mine
    assert 'data-key="g"' not in theirs
