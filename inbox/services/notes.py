"""Internal notes of a lead: written, changed and deleted by people; whom they name is announced."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Subquery
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from inbox.contracts import PersonMentioned
from inbox.models import LeadNote, Message
from inbox.models.note import MAX_NOTE_CHARS
from inbox.querysets import LeadNoteQuerySet
from inbox.rules.mentions import Mention, find_mentions, handles_of, split_mentions
from inbox.rules.rendering import render_text
from leads.models import Lead
from leads.services.flags import touch_lead
from zrg.jobs.services.announce import announce
from zrg.lib import log_events
from zrg.lib.errors import BadInput, Conflict, Forbidden, NotVisible
from zrg.workspaces.access import can, require, resolve_access
from zrg.workspaces.models import User
from zrg.workspaces.services.audit import record_audit
from zrg.workspaces.services.people import Person, people_who_may

VIEW = "note.view"
WRITE = "note.write"
# Who may delete a lead may delete what was noted about it, whoever wrote it.
CLEAR = "lead.delete"
MAX_OF_LEAD = 500

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadNote:
    """One note as the thread shows it; `html` is safe to insert."""

    id: UUID
    author_id: UUID | None
    author: str
    at: datetime
    edited_at: datetime | None
    text: str
    html: SafeString
    kind: str = "note"


def add_note(lead: Lead, *, note_id: UUID, text: str, by: User) -> LeadNote:
    """Write a note down and announce each person it names, the writer aside. `note_id` is made when the form
    opens: the same id again is the note that stands. Raises `Forbidden`, `BadInput`, and `Conflict` when the
    lead has no room left.
    """
    require(resolve_access(by), WRITE, lead.workspace_id, lead)
    text = _clean(text)
    with transaction.atomic():
        if LeadNote.objects.of_lead(lead.pk).count() >= MAX_OF_LEAD:
            raise Conflict(
                gettext("This lead has {max_of_lead} notes already. Delete some first.").format(
                    max_of_lead=MAX_OF_LEAD
                ),
                code="notes_full",
            )
        named = find_mentions(text, handles_of(mentionable(lead)))
        note = LeadNote(pk=note_id, workspace_id=lead.workspace_id, lead=lead, author=by, text=text, mentions=named)
        try:
            with transaction.atomic():
                note.save(force_insert=True)
        except IntegrityError:
            return _written_before(lead, note_id, by)
        _announce(note, named, by)
        touch_lead(lead.pk)
    logger.info(log_events.NOTE_WRITTEN, lead=str(lead.pk), note=str(note.pk), mentions=len(named))
    return note


def edit_note(lead: Lead, note_id: UUID, *, text: str, by: User) -> LeadNote:
    """Change an own note; who is named for the first time is told, who was named before is not told again."""
    require(resolve_access(by), WRITE, lead.workspace_id, lead)
    text = _clean(text)
    with transaction.atomic():
        note = _locked(lead, note_id)
        if note.author_id != by.pk:
            raise Forbidden(action=WRITE)
        if note.text == text:
            return note
        before, named = set(note.mentions), find_mentions(text, handles_of(mentionable(lead)))
        note.text, note.mentions, note.edited_at = text, named, timezone.now()
        note.save(update_fields=["text", "mentions", "edited_at", "updated_at"])
        _audit("note.edited", note, by)
        _announce(note, [one for one in named if one not in before], by)
        touch_lead(lead.pk)
    logger.info(log_events.NOTE_EDITED, lead=str(lead.pk), note=str(note.pk))
    return note


def delete_note(lead: Lead, note_id: UUID, *, by: User) -> None:
    """Delete an own note, or anybody's by who may delete the lead. The text is gone; that it was is audited."""
    access = resolve_access(by)
    require(access, WRITE, lead.workspace_id, lead)
    with transaction.atomic():
        note = _locked(lead, note_id)
        if note.author_id != by.pk and not can(access, CLEAR, lead.workspace_id, lead):
            raise Forbidden(action=CLEAR)
        _audit("note.deleted", note, by)
        note.delete()
        touch_lead(lead.pk)
    logger.info(log_events.NOTE_DELETED, lead=str(lead.pk), note=str(note_id))


