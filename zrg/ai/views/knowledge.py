"""Knowledge in the settings: what drafts may take facts from, with its notes, its state and its history."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext, gettext_lazy, ngettext
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zrg.ai.enums import ContextMode, KnowledgeState, KnowledgeType
from zrg.ai.models import KnowledgeAsset, KnowledgeAssetRevision
from zrg.ai.models.knowledge import MAX_NOTES_CHARS, MAX_RAW_CHARS
from zrg.ai.services.knowledge import (
    MAX_NAME,
    add_file,
    add_page,
    add_text,
    archive_asset,
    reorder_assets,
    reprocess_asset,
    restore_asset_revision,
    set_website,
    unarchive_asset,
    update_asset,
)
from zrg.lib.errors import BadInput, Conflict, NotVisible
from zrg.workspaces.access import can, require
from zrg.workspaces.decorators import access_of, person_of, requires
from zrg.workspaces.forms.rows import CHANGED_MEANWHILE, show_refusal, version_of, with_version
from zrg.workspaces.forms.strict import refuse_unknown
from zrg.workspaces.registry import SectionState, SettingsSection
from zrg.workspaces.settings_frame import item_id, item_of, item_url, section_url, settings_page

TAB, KEY = "ai", "knowledge"
EDIT = "knowledge.edit"
LIST, PAGE = "zrg/ai/settings/knowledge.html", "zrg/ai/settings/knowledge_asset.html"
VERSIONED = ("name", "raw_content", "text_content", "ai_context_mode", "file_url", "original_file_name")
STATES: dict[str, tuple[str, str]] = {
    KnowledgeState.PENDING: (_("Being read…"), "quiet"),
    KnowledgeState.READY: (_("Ready"), "good"),
    KnowledgeState.FAILED: (_("Could not be read"), "bad"),
}
TYPES: dict[str, str] = {KnowledgeType.FILE: _("File"), KnowledgeType.TEXT: _("Text"), KnowledgeType.URL: _("Web page")}


class AddForm(forms.Form):
    """A new source of one of three kinds."""

    kind = forms.ChoiceField(choices=KnowledgeType.choices, widget=forms.HiddenInput)
    name = forms.CharField(max_length=MAX_NAME, required=False, label=gettext_lazy("Name"))
    text = forms.CharField(
        max_length=MAX_RAW_CHARS, required=False, label=gettext_lazy("Text"), widget=forms.Textarea(attrs={"rows": 8})
    )
    url = forms.CharField(
        max_length=2_000,
        required=False,
        label=gettext_lazy("Address of the page"),
        widget=forms.TextInput(attrs={"inputmode": "url"}),
    )
    file = forms.FileField(
        required=False,
        label=gettext_lazy("File"),
        help_text=gettext_lazy("PDF, Word, HTML, CSV, Markdown or text, to 12 MB."),
    )


class AssetForm(forms.Form):
    """One source: its name, what drafts read of it, its notes and where it comes from."""

    version = forms.CharField(widget=forms.HiddenInput)
    name = forms.CharField(max_length=MAX_NAME, label=gettext_lazy("Name"))
    mode = forms.ChoiceField(
        choices=[
            (ContextMode.NOTES, gettext_lazy("The notes")),
            (ContextMode.RAW, gettext_lazy("The source, word for word")),
        ],
        label=gettext_lazy("Drafts read"),
        help_text=gettext_lazy("Notes are short and keep what matters; without any, drafts read the source."),
    )
    notes = forms.CharField(
        max_length=MAX_NOTES_CHARS,
        required=False,
        label=gettext_lazy("Notes"),
        help_text=gettext_lazy(
            "Made when the source was read; yours to correct. They are replaced when a new source is read."
        ),
        widget=forms.Textarea(attrs={"rows": 14}),
    )
    text = forms.CharField(
        max_length=MAX_RAW_CHARS,
        required=False,
        label=gettext_lazy("Source"),
        widget=forms.Textarea(attrs={"rows": 14}),
    )
    url = forms.CharField(max_length=2_000, required=False, label=gettext_lazy("Address of the page"))
    file = forms.FileField(required=False, label=gettext_lazy("Replace the file"))

    def __init__(self, data: Any = None, files: Any = None, *, asset: KnowledgeAsset, read_only: bool = False) -> None:
        super().__init__(
            data,
            files,
            initial={
                "version": version_of(asset, VERSIONED),
                "name": asset.name,
                "mode": asset.ai_context_mode,
                "notes": asset.text_content,
                "text": asset.raw_content,
                "url": asset.file_url,
            },
        )
        own = {KnowledgeType.TEXT: "text", KnowledgeType.URL: "url", KnowledgeType.FILE: "file"}
        for name in {"text", "url", "file"} - {own[KnowledgeType(asset.type)]}:
            del self.fields[name]
        for made in self.fields.values():
            made.disabled = read_only

    def changes(self) -> dict[str, Any]:
        """What the service takes: a page's address only when it is another one."""
        typed = self.cleaned_data
        given = {"name": typed["name"], "notes": typed["notes"], "mode": typed["mode"], "text": typed.get("text")}
        if "url" in typed and typed["url"] != self.initial["url"]:
            given["url"] = typed["url"]
        return {**given, "upload": typed.get("file")}


