"""Who else is in a conversation: told with every poll, and at once when somebody opens, writes or leaves."""

import json
from uuid import UUID

from django.utils.translation import gettext
from rest_framework.request import Request
from rest_framework.response import Response

from inbox.api.base import Body, InboxAPIView
from inbox.services.presence import STATES, Present, by_lead, enter, leave, present_in
from inbox.templatetags.inbox import initials
from zrg.lib.errors import BadInput
from zrg.workspaces.access import Access

HEADER = "X-Zrg-Presence"
AWAY = "away"


class Presence(InboxAPIView):
    """`POST /api/inbox/presence`."""

    permission_action = "lead.view"

    def post(self, request: Request) -> Response:
        """`{"state": "viewing" | "typing" | "away", "leadId", "clientId"?}` ⇒ 204; who else is there stands in
        the header, as with `GET /api/inbox/changes`.
        """
        body = Body(request, {"state", "leadId", "clientId"})
        response = Response(status=204)
        tell_presence(response, self.access, body.text("state") or "", body.id("leadId"), body.id("clientId"))
        return response


def tell_presence(
    response: Response, access: Access, state: str, lead_id: UUID | None, workspace_id: UUID | None
) -> None:
    """Note where this person is, and put into the answer's header who else is in which conversation of the
    workspace (the lead's without one): `{"<lead>": [{"name", "initials", "state"}]}`.
    """
    if state not in (*STATES, AWAY):
        raise BadInput(gettext("Unknown state."), code="presence", http_status=400, field="presence")
    here = None
    if state == AWAY or lead_id is None:
        leave(access.user_id)
    else:
        here = enter(access, lead_id, state)  # type: ignore[arg-type]  # checked above
    shown = workspace_id or here
    if shown is not None and access.in_workspace(shown) is not None:
        # ASCII: whatever people are called, it is a header.
        response[HEADER] = json.dumps(_payload(present_in(access, shown)), separators=(",", ":"))


def _payload(present: list[Present]) -> dict[str, list[dict[str, str]]]:
    return {
        str(lead_id): [
            {"name": one.person.name, "initials": initials(one.person.name), "state": one.state} for one in those
        ]
        for lead_id, those in by_lead(present).items()
    }
