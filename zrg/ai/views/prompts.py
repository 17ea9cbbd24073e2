"""Prompts in the settings: which texts the product asks models with, and replacing them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zrg.ai.prompts import unix_lines
from zrg.ai.services.prompt_editing import Place, reset_prompt, restore_prompt_revision, save_prompt_texts
from zrg.ai.services.prompt_pages import MessageView, PromptLine, PromptView, prompt_lines, prompt_view
from zrg.ai.services.prompt_texts import Drift
from zrg.ai.views.scope import WORKSPACE_EDIT, WORKSPACE_VIEW, Scope, scope_of
from zrg.lib.errors import BadInput
from zrg.lib.hashing import canonical_json, sha
from zrg.workspaces.access import can
from zrg.workspaces.decorators import access_of, person_of, requires
from zrg.workspaces.registry import SectionState, SettingsSection
from zrg.workspaces.settings_frame import item_id, item_url, section_url, settings_page

TAB, KEY = "ai", "prompts"
LIST, PAGE = "zrg/ai/settings/prompts.html", "zrg/ai/settings/prompt.html"
VERSION_LENGTH = 24
MAX_NOTE = 200

# Headings by the beginning of a key; what fits none stands under the last.
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (_("Writing drafts"), ("draft.",)),
    (_("Reading replies"), ("sentiment.", "action_signal.", "signature.", "leads.", "timezone.")),
    (_("Auto-send"), ("auto_send.", "auto_reply")),
    (_("Meetings and follow-ups"), ("meeting.", "availability.", "followup.", "booking.")),
    (_("Knowledge"), ("knowledge",)),
    (_("Other"), ("",)),
)

CHANGED_MEANWHILE = _(
    "This prompt changed meanwhile: somebody saved it after you opened this page. What you typed is still here; the "
    "text in force now stands below it. Save again to replace it."
)


@dataclass(slots=True, kw_only=True)
class Editor:
    """One message in the form: what is typed, what waits, what is wrong with it."""

    message: MessageView
    text: str
    waiting: Sequence[Drift]
    errors: list[str] = field(default_factory=list)

    @property
    def is_own(self) -> bool:
        """Whether something differs from the code's text."""
        return self.message.source != "code"

    @property
    def rows(self) -> int:
        """Lines of the box: enough to read, not more than a page."""
        lines = sum(1 + len(line) // 90 for line in self.text.split("\n"))
        return max(4, min(28, lines + 1))

    def diffs(self) -> list[tuple[Drift, list[str]]]:
        """Every waiting text against today's code."""
        return [(drift, self.message.diff(drift)) for drift in self.waiting]


@require_GET
@requires("settings.view")
def prompts(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """All prompts by what they are for; only those who manage AI see them."""
    visible = can(access_of(request), WORKSPACE_VIEW, workspace_id)
    scope = scope_of(request, workspace_id)
    lines = prompt_lines(scope.workspace_id) if visible else []
    return settings_page(
        request,
        workspace_id,
        tab=TAB,
        section=SECTION,
        template=LIST,
        visible=visible,
        scope=scope,
        groups=_grouped(lines, workspace_id, scope),
        drifting=sum(line.drift_count for line in lines),
        list_url=section_url(workspace_id, SECTION),
    )


@require_http_methods(["GET", "POST"])
@requires(WORKSPACE_VIEW)
def prompt(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    """One prompt with a box for each message, or the save of those that were changed."""
    scope = scope_of(request, workspace_id)
    view = prompt_view(item, scope.workspace_id)
    if request.method != "POST":
        return _show(request, workspace_id, scope, view, _editors(request, view))
    _refuse_unknown(request, view)
    typed = {index: unix_lines(request.POST.get(f"text-{index}", "")) for index in range(len(view.messages))}
    editors = _editors(request, view, typed)
    if request.POST.get("version") != _version(view):
        return _show(request, workspace_id, scope, view, editors, status=409, conflict=gettext(CHANGED_MEANWHILE))
    changed = [editor for editor in editors if editor.text != editor.message.text]
    try:
        save_prompt_texts(
            [(_place(item, editor.message), editor.text) for editor in changed],
            workspace_id=scope.workspace_id,
            access=access_of(request),
            by=person_of(request),
            note=request.POST.get("note", "").strip()[:MAX_NOTE],
        )
    except BadInput as refused:
        editors[int(str(refused.data.get("index", 0)))].errors.append(str(refused))
        return _show(request, workspace_id, scope, view, editors, status=422)
    messages.success(request, gettext("Saved.") if changed else gettext("Nothing was changed."))
    return _back(workspace_id, item, scope)


@require_POST
@requires(WORKSPACE_EDIT)
def reset(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    """Use the text below this scope again: for one message, or for the whole prompt."""
    scope = scope_of(request, workspace_id)
    view = prompt_view(item, scope.workspace_id)
    index = request.POST.get("index", "")
    place = None
    if index:
        chosen = next((one for one in view.messages if str(one.index) == index), None)
        if chosen is None:
            raise BadInput(gettext("The prompt has no such message."), code="unknown_position", field="index")
        place = _place(item, chosen)
    removed = reset_prompt(
        item, workspace_id=scope.workspace_id, access=access_of(request), by=person_of(request), place=place
    )
    messages.success(
        request,
        gettext("The text of the product is used again.") if removed else gettext("There was nothing to reset."),
    )
    return _back(workspace_id, item, scope)


@require_POST
@requires(WORKSPACE_EDIT)
def restoration(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    """Make a text what it was after one of the changes; today's checks apply to it."""
    scope = scope_of(request, workspace_id)
    revision = item_id(request.POST.get("revision", ""))
    try:
        restore_prompt_revision(revision, access=access_of(request), by=person_of(request), key=item)
    except BadInput as refused:
        messages.error(request, gettext("It cannot be restored: {refused}").format(refused=refused))
    else:
        messages.success(request, gettext("Restored."))
    return _back(workspace_id, item, scope)


def section_state(workspace_id: UUID, can_edit: bool) -> Mapping[str, SectionState]:
    """How many prompts are changed or wait, for the tab's page; nothing for those who may not see them."""
    if not can_edit:
        return {}
    lines = prompt_lines(workspace_id)
    if waiting := sum(line.drift_count for line in lines):
        return {KEY: SectionState(text=gettext("{waiting} not used").format(waiting=waiting), tone="warn")}
    changed = sum("workspace" in line.sources for line in lines)
    return {KEY: SectionState(text=gettext("{changed} changed here").format(changed=changed))} if changed else {}


SECTION = SettingsSection(
    tab=TAB,
    key=KEY,
    title=_("Prompts"),
    purpose=_("The texts the product asks models with"),
    group=_("Machinery"),
    position=80,
    action=WORKSPACE_EDIT,
    view=prompts,
    item=prompt,
    item_acts={"reset": reset, "restoration": restoration},
)


def _show(
    request: HttpRequest,
    workspace_id: UUID,
    scope: Scope,
    view: PromptView,
    editors: Sequence[Editor],
    *,
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
        view=view,
        editors=editors,
        version=_version(view),
        note=request.POST.get("note", ""),
        has_own=any(editor.message.source == scope.source or editor.waiting for editor in editors),
        acts_url=item_url(workspace_id, SECTION, view.prompt.key),
        list_url=section_url(workspace_id, SECTION),
        **context,
    )


def _editors(request: HttpRequest, view: PromptView, typed: Mapping[int, str] | None = None) -> list[Editor]:
    """The boxes; `?waiting=<index>` puts the text that waits into its box, so that saving takes it over."""
    wanted = request.GET.get("waiting", "")
    editors = []
    for message in view.messages:
        text = message.text if typed is None else typed[message.index]
        if typed is None and wanted == str(message.index) and message.drift:
            text = message.drift[-1].content
        editors.append(Editor(message=message, text=text, waiting=message.drift))
    return editors


def _grouped(
    lines: Sequence[PromptLine], workspace_id: UUID, scope: Scope
) -> list[tuple[str, list[tuple[PromptLine, str]]]]:
    groups: dict[str, list[tuple[PromptLine, str]]] = {title: [] for title, _starts in GROUPS}
    for line in lines:
        title = next(title for title, starts in GROUPS if line.prompt.key.startswith(starts))
        groups[title].append((line, item_url(workspace_id, SECTION, line.prompt.key) + scope.query))
    return [(title, found) for title, found in groups.items() if found]


def _version(view: PromptView) -> str:
    """Changes with every text that is in force or waits."""
    parts = [[one.source, one.text, [drift.content for drift in one.drift]] for one in view.messages]
    return sha(canonical_json(parts))[:VERSION_LENGTH]


def _place(key: str, message: MessageView) -> Place:
    return Place(key=key, role=message.role, index=message.index)


def _refuse_unknown(request: HttpRequest, view: PromptView) -> None:
    known = {"csrfmiddlewaretoken", "scope", "version", "note", *(f"text-{one.index}" for one in view.messages)}
    if unknown := sorted(set(request.POST) - known):
        raise BadInput(
            gettext("Unknown field: {unknown}").format(unknown=unknown[0]),
            code="unknown_field",
            http_status=400,
            field=unknown[0],
        )


def _back(workspace_id: UUID, key: str, scope: Scope) -> HttpResponse:
    return HttpResponseRedirect(item_url(workspace_id, SECTION, key) + scope.query)
