"""The table of campaigns and their booking processes: one page of it is one form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_http_methods

from booking.models import BookingProcess, CampaignProcess
from booking.services.campaign_processes import Assignment, assign_processes, list_assignments
from booking.views.columns import LATER
from booking.views.processes import SECTION as PROCESSES
from leads.models import EmailCampaign
from leads.registry import CampaignFact
from zrg.lib.errors import BadInput, Conflict
from zrg.workspaces.access import require
from zrg.workspaces.decorators import access_of, person_of, requires
from zrg.workspaces.forms.strict import refuse_unknown
from zrg.workspaces.registry import SectionState, SettingsSection
from zrg.workspaces.settings_frame import section_url, settings_page

TAB, KEY = "booking", "campaign-processes"
EDIT = "settings.edit_booking"
PAGE = "booking/settings/campaign_processes.html"
CHOSEN, SHOWN = "process-", "was-"


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignRow:
    """One campaign with what can be chosen for it; an archived process stays listed where it is followed."""

    campaign: EmailCampaign
    stored: str
    chosen: str
    processes: list[BookingProcess]


@require_http_methods(["GET", "POST"])
@requires("settings.view")
def campaign_processes(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """Campaigns by name, found by a part of it, or the choices of the page that was shown."""
    if request.method != "POST":
        return _show(request, workspace_id)
    require(access_of(request), EDIT, workspace_id)
    choices = _choices(request.POST)
    refuse_unknown(request, {f"{start}{one.campaign_id}" for one in choices for start in (CHOSEN, SHOWN)})
    try:
        changed = assign_processes(workspace_id, choices, by=person_of(request))
    except Conflict as refused:
        told = ", ".join(str(name) for name in refused.data.get("campaigns", ()))  # type: ignore[attr-defined]
        return _show(request, workspace_id, status=409, problem=f"{refused} ({told})")
    except BadInput as refused:
        return _show(request, workspace_id, status=refused.http_status, problem=str(refused), typed=choices)
    messages.success(
        request,
        ngettext("{n} campaign changed.", "{n} campaigns changed.", changed).format(n=changed)
        if changed
        else gettext("No change."),
    )
    return HttpResponseRedirect(request.get_full_path())


def section_state(workspace_id: UUID, can_edit: bool) -> Mapping[str, SectionState]:
    """How many campaigns follow a process, for the tab's page."""
    count = CampaignProcess.objects.in_workspace(workspace_id).count()
    text = ngettext("{n} campaign", "{n} campaigns", count).format(n=count) if count else gettext("No campaign yet")
    return {KEY: SectionState(text=text)}


def facts_of_campaigns(workspace_id: UUID, campaign_ids: Sequence[UUID]) -> Mapping[UUID, CampaignFact]:
    """The process of each e-mail campaign, for the campaigns of the tab AI; one query."""
    rows = EmailCampaign.objects.in_workspace(workspace_id).filter(pk__in=campaign_ids)
    columns = rows.values_list("pk", "name", "booking_assignment__booking_process__name")
    list_url = section_url(workspace_id, SECTION)
    return {
        pk: CampaignFact(label="Booking process", value=process or "", url=f"{list_url}?{urlencode({'q': name})}")
        for pk, name, process in columns
    }


SECTION = SettingsSection(
    tab=TAB,
    key=KEY,
    title=_("Processes of campaigns"),
    purpose=_("Which campaign follows which booking process"),
    position=34,
    action=EDIT,
    view=campaign_processes,
)


def _show(
    request: HttpRequest,
    workspace_id: UUID,
    *,
    typed: list[Assignment] | None = None,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    search = request.GET.get("q", "").strip()
    page = list_assignments(workspace_id, search=search, cursor=request.GET.get("cursor", ""))
    processes = list(BookingProcess.objects.in_workspace(workspace_id).by_name())
    list_url = section_url(workspace_id, SECTION)
    kept = {one.campaign_id: one.now for one in typed or ()}
    return settings_page(
        request,
        workspace_id,
        tab=TAB,
        section=SECTION,
        template=PAGE,
        status=status,
        rows=[_row(campaign, stored, kept, processes) for campaign, stored in page.rows],
        processes=processes,
        search=search,
        is_first=not request.GET.get("cursor"),
        list_url=list_url,
        acts_url=request.get_full_path(),
        more_url=f"{list_url}?{urlencode({'q': search, 'cursor': page.next_cursor})}" if page.next_cursor else "",
        processes_url=section_url(workspace_id, PROCESSES),
        later=gettext(LATER),
        **context,
    )


def _row(
    campaign: EmailCampaign, stored: UUID | None, kept: Mapping[UUID, UUID | None], processes: list[BookingProcess]
) -> CampaignRow:
    return CampaignRow(
        campaign=campaign,
        stored=str(stored or ""),
        chosen=str(kept.get(campaign.pk, stored) or ""),
        processes=[one for one in processes if not one.is_archived or one.pk == stored],
    )


def _choices(post: QueryDict) -> list[Assignment]:
    names = [name.removeprefix(CHOSEN) for name in post if name.startswith(CHOSEN)]
    return [
        Assignment(
            campaign_id=_id(name, CHOSEN), was=_process(post, f"{SHOWN}{name}"), now=_process(post, f"{CHOSEN}{name}")
        )
        for name in names
    ]


def _process(post: QueryDict, name: str) -> UUID | None:
    given = post.get(name, "")
    return _id(given, name) if given else None


def _id(given: str, name: str) -> UUID:
    try:
        return UUID(given)
    except ValueError as error:
        raise BadInput(
            gettext("No id: {given}").format(given=given[:80]), code="bad_id", http_status=400, field=name
        ) from error
