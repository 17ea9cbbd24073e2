"""What a person does with a conversation. Each view reads the form, calls one service, answers."""

import uuid
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from inbox.contracts import Decision
from inbox.enums import ApprovalSource
from inbox.forms import SnoozeForm, read_composer, read_local_time
from inbox.models import Draft, Message, SendOrder
from inbox.rules.sentences import refusal_sentence
from inbox.services.approving import approve_draft, reject_draft, send_manual
from inbox.services.marking import change_sentiment, change_status, mark_unread, snooze, wake
from inbox.services.orders import cancel_order
from inbox.services.settling import resolve_unknown
from inbox.services.syncing.conversations import request_sync
from inbox.services.syncing.reading import sync_status
from inbox.views.answers import (
    Refusal,
    attempt,
    back_to,
    changed,
    decided_sentence,
    drawer_answer,
    refusal_of,
    refused,
    station_answer,
)
from inbox.views.context import Scope, fragment, lead_context, lead_in, moment, scope_of, typed_for
from leads.models import Lead
from leads.services.enriching import enrich_by_hand
from leads.services.promoting import promote_alternate, request_promotion
from leads.services.status import clear_blacklist
from zrg.lib.errors import BadInput, NotVisible
from zrg.workspaces.context import tenant
from zrg.workspaces.decorators import person_of, requires


@require_POST
@requires("draft.approve")
def approval(request: HttpRequest, workspace_id: UUID, draft_id: UUID) -> HttpResponse:
    """Approve and send a draft: one decision, at most one message."""
    draft, scope, lead = _draft_in(request, workspace_id, draft_id, "draft.approve")

    def act() -> Decision:
        composed = read_composer(request.POST, scope.lead_zone(lead))
        return approve_draft(
            draft.pk,
            source=ApprovalSource.DASHBOARD,
            text=composed.text,
            seen=composed.seen,
            by=person_of(request),
            send_at=composed.send_at,
        )

    return _decided(request, scope, lead, attempt(lead, act), channel=draft.channel)


@require_POST
@requires("draft.reject")
def rejection(request: HttpRequest, workspace_id: UUID, draft_id: UUID) -> HttpResponse:
    """Reject a draft, with an optional reason."""
    draft, scope, lead = _draft_in(request, workspace_id, draft_id, "draft.reject")
    decision = attempt(
        lead, lambda: reject_draft(draft.pk, by=person_of(request), reason=request.POST.get("reason", ""))
    )
    return _decided(request, scope, lead, decision, channel=draft.channel)


@require_POST
@requires("message.send")
def message(request: HttpRequest, workspace_id: UUID, lead_id: UUID) -> HttpResponse:
    """Send a reply a person wrote."""
    scope = scope_of(request, workspace_id)
    lead = lead_in(scope, lead_id, "message.send")

    def act() -> Decision:
        composed = read_composer(request.POST, scope.lead_zone(lead))
        return send_manual(
            lead.pk,
            channel=composed.channel,
            text=composed.text,
            seen=composed.seen,
            idempotency_key=composed.idempotency_key or uuid.uuid4(),
            by=person_of(request),
            send_at=composed.send_at,
        )

    return _decided(request, scope, lead, attempt(lead, act), channel=request.POST.get("channel", "email"))


@require_POST
@requires("message.send")
def cancellation(request: HttpRequest, workspace_id: UUID, order_id: UUID) -> HttpResponse:
    """Undo: the text is back in the editor."""
    order = SendOrder.objects.in_workspace(workspace_id).filter(pk=order_id).first()
    if order is None:
        raise NotVisible
    scope = scope_of(request, workspace_id)
    lead = lead_in(scope, order.lead_id, "message.send")
    undone = attempt(lead, lambda: cancel_order(order.pk, by=person_of(request)))
    if isinstance(undone, Refusal):
        return refused(request, scope, lead, undone)
    if not undone:
        late = Refusal(code="order_taken", sentence=refusal_sentence("order_taken"), http_status=409)
        return refused(request, scope, lead, late)
    if "discard" in request.POST:
        return station_answer(
            request, scope, lead, channel=order.channel, notice=gettext("Discarded. Nothing was sent.")
        )
    return station_answer(
        request, scope, lead, channel=order.channel, notice=gettext("Not sent. Your text is back."), **typed_for(order)
    )


