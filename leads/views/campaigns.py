"""Campaigns in the settings: who answers their replies, how sure the machine must be, when it sends."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_GET, require_http_methods

from leads.campaign_form import CampaignForm
from leads.enums import ResponseMode
from leads.models import SmsCampaign
from leads.registry import CampaignFact, campaign_facts
from leads.services.campaign_list import MODES, CampaignPage, count_campaigns, list_campaigns
from leads.services.campaign_settings import Campaign, change_campaign, find_campaign
from zrg.ai.models import Persona
from zrg.lib.errors import BadInput, Conflict
from zrg.workspaces.access import can, require
from zrg.workspaces.decorators import access_of, person_of, requires
from zrg.workspaces.enums import AutoSendScheduleMode
from zrg.workspaces.models import WorkspaceSettings
from zrg.workspaces.registry import SectionState, SettingsSection
from zrg.workspaces.settings_columns import CHANGED_MEANWHILE
from zrg.workspaces.settings_frame import item_id, item_url, section_url, settings_page

TAB, KEY = "ai", "campaigns"
EDIT = "autosend.configure"
LIST, PANEL = "leads/settings/campaigns.html", "leads/settings/campaign.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignRow:
    """One campaign as the list prints it; what follows the workspace is told in the workspace's words."""

    campaign: Campaign
    url: str
    source: str
    is_automatic: bool
    answers: str
    threshold: int
    delay: str
    hours: str
    follows_hours: bool
    persona: str
    facts: list[CampaignFact]


