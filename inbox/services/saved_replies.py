"""Saved replies: kept, changed, deleted, and filled in for one lead."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from inbox.enums import Channel
from inbox.models import SavedReply
from inbox.querysets import SavedReplyQuerySet
from inbox.rules.reply_variables import FilledReply, fill_reply, proven
from inbox.services.booking_link import find_booking_link
from inbox.services.drafting.voice import is_name, resolve_voice
from leads.models import Lead
from zrg.lib.errors import BadInput, Conflict, NotVisible
from zrg.workspaces.access import require, resolve_access
from zrg.workspaces.models import User, Workspace, WorkspaceSettings
from zrg.workspaces.services.audit import record_audit

USE = "saved_reply.use"
EDIT_OWN = "saved_reply.edit_own"
EDIT_SHARED = "saved_reply.edit_shared"
MAX_TITLE = 80
MAX_BODY = 20_000
MAX_REPLIES = 200
"""The workspace's; and as many of each person's own in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyText:
    """What a person keeps; `channel` "" fits every channel."""

    title: str
    channel: str
    body: str


def replies_of(workspace_id: UUID, user_id: UUID, *, channel: str = "") -> SavedReplyQuerySet:
    """The workspace's replies and the person's own, by title; with a channel, those that fit it."""
    rows: SavedReplyQuerySet = SavedReply.objects.in_workspace(workspace_id).of_person(user_id)
    return (rows.for_channel(channel) if channel else rows).by_title()


def find_reply(workspace_id: UUID, reply_id: UUID, user_id: UUID) -> SavedReply:
    """One of them; another person's is not there."""
    found = replies_of(workspace_id, user_id).filter(pk=reply_id).first()
    if found is None:
        raise NotVisible
    return found


def add_reply(workspace_id: UUID, text: ReplyText, *, shared: bool, by: User) -> SavedReply:
    """Keep a text. Raises `Forbidden`, `BadInput` with its field, `Conflict` when there are too many."""
    require(resolve_access(by), EDIT_SHARED if shared else EDIT_OWN, workspace_id)
    clean = _clean(text)
    owner = None if shared else by
    with transaction.atomic():
        # Two pages must not both add the last one.
        Workspace.objects.select_for_update(no_key=True).only("pk").get(pk=workspace_id)
        kept = SavedReply.objects.in_workspace(workspace_id).filter(owner=owner).count()
        if kept >= MAX_REPLIES:
            own = gettext("You have {most} saved replies already. Delete one first.")
            common = gettext("This workspace has {most} saved replies already. Delete one first.")
            raise Conflict((common if shared else own).format(most=MAX_REPLIES), code="too_many_replies")
        reply = SavedReply(workspace_id=workspace_id, owner=owner, **clean)
        _store(reply)
        _audit("saved_reply.added", reply, by, after=clean)
    return reply


def change_reply(workspace_id: UUID, reply_id: UUID, text: ReplyText, *, version: int, by: User) -> SavedReply:
    """Change a text; 409 `stale` when it is not the version the person read."""
    clean = _clean(text)
    with transaction.atomic():
        reply = _for_change(workspace_id, reply_id, by)
        if reply.version != version:
            raise Conflict(gettext("Somebody changed this reply meanwhile."), code="stale", version=reply.version)
        before = {name: getattr(reply, name) for name in clean}
        if before == clean:
            return reply
        for name, value in clean.items():
            setattr(reply, name, value)
        reply.version += 1
        _store(reply, [*clean, "version", "updated_at"])
        _audit("saved_reply.changed", reply, by, before=before, after=clean)
    return reply


def delete_reply(workspace_id: UUID, reply_id: UUID, *, by: User) -> None:
    """Forget a text."""
    with transaction.atomic():
        reply = _for_change(workspace_id, reply_id, by)
        _audit("saved_reply.deleted", reply, by, before={"title": reply.title})
        reply.delete()


def values_for(lead: Lead, channel: str) -> dict[str, str]:
    """What is known for each variable, by canonical name; what is not proven is absent. Call inside
    `tenant(…)`: the voice is read from rows a setter does not see.
    """
    settings = WorkspaceSettings.objects.get(workspace_id=lead.workspace_id)
    voice = resolve_voice(lead, settings, channel)
    values = {
        "firstName": (lead.first_name or "").strip() if is_name(lead.first_name or "") else "",
        "lastName": (lead.last_name or "").strip() if is_name(lead.last_name or "") else "",
        "email": proven(lead.email),
        "phone": proven(lead.phone or lead.phone_national),
        "leadCompanyName": proven(lead.company_name),
        "senderName": voice.persona_name,
        "signature": voice.signature,
        "companyName": voice.company,
        "result": settings.target_result or "",
        "calendarLink": find_booking_link(lead) or "",
    }
    return {name: value for name, value in values.items() if value.strip()}


def fill_for(lead: Lead, reply: SavedReply, channel: str) -> FilledReply:
    """The text for this lead; what is missing stays visible and keeps it from being sent."""
    return fill_reply(reply.body, values_for(lead, channel))


def _clean(text: ReplyText) -> dict[str, str]:
    title = " ".join(text.title.replace("\x00", "").split())
    body = text.body.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n").strip()
    if not title or len(title) > MAX_TITLE or not title.isprintable():
        raise BadInput(
            gettext("Give it a title of at most {max_title} characters.").format(max_title=MAX_TITLE),
            code="bad_title",
            field="title",
        )
    if text.channel and text.channel not in Channel.values:
        raise BadInput(gettext("Unknown channel."), code="bad_channel", field="channel")
    if not body:
        raise BadInput(gettext("Write the text."), code="empty_body", field="body")
    if len(body) > MAX_BODY:
        raise BadInput(
            gettext("A reply has at most {max_body:,} characters; this one has {count:,}.").format(
                max_body=MAX_BODY, count=len(body)
            ),
            code="too_long",
            field="body",
        )
    return {"title": title, "channel": text.channel, "body": body}


def _for_change(workspace_id: UUID, reply_id: UUID, by: User) -> SavedReply:
    rows = replies_of(workspace_id, by.pk).select_for_update().filter(pk=reply_id)
    reply = rows.first()
    if reply is None:
        raise NotVisible
    require(resolve_access(by), EDIT_SHARED if reply.is_shared else EDIT_OWN, workspace_id)
    return reply


def _store(reply: SavedReply, update_fields: list[str] | None = None) -> None:
    try:
        with transaction.atomic():
            reply.save(update_fields=update_fields)
    except IntegrityError as taken:
        if "title_unique" not in str(taken):
            raise
        raise BadInput(
            gettext("There is a reply with this title already."), code="title_taken", field="title"
        ) from taken


def _audit(
    action: str,
    reply: SavedReply,
    by: User,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """What the workspace shares is audited; what a person keeps for themselves concerns nobody."""
    if reply.is_shared:
        record_audit(action, actor=by, workspace=reply.workspace_id, obj=reply, before=before, after=after)
