"""Acting: send, approve, reject, edit, undo, decide an unconfirmed send, snooze, status, sentiment, seen."""

import uuid
from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext
from rest_framework.request import Request
from rest_framework.response import Response

from inbox.api.base import Body, InboxAPIView
from inbox.api.payloads import decision_payload, draft_payload, lead_payload, sync_payload
from inbox.contracts import Decision
from inbox.enums import ApprovalSource, Channel
from inbox.models import Message, SendOrder
from inbox.services.approving import approve_draft, edit_draft, reject_draft, send_manual
from inbox.services.checking import Seen, Text
from inbox.services.marking import change_sentiment, change_status, mark_seen, mark_unread, snooze, wake
from inbox.services.orders import cancel_order
from inbox.services.settling import resolve_unknown
from inbox.services.syncing.conversations import request_sync
from inbox.services.syncing.reading import sync_status
from leads.enums import EnrichmentKind
from leads.models import Lead
from leads.services.enriching import enrich_by_hand
from leads.services.merging import merge_leads
from leads.services.promoting import promote_alternate, request_promotion
from leads.services.status import clear_blacklist
from zrg.lib.errors import BadInput, Conflict, NotVisible
from zrg.lib.text import read_number
from zrg.workspaces.context import tenant

SEND_FIELDS = {
    "channel",
    "body",
    "subject",
    "to",
    "cc",
    "seenMessageId",
    "acknowledgeNewer",
    "idempotencyKey",
    "sendAt",
}
APPROVE_FIELDS = {"content", "subject", "cc", "to", "version", "seenMessageId", "acknowledgeNewer", "sendAt"}
Outcome = TypeVar("Outcome")


class Send(InboxAPIView):
    """`POST …/send`: a reply a person wrote."""

    permission_action = "message.send"

    def post(self, request: Request, lead_id: UUID) -> Response:
        """Idempotent by `idempotencyKey`: the same key again answers what the first call did."""
        lead = self.lead(lead_id, "message.send")
        body = Body(request, SEND_FIELDS)
        channel = body.text("channel") or Channel.EMAIL.value
        if channel not in Channel.values:
            raise BadInput(gettext("Unknown channel."), code="bad_input", field="channel")
        return decided(
            as_workspace(
                lead,
                lambda: send_manual(
                    lead.pk,
                    channel=channel,
                    text=_text(body, "body"),
                    seen=_seen(body),
                    idempotency_key=body.id("idempotencyKey") or uuid.uuid4(),
                    by=self.person(),
                    send_at=body.moment("sendAt"),
                ),
            )
        )


class DraftDetail(InboxAPIView):
    """`GET/PATCH /api/inbox/drafts/<id>`."""

    permission_action = {"GET": "draft.view", "PATCH": "draft.edit"}

    def get(self, request: Request, draft_id: UUID) -> Response:
        """One draft."""
        draft, _lead = self.draft(draft_id, "draft.view")
        return Response(draft_payload(draft), headers={"ETag": f'"{draft.version}"'})

    def patch(self, request: Request, draft_id: UUID) -> Response:
        """Save the text (`If-Match: <version>`); never sends. 409 `stale` with the text of now."""
        draft, lead = self.draft(draft_id, "draft.edit")
        content = Body(request, {"content"}).text("content")
        if content is None:
            raise BadInput(gettext("There is no text."), code="bad_input", field="content")
        saved = as_workspace(
            lead, lambda: edit_draft(draft.pk, content, expected_version=if_match(request), by=self.person())
        )
        return Response(draft_payload(saved), headers={"ETag": f'"{saved.version}"'})


class Approve(InboxAPIView):
    """`POST /api/inbox/drafts/<id>/approve`."""

    permission_action = "draft.approve"

    def post(self, request: Request, draft_id: UUID) -> Response:
        """One decision, at most one message; the second call is told what the first did."""
        draft, lead = self.draft(draft_id, "draft.approve")
        body = Body(request, APPROVE_FIELDS)
        return decided(
            as_workspace(
                lead,
                lambda: approve_draft(
                    draft.pk,
                    source=ApprovalSource.DASHBOARD,
                    text=_text(body, "content"),
                    seen=_seen(body),
                    by=self.person(),
                    send_at=body.moment("sendAt"),
                ),
            )
        )


class Reject(InboxAPIView):
    """`POST /api/inbox/drafts/<id>/reject`."""

    permission_action = "draft.reject"

    def post(self, request: Request, draft_id: UUID) -> Response:
        """Reject with an optional reason."""
        draft, lead = self.draft(draft_id, "draft.reject")
        reason = Body(request, {"reason"}).text("reason") or ""
        return decided(as_workspace(lead, lambda: reject_draft(draft.pk, by=self.person(), reason=reason)))