@require_GET
@requires("settings.view")
def campaign_list(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """All campaigns by name, found by a part of it; htmx asks for further rows."""
    search, mode = request.GET.get("q", "").strip(), request.GET.get("mode", "")
    if mode not in ("", *MODES):
        raise BadInput(
            gettext("Unknown mode: {mode}").format(mode=mode), code="unknown_filter", http_status=400, field="mode"
        )
    page = list_campaigns(workspace_id, search=search, mode=mode, cursor=request.GET.get("cursor", ""))
    part = "" if not getattr(request, "htmx", False) else "#more" if request.GET.get("cursor") else "#list"
    return settings_page(
        request,
        workspace_id,
        tab=TAB,
        section=SECTION,
        template=LIST + part,
        rows=_rows(workspace_id, page),
        counts=count_campaigns(workspace_id) if not part else None,
        page=page,
        search=search,
        mode=mode,
        acts_url=_list_url(workspace_id),
    )


@require_http_methods(["GET", "POST"])
@requires("settings.view")
def campaign(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    """The edit panel of one campaign, or its save; htmx gets the panel, then the row, in the list."""
    found = find_campaign(workspace_id, item_id(item))
    if request.method != "POST":
        closed = "closed" in request.GET and getattr(request, "htmx", False)
        return _closed(request, found, closed=True) if closed else _panel(request, workspace_id, found)
    require(access_of(request), EDIT, workspace_id)
    form = _form(request, found, bound=True)
    if unknown := form.unknown_names():
        raise BadInput(
            gettext("Unknown field: {unknown}").format(unknown=unknown[0]),
            code="unknown_field",
            http_status=400,
            field=unknown[0],
        )
    if not form.is_valid():
        return _panel(request, workspace_id, found, form=form, status=422)
    typed = form.cleaned_data
    try:
        saved = change_campaign(
            found, form.changes(), by=person_of(request), version=typed["version"], reason=typed["reason"]
        )
    except Conflict:
        found.refresh_from_db()
        form.start_over_from(found)
        return _panel(request, workspace_id, found, form=form, status=409, conflict=gettext(CHANGED_MEANWHILE))
    except BadInput as refused:
        form.refuse(refused)
        return _panel(request, workspace_id, found, form=form, status=422)
    if getattr(request, "htmx", False):
        return _closed(request, find_campaign(workspace_id, saved.pk), saved=True)
    messages.success(request, gettext("Saved {saved}.").format(saved=saved))
    return HttpResponseRedirect(_list_url(workspace_id))


def section_state(workspace_id: UUID, can_edit: bool) -> Mapping[str, SectionState]:
    """How many campaigns the machine may answer, for the tab's page."""
    counts = count_campaigns(workspace_id)
    if not counts.total:
        return {KEY: SectionState(text=gettext("None yet"))}
    if counts.automatic:
        return {
            KEY: SectionState(
                text=gettext("{automatic} of {total} on AI").format(automatic=counts.automatic, total=counts.total),
                tone="good",
            )
        }
    return {KEY: SectionState(text=gettext("Setters answer all"))}


SECTION = SettingsSection(
    tab=TAB,
    key=KEY,
    title=_("Campaigns"),
    purpose=_("Who answers the replies of each campaign, and how sure the machine must be"),
    group=_("Answering"),
    position=10,
    action=EDIT,
    view=campaign_list,
    item=campaign,
)


def _panel(
    request: HttpRequest,
    workspace_id: UUID,
    found: Campaign,
    *,
    form: CampaignForm | None = None,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    part = "#panel" if getattr(request, "htmx", False) else ""
    return settings_page(
        request,
        workspace_id,
        tab=TAB,
        section=SECTION,
        template=PANEL + part,
        status=status,
        campaign=found,
        source=_source(found),
        facts=campaign_facts(workspace_id, [found.pk])[found.pk],
        form=form or _form(request, found),
        acts_url=_url(found),
        list_url=_list_url(workspace_id),
        **context,
    )


def _closed(request: HttpRequest, found: Campaign, **context: Any) -> HttpResponse:
    """The row again where the panel was; it takes the focus back."""
    row = _rows(found.workspace_id, CampaignPage(campaigns=[found], next_cursor=""))[0]
    return settings_page(
        request, found.workspace_id, tab=TAB, section=SECTION, template=f"{LIST}#row", row=row, **context
    )


def _form(request: HttpRequest, found: Campaign, *, bound: bool = False) -> CampaignForm:
    return CampaignForm(
        request.POST if bound else None,
        campaign=found,
        workspace=_settings(found.workspace_id),
        read_only=not can(access_of(request), EDIT, found.workspace_id),
    )


def _rows(workspace_id: UUID, page: CampaignPage) -> list[CampaignRow]:
    hours = AutoSendScheduleMode(_settings(workspace_id).auto_send_schedule_mode)
    default = Persona.objects.in_workspace(workspace_id).filter(is_default=True).values_list("name", flat=True).first()
    facts = campaign_facts(workspace_id, [one.pk for one in page.campaigns])
    return [_row(one, hours, default or "Workspace", facts[one.pk]) for one in page.campaigns]


def _row(
    one: Campaign, workspace_hours: AutoSendScheduleMode, default_persona: str, facts: list[CampaignFact]
) -> CampaignRow:
    own = one.auto_send_schedule_mode
    automatic = one.response_mode == ResponseMode.AI_AUTO_SEND
    return CampaignRow(
        campaign=one,
        url=_url(one),
        source=_source(one),
        is_automatic=automatic,
        answers=gettext("AI may send")
        if automatic
        else gettext("Setters, AI tries out")
        if one.auto_send_shadow
        else gettext("Setters"),
        threshold=round(one.auto_send_confidence_threshold * 100),
        delay=_delay(one.auto_send_delay_min_seconds, one.auto_send_delay_max_seconds),
        hours=AutoSendScheduleMode(own or workspace_hours).label,
        follows_hours=not own,
        persona=one.persona.name if one.persona else default_persona,
        facts=[fact for fact in facts if fact.value],
    )


def _source(one: Campaign) -> str:
    return "SMS" if isinstance(one, SmsCampaign) else one.get_provider_display()


def _delay(low: int, high: int) -> str:
    if high == 0:
        return "At once"
    shortest, longest = (f"{seconds / 60:.2g}" for seconds in (low, high))
    return f"{longest} min" if shortest == longest else f"{shortest}–{longest} min"  # a range


def _settings(workspace_id: UUID) -> WorkspaceSettings:
    return WorkspaceSettings.objects.get(workspace_id=workspace_id)


def _url(found: Campaign) -> str:
    return item_url(found.workspace_id, SECTION, found.pk)


def _list_url(workspace_id: UUID) -> str:
    return section_url(workspace_id, SECTION)