@require_POST
@requires("message.send")
def outcome(request: HttpRequest, workspace_id: UUID, message_id: UUID) -> HttpResponse:
    """A person states what became of an unconfirmed message."""
    found = Message.objects.in_workspace(workspace_id).filter(pk=message_id).first()
    if found is None:
        raise NotVisible
    scope = scope_of(request, workspace_id)
    lead = lead_in(scope, found.lead_id, "message.send")

    def act() -> Message:
        if request.POST.get("was_sent") not in ("yes", "no"):
            raise BadInput(gettext("Say whether it was sent."), code="outcome_required", field="was_sent")
        return resolve_unknown(
            found.pk,
            was_sent=request.POST["was_sent"] == "yes",
            by=person_of(request),
            reason=request.POST.get("reason", ""),
        )

    settled = attempt(lead, act)
    if isinstance(settled, Refusal):
        return refused(request, scope, lead, settled)
    return station_answer(request, scope, lead, channel=found.channel, notice=gettext("Noted."))


@require_POST
@requires("lead.snooze")
def snoozing(request: HttpRequest, workspace_id: UUID, lead_id: UUID) -> HttpResponse:
    """Snooze for days, until a moment or until the lead replies; or wake."""
    scope = scope_of(request, workspace_id)
    lead = lead_in(scope, lead_id, "lead.snooze")
    form = SnoozeForm(request.POST)

    def act() -> Lead:
        if not form.is_valid():
            raise BadInput(gettext("Choose until when."), code="bad_snooze", field="choice")
        choice, user = form.cleaned_data["choice"], person_of(request)
        if choice == "wake":
            return wake(lead, by=user)
        until = read_local_time(form.cleaned_data["until"], scope.zone_of(workspace_id), field="until")
        days = int(choice) if choice.isdigit() else None
        return snooze(lead, days=days, until=until if choice == "at" else None, until_reply=choice == "reply", by=user)

    done = attempt(lead, act)
    if isinstance(done, Refusal):
        return refused(request, scope, lead, done, section="status")
    aside = request.POST.get("choice") != "wake"
    notice = gettext("Snoozed.") if aside else gettext("Back in the list.")
    return drawer_answer(request, scope, lead, section="status", notice=notice, aside=aside)


@require_POST
@requires("lead.view")
def unread(request: HttpRequest, workspace_id: UUID, lead_id: UUID) -> HttpResponse:
    """The dot comes back for this person."""
    scope = scope_of(request, workspace_id)
    lead = lead_in(scope, lead_id)
    mark_unread(lead, person_of(request))
    if not getattr(request, "htmx", False):
        return back_to(request, lead)
    return changed(HttpResponse(status=204), lead, gettext("Marked unread."))


@require_http_methods(["GET", "POST"])
@requires("lead.enrich")
def sync(request: HttpRequest, workspace_id: UUID, lead_id: UUID) -> HttpResponse:
    """Compare the conversation with its providers (POST), and tell how far that is (GET)."""
    scope, now = scope_of(request, workspace_id), moment()
    lead = lead_in(scope, lead_id, "lead.enrich")
    if request.method == "POST":
        with tenant(workspace_id):
            request_sync(lead, by_person=True)
    if not getattr(request, "htmx", False):
        return back_to(request, lead)
    status = sync_status(lead.pk, now=now)
    context = {**lead_context(request, scope, lead, now=now), "sync": status}
    response = fragment(request, "inbox/conversation.html#sync", context)
    return response if status.is_busy else changed(response, lead, status.sentence)


@require_POST
@requires("lead.edit_status")
def status(request: HttpRequest, workspace_id: UUID, lead_id: UUID) -> HttpResponse:
    """Set the status; Blacklisted stops all outreach."""
    scope = scope_of(request, workspace_id)
    lead = lead_in(scope, lead_id, "lead.edit_status")
    done = attempt(lead, lambda: change_status(lead, request.POST.get("status", ""), by=person_of(request)))
    return _noted(request, scope, lead, done, gettext("Status saved."))


@require_POST
@requires("lead.set_sentiment")
def sentiment(request: HttpRequest, workspace_id: UUID, lead_id: UUID) -> HttpResponse:
    """Set the sentiment through its one writer; Blacklist stops all outreach."""
    scope = scope_of(request, workspace_id)
    lead = lead_in(scope, lead_id, "lead.set_sentiment")
    done = attempt(lead, lambda: change_sentiment(lead, request.POST.get("sentiment", ""), by=person_of(request)))
    return _noted(request, scope, lead, done, gettext("Sentiment saved."))


