"""Around a draft: why it was or was not sent, stopping what is planned, and asking for another one."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from inbox.enums import Channel
from inbox.models import Draft
from inbox.rules.sentences import generation_sentence, refusal_sentence
from inbox.services.autosend.holding import hold_scheduled_send
from inbox.services.autosend.re_evaluating import request_re_evaluation
from inbox.services.draft_story import load_story
from inbox.services.drafting.refreshing import NO_OFFER
from inbox.services.drafting.regenerating import Mode, pending_reply
from inbox.services.drafting.requests import (
    GenerationState,
    regeneration_state,
    request_fresh_times,
    request_regeneration,
)
from inbox.views.answers import Refusal, back_to, refused, station_answer
from inbox.views.context import Scope, fragment, lead_context, lead_in, moment, scope_of
from leads.models import Lead
from zrg.lib.errors import BadInput, Conflict, NotVisible, ZrgError
from zrg.workspaces.context import tenant
from zrg.workspaces.decorators import person_of, requires
from zrg.workspaces.models import User

MODES: dict[str, Mode] = {"fast": "fast", "full": "full"}
TIMES = "times"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What the station says about a draft that was asked for."""

    sentence: str
    is_open: bool = False
    is_refused: bool = False


@require_GET
@requires("draft.view")
def why(request: HttpRequest, workspace_id: UUID, draft_id: UUID) -> HttpResponse:
    """The panel that answers "why was this sent" and "why not"."""
    draft, scope, lead = _draft_in(request, workspace_id, draft_id, "draft.view")
    now = moment()
    context = {
        **lead_context(request, scope, lead, now=now),
        "story": load_story(lead, draft, now=now),
        "draft": draft,
    }
    return fragment(request, "inbox/why.html", context)


@require_POST
@requires("draft.edit")
def stop(request: HttpRequest, workspace_id: UUID, draft_id: UUID) -> HttpResponse:
    """Stop the planned send and keep the draft."""
    draft, scope, lead = _draft_in(request, workspace_id, draft_id, "draft.edit")
    try:
        with tenant(workspace_id):
            held = hold_scheduled_send(draft, by=person_of(request))
    except Conflict as late:
        sentence = refusal_sentence(late.code, str(late))
        return refused(
            request,
            scope,
            lead,
            Refusal(code=late.code, sentence=sentence, http_status=late.http_status, data=dict(late.data)),
        )
    lead.refresh_from_db()
    notice = (
        gettext("Stopped. The draft waits for you.")
        if held
        else gettext("Nothing was planned any more; the draft waits for you.")
    )
    return station_answer(request, scope, lead, channel=draft.channel, notice=notice)


@require_POST
@requires("autosend.configure")
def re_evaluation(request: HttpRequest, workspace_id: UUID, draft_id: UUID) -> HttpResponse:
    """Have the changed text judged again; nothing is sent by it."""
    draft, scope, lead = _draft_in(request, workspace_id, draft_id, "draft.view")
    try:
        with tenant(workspace_id):
            request_re_evaluation(draft.pk, by=person_of(request))
    except Conflict as refusal:
        notice = refusal_sentence(refusal.code, str(refusal))
    else:
        notice = gettext("The text is being judged again. The figures change when that is done; nothing is sent by it.")
    return station_answer(request, scope, lead, channel=draft.channel, notice=notice)


@require_http_methods(["GET", "POST"])
@requires("draft.view")
def generation(request: HttpRequest, workspace_id: UUID, lead_id: UUID) -> HttpResponse:
    """Ask for another draft or other times (POST), and tell how far that is (GET, asked again while it is open)."""
    scope = scope_of(request, workspace_id)
    if request.method != "POST":
        lead = lead_in(scope, lead_id, "draft.view")
        with tenant(workspace_id):
            state = regeneration_state(lead, _channel(request.GET.get("channel")))
        return _told(request, scope, lead, _progress(state))
    mode = request.POST.get("mode", "")
    lead = lead_in(scope, lead_id, "draft.edit" if mode == TIMES else "draft.regenerate")
    channel = _channel(request.POST.get("channel"))
    try:
        with tenant(workspace_id):
            _ask(lead, channel, mode, person_of(request))
            progress = _progress(regeneration_state(lead, channel))
    except ZrgError as refusal:
        if isinstance(refusal, NotVisible):
            raise
        sentence = refusal_sentence(refusal.code, str(refusal.data.get("detail") or refusal))
        progress = Progress(sentence=sentence, is_refused=True)
    if not getattr(request, "htmx", False):
        return back_to(request, lead)
    return _told(request, scope, lead, progress, status=422 if progress.is_refused else 200)


def _ask(lead: Lead, channel: str, mode: str, by: User) -> None:
    if mode == TIMES:
        draft = pending_reply(lead.pk, channel)
        if draft is None:
            raise Conflict(gettext("There is no draft on this channel."), code="no_draft")
        if request_fresh_times(lead, draft, by=by) is None:
            raise Conflict(generation_sentence("skipped", NO_OFFER), code=NO_OFFER)
        return
    if mode not in MODES:
        raise BadInput(gettext("Unknown mode."), code="bad_input", field="mode")
    request_regeneration(lead, channel, mode=MODES[mode], by=by)


def _progress(state: GenerationState) -> Progress:
    return Progress(sentence=state.sentence, is_open=state.is_open)


def _told(request: HttpRequest, scope: Scope, lead: Lead, progress: Progress, *, status: int = 200) -> HttpResponse:
    context = {
        **lead_context(request, scope, lead, now=moment()),
        "generation": progress,
        "channel": _channel(request.POST.get("channel") or request.GET.get("channel")),
    }
    response = fragment(request, "inbox/conversation.html#generation", context, status=status)
    # It is there, or it is not: thread and station show what is now. A refusal changed nothing.
    ended = not progress.is_open and not progress.is_refused
    return trigger_client_event(response, "zrg:poll", {}, after="settle") if ended else response


def _draft_in(request: HttpRequest, workspace_id: UUID, draft_id: UUID, action: str) -> tuple[Draft, Scope, Lead]:
    draft = Draft.objects.in_workspace(workspace_id).filter(pk=draft_id).first()
    if draft is None:
        raise NotVisible
    scope = scope_of(request, workspace_id)
    return draft, scope, lead_in(scope, draft.lead_id, action)


def _channel(given: str | None) -> str:
    if given not in Channel.values:
        raise BadInput(gettext("Unknown channel."), code="bad_input", http_status=400, field="channel")
    return str(given)