def mentionable(lead: Lead) -> list[Person]:
    """The people a note of this lead can name: those who see it. Call inside `tenant(…)`."""
    return people_who_may(lead.workspace_id, VIEW, lead)


def notes_of_thread(lead: Lead, *, since: datetime | None, before: UUID | None) -> list[ThreadNote]:
    """The notes of one page of the thread: from its oldest message (`since`, None is the beginning) up to the
    message above which it ends (`before`, None is now). Two queries at most.
    """
    rows = LeadNote.objects.in_workspace(lead.workspace_id).of_lead(lead.pk)
    if since is not None:
        rows = rows.filter(created_at__gte=since)
    if before is not None:
        mark = Message.objects.in_workspace(lead.workspace_id).of_lead(lead.pk).filter(pk=before)
        rows = rows.filter(created_at__lt=Subquery(mark.values("sent_at")))
    return shown_notes(rows)


def shown_notes(rows: LeadNoteQuerySet) -> list[ThreadNote]:
    """Notes with their mentions marked, the newest first."""
    notes = list(rows.select_related("author").newest_first()[:MAX_OF_LEAD])
    named = {person_id for note in notes for person_id in note.mentions}
    people = {user.pk: user for user in User.objects.filter(pk__in=named)} if named else {}
    return [_shown(note, [people[one] for one in note.mentions if one in people]) for note in notes]


def _shown(note: LeadNote, named: list[User]) -> ThreadNote:
    handles = {handle: user.pk for user in named for handle in (user.get_full_name(), user.email)}
    return ThreadNote(
        id=note.pk,
        author_id=note.author_id,
        author=note.author.get_full_name() if note.author else gettext("A former colleague"),
        at=note.created_at,
        edited_at=note.edited_at,
        text=note.text,
        html=mark_safe("".join(_html(piece) for piece in split_mentions(note.text, handles))),  # noqa: S308
    )


def _html(piece: str | Mention) -> str:
    # Escaped by the renderer of messages, or by `format_html`.
    if isinstance(piece, Mention):
        return format_html('<mark class="mention">{}</mark>', piece.text)
    return render_text(piece).html


def _clean(text: str) -> str:
    cleaned = text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n").strip()
    if not cleaned:
        raise BadInput(gettext("Write something first."), code="note_empty", field="text")
    if len(cleaned) > MAX_NOTE_CHARS:
        raise BadInput(
            gettext("A note has at most {max_note_chars:,} characters; this one has {count:,}.").format(
                max_note_chars=MAX_NOTE_CHARS, count=len(cleaned)
            ),
            code="note_too_long",
            field="text",
        )
    return cleaned


def _written_before(lead: Lead, note_id: UUID, by: User) -> LeadNote:
    rows = LeadNote.objects.in_workspace(lead.workspace_id).of_lead(lead.pk)
    note = rows.filter(pk=note_id, author=by).first()
    if note is None:
        raise BadInput(
            gettext("This note was written elsewhere. Open the form again."), code="note_id_taken", field="id"
        )
    return note


def _locked(lead: Lead, note_id: UUID) -> LeadNote:
    rows = LeadNote.objects.in_workspace(lead.workspace_id).of_lead(lead.pk)
    note = rows.select_for_update().filter(pk=note_id).first()
    if note is None:
        raise NotVisible
    return note


def _announce(note: LeadNote, named: list[UUID], by: User) -> None:
    for person_id in named:
        if person_id != by.pk:
            announce(
                PersonMentioned(
                    workspace_id=note.workspace_id, lead_id=note.lead_id, note_id=note.pk, person_id=person_id
                )
            )


def _audit(action: str, note: LeadNote, by: User) -> None:
    """Who, when and how long it was; what it said is nobody's business once it is gone."""
    record_audit(
        action,
        actor=by,
        workspace=note.workspace_id,
        obj=note,
        after={"lead": str(note.lead_id), "author": str(note.author_id or ""), "characters": len(note.text)},
    )