@require_POST
@requires("lead.promote_contact")
def primary_email(request: HttpRequest, workspace_id: UUID, lead_id: UUID) -> HttpResponse:
    """Make another address of the lead its primary one."""
    scope = scope_of(request, workspace_id)
    lead = lead_in(scope, lead_id, "lead.promote_contact")
    done = attempt(lead, lambda: promote_alternate(lead, request.POST.get("email", ""), by=person_of(request)))
    if isinstance(done, Refusal):
        return refused(request, scope, lead, done, section="contact")
    return drawer_answer(request, scope, lead, section="contact", notice=gettext("Primary address changed."))


@require_POST
@requires("lead.request_promotion")
def promotion_request(request: HttpRequest, workspace_id: UUID, lead_id: UUID) -> HttpResponse:
    """Ask somebody with the right to make another address the primary one."""
    scope = scope_of(request, workspace_id)
    lead = lead_in(scope, lead_id, "lead.request_promotion")
    done = attempt(lead, lambda: request_promotion(lead, request.POST.get("email", ""), by=person_of(request)))
    if isinstance(done, Refusal):
        return refused(request, scope, lead, done, section="contact")
    return drawer_answer(request, scope, lead, section="contact", notice=gettext("Asked. An admin decides."))


@require_POST
@requires("lead.clear_blacklist")
def stop_lifting(request: HttpRequest, workspace_id: UUID, lead_id: UUID) -> HttpResponse:
    """Lift the stop of a lead, with a note that says why."""
    scope = scope_of(request, workspace_id)
    lead = lead_in(scope, lead_id, "lead.clear_blacklist")
    done = attempt(lead, lambda: clear_blacklist(lead, person_of(request), request.POST.get("note", "")))
    return _noted(request, scope, lead, done, gettext("The stop is lifted."))


@require_POST
@requires("lead.enrich")
def enrichment(request: HttpRequest, workspace_id: UUID, lead_id: UUID) -> HttpResponse:
    """Look up the phone or profile that is missing."""
    scope = scope_of(request, workspace_id)
    lead = lead_in(scope, lead_id, "lead.enrich")
    done = attempt(lead, lambda: enrich_by_hand(lead, by=person_of(request)))
    if isinstance(done, Refusal):
        return refused(request, scope, lead, done, section="contact")
    lead.refresh_from_db()
    return drawer_answer(request, scope, lead, section="contact", notice=gettext("Looking it up."))


def _told(request: HttpRequest, scope: Scope, lead: Lead, decision: Decision, *, channel: str) -> HttpResponse:
    """What was decided before. The page keeps a typed text on the device; without script it comes back in it."""
    sentence = decided_sentence(decision)
    typed = request.POST.get("content", "")
    if getattr(request, "htmx", False) or not typed:
        return station_answer(request, scope, lead, channel=channel, notice=sentence)
    told = Refusal(code="already_decided", sentence=sentence, http_status=200, data=decision.data or {})
    return refused(request, scope, lead, told, content=typed)


def _noted(request: HttpRequest, scope: Scope, lead: Lead, done: object, notice: str) -> HttpResponse:
    if isinstance(done, Refusal):
        return refused(request, scope, lead, done, section="status")
    lead.refresh_from_db()
    return drawer_answer(request, scope, lead, section="status", notice=notice)


def _draft_in(request: HttpRequest, workspace_id: UUID, draft_id: UUID, action: str) -> tuple[Draft, Scope, Lead]:
    draft = Draft.objects.in_workspace(workspace_id).filter(pk=draft_id).first()
    if draft is None:
        raise NotVisible
    scope = scope_of(request, workspace_id)
    return draft, scope, lead_in(scope, draft.lead_id, action)


def _decided(
    request: HttpRequest, scope: Scope, lead: Lead, decision: Decision | Refusal, *, channel: str
) -> HttpResponse:
    refusal = decision if isinstance(decision, Refusal) else refusal_of(decision)
    if refusal is not None:
        typed = {key: request.POST.get(key, "") for key in ("content", "subject", "to", "cc") if key in request.POST}
        return refused(request, scope, lead, refusal, **typed)
    assert isinstance(decision, Decision)
    lead.refresh_from_db()
    if decision.state == "already_decided":
        return _told(request, scope, lead, decision, channel=channel)
    notice = gettext("Draft rejected.") if decision.state == "rejected" else ""
    return station_answer(request, scope, lead, channel=channel, notice=notice, sent=True)