class CancelOrder(InboxAPIView):
    """`POST /api/inbox/orders/<id>/cancel`: undo."""

    permission_action = "message.send"

    def post(self, request: Request, order_id: UUID) -> Response:
        """The text back; 409 when it is too late."""
        order = SendOrder.objects.visible_to(self.access).filter(pk=order_id).first()
        if order is None:
            raise NotVisible
        lead = self.lead(order.lead_id, "message.send")
        if not as_workspace(lead, lambda: cancel_order(order.pk, by=self.person())):
            raise Conflict(gettext("Too late to undo."), code="order_taken", state=order.state)
        draft = str(order.draft_id) if order.draft_id else None
        return Response({"state": "cancelled", "body": order.body, "channel": order.channel, "draftId": draft})


class MessageOutcome(InboxAPIView):
    """`POST /api/inbox/messages/<id>/outcome`: a person states what became of an unconfirmed message."""

    permission_action = "message.send"

    def post(self, request: Request, message_id: UUID) -> Response:
        """`{"wasSent": bool, "reason"}`; only "not sent" lets it be sent again."""
        message = Message.objects.visible_to(self.access).filter(pk=message_id).first()
        if message is None:
            raise NotVisible
        lead = self.lead(message.lead_id, "message.send")
        body = Body(request, {"wasSent", "reason"})
        was_sent = body.choice("wasSent")
        if was_sent is None:
            raise BadInput(gettext("Say whether it was sent."), code="bad_input", field="wasSent")
        settled = as_workspace(
            lead,
            lambda: resolve_unknown(message.pk, was_sent=was_sent, by=self.person(), reason=body.text("reason") or ""),
        )
        return Response({"id": str(settled.pk), "delivery": settled.delivery_status})


class Snooze(InboxAPIView):
    """`POST …/snooze`."""

    permission_action = "lead.snooze"

    def post(self, request: Request, lead_id: UUID) -> Response:
        """`{"days"}`, `{"until"}`, `{"untilReply": true}` or `{"wake": true}`."""
        lead = self.lead(lead_id, "lead.snooze")
        body = Body(request, {"days", "until", "untilReply", "wake"})
        if body.flag("wake"):
            return Response(lead_payload(as_workspace(lead, lambda: wake(lead, by=self.person()))))
        snoozed = as_workspace(
            lead,
            lambda: snooze(
                lead,
                days=body.number("days"),
                until=body.moment("until"),
                until_reply=body.flag("untilReply"),
                by=self.person(),
            ),
        )
        return Response(lead_payload(snoozed))


class Sentiment(InboxAPIView):
    """`POST …/sentiment`."""

    permission_action = "lead.set_sentiment"

    def post(self, request: Request, lead_id: UUID) -> Response:
        """`{"sentiment"}`; idempotent by value. Blacklist stops all outreach."""
        lead = self.lead(lead_id, "lead.set_sentiment")
        tag = Body(request, {"sentiment"}).text("sentiment") or ""
        as_workspace(lead, lambda: change_sentiment(lead, tag, by=self.person()))
        return Response(lead_payload(_fresh(lead)))


class Status(InboxAPIView):
    """`POST …/status`."""

    permission_action = "lead.edit_status"

    def post(self, request: Request, lead_id: UUID) -> Response:
        """`{"status"}`; idempotent by value. `blacklisted` stops all outreach."""
        lead = self.lead(lead_id, "lead.edit_status")
        status = Body(request, {"status"}).text("status") or ""
        as_workspace(lead, lambda: change_status(lead, status, by=self.person()))
        return Response(lead_payload(_fresh(lead)))


class ClearBlacklist(InboxAPIView):
    """`POST …/clear-blacklist`."""

    permission_action = "lead.clear_blacklist"

    def post(self, request: Request, lead_id: UUID) -> Response:
        """`{"note"}`: why the stop is lifted."""
        lead = self.lead(lead_id, "lead.clear_blacklist")
        note = Body(request, {"note"}).text("note") or ""
        as_workspace(lead, lambda: clear_blacklist(lead, self.person(), note))
        return Response(lead_payload(_fresh(lead)))


class Merge(InboxAPIView):
    """`POST …/merge`."""

    permission_action = "lead.merge"

    def post(self, request: Request, lead_id: UUID) -> Response:
        """`{"leadId"}`: the lead that goes; the one of the path stays. 409 `merge_refused` with the reason."""
        lead = self.lead(lead_id, "lead.merge")
        other_id = Body(request, {"leadId"}).id("leadId")
        if other_id is None:
            raise BadInput(gettext("Name the lead that goes."), code="bad_input", field="leadId")
        other = self.lead(other_id, "lead.merge")
        return Response(lead_payload(as_workspace(lead, lambda: merge_leads(lead, other, self.person()))))


