"""Saved replies: the person's list, and one filled in for a lead."""

from uuid import UUID

from django.utils.translation import gettext
from rest_framework.request import Request
from rest_framework.response import Response

from inbox.api.acts import as_workspace, if_match
from inbox.api.base import Body, InboxAPIView
from inbox.api.payloads import reply_payload
from inbox.enums import Channel
from inbox.models import SavedReply
from inbox.services.saved_replies import (
    USE,
    ReplyText,
    add_reply,
    change_reply,
    delete_reply,
    fill_for,
    find_reply,
    replies_of,
)
from leads.errors import UnknownFilter
from zrg.lib.errors import BadInput, NotVisible
from zrg.workspaces.access import require
from zrg.workspaces.context import tenant

FIELDS = {"title", "channel", "body"}


class SavedReplies(InboxAPIView):
    """`GET/POST /api/inbox/saved-replies?clientId=`."""

    permission_action = {"GET": USE, "POST": "saved_reply.edit_own"}

    def get(self, request: Request) -> Response:
        """The workspace's and the person's own, by title; `channel` leaves out what does not fit."""
        workspace_id = _workspace(request)
        require(self.access, USE, workspace_id)
        channel = request.query_params.get("channel", "")
        if channel and channel not in Channel.values:
            raise UnknownFilter("channel")
        return Response(
            {"replies": [reply_payload(row) for row in replies_of(workspace_id, self.access.user_id, channel=channel)]}
        )

    def post(self, request: Request) -> Response:
        """Keep one; `shared` gives it to the whole workspace."""
        workspace_id = _workspace(request)
        require(self.access, USE, workspace_id)
        body = Body(request, FIELDS | {"shared"})
        text, shared = _text(body), body.flag("shared")
        with tenant(workspace_id):
            reply = add_reply(workspace_id, text, shared=shared, by=self.person())
        return Response(reply_payload(reply), status=201)


class SavedReplyDetail(InboxAPIView):
    """`GET/PATCH/DELETE /api/inbox/saved-replies/<id>`."""

    permission_action = {"GET": USE, "PATCH": "saved_reply.edit_own", "DELETE": "saved_reply.edit_own"}

    def get(self, request: Request, reply_id: UUID) -> Response:
        """One, with its version."""
        reply = self._reply(reply_id)
        return Response(reply_payload(reply), headers={"ETag": f'"{reply.version}"'})

    def patch(self, request: Request, reply_id: UUID) -> Response:
        """Change it (`If-Match: <version>`); 409 `stale` with the version of now."""
        reply, body = self._reply(reply_id), Body(request, FIELDS)
        text = ReplyText(
            title=_or(body.text("title"), reply.title),
            channel=_or(body.text("channel"), reply.channel),
            body=_or(body.text("body"), reply.body),
        )
        with tenant(reply.workspace_id):
            saved = change_reply(reply.workspace_id, reply.pk, text, version=if_match(request), by=self.person())
        return Response(reply_payload(saved), headers={"ETag": f'"{saved.version}"'})

    def delete(self, request: Request, reply_id: UUID) -> Response:
        """Forget it."""
        reply = self._reply(reply_id)
        with tenant(reply.workspace_id):
            delete_reply(reply.workspace_id, reply.pk, by=self.person())
        return Response(status=204)

    def _reply(self, reply_id: UUID) -> SavedReply:
        reply = SavedReply.objects.filter(workspace_id__in=self.access.workspace_ids).filter(pk=reply_id).first()
        if reply is None or reply.owner_id not in (None, self.access.user_id):
            raise NotVisible
        require(self.access, USE, reply.workspace_id)
        return reply


class LeadReplies(InboxAPIView):
    """`GET /api/inbox/conversations/<lead>/saved-replies?channel=`."""

    permission_action = "message.send"

    def get(self, request: Request, lead_id: UUID) -> Response:
        """What fits the channel: titles and the beginning of each text, not yet filled in."""
        lead = self.lead(lead_id, "message.send")
        rows = replies_of(lead.workspace_id, self.access.user_id, channel=_channel(request)).with_beginning()
        return Response(
            {
                "replies": [
                    {
                        "id": str(row.pk),
                        "title": row.title,
                        "shared": row.is_shared,
                        "snippet": " ".join(row.beginning.split()),
                    }
                    for row in rows
                ]
            }
        )


class LeadReply(InboxAPIView):
    """`GET /api/inbox/conversations/<lead>/saved-replies/<id>?channel=`."""

    permission_action = "message.send"

    def get(self, request: Request, lead_id: UUID, reply_id: UUID) -> Response:
        """The text for this lead. `missing` names what stayed as it is: it is refused when sent."""
        lead = self.lead(lead_id, "message.send")
        reply = find_reply(lead.workspace_id, reply_id, self.access.user_id)
        filled = as_workspace(lead, lambda: fill_for(lead, reply, _channel(request)))
        return Response({"id": str(reply.pk), "title": reply.title, "text": filled.text, "missing": filled.missing})


def _text(body: Body) -> ReplyText:
    return ReplyText(title=body.text("title") or "", channel=body.text("channel") or "", body=body.text("body") or "")


def _or(given: str | None, stored: str) -> str:
    return stored if given is None else given


def _channel(request: Request) -> str:
    channel = request.query_params.get("channel", Channel.EMAIL.value)
    if channel not in Channel.values:
        raise UnknownFilter("channel")
    return channel


def _workspace(request: Request) -> UUID:
    try:
        return UUID(request.query_params.get("clientId", ""))
    except ValueError as error:
        raise BadInput(
            gettext("`clientId` names no workspace."), code="clientId", http_status=400, field="clientId"
        ) from error
