"""Asking for another draft, and for fresh times in one."""

from uuid import UUID

from django.utils.translation import gettext
from rest_framework.request import Request
from rest_framework.response import Response

from inbox.api.acts import as_workspace
from inbox.api.base import Body, InboxAPIView
from inbox.api.payloads import generation_payload
from inbox.enums import Channel
from inbox.rules.sentences import generation_sentence
from inbox.services.drafting.refreshing import NO_OFFER
from inbox.services.drafting.regenerating import Mode, pending_reply
from inbox.services.drafting.requests import regeneration_state, request_fresh_times, request_regeneration
from zrg.lib.errors import BadInput, Conflict


class Regenerate(InboxAPIView):
    """`GET, POST …/drafts/regenerate`."""

    permission_action = {"GET": "draft.view", "POST": "draft.regenerate"}

    def get(self, request: Request, lead_id: UUID) -> Response:
        """How far the newest request of `?channel=` is."""
        lead = self.lead(lead_id, "draft.view")
        return Response(generation_payload(regeneration_state(lead, _channel(request.query_params.get("channel")))))

    def post(self, request: Request, lead_id: UUID) -> Response:
        """`{"channel", "mode": "fast"|"full"}` ⇒ 202, a job. Not eligible ⇒ 422 and the old draft is still there."""
        lead = self.lead(lead_id, "draft.regenerate")
        body = Body(request, {"channel", "mode"})
        channel = _channel(body.text("channel"))
        mode = _mode(body.text("mode"))

        def ask() -> None:
            request_regeneration(lead, channel, mode=mode, by=self.person())

        as_workspace(lead, ask)
        return Response(generation_payload(regeneration_state(lead, channel)), status=202)


class RefreshAvailability(InboxAPIView):
    """`POST …/drafts/refresh-availability`."""

    permission_action = "draft.edit"

    def post(self, request: Request, lead_id: UUID) -> Response:
        """`{"channel"}` ⇒ 202: other times are put into the waiting draft by a job. 200 with the reason when it
        offers none; it is unchanged then.
        """
        lead = self.lead(lead_id, "draft.edit")
        channel = _channel(Body(request, {"channel"}).text("channel"))

        def ask() -> bool:
            draft = pending_reply(lead.pk, channel)
            if draft is None:
                raise Conflict(gettext("There is no draft on this channel."), code="no_draft")
            return request_fresh_times(lead, draft, by=self.person()) is not None

        if as_workspace(lead, ask):
            return Response(generation_payload(regeneration_state(lead, channel)), status=202)
        return Response({"state": "skipped", "code": NO_OFFER, "message": generation_sentence("skipped", NO_OFFER)})


def _channel(given: str | None) -> str:
    if given not in Channel.values:
        raise BadInput(gettext("Unknown channel."), code="bad_input", field="channel")
    return str(given)


def _mode(given: str | None) -> Mode:
    if given == "fast":
        return "fast"
    if given in ("full", None):
        return "full"
    raise BadInput(gettext("Unknown mode."), code="bad_input", field="mode")