class Promote(InboxAPIView):
    """`POST …/promote`."""

    permission_action = "lead.promote_contact"

    def post(self, request: Request, lead_id: UUID) -> Response:
        """`{"email"}`: the alternate address that becomes the primary one."""
        lead = self.lead(lead_id, "lead.promote_contact")
        email = Body(request, {"email"}).text("email") or ""
        as_workspace(lead, lambda: promote_alternate(lead, email, by=self.person()))
        return Response(lead_payload(_fresh(lead)))


class RequestPromotion(InboxAPIView):
    """`POST …/request-promotion`."""

    permission_action = "lead.request_promotion"

    def post(self, request: Request, lead_id: UUID) -> Response:
        """`{"email"}`: the alternate somebody with the right should make primary; nothing changes."""
        lead = self.lead(lead_id, "lead.request_promotion")
        email = Body(request, {"email"}).text("email") or ""
        asked = as_workspace(lead, lambda: request_promotion(lead, email, by=self.person()))
        return Response({"requested": asked}, status=202)


class Enrich(InboxAPIView):
    """`POST …/enrich`."""

    permission_action = "lead.enrich"

    def post(self, request: Request, lead_id: UUID) -> Response:
        """`{"kinds": ["phone", "linkedin"]}` or all; 202 with what is looked up, 409 with the reason when
        nothing is.
        """
        lead = self.lead(lead_id, "lead.enrich")
        kinds = Body(request, {"kinds"}).texts("kinds") or EnrichmentKind.values
        if unknown := sorted(set(kinds) - set(EnrichmentKind.values)):
            raise BadInput(
                gettext("Unknown kind {unknown}.").format(unknown=unknown[0]), code="bad_input", field="kinds"
            )
        result = as_workspace(lead, lambda: enrich_by_hand(lead, by=self.person(), kinds=kinds))
        return Response({"asked": list(result.asked), "refused": result.refused}, status=202)


class SeenMark(InboxAPIView):
    """`POST …/seen`."""

    permission_action = "lead.view"

    def post(self, request: Request, lead_id: UUID) -> Response:
        """`{"seen": false}` brings the dot back; otherwise it goes."""
        lead = self.lead(lead_id, "lead.view")
        if Body(request, {"seen"}).choice("seen") is False:
            mark_unread(lead, self.person())
        else:
            mark_seen(lead, self.person())
        return Response(status=204)


def decided(decision: Decision) -> Response:
    """202 for a queued message, 200 for what was decided before, the block's own status otherwise."""
    status = 202 if decision.state == "queued" else decision.http_status
    return Response(decision_payload(decision), status=status)


class Sync(InboxAPIView):
    """`GET, POST …/sync`: compare the conversation with what the providers hold of it."""

    permission_action = {"GET": "lead.view", "POST": "lead.enrich"}

    def get(self, request: Request, lead_id: UUID) -> Response:
        """How far it is, and what the last one found."""
        return Response(sync_payload(sync_status(self.lead(lead_id, "lead.view").pk, now=timezone.now())))

    def post(self, request: Request, lead_id: UUID) -> Response:
        """202: it runs as a job, once for everybody who asks meanwhile."""
        lead = self.lead(lead_id, "lead.enrich")
        Body(request, set())
        queued = as_workspace(lead, lambda: request_sync(lead, by_person=True))
        status = sync_status(lead.pk, now=timezone.now())
        return Response({**sync_payload(status), "queued": queued}, status=202)


def as_workspace(lead: Lead, act: Callable[[], Outcome]) -> Outcome:
    """Run one service as the lead's workspace: it needs rows a setter may not read."""
    with tenant(lead.workspace_id):
        return act()


def _text(body: Body, content: str) -> Text:
    to = body.text("to")
    return Text(content=body.text(content), subject=body.text("subject"), to=to or None, cc=body.texts("cc"))


def _seen(body: Body) -> Seen:
    return Seen(
        message_id=body.id("seenMessageId"),
        acknowledge_newer=body.flag("acknowledgeNewer"),
        version=body.number("version"),
    )


def if_match(request: Request) -> int:
    """The version a person read; 428 without one."""
    given = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
    version = read_number(given)
    if version is None:
        raise BadInput(gettext("Send the version you read as If-Match."), code="version_required", http_status=428)
    return version


def _fresh(lead: Lead) -> Lead:
    lead.refresh_from_db()
    return lead
