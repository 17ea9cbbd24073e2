"""Judging a changed draft again, and the figures of auto-send."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext
from rest_framework.request import Request
from rest_framework.response import Response

from inbox.api.acts import as_workspace
from inbox.api.base import Body, InboxAPIView
from inbox.services.autosend.figures import Figures, auto_send_figures
from inbox.services.autosend.re_evaluating import request_re_evaluation
from inbox.views.ai_ops import COST, VIEW
from inbox.views.autosend import auto_send_switches, read_query
from inbox.views.context import uuid_or_none
from zrg.lib.errors import BadInput
from zrg.workspaces.access import can, require


class ReEvaluate(InboxAPIView):
    """`POST /api/inbox/drafts/<id>/re-evaluate`."""

    permission_action = "autosend.configure"

    def post(self, request: Request, draft_id: UUID) -> Response:
        """202: a job asks the evaluator about the text as it is now; nothing is sent by it. 409 `not_changed` for a
        text that was judged.
        """
        draft, lead = self.draft(draft_id, "autosend.configure")
        Body(request, set())

        def ask() -> None:
            request_re_evaluation(draft.pk, by=self.person())

        as_workspace(lead, ask)
        return Response({"result": "queued", "draftId": str(draft.pk)}, status=202)


class Stats(InboxAPIView):
    """`GET /api/autosend/stats?clientId&campaignId&days`: the figures of the page (06 R20)."""

    permission_action = VIEW

    def get(self, request: Request) -> Response:
        """`days` 1 to 365, 30 by default; cost only for those who may see it."""
        workspace_id = uuid_or_none(request.query_params.get("clientId", ""))
        if workspace_id is None:
            raise BadInput(gettext("clientId is no id."), code="bad_input", field="clientId")
        require(self.access, VIEW, workspace_id)
        asked = read_query(request.query_params)
        figures = auto_send_figures(workspace_id, now=timezone.now(), days=asked.days, campaign_id=asked.campaign_id)
        return Response(as_json(figures, with_cost=can(self.access, COST, workspace_id)))


def as_json(figures: Figures, *, with_cost: bool) -> dict[str, Any]:
    """The figures with names as the API writes them."""
    answer: dict[str, Any] = _camel(asdict(figures))
    for name in ("revision", "revisionRecent"):
        cost = answer[name].pop("costUsd")
        if with_cost:
            answer[name]["costUsd"] = None if cost is None else str(cost)
    answer["switches"] = [
        {"key": state.key, "value": state.value, "source": state.source} for state in auto_send_switches()
    ]
    return answer


def _camel(value: Any) -> Any:
    if isinstance(value, dict):
        return {_name(key): _camel(one) for key, one in value.items()}
    return [_camel(one) for one in value] if isinstance(value, (list, tuple)) else value


def _name(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
