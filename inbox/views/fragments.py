"""Fragments of the inbox: list, row, badges, conversation, thread, station, drawer. Reading only."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from inbox.models import Message, MessageRaw
from inbox.registry import drawer_section
from inbox.rules.attachments import attached_files
from inbox.rules.rendering import render_original_text, render_quoted_text
from inbox.services.filter_choices import filter_choices
from inbox.services.list_page import load_rows
from inbox.services.marking import mark_seen
from inbox.services.opening import open_conversation
from inbox.services.station_page import load_station
from inbox.services.thread_page import load_thread
from inbox.views.context import (
    conversation_context,
    drawer_context,
    fragment,
    lead_context,
    lead_in,
    list_context,
    list_params,
    may_choose_many,
    moment,
    scope_of,
    station_context,
    tabs_context,
    uuid_or_none,
)
from inbox.views.filtering import filter_context
from leads.rules.filters import read_filters
from leads.services.lists import filter_leads
from zrg.lib.errors import NotVisible
from zrg.workspaces.decorators import person_of, requires

PREFETCH_HEADER = "X-Zrg-Prefetch"


@require_GET
@requires("lead.view")
def conversation_list(request: HttpRequest, workspace_id: UUID | None = None) -> HttpResponse:
    """The list pane; with a cursor, the next rows only."""
    scope = scope_of(request, workspace_id)
    context = list_context(scope, request.GET, now=moment())
    template = "inbox/list.html#more" if request.GET.get("cursor") else "inbox/list.html#pane"
    return fragment(request, template, context)


@require_GET
@requires("lead.view")
def filters(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """People and SMS labels the list of one workspace can be narrowed to, when the form is opened."""
    scope = scope_of(request, workspace_id)
    read = read_filters(list_params(scope, request.GET))
    found = scope.access.in_workspace(workspace_id)
    if found is None or not found.sees_all_leads:
        raise NotVisible
    context = filter_context(scope.access, read, request.GET, filter_choices(workspace_id))
    return fragment(request, "inbox/list.html#choices", {"scope": scope, **context})


@require_GET
@requires("lead.view")
def badges(request: HttpRequest, workspace_id: UUID | None = None) -> HttpResponse:
    """The tab list with live counts; 204 when they could not be read in time (the old ones stay)."""
    scope = scope_of(request, workspace_id)
    context = tabs_context(scope, request.GET, request.GET.get("tab", "all"), now=moment())
    if context["counts_delayed"]:
        return HttpResponse(status=204)
    return fragment(request, "inbox/tabs.html", {"scope": scope, **context})


@require_GET
@requires("lead.view")
def row(request: HttpRequest, lead_id: UUID, workspace_id: UUID | None = None) -> HttpResponse:
    """One row of the list; 204 when the lead is not in the list the parameters describe."""
    scope, now = scope_of(request, workspace_id), moment()
    lead_in(scope, lead_id)
    leads = list(filter_leads(scope.access, list_params(scope, request.GET), now=now, only=lead_id).for_inbox_list())
    if not leads:
        return HttpResponse(status=204)
    rows = load_rows(scope.access, leads, now=now, name_workspaces=scope.is_all)
    context = {"scope": scope, "now": now, "zone": scope.zone, "row": rows[0], "selected_id": None}
    return fragment(request, "inbox/list.html#row", {**context, "bulk": may_choose_many(scope)})


@require_GET
@requires("lead.view")
def conversation(request: HttpRequest, lead_id: UUID, workspace_id: UUID | None = None) -> HttpResponse:
    """Thread, station and drawer in one answer; opening marks the lead seen and compares a conversation that
    was not compared lately, fetching ahead does neither.
    """
    scope, now = scope_of(request, workspace_id), moment()
    lead = lead_in(scope, lead_id)
    if PREFETCH_HEADER not in request.headers:
        open_conversation(lead, person_of(request), now=now)
    context = conversation_context(
        request,
        scope,
        lead,
        now=now,
        channel=request.GET.get("channel"),
        draft_id=uuid_or_none(request.GET.get("draftId")),
    )
    return fragment(request, "inbox/conversation.html#conversation", context)


@require_GET
@requires("message.view")
def thread(request: HttpRequest, lead_id: UUID, workspace_id: UUID | None = None) -> HttpResponse:
    """The newest part of the thread, or with `before` the part above."""
    scope, now = scope_of(request, workspace_id), moment()
    lead = lead_in(scope, lead_id, "message.view")
    before = uuid_or_none(request.GET.get("before"))
    if before is None and PREFETCH_HEADER not in request.headers and "seen" in request.GET:
        mark_seen(lead, person_of(request), now=now)
    context = lead_context(request, scope, lead, now=now)
    sees_notes = context["able"]["see_notes"]
    context["thread"] = load_thread(lead, zone=context["zone"], now=now, before=before, with_notes=sees_notes)
    return fragment(request, f"inbox/conversation.html#{'earlier' if before else 'refresh'}", context)


@require_GET
@requires("draft.view")
def station(request: HttpRequest, lead_id: UUID, workspace_id: UUID | None = None) -> HttpResponse:
    """The action station for one channel."""
    scope, now = scope_of(request, workspace_id), moment()
    lead = lead_in(scope, lead_id, "draft.view")
    loaded = load_station(
        lead, channel=request.GET.get("channel"), draft_id=uuid_or_none(request.GET.get("draftId")), now=now
    )
    context = {**lead_context(request, scope, lead, now=now), **station_context(request, loaded)}
    return fragment(request, "inbox/conversation.html#station", context)


@require_GET
@requires("lead.view")
def drawer(request: HttpRequest, lead_id: UUID, section: str, workspace_id: UUID | None = None) -> HttpResponse:
    """One section of the drawer."""
    scope, now = scope_of(request, workspace_id), moment()
    found = drawer_section(section)
    if found is None:
        raise NotVisible
    lead = lead_in(scope, lead_id, found.action)
    context = {
        **lead_context(request, scope, lead, now=now),
        **drawer_context(request, scope, lead, now=now, section=section),
    }
    return fragment(request, "inbox/drawer.html#sections", context)


@require_GET
@requires("message.view_original")
def original(request: HttpRequest, workspace_id: UUID, message_id: UUID) -> HttpResponse:
    """The text as received, escaped inside `<pre>`; the markup of a mail never reaches a page."""
    message = _message_in(request, workspace_id, message_id, "message.view_original")
    raw = MessageRaw.objects.filter(message=message).first()
    text = render_original_text(raw.raw_text, raw.raw_html) if raw else message.body
    template = "inbox/original.html#text" if getattr(request, "htmx", False) else "inbox/original.html"
    return fragment(request, template, {"text": text or message.body, "message": message})


@require_GET
@requires("message.view_original")
def quoted(request: HttpRequest, workspace_id: UUID, message_id: UUID) -> HttpResponse:
    """What the mail quoted, escaped inside `<pre>`."""
    message = _message_in(request, workspace_id, message_id, "message.view_original")
    raw = MessageRaw.objects.filter(message=message).only("raw_text").first()
    text = render_quoted_text(raw.raw_text) if raw else ""
    template = "inbox/original.html#text" if getattr(request, "htmx", False) else "inbox/original.html"
    context = {"text": text or gettext("Nothing was quoted."), "message": message, "label": gettext("Quoted text")}
    return fragment(request, template, context)


@require_GET
@requires("message.view")
def attachment(request: HttpRequest, workspace_id: UUID, message_id: UUID, number: int) -> HttpResponse:
    """Send the browser to a file at its provider: only an address that is stored with this very message."""
    message = _message_in(request, workspace_id, message_id, "message.view")
    found = next((one for one in attached_files(message.attachments) if one.number == number and one.url), None)
    if found is None:
        raise NotVisible
    response = HttpResponseRedirect(found.url)
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_GET
@requires("message.view")
def full_text(request: HttpRequest, workspace_id: UUID, message_id: UUID) -> HttpResponse:
    """A message too long for the page, as plain text."""
    message = _message_in(request, workspace_id, message_id, "message.view")
    response = HttpResponse(message.body, content_type="text/plain; charset=utf-8")
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _message_in(request: HttpRequest, workspace_id: UUID, message_id: UUID, action: str) -> Message:
    message = Message.objects.in_workspace(workspace_id).filter(pk=message_id).first()
    if message is None:
        raise NotVisible
    lead_in(scope_of(request, workspace_id), message.lead_id, action)
    return message
