"""`GET /api/ai-ops/feed`: what the pipeline did, for those who look after it."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext
from rest_framework.request import Request
from rest_framework.response import Response

from inbox.api.base import InboxAPIView
from inbox.services.pipeline_feed import FeedItem, ModelCall, StageEntry, pipeline_feed
from inbox.views.ai_ops import COST, VIEW, read_filters
from zrg.lib.errors import BadInput
from zrg.workspaces.access import can, require


class Feed(InboxAPIView):
    """Replies of the last 72 hours, the newest first. `clientId` is required; `stage`, `state`, `prompt` and `lead`
    filter, `cursor` continues.
    """

    permission_action = VIEW

    def get(self, request: Request) -> Response:
        """One page."""
        try:
            workspace_id = UUID(request.query_params.get("clientId", ""))
        except ValueError as error:
            raise BadInput(gettext("clientId is no id."), code="bad_input", field="clientId") from error
        require(self.access, VIEW, workspace_id)
        page = pipeline_feed(
            workspace_id,
            read_filters(request.query_params),
            now=timezone.now(),
            cursor=request.query_params.get("cursor", ""),
            with_cost=can(self.access, COST, workspace_id),
        )
        return Response({"items": [_item(one) for one in page.items], "nextCursor": page.next_cursor or None})


def _item(item: FeedItem) -> dict[str, Any]:
    return {
        "messageId": str(item.message_id),
        "leadId": str(item.lead_id),
        "channel": item.channel,
        "sentAt": item.sent_at.isoformat(),
        "tag": item.tag,
        "classification": item.classification,
        "safetyKind": item.safety_kind,
        "noDraft": item.no_draft,
        "ms": item.ms,
        "costUsd": _money(item.cost_usd),
        "stages": [_stage(one) for one in item.stages],
        "otherCalls": [_call(one) for one in item.other_calls],
    }


def _stage(entry: StageEntry) -> dict[str, Any]:
    return {
        "stage": entry.stage,
        "state": entry.state,
        "code": entry.code,
        "attempts": entry.attempts,
        "ms": entry.ms,
        "result": dict(entry.result),
        "calls": [_call(one) for one in entry.calls],
    }


def _call(call: ModelCall) -> dict[str, Any]:
    return {
        "prompt": call.prompt,
        "model": call.model,
        "ms": call.ms,
        "status": call.status,
        "code": call.code,
        "outputTokens": call.tokens,
        "costUsd": _money(call.cost_usd),
    }


def _money(value: Any) -> str | None:
    return str(value) if value is not None else None
