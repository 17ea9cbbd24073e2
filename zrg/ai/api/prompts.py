"""`/api/ai/prompts/<key>`: a prompt's texts in a workspace (`clientId`) or on the platform (`scope=system`)."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext
from rest_framework.request import Request
from rest_framework.response import Response

from zrg.ai.models import PromptOverrideRevision
from zrg.ai.services.prompt_editing import (
    PLATFORM_ACTION,
    Place,
    reset_prompt,
    restore_prompt_revision,
    save_prompt_texts,
)
from zrg.ai.services.prompt_pages import MessageView, PromptView, prompt_view
from zrg.lib.errors import BadInput
from zrg.workspaces.access import require, workspace_key
from zrg.workspaces.api.views import TenantAPIView
from zrg.workspaces.models import User

SYSTEM_SCOPE = "system"


class PromptAPIView(TenantAPIView):
    """The scope and the person of a request."""

    def scope_of(self, values: Any) -> UUID | None:
        """The workspace named by `clientId`; None for `scope=system`."""
        scope = str(values.get("scope", "") or "workspace")
        if scope == SYSTEM_SCOPE:
            return None
        if scope != "workspace":
            raise BadInput(gettext("Unknown scope."), code="bad_request", http_status=400, field="scope")
        return workspace_key(str(values.get("clientId", "")))

    def person(self) -> User:
        """Who acts."""
        assert isinstance(self.request.user, User)
        return self.request.user


class PromptDetail(PromptAPIView):
    """`GET|PUT|DELETE /api/ai/prompts/<key>`."""

    permission_action = {
        "GET": "prompt.workspace_view",
        "PUT": "prompt.workspace_override",
        "DELETE": "prompt.workspace_override",
    }

    def get(self, request: Request, key: str) -> Response:
        """Code's and effective texts, drift, the last revisions."""
        workspace_id = self.scope_of(request.query_params)
        self._may_look(workspace_id)
        return Response(prompt_payload(prompt_view(key, workspace_id)))

    def put(self, request: Request, key: str) -> Response:
        """`{"messages": [{"role", "index", "content"}], "note"?}`: all are saved or none; 422 names what is wrong."""
        body = _object(request)
        workspace_id = self.scope_of({**request.query_params.dict(), **body})
        texts = [_text(key, entry) for entry in _list(body.get("messages"))]
        note = str(body.get("note") or "")
        save_prompt_texts(texts, workspace_id=workspace_id, access=self.access, by=self.person(), note=note)
        return Response(prompt_payload(prompt_view(key, workspace_id)))

    def delete(self, request: Request, key: str) -> Response:
        """Back to the text below; nothing happens when there is no override."""
        workspace_id = self.scope_of(request.query_params)
        reset_prompt(key, workspace_id=workspace_id, access=self.access, by=self.person())
        return Response(prompt_payload(prompt_view(key, workspace_id)))

    def _may_look(self, workspace_id: UUID | None) -> None:
        if workspace_id is None:
            require(self.access, PLATFORM_ACTION)
        else:
            require(self.access, "prompt.workspace_view", workspace_id)


class PromptRestore(PromptAPIView):
    """`POST /api/ai/prompts/<key>/restore/<revision>`; the revision knows its scope."""

    permission_action = "prompt.workspace_override"

    def post(self, request: Request, key: str, revision_id: UUID) -> Response:
        """The text is what it was after that revision."""
        restore_prompt_revision(revision_id, access=self.access, by=self.person(), key=key)
        workspace_id = PromptOverrideRevision.objects.values_list("workspace_id", flat=True).get(pk=revision_id)
        return Response(prompt_payload(prompt_view(key, workspace_id)))


def prompt_payload(view: PromptView) -> dict[str, Any]:
    """A prompt as JSON."""
    return {
        "key": view.prompt.key,
        "purpose": view.prompt.purpose,
        "model": view.prompt.model,
        "effort": view.prompt.effort,
        "json": view.prompt.schema is not None,
        "version": view.version,
        "messages": [_message_payload(message) for message in view.messages],
        "revisions": [
            {
                "id": str(revision.pk),
                "role": revision.role,
                "index": revision.index,
                "action": revision.action,
                "oldContent": revision.old_content,
                "newContent": revision.new_content,
                "note": revision.note,
                "author": revision.author.display_name if revision.author else None,
                "createdAt": revision.created_at.isoformat(),
            }
            for revision in view.revisions
        ],
    }


def _message_payload(message: MessageView) -> dict[str, Any]:
    return {
        "role": message.role,
        "index": message.index,
        "code": message.code,
        "codeHash": message.code_hash,
        "text": message.text,
        "source": message.source,
        "variables": list(message.variables),
        "drift": [
            {"source": drift.source, "baseContentHash": drift.base_content_hash, "content": drift.content}
            for drift in message.drift
        ],
    }


def _object(request: Request) -> dict[str, Any]:
    if not isinstance(request.data, dict):
        raise BadInput(gettext("A JSON object is expected."), code="bad_request", http_status=400)
    return request.data


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list) or not value or not all(isinstance(entry, dict) for entry in value):
        raise BadInput(
            gettext("A list of messages is expected."), code="bad_request", http_status=400, field="messages"
        )
    return value


def _text(key: str, entry: dict[str, Any]) -> tuple[Place, str]:
    role, index, content = entry.get("role"), entry.get("index"), entry.get("content")
    if not isinstance(role, str) or type(index) is not int or not isinstance(content, str):
        raise BadInput(gettext("A message has a role, an index and a content."), code="bad_request", http_status=400)
    return Place(key=key, role=role, index=index), content