@require_GET
@requires("settings.view")
def knowledge(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """All sources in their order; htmx asks again while one is being read."""
    return _list(request, workspace_id, part="#sources" if getattr(request, "htmx", False) else "")


@require_POST
@requires(EDIT)
def addition(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """Add a text, a page or a file."""
    refuse_unknown(request, set(AddForm.base_fields))
    form = AddForm(request.POST, request.FILES)
    if not form.is_valid():
        return _list(request, workspace_id, adding=form, status=422)
    typed, by = form.cleaned_data, person_of(request)
    try:
        if typed["kind"] == KnowledgeType.TEXT:
            made = add_text(workspace_id, typed["name"], typed["text"], by=by)
        elif typed["kind"] == KnowledgeType.URL:
            made = add_page(workspace_id, typed["name"] or _page_name(typed["url"]), typed["url"], by=by)
        elif typed["file"] is None:
            raise BadInput(gettext("Choose a file first."), field="file")
        else:
            made = add_file(workspace_id, typed["name"], typed["file"], by=by)
    except (BadInput, Conflict) as refused:
        show_refusal(form, refused, fallback="name")
        return _list(request, workspace_id, adding=form, status=422)
    messages.success(request, gettext("{name} is added and being read.").format(name=made.name))
    return HttpResponseRedirect(section_url(workspace_id, SECTION))


@require_POST
@requires(EDIT)
def website(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """The workspace's website."""
    address = request.POST.get("website", "").strip()
    try:
        set_website(workspace_id, address, by=person_of(request))
    except BadInput as refused:
        return _list(request, workspace_id, website_typed=address, website_problem=str(refused), status=422)
    messages.success(request, gettext("Website saved.") if address else gettext("Website removed."))
    return HttpResponseRedirect(section_url(workspace_id, SECTION))


@require_POST
@requires(EDIT)
def order(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """Move one source up or down by one place."""
    ids = [row.pk for row in _sources(workspace_id) if row.archived_at is None]
    chosen = item_id(request.POST.get("id", ""))
    if chosen not in ids:
        raise NotVisible
    at = ids.index(chosen)
    to = at - 1 if request.POST.get("direction") == "up" else at + 1
    if 0 <= to < len(ids):
        ids[at], ids[to] = ids[to], ids[at]
        reorder_assets(workspace_id, ids, by=person_of(request))
    if getattr(request, "htmx", False):
        return _list(request, workspace_id, part="#sources")
    return HttpResponseRedirect(section_url(workspace_id, SECTION))


@require_http_methods(["GET", "POST"])
@requires("settings.view")
def asset(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    """One source, or its save."""
    if request.method != "POST":
        found = _find(workspace_id, item)
        if getattr(request, "htmx", False):
            return _show(request, found, _form(request, found), part="#state")
        return _show(request, found, _form(request, found))
    require(access_of(request), EDIT, workspace_id)
    found = _find(workspace_id, item, lock=True)
    form = _form(request, found, bound=True)
    refuse_unknown(request, set(form.fields))
    if not form.is_valid():
        return _show(request, found, form, status=422)
    if form.cleaned_data["version"] != version_of(found, VERSIONED):
        form.data = with_version(request.POST, version_of(found, VERSIONED))
        return _show(request, found, form, status=409, conflict=gettext(CHANGED_MEANWHILE))
    try:
        update_asset(found, by=person_of(request), **form.changes())
    except (BadInput, Conflict) as refused:
        show_refusal(form, refused, fallback="name")
        return _show(request, found, form, status=422)
    messages.success(request, gettext("Saved."))
    return HttpResponseRedirect(item_url(workspace_id, SECTION, found.pk))


@require_POST
@requires(EDIT)
def reading(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    """Read the source again."""
    return _act(request, workspace_id, item, reprocess_asset, gettext("It is being read again."))


@require_POST
@requires(EDIT)
def archival(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    """Drafts read it no more."""
    return _act(request, workspace_id, item, archive_asset, gettext("Archived: drafts read it no more."))


@require_POST
@requires(EDIT)
def return_(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    """Drafts read it again."""
    return _act(request, workspace_id, item, unarchive_asset, gettext("Back in use."))


@require_POST
@requires(EDIT)
def restoration(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    """Make it what it was before a change."""
    found = _find(workspace_id, item)
    chosen = item_of(found.revisions.select_related("asset"), request.POST.get("revision", ""))
    restore_asset_revision(chosen, by=person_of(request))
    messages.success(request, gettext("Restored."))
    return HttpResponseRedirect(item_url(workspace_id, SECTION, found.pk))


def section_state(workspace_id: UUID, can_edit: bool) -> Mapping[str, SectionState]:
    """How many sources there are, and whether one could not be read, for the tab's page."""
    rows = KnowledgeAsset.objects.in_workspace(workspace_id).active().without_website()
    states = list(rows.values_list("state", flat=True))
    if failed := states.count(KnowledgeState.FAILED):
        return {KEY: SectionState(text=gettext("{failed} could not be read").format(failed=failed), tone="bad")}
    if not states:
        return {KEY: SectionState(text=gettext("Nothing yet"), tone="warn")} if can_edit else {}
    return {
        KEY: SectionState(text=ngettext("{n} source", "{n} sources", len(states)).format(n=len(states)), tone="good")
    }


SECTION = SettingsSection(
    tab=TAB,
    key=KEY,
    title=_("Knowledge"),
    purpose=_("Files, pages and texts that drafts take facts from"),
    group=_("Voice and knowledge"),
    position=50,
    action=EDIT,
    view=knowledge,
    acts={"addition": addition, "website": website, "order": order},
    item=asset,
    item_acts={"reading": reading, "archival": archival, "return": return_, "restoration": restoration},
)


def _list(
    request: HttpRequest,
    workspace_id: UUID,
    *,
    part: str = "",
    status: int = 200,
    adding: AddForm | None = None,
    **context: Any,
) -> HttpResponse:
    found = access_of(request).by_workspace[workspace_id]
    rows = _sources(workspace_id)
    active = [_row(row) for row in rows if row.archived_at is None]
    site = KnowledgeAsset.objects.in_workspace(workspace_id).website().first()
    return settings_page(
        request,
        workspace_id,
        tab=TAB,
        section=SECTION,
        template=LIST + part,
        status=status,
        visible=found.sees_all_leads,
        rows=active,
        archived=[_row(row) for row in rows if row.archived_at is not None],
        is_busy=any(row["asset"].state == KnowledgeState.PENDING for row in active),
        website_address=site.file_url if site else "",
        adding=adding,
        blank=AddForm(),
        acts_url=section_url(workspace_id, SECTION),
        **context,
    )


def _show(
    request: HttpRequest, found: KnowledgeAsset, form: AssetForm, *, part: str = "", status: int = 200, **context: Any
) -> HttpResponse:
    text, tone = STATES[found.state]
    return settings_page(
        request,
        found.workspace_id,
        tab=TAB,
        section=SECTION,
        template=PAGE + part,
        status=status,
        asset=found,
        type_label=gettext(TYPES[found.type]),
        standing_text=gettext(text),
        standing_tone=tone,
        is_busy=found.state == KnowledgeState.PENDING,
        form=form,
        revisions=_revisions(found),
        acts_url=item_url(found.workspace_id, SECTION, found.pk),
        list_url=section_url(found.workspace_id, SECTION),
        **context,
    )


def _act(request: HttpRequest, workspace_id: UUID, item: str, act: Callable[..., Any], done: str) -> HttpResponse:
    found = _find(workspace_id, item)
    try:
        act(found, by=person_of(request))
    except Conflict as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, done)
    return HttpResponseRedirect(item_url(workspace_id, SECTION, found.pk))


def _sources(workspace_id: UUID) -> list[KnowledgeAsset]:
    """Without their texts: a list shows none."""
    rows = KnowledgeAsset.objects.in_workspace(workspace_id).without_website().in_page_order()
    return list(rows.defer("raw_content", "text_content"))


def _row(row: KnowledgeAsset) -> dict[str, Any]:
    text, tone = STATES[row.state]
    return {
        "asset": row,
        "url": item_url(row.workspace_id, SECTION, row.pk),
        "type": gettext(TYPES[row.type]),
        "text": gettext(text),
        "tone": tone,
    }


def _revisions(found: KnowledgeAsset) -> Sequence[KnowledgeAssetRevision]:
    return list(found.revisions.select_related("author").order_by("-created_at"))


def _form(request: HttpRequest, found: KnowledgeAsset, *, bound: bool = False) -> AssetForm:
    may = can(access_of(request), EDIT, found.workspace_id) and found.archived_at is None
    data = (request.POST, request.FILES) if bound else (None, None)
    return AssetForm(*data, asset=found, read_only=not may)


def _find(workspace_id: UUID, item: str, *, lock: bool = False) -> KnowledgeAsset:
    return item_of(KnowledgeAsset.objects.in_workspace(workspace_id).without_website(), item, lock=lock)


def _page_name(url: str) -> str:
    """A page is called by its address until somebody names it."""
    return url.strip().partition("://")[2].strip("/")[:MAX_NAME] or url.strip()[:MAX_NAME]
