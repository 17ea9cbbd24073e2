"""Saved replies in the settings: the workspace's, and the person's own."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from inbox.enums import Channel
from inbox.models import SavedReply
from inbox.rules.reply_variables import VARIABLES, unknown_variables
from inbox.services.saved_replies import (
    EDIT_OWN,
    EDIT_SHARED,
    MAX_BODY,
    MAX_REPLIES,
    MAX_TITLE,
    USE,
    ReplyText,
    add_reply,
    change_reply,
    delete_reply,
    find_reply,
    replies_of,
)
from zrg.lib.errors import BadInput, Conflict
from zrg.lib.spoken import spoken_choices
from zrg.workspaces.access import can, require
from zrg.workspaces.context import tenant
from zrg.workspaces.decorators import access_of, person_of, requires
from zrg.workspaces.forms.strict import refuse_unknown
from zrg.workspaces.registry import SettingsSection
from zrg.workspaces.settings_frame import item_id, item_url, section_url, settings_page

TAB, KEY = "general", "saved-replies"
LIST, PAGE = "inbox/settings/saved_replies.html", "inbox/settings/saved_reply.html"
NEW, NEW_SHARED = "new", "new-shared"
STALE = _(
    "This changed meanwhile: somebody saved it after you opened this page. What you typed is still here; the text "
    "stored now stands below it. Save again to replace it."
)


class SavedReplyForm(forms.Form):
    """One saved reply."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    title = forms.CharField(
        max_length=MAX_TITLE, label=gettext_lazy("Title"), help_text=gettext_lazy("What you look for when you need it.")
    )
    channel = forms.ChoiceField(
        choices=[("", gettext_lazy("Every channel")), *spoken_choices(Channel.choices)],
        required=False,
        label=gettext_lazy("For"),
    )
    body = forms.CharField(
        max_length=MAX_BODY,
        strip=False,
        label=gettext_lazy("Text"),
        widget=forms.Textarea(attrs={"rows": 10, "maxlength": MAX_BODY}),
    )

    def __init__(self, data: Any = None, *, reply: SavedReply, read_only: bool = False) -> None:
        stored = {name: getattr(reply, name) for name in ("version", "title", "channel", "body")}
        super().__init__(data, initial=stored)
        for made in self.fields.values():
            made.disabled = read_only

    def text(self) -> ReplyText:
        """What was typed."""
        return ReplyText(**{name: self.cleaned_data[name] for name in ("title", "channel", "body")})


@require_GET
@requires(USE)
def saved_replies(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """The workspace's, then the person's own."""
    access = access_of(request)
    rows = [(row, item_url(workspace_id, SECTION, row.pk)) for row in replies_of(workspace_id, access.user_id)]
    return settings_page(
        request,
        workspace_id,
        tab=TAB,
        section=SECTION,
        template=LIST,
        shared=[(row, url) for row, url in rows if row.is_shared],
        own=[(row, url) for row, url in rows if not row.is_shared],
        can_share=can(access, EDIT_SHARED, workspace_id),
        new_url=item_url(workspace_id, SECTION, NEW),
        new_shared_url=item_url(workspace_id, SECTION, NEW_SHARED),
        most=MAX_REPLIES,
    )


@require_http_methods(["GET", "POST"])
@requires(USE)
def saved_reply(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    """One of them or a new one, or its save."""
    found = _find(request, workspace_id, item)
    if request.method != "POST":
        return _show(request, found, item, _form(request, found))
    require(access_of(request), _right(found), workspace_id)
    refuse_unknown(request, set(SavedReplyForm.base_fields))
    form = _form(request, found, bound=True)
    if not form.is_valid():
        return _show(request, found, item, form, status=422)
    try:
        saved = _save(request, workspace_id, item, found, form)
    except BadInput as refused:
        field = str(refused.data.get("field") or "")
        form.add_error(field if field in form.fields else None, str(refused))
        return _show(request, found, item, form, status=422)
    except Conflict as refused:
        if refused.code != "stale":
            return _show(request, found, item, form, status=409, problem=str(refused))
        form.data = {**request.POST.dict(), "version": str(refused.data["version"])}
        return _show(request, found, item, form, status=409, problem=gettext(STALE), stored=found.body)
    messages.success(request, gettext("Saved."))
    return HttpResponseRedirect(item_url(workspace_id, SECTION, saved.pk))


@require_POST
@requires(EDIT_OWN)
def removal(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    """Forget it."""
    found = _find(request, workspace_id, item)
    with tenant(workspace_id):
        delete_reply(workspace_id, found.pk, by=person_of(request))
    messages.success(request, gettext("“{title}” is deleted.").format(title=found.title))
    return HttpResponseRedirect(section_url(workspace_id, SECTION))


SECTION = SettingsSection(
    tab=TAB,
    key=KEY,
    title=_("Saved replies"),
    purpose=_("Texts to answer with, filled in for each lead"),
    group=_("Working"),
    position=60,
    action=EDIT_OWN,
    view=saved_replies,
    item=saved_reply,
    item_acts={"removal": removal},
    seen_with=USE,
)


def _save(request: HttpRequest, workspace_id: UUID, item: str, found: SavedReply, form: SavedReplyForm) -> SavedReply:
    """As the workspace: what is asked for is asked by the service."""
    with tenant(workspace_id):
        if item in (NEW, NEW_SHARED):
            return add_reply(workspace_id, form.text(), shared=item == NEW_SHARED, by=person_of(request))
        version = form.cleaned_data["version"] or 0
        return change_reply(workspace_id, found.pk, form.text(), version=version, by=person_of(request))


def _find(request: HttpRequest, workspace_id: UUID, item: str) -> SavedReply:
    if item in (NEW, NEW_SHARED):
        return SavedReply(workspace_id=workspace_id, owner=None if item == NEW_SHARED else person_of(request))
    return find_reply(workspace_id, item_id(item), access_of(request).user_id)


def _form(request: HttpRequest, found: SavedReply, *, bound: bool = False) -> SavedReplyForm:
    return SavedReplyForm(request.POST if bound else None, reply=found, read_only=not _may_edit(request, found))


def _may_edit(request: HttpRequest, found: SavedReply) -> bool:
    return can(access_of(request), _right(found), found.workspace_id)


def _right(found: SavedReply) -> str:
    return EDIT_SHARED if found.is_shared else EDIT_OWN


def _show(
    request: HttpRequest,
    found: SavedReply,
    item: str,
    form: SavedReplyForm,
    *,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    is_new = item in (NEW, NEW_SHARED)
    return settings_page(
        request,
        found.workspace_id,
        tab=TAB,
        section=SECTION,
        template=PAGE,
        status=status,
        reply=found,
        is_new=is_new,
        form=form,
        may_edit=_may_edit(request, found),
        variables=[(f"{{{name}}}", gettext(meaning)) for name, meaning in VARIABLES.items()],
        unknown=[] if is_new else unknown_variables(found.body),
        acts_url=item_url(found.workspace_id, SECTION, item),
        list_url=section_url(found.workspace_id, SECTION),
        **context,
    )
