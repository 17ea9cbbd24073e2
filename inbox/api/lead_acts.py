"""Acting on the lead itself: its switches; and its booking link."""

from uuid import UUID

from django.utils.translation import gettext
from rest_framework.request import Request
from rest_framework.response import Response

from inbox.api.acts import as_workspace
from inbox.api.base import Body, InboxAPIView
from inbox.api.payloads import lead_payload
from inbox.services.booking_link import booking_link_of
from leads.enums import Automation
from leads.services.automation import set_automation
from zrg.lib.errors import BadInput


class Toggles(InboxAPIView):
    """`POST …/toggles`."""

    permission_action = "lead.toggle_automation"

    def post(self, request: Request, lead_id: UUID) -> Response:
        """`{"autoReply", "followUps", "autoBook"}`, each true or false, at least one; idempotent by value."""
        lead = self.lead(lead_id, "lead.toggle_automation")
        body = Body(request, set(Automation.values))
        wanted = {switch: on for switch in Automation if (on := body.choice(switch.value)) is not None}
        if not wanted:
            raise BadInput(gettext("Name a switch."), code="bad_input", field="autoReply")

        def act() -> None:
            for switch, on in wanted.items():
                set_automation(lead, switch, on=on, by=self.person())

        as_workspace(lead, act)
        lead.refresh_from_db()
        return Response(lead_payload(lead))


class BookingLink(InboxAPIView):
    """`GET …/booking-link`."""

    permission_action = "message.send"

    def get(self, request: Request, lead_id: UUID) -> Response:
        """`{"url"}`: what is inserted into a text; 409 `no_booking_link` when the lead has none."""
        lead = self.lead(lead_id, "message.send")
        return Response({"url": as_workspace(lead, lambda: booking_link_of(lead))})
