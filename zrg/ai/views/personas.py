"""Voices in the settings: who seems to write, which one is the default, who uses it."""

from collections.abc import Mapping
from itertools import chain
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zrg.ai.enums import Tone
from zrg.ai.models import Persona
from zrg.ai.models.persona import MAX_NOTE_CHARS
from zrg.ai.registry import persona_usages
from zrg.ai.services.personas import (
    FIELDS,
    MAX_SIGNATURE,
    archive_persona,
    create_persona,
    delete_persona,
    ensure_default_persona,
    set_default_persona,
    unarchive_persona,
    update_persona,
)
from zrg.lib.errors import BadInput, Conflict
from zrg.lib.spoken import spoken_choices
from zrg.workspaces.access import can, require
from zrg.workspaces.decorators import access_of, person_of, requires
from zrg.workspaces.forms.rows import CHANGED_MEANWHILE, note_stored, show_refusal, version_of, with_version
from zrg.workspaces.forms.strict import refuse_unknown
from zrg.workspaces.registry import SectionState, SettingsSection
from zrg.workspaces.settings_frame import item_of, item_url, section_url, settings_page

TAB, KEY = "ai", "personas"
EDIT = "persona.edit"
LIST, PAGE = "zrg/ai/settings/personas.html", "zrg/ai/settings/persona.html"
NEW = "new"


