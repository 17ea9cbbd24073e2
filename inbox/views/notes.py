"""Internal notes on the pages: the composer's Note tab, and the notes in the thread."""

import uuid
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import trigger_client_event

from inbox.models import LeadNote
from inbox.services.notes import add_note, delete_note, edit_note, shown_notes
from inbox.services.station_page import load_station
from inbox.views.answers import Refusal, attempt, back_to, changed, refused_page
from inbox.views.context import (
    Scope,
    fragment,
    lead_context,
    lead_in,
    link_query,
    moment,
    note_form,
    scope_of,
    station_context,
    uuid_or_none,
)
from leads.models import Lead
from zrg.workspaces.decorators import person_of, requires


@require_GET
@requires("note.write")
def composer(request: HttpRequest, workspace_id: UUID, lead_id: UUID) -> HttpResponse:
    """The station with a note's form in place of the reply's; without HTMX the whole page with it."""
    scope = scope_of(request, workspace_id)
    lead = lead_in(scope, lead_id, "note.write")
    channel = request.GET.get("channel", "")
    if not getattr(request, "htmx", False):
        query = link_query(scope, request.GET, leadId=str(lead.pk), channel=channel, compose="note")
        return HttpResponseRedirect(f"/?{query}")
    return _composer(request, scope, lead, channel)


@require_POST
@requires("note.write")
def addition(request: HttpRequest, workspace_id: UUID, lead_id: UUID) -> HttpResponse:
    """Write a note down."""
    scope = scope_of(request, workspace_id)
    lead = lead_in(scope, lead_id, "note.write")
    note_id = uuid_or_none(request.POST.get("id")) or uuid.uuid4()
    text = request.POST.get("text", "")
    done = attempt(lead, lambda: add_note(lead, note_id=note_id, text=text, by=person_of(request)))
    if isinstance(done, Refusal):
        return _refused(request, scope, lead, done, "#note-refusal", note_text=text)
    if not getattr(request, "htmx", False):
        return back_to(request, lead)
    response = _composer(request, scope, lead, request.POST.get("channel", ""))
    trigger_client_event(response, "zrg:noted", {"lead": str(lead.pk)})
    return changed(response, lead, _told(done, person_of(request).pk))


@require_POST
@requires("note.write")
def change(request: HttpRequest, workspace_id: UUID, lead_id: UUID, note_id: UUID) -> HttpResponse:
    """Change an own note."""
    scope = scope_of(request, workspace_id)
    lead = lead_in(scope, lead_id, "note.write")
    text = request.POST.get("text", "")
    done = attempt(lead, lambda: edit_note(lead, note_id, text=text, by=person_of(request)))
    if isinstance(done, Refusal):
        return _refused(request, scope, lead, done, gettext("#note-{note_id}-refusal").format(note_id=note_id))
    if not getattr(request, "htmx", False):
        return back_to(request, lead)
    (note,) = shown_notes(LeadNote.objects.in_workspace(workspace_id).filter(pk=done.pk))
    context = {**lead_context(request, scope, lead, now=moment()), "note": note}
    return trigger_client_event(fragment(request, "inbox/notes.html#note", context), "zrg:note", {"lead": str(lead.pk)})


@require_POST
@requires("note.write")
def deletion(request: HttpRequest, workspace_id: UUID, lead_id: UUID, note_id: UUID) -> HttpResponse:
    """Delete an own note, or anybody's by who may delete leads."""
    scope = scope_of(request, workspace_id)
    lead = lead_in(scope, lead_id, "note.write")
    done = attempt(lead, lambda: delete_note(lead, note_id, by=person_of(request)))
    if isinstance(done, Refusal):
        return _refused(request, scope, lead, done, gettext("#note-{note_id}-refusal").format(note_id=note_id))
    if not getattr(request, "htmx", False):
        return back_to(request, lead)
    return changed(HttpResponse(""), lead, gettext("The note is deleted."))


def _composer(request: HttpRequest, scope: Scope, lead: Lead, channel: str) -> HttpResponse:
    now = moment()
    context = {
        **lead_context(request, scope, lead, now=now),
        **station_context(request, load_station(lead, channel=channel, now=now)),
        **note_form(),
    }
    return fragment(request, "inbox/notes.html#composer", context)


def _refused(
    request: HttpRequest, scope: Scope, lead: Lead, refusal: Refusal, target: str, **typed: Any
) -> HttpResponse:
    """Beside the note that was refused; without script the page with what was typed."""
    if not getattr(request, "htmx", False):
        return refused_page(request, lead, refusal, **note_form(**typed))
    context = {**lead_context(request, scope, lead, now=moment()), "refusal": refusal}
    response = fragment(request, "inbox/notes.html#refusal", context, status=refusal.http_status)
    response["HX-Retarget"], response["HX-Reswap"] = target, "innerHTML"
    return response


def _told(note: LeadNote, author_id: UUID) -> str:
    others = [one for one in note.mentions if one != author_id]
    if not others:
        return gettext("Noted.")
    return (
        gettext("Noted. One person is told.")
        if len(others) == 1
        else gettext("Noted. {count} people are told.").format(count=len(others))
    )
