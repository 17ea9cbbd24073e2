"""Internal notes of a conversation."""

import uuid
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from inbox.api.acts import as_workspace
from inbox.api.base import Body, InboxAPIView
from inbox.api.payloads import note_payload
from inbox.models import LeadNote
from inbox.rules.mentions import handles_of
from inbox.services.notes import add_note, delete_note, edit_note, mentionable, shown_notes


class Notes(InboxAPIView):
    """`GET/POST /api/inbox/conversations/<lead>/notes`."""

    permission_action = {"GET": "note.view", "POST": "note.write"}

    def get(self, request: Request, lead_id: UUID) -> Response:
        """All notes of the lead, the newest first."""
        lead = self.lead(lead_id, "note.view")
        rows = LeadNote.objects.in_workspace(lead.workspace_id).of_lead(lead.pk)
        return Response({"notes": [note_payload(note) for note in shown_notes(rows)]})

    def post(self, request: Request, lead_id: UUID) -> Response:
        """Write one (`text`, and `id` to make a repeat harmless); `@name` tells that person once."""
        lead = self.lead(lead_id, "note.write")
        body = Body(request, {"text", "id"})
        text, note_id = body.text("text") or "", body.id("id") or uuid.uuid4()
        note = as_workspace(lead, lambda: add_note(lead, note_id=note_id, text=text, by=self.person()))
        return Response(_payload(note), status=201)


class NoteDetail(InboxAPIView):
    """`PATCH/DELETE /api/inbox/conversations/<lead>/notes/<id>`."""

    permission_action = "note.write"

    def patch(self, request: Request, lead_id: UUID, note_id: UUID) -> Response:
        """Change an own note."""
        lead = self.lead(lead_id, "note.write")
        text = Body(request, {"text"}).text("text") or ""
        return Response(_payload(as_workspace(lead, lambda: edit_note(lead, note_id, text=text, by=self.person()))))

    def delete(self, request: Request, lead_id: UUID, note_id: UUID) -> Response:
        """Delete an own note, or anybody's by who may delete leads."""
        lead = self.lead(lead_id, "note.write")
        as_workspace(lead, lambda: delete_note(lead, note_id, by=self.person()))
        return Response(status=204)


class People(InboxAPIView):
    """`GET /api/inbox/conversations/<lead>/people`."""

    permission_action = "note.write"

    def get(self, request: Request, lead_id: UUID) -> Response:
        """Whom a note of this lead can name: those who see it, oneself aside. `handle` stands behind the `@`."""
        lead = self.lead(lead_id, "note.write")
        people = as_workspace(lead, lambda: mentionable(lead))
        handles = {person_id: handle for handle, person_id in handles_of(people).items()}
        return Response(
            {
                "people": [
                    {"id": str(one.id), "name": one.name, "handle": handles[one.id]}
                    for one in people
                    if one.id != self.access.user_id
                ]
            }
        )


def _payload(note: LeadNote) -> dict[str, object]:
    (shown,) = shown_notes(LeadNote.objects.in_workspace(note.workspace_id).filter(pk=note.pk))
    return note_payload(shown)
