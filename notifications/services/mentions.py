"""Telling a person that an internal note names them: once for each note, to that person alone.

By direct message of the workspace's Slack where their address is known there, else by mail. Whether they
still see the lead is asked when the note is announced and again right before it is sent.
"""

from dataclasses import dataclass, replace
from uuid import UUID

from django.conf import settings as django_settings

from inbox.contracts import PersonMentioned
from inbox.models import LeadNote
from inbox.services.notes import mentionable
from integrations.services.resend import can_mail
from integrations.services.slack import list_members
from integrations.services.slack_reviews import reviewing_bot
from notifications.contracts import Content
from notifications.enums import Destination, EventCause, SendKind
from notifications.models import NotificationEvent, NotificationSendLog
from notifications.rules.texts import compose, one_line
from notifications.services.destinations import Reach
from notifications.services.events import record_event
from notifications.services.links import lead_link
from notifications.services.outbox import enqueue
from zrg.workspaces.context import tenant
from zrg.workspaces.enums import WorkspaceStatus
from zrg.workspaces.models import Workspace
from zrg.workspaces.services.people import Person

KIND = SendKind.MENTION.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A note that names somebody who sees its lead."""

    note: LeadNote
    person: Person


def tell_mentioned(event: PersonMentioned) -> None:
    """Record the mention and add one row for the person; repeating it adds nothing, and who cannot see the lead
    any more is not told.
    """
    assert event.workspace_id is not None
    with tenant(event.workspace_id):
        mention = _standing(event.workspace_id, event.note_id, event.person_id)
        workspace = Workspace.objects.select_related("settings").filter(pk=event.workspace_id).first()
    if mention is None or workspace is None or workspace.status != WorkspaceStatus.ACTIVE:
        return
    slack_id = _slack_id(workspace, mention.person)
    with tenant(event.workspace_id):
        key = f"{KIND}:{event.note_id}:{event.person_id}"
        recorded = record_event(_event(mention.note, key))
        if recorded is None:
            return
        about = {"note": str(event.note_id), "person": str(event.person_id)}
        rows = _reach(workspace, mention.person, slack_id).rows(KIND, key, _content(workspace, mention))
        enqueue([replace(row, about=about) for row in rows], event=recorded, workspace_id=workspace.pk)


def refuse_row(row: NotificationSendLog) -> str:
    """Why a mention that waited is not told any more."""
    assert row.workspace_id is not None
    with tenant(row.workspace_id):
        note_id, person_id = UUID(row.payload["note"]), UUID(row.payload["person"])
        note = LeadNote.objects.in_workspace(row.workspace_id).filter(pk=note_id).first()
        if note is None or person_id not in note.mentions:
            return "note_deleted"
        return "" if _standing(row.workspace_id, note_id, person_id) else "no_access"


def note_arrival(row: NotificationSendLog) -> None:
    """Nothing follows."""


def _standing(workspace_id: UUID, note_id: UUID, person_id: UUID) -> Mention | None:
    note = LeadNote.objects.in_workspace(workspace_id).select_related("lead", "author").filter(pk=note_id).first()
    if note is None or person_id not in note.mentions:
        return None
    person = next((one for one in mentionable(note.lead) if one.id == person_id), None)
    return Mention(note=note, person=person) if person else None


def _slack_id(workspace: Workspace, person: Person) -> str:
    """The person in the workspace's Slack, by address; "" when there is none. Asks Slack: outside transactions."""
    if not workspace.settings.slack_alerts or reviewing_bot(workspace.pk).kind != "workspace":
        return ""
    members = list_members(workspace.pk)
    wanted = person.email.lower()
    return next((one.id for one in members.data if (one.email or "").lower() == wanted), "") if members.ok else ""


def _reach(workspace: Workspace, person: Person, slack_id: str) -> Reach:
    if slack_id:
        return Reach(destination=Destination.SLACK_DM, targets=(slack_id,))
    if can_mail(workspace.pk) or django_settings.MAIL_CONFIGURED:
        return Reach(destination=Destination.EMAIL, targets=(person.email,), recipients=(person.email,))
    return Reach(destination=Destination.EMAIL, reason="email_not_configured")


def _content(workspace: Workspace, mention: Mention) -> Content:
    note = mention.note
    author = one_line(note.author.get_full_name(), 80) if note.author else "A colleague"
    name = one_line(note.lead.shown_name)
    return compose(
        f"[{workspace.name}] {author} mentioned you: {name}",
        [
            f"{author} mentioned you in an internal note",
            f"Lead: {name}",
            f"Note: {one_line(note.text)}",
            f"Link: {lead_link(workspace.pk, note.lead_id)}",
        ],
    )


def _event(note: LeadNote, key: str) -> NotificationEvent:
    return NotificationEvent(
        workspace_id=note.workspace_id,
        lead_id=note.lead_id,
        kind=KIND,
        cause=EventCause.MANUAL,
        snippet="A note names somebody",
        dedupe_key=key,
    )
