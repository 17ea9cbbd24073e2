"""Judging a changed draft again."""

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from inbox.api.acts import as_workspace
from inbox.api.base import Body, InboxAPIView
from inbox.services.autosend.re_evaluating import request_re_evaluation


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