class PersonaForm(forms.Form):
    """One voice."""

    version = forms.CharField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(
        max_length=80, label=gettext_lazy("Name"), help_text=gettext_lazy("What your team calls this voice.")
    )
    persona_name = forms.CharField(
        max_length=120,
        required=False,
        label=gettext_lazy("Writes as"),
        help_text=gettext_lazy("Blank: the name under What you offer."),
    )
    tone = forms.ChoiceField(choices=spoken_choices(Tone.choices), label=gettext_lazy("Tone"))
    greeting = forms.CharField(
        max_length=200,
        label=gettext_lazy("Greeting"),
        help_text=gettext_lazy("{firstName} becomes the lead's first name."),
    )
    sms_greeting = forms.CharField(
        max_length=200,
        required=False,
        label=gettext_lazy("Greeting in texts"),
        help_text=gettext_lazy("Blank: the greeting above."),
    )
    signature = forms.CharField(
        max_length=MAX_SIGNATURE,
        required=False,
        label=gettext_lazy("Signature"),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    goals = forms.CharField(
        max_length=MAX_NOTE_CHARS,
        required=False,
        label=gettext_lazy("Goals"),
        help_text=gettext_lazy("What an answer should lead to, and what it must not do."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    service_description = forms.CharField(
        max_length=MAX_NOTE_CHARS,
        required=False,
        label=gettext_lazy("What this voice says about the service"),
        help_text=gettext_lazy("Added to the workspace's own description."),
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    ideal_customer_profile = forms.CharField(
        max_length=MAX_NOTE_CHARS,
        required=False,
        label=gettext_lazy("Ideal customer"),
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, data: Any = None, *, persona: Persona, read_only: bool = False) -> None:
        stored = {name: getattr(persona, name) for name in FIELDS}
        super().__init__(data, initial={**stored, "version": version_of(persona, FIELDS)})
        for made in self.fields.values():
            made.disabled = read_only

    def values(self) -> dict[str, Any]:
        """The fields of the voice."""
        return {name: self.cleaned_data[name] for name in FIELDS}


@require_GET
@requires("settings.view")
def personas(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """All voices, the default first; archived ones below."""
    if can(access_of(request), EDIT, workspace_id):
        ensure_default_persona(workspace_id)
    rows = list(Persona.objects.in_workspace(workspace_id).order_by("-is_default", "name", "id"))
    return settings_page(
        request,
        workspace_id,
        tab=TAB,
        section=SECTION,
        template=LIST,
        personas=[(row, item_url(workspace_id, SECTION, row.pk)) for row in rows if row.archived_at is None],
        archived=[(row, item_url(workspace_id, SECTION, row.pk)) for row in rows if row.archived_at is not None],
        new_url=item_url(workspace_id, SECTION, NEW),
    )


@require_http_methods(["GET", "POST"])
@requires("settings.view")
def persona(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    """One voice or a new one, or its save."""
    if request.method != "POST":
        found = Persona(workspace_id=workspace_id) if item == NEW else _find(workspace_id, item)
        return _show(request, workspace_id, item, found, _form(request, found))
    require(access_of(request), EDIT, workspace_id)
    found = Persona(workspace_id=workspace_id) if item == NEW else _find(workspace_id, item, lock=True)
    refuse_unknown(request, set(PersonaForm.base_fields))
    form = _form(request, found, bound=True)
    if not form.is_valid():
        return _show(request, workspace_id, item, found, form, status=422)
    if item != NEW and form.cleaned_data["version"] != version_of(found, FIELDS):
        note_stored(form, found, FIELDS)
        form.data = with_version(request.POST, version_of(found, FIELDS))
        return _show(request, workspace_id, item, found, form, status=409, conflict=gettext(CHANGED_MEANWHILE))
    try:
        if item == NEW:
            saved = create_persona(workspace_id, form.values(), by=person_of(request))
        else:
            saved = update_persona(found, form.values(), by=person_of(request))
    except (BadInput, Conflict) as refused:
        show_refusal(form, refused, fallback="name" if refused.code == "name_taken" else None)
        return _show(request, workspace_id, item, found, form, status=422)
    messages.success(request, gettext("Saved."))
    return HttpResponseRedirect(item_url(workspace_id, SECTION, saved.pk))


@require_POST
@requires(EDIT)
def default(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    """Make it the default."""
    return _act(
        request,
        workspace_id,
        item,
        lambda found: set_default_persona(found, by=person_of(request)),
        gettext("Default set."),
    )


@require_POST
@requires(EDIT)
def archival(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    """It can be chosen no more."""
    return _act(
        request, workspace_id, item, lambda found: archive_persona(found, by=person_of(request)), gettext("Archived.")
    )


@require_POST
@requires(EDIT)
def return_(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    """It can be chosen again."""
    return _act(
        request,
        workspace_id,
        item,
        lambda found: unarchive_persona(found, by=person_of(request)),
        gettext("Back in use."),
    )


@require_POST
@requires(EDIT)
def removal(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    """Delete a voice nobody uses; 409 with who uses it otherwise."""
    found = _find(workspace_id, item)
    try:
        delete_persona(found, by=person_of(request))
    except Conflict as refused:
        return _show(request, workspace_id, item, found, _form(request, found), status=409, problem=str(refused))
    messages.success(request, gettext("{name} is deleted.").format(name=found.name))
    return HttpResponseRedirect(section_url(workspace_id, SECTION))


def section_state(workspace_id: UUID, can_edit: bool) -> Mapping[str, SectionState]:
    """How many voices there are, for the tab's page."""
    count = Persona.objects.in_workspace(workspace_id).active().count()
    return {
        KEY: SectionState(
            text=gettext("{count} in use").format(count=count) if count else gettext("The workspace's own")
        )
    }


SECTION = SettingsSection(
    tab=TAB,
    key=KEY,
    title=_("Personas"),
    purpose=_("Who seems to write: name, tone, greeting, signature"),
    group=_("Voice and knowledge"),
    position=40,
    action=EDIT,
    view=personas,
    item=persona,
    item_acts={"default": default, "archival": archival, "return": return_, "removal": removal},
)


def _act(request: HttpRequest, workspace_id: UUID, item: str, act: Any, done: str) -> HttpResponse:
    found = _find(workspace_id, item)
    try:
        act(found)
    except Conflict as refused:
        return _show(request, workspace_id, item, found, _form(request, found), status=409, problem=str(refused))
    messages.success(request, done)
    return HttpResponseRedirect(item_url(workspace_id, SECTION, found.pk))


def _show(
    request: HttpRequest,
    workspace_id: UUID,
    item: str,
    found: Persona,
    form: PersonaForm,
    *,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    is_new = item == NEW
    return settings_page(
        request,
        workspace_id,
        tab=TAB,
        section=SECTION,
        template=PAGE,
        status=status,
        persona=found,
        is_new=is_new,
        form=form,
        used=[] if is_new else list(chain.from_iterable(persona_usages(found.pk).values())),
        acts_url=item_url(workspace_id, SECTION, NEW if is_new else found.pk),
        list_url=section_url(workspace_id, SECTION),
        **context,
    )


def _form(request: HttpRequest, found: Persona, *, bound: bool = False) -> PersonaForm:
    may = can(access_of(request), EDIT, found.workspace_id)
    return PersonaForm(request.POST if bound else None, persona=found, read_only=not may)


def _find(workspace_id: UUID, item: str, *, lock: bool = False) -> Persona:
    return item_of(Persona.objects.in_workspace(workspace_id), item, lock=lock)
