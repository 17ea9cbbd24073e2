"""Snippets in the settings: lengths, forbidden words and other small texts that prompts use."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zrg.ai.prompts import unix_lines
from zrg.ai.services.prompt_editing import reset_snippet, restore_snippet_revision, save_snippet
from zrg.ai.services.prompt_pages import SnippetLine, snippet_lines, snippet_revisions
from zrg.ai.views.prompts import MAX_NOTE
from zrg.ai.views.scope import WORKSPACE_EDIT, WORKSPACE_VIEW, Scope, scope_of
from zrg.lib.errors import BadInput, NotVisible
from zrg.lib.hashing import sha
from zrg.workspaces.access import can
from zrg.workspaces.decorators import access_of, person_of, requires
from zrg.workspaces.registry import SectionState, SettingsSection
from zrg.workspaces.settings_frame import item_id, item_url, section_url, settings_page

TAB, KEY = "ai", "snippets"
LIST, PAGE = "zrg/ai/settings/snippets.html", "zrg/ai/settings/snippet.html"
FIELDS = {"csrfmiddlewaretoken", "scope", "version", "note", "content"}
VERSION_LENGTH = 24
CHANGED_MEANWHILE = _(
    "This text changed meanwhile: somebody saved it after you opened this page. What you typed is still here; what is "
    "stored now stands below it. Save again to replace it."
)


@require_GET
@requires("settings.view")
def snippets(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """All snippets with their values; only those who manage AI see them."""
    visible = can(access_of(request), WORKSPACE_VIEW, workspace_id)
    scope = scope_of(request, workspace_id)
    lines = snippet_lines(scope.workspace_id) if visible else []
    return settings_page(
        request,
        workspace_id,
        tab=TAB,
        section=SECTION,
        template=LIST,
        visible=visible,
        scope=scope,
        lines=[(line, item_url(workspace_id, SECTION, line.snippet.key) + scope.query) for line in lines],
        list_url=section_url(workspace_id, SECTION),
    )


@require_http_methods(["GET", "POST"])
@requires(WORKSPACE_VIEW)
def snippet(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    """One snippet, or its save."""
    scope = scope_of(request, workspace_id)
    line = _line(item, scope)
    if request.method != "POST":
        return _show(request, workspace_id, scope, line, text=line.value)
    if unknown := sorted(set(request.POST) - FIELDS):
        raise BadInput(
            gettext("Unknown field: {unknown}").format(unknown=unknown[0]),
            code="unknown_field",
            http_status=400,
            field=unknown[0],
        )
    typed = unix_lines(request.POST.get("content", ""))
    if request.POST.get("version") != _version(line):
        return _show(request, workspace_id, scope, line, text=typed, status=409, conflict=gettext(CHANGED_MEANWHILE))
    try:
        save_snippet(
            item,
            typed,
            workspace_id=scope.workspace_id,
            access=access_of(request),
            by=person_of(request),
            note=request.POST.get("note", "").strip()[:MAX_NOTE],
        )
    except BadInput as refused:
        return _show(request, workspace_id, scope, line, text=typed, status=422, problem=str(refused))
    messages.success(request, gettext("Saved."))
    return _back(workspace_id, item, scope)


@require_POST
@requires(WORKSPACE_EDIT)
def reset(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    """Use the value below this scope again."""
    scope = scope_of(request, workspace_id)
    removed = reset_snippet(item, workspace_id=scope.workspace_id, access=access_of(request), by=person_of(request))
    messages.success(
        request,
        gettext("The value of the product is used again.") if removed else gettext("There was nothing to reset."),
    )
    return _back(workspace_id, item, scope)


@require_POST
@requires(WORKSPACE_EDIT)
def restoration(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    """Make the value what it was after one of the changes; today's checks apply to it."""
    scope = scope_of(request, workspace_id)
    revision = item_id(request.POST.get("revision", ""))
    if revision not in {one.pk for one in snippet_revisions(item, scope.workspace_id)}:
        raise NotVisible
    try:
        restore_snippet_revision(revision, access=access_of(request), by=person_of(request))
    except BadInput as refused:
        messages.error(request, gettext("It cannot be restored: {refused}").format(refused=refused))
    else:
        messages.success(request, gettext("Restored."))
    return _back(workspace_id, item, scope)


def section_state(workspace_id: UUID, can_edit: bool) -> Mapping[str, SectionState]:
    """How many values are changed, for the tab's page; nothing for those who may not see them."""
    if not can_edit:
        return {}
    changed = sum(line.source == "workspace" for line in snippet_lines(workspace_id))
    return {KEY: SectionState(text=gettext("{changed} changed here").format(changed=changed))} if changed else {}


SECTION = SettingsSection(
    tab=TAB,
    key=KEY,
    title=_("Lengths and wording"),
    purpose=_("How long e-mails are, words never to use, the shapes of answers"),
    group=_("Machinery"),
    position=85,
    action=WORKSPACE_EDIT,
    view=snippets,
    item=snippet,
    item_acts={"reset": reset, "restoration": restoration},
)


def _show(
    request: HttpRequest,
    workspace_id: UUID,
    scope: Scope,
    line: SnippetLine,
    *,
    text: str,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    return settings_page(
        request,
        workspace_id,
        tab=TAB,
        section=SECTION,
        template=PAGE,
        status=status,
        scope=scope,
        line=line,
        text=text,
        rows=max(4, min(20, text.count("\n") + 2 + len(text) // 90)),
        version=_version(line),
        note=request.POST.get("note", ""),
        revisions=snippet_revisions(line.snippet.key, scope.workspace_id),
        acts_url=item_url(workspace_id, SECTION, line.snippet.key),
        list_url=section_url(workspace_id, SECTION),
        **context,
    )


def _line(key: str, scope: Scope) -> SnippetLine:
    found = next((line for line in snippet_lines(scope.workspace_id) if line.snippet.key == key), None)
    if found is None:
        raise NotVisible
    return found


def _version(line: SnippetLine) -> str:
    return sha(f"{line.source}:{line.value}")[:VERSION_LENGTH]


def _back(workspace_id: UUID, key: str, scope: Scope) -> HttpResponse:
    return HttpResponseRedirect(item_url(workspace_id, SECTION, key) + scope.query)
