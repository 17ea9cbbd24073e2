"""Settings → Integrations → Partner workspaces: who takes leads from here, who sends them, and giving them back."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_GET

from assignment.enums import PartnershipStatus, ReturnReason
from assignment.errors import AlreadyReturned, WindowClosed
from assignment.forms.agreements import TermsDraft, read_proposal, read_terms, terms_of
from assignment.forms.conditions import FIELDS, MATCHES
from assignment.models import LeadAttribution, RoutingPartner
from assignment.services.routing import acting, partners
from assignment.services.routing.agreements import (
    SHOWN_DELIVERIES,
    Agreement,
    credit_of_the_month,
    list_agreements,
    list_deliveries,
    read_agreement,
)
from assignment.views.condition_words import conditions_in_words, outline_of_text
from assignment.views.rule_words import hours_in_words
from zrg.lib.errors import BadInput, Conflict, Forbidden, NotVisible
from zrg.workspaces.access import can
from zrg.workspaces.decorators import access_of, person_of, requires
from zrg.workspaces.models import WorkspaceSettings
from zrg.workspaces.registry import SectionState, SettingsSection
from zrg.workspaces.settings_frame import item_id, item_url, section_url, settings_page

TAB = "integrations"
KEY = "partner-workspaces"
VIEW = "routing.view"
EDIT = "routing.partner"
RETURN = "routing.return"
DONE = {
    "accept": _("Accepted. Leads may come from now on."),
    "pause": _("Paused: no lead comes until it goes on."),
    "resume": _("Leads may come again."),
    "end": _("The agreement has ended. It can be proposed again."),
}
# Acts of the destination; either side ends.
OF_DESTINATION = ("accept", "pause", "resume")


@require_GET
@requires(VIEW)
def agreement_list(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """Both directions, open questions first."""
    return _list_page(request, workspace_id)


@requires(EDIT)
def propose(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """Ask another workspace to take leads of this one; in force at once when platform people do it."""
    access = access_of(request)
    try:
        destination, values = read_proposal(request.POST)
        is_platform = access.platform is not None
        made = partners.propose(workspace_id, destination, values, by=person_of(request), accept=is_platform)
    except (BadInput, Conflict) as refused:
        return _list_page(request, workspace_id, status=422, problem=str(refused), given=request.POST)
    messages.success(
        request,
        gettext("The agreement is in force.") if is_platform else gettext("Proposed. Their admin has to accept."),
    )
    return HttpResponseRedirect(item_url(workspace_id, SECTION, made.pk))


@require_GET
@requires(VIEW)
def agreement_page(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    """One agreement: how it stands, its terms, its deliveries."""
    found = _agreement(workspace_id, item)
    return _page(request, workspace_id, found, terms_of(found.row, _zone(workspace_id)))


@requires(EDIT)
def edit_terms(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    """A condition more or less, or another field: the form again, nothing saved."""
    found = _agreement(workspace_id, item)
    draft = read_terms(request.POST).edited(request.POST.get("act", ""))
    return _page(request, workspace_id, found, draft, is_edited=True)


@requires(EDIT)
def save_terms(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    """Save one's own side, or say what is wrong."""
    found, draft = _agreement(workspace_id, item), read_terms(request.POST)
    sides = _sides(request, found)
    try:
        saved = partners.change(found.row, draft.columns(found.row, sides), by=person_of(request), sides=sides)
    except BadInput as refused:
        shown = draft.at_fault(str(refused.data.get("pointer", "")), str(refused))
        return _page(request, workspace_id, found, shown, status=422, problem=str(refused))
    asks_again = found.row.status == PartnershipStatus.ACTIVE and saved.status == PartnershipStatus.PROPOSED
    messages.success(
        request, gettext("Saved. The new terms wait for their answer.") if asks_again else gettext("Saved.")
    )
    return HttpResponseRedirect(item_url(workspace_id, SECTION, item))


def _act(act: str) -> Callable[..., HttpResponseBase]:
    @requires(EDIT)
    def view(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
        found = _agreement(workspace_id, item)
        if act in OF_DESTINATION and "destination" not in _sides(request, found):
            raise Forbidden(action=EDIT)
        try:
            partners.move(found.row, act, by=person_of(request), reason=request.POST.get("reason", "").strip())
        except Conflict:
            messages.warning(request, gettext("Nothing was done: the agreement changed meanwhile."))
        else:
            messages.success(request, gettext(DONE[act]))
        return HttpResponseRedirect(item_url(workspace_id, SECTION, item))

    view.__doc__ = f"Let the agreement {act}, where its state allows it."
    return view


@requires(EDIT)
def propose_again(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    """An agreement that ended, asked for anew by its source."""
    found = _agreement(workspace_id, item)
    if found.is_incoming:
        raise Forbidden(action=EDIT)
    is_platform = access_of(request).platform is not None
    try:
        partners.propose(workspace_id, found.other, {}, by=person_of(request), accept=is_platform)
    except Conflict:
        messages.warning(request, gettext("Nothing was done: the agreement changed meanwhile."))
    return HttpResponseRedirect(item_url(workspace_id, SECTION, item))


@requires(RETURN)
def give_back(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    """Return one delivery: its credit is reversed, a lead nobody worked on goes back."""
    found = _agreement(workspace_id, item)
    rows = LeadAttribution.objects.filter(
        source_workspace_id=found.row.workspace_id, destination_workspace_id=workspace_id
    )
    delivery = rows.filter(pk=item_id(request.POST.get("delivery", ""))).first()
    if delivery is None:
        raise NotVisible
    text = request.POST.get("text", "").strip()
    try:
        acting.return_lead(delivery, request.POST.get("reason", ""), by=person_of(request), text=text)
    except (AlreadyReturned, WindowClosed, BadInput) as refused:
        draft = terms_of(found.row, _zone(workspace_id))
        status, problem = 422, str(refused)
        if isinstance(refused, Conflict):
            status, problem = 409, gettext(OVER if isinstance(refused, WindowClosed) else RETURNED)
        return _page(request, workspace_id, found, draft, status=status, return_problem=problem)
    messages.success(request, gettext("Returned; its credit is reversed."))
    return HttpResponseRedirect(item_url(workspace_id, SECTION, item))


RETURNED = _("This delivery was returned already.")
OVER = _("The time for returning this delivery is over.")


def section_state(workspace_id: UUID, can_edit: bool) -> Mapping[str, SectionState]:
    """How agreements stand, for the tab's page."""
    rows = RoutingPartner.objects.in_workspace(workspace_id)
    waiting = rows.filter(destination_workspace_id=workspace_id, status=PartnershipStatus.PROPOSED).count()
    if waiting:
        return {KEY: SectionState(text=gettext("{waiting} to answer").format(waiting=waiting), tone="warn")}
    active = rows.filter(status=PartnershipStatus.ACTIVE).count()
    if not active:
        return {KEY: SectionState(text=gettext("None"))}
    return {KEY: SectionState(text=gettext("{active} in force").format(active=active), tone="good")}


SECTION = SettingsSection(
    tab=TAB,
    key=KEY,
    title=_("Partner workspaces"),
    purpose=_("Who takes leads from here, and from whom leads come in"),
    group=_("Leads"),
    position=94,
    action=EDIT,
    seen_with=VIEW,
    view=agreement_list,
    acts={"propose": propose},
    item=agreement_page,
    item_acts={
        "edit": edit_terms,
        "save": save_terms,
        "propose-again": propose_again,
        "return": give_back,
        **{act: _act(act) for act in DONE},
    },
)


def _list_page(
    request: HttpRequest, workspace_id: UUID, *, status: int = 200, problem: str = "", given: Any = None
) -> HttpResponse:
    found = list_agreements(workspace_id)
    lines = [(one, item_url(workspace_id, SECTION, one.row.pk)) for one in found]
    taken = {one.other for one in found if not one.is_incoming and one.row.status != PartnershipStatus.ENDED}
    own = access_of(request).by_workspace.values()
    return settings_page(
        request,
        workspace_id,
        tab=TAB,
        section=SECTION,
        template="assignment/settings/agreements.html",
        status=status,
        outgoing=[line for line in lines if not line[0].is_incoming],
        incoming=[line for line in lines if line[0].is_incoming],
        choices=[
            (str(one.workspace_id), one.name)
            for one in own
            if one.workspace_id != workspace_id and one.workspace_id not in taken
        ],
        problem=problem,
        given=given or {},
        is_platform=access_of(request).platform is not None,
        acts_url=section_url(workspace_id, SECTION),
    )


def _page(
    request: HttpRequest,
    workspace_id: UUID,
    found: Agreement,
    draft: TermsDraft,
    *,
    status: int = 200,
    is_edited: bool = False,
    problem: str = "",
    return_problem: str = "",
) -> HttpResponse:
    sides = _sides(request, found)
    return settings_page(
        request,
        workspace_id,
        tab=TAB,
        section=SECTION,
        template="assignment/settings/agreement.html",
        status=status,
        found=found,
        draft=draft,
        asks=draft.asks,
        outline=outline_of_text(draft.asks.raw),
        limits=draft.limits,
        fields={name: gettext(words) for name, words in FIELDS.items()},
        matches={match: gettext(words) for match, words in MATCHES.items()},
        is_source="source" in sides,
        is_destination="destination" in sides,
        takes=conditions_in_words(found.row.accept_conditions),
        hours=hours_in_words(found.row.schedule),
        counts_credit=found.counts_credit,
        credit=credit_of_the_month(found),
        deliveries=list_deliveries(workspace_id, found),
        shown=SHOWN_DELIVERIES,
        reasons=[(value, gettext(label)) for value, label in ReturnReason.choices],
        can_return=can(access_of(request), RETURN, workspace_id),
        is_edited=is_edited,
        problem=problem,
        return_problem=return_problem,
        acts_url=item_url(workspace_id, SECTION, found.row.pk),
    )


def _agreement(workspace_id: UUID, item: str) -> Agreement:
    found = read_agreement(workspace_id, item_id(item))
    if found is None:
        raise NotVisible
    return found


def _sides(request: HttpRequest, found: Agreement) -> frozenset[str]:
    """For whom this person speaks on this page: its workspace; platform people for both."""
    if access_of(request).platform is not None:
        return frozenset({"source", "destination", "platform"})
    return frozenset({"destination" if found.is_incoming else "source"})


def _zone(workspace_id: UUID) -> str:
    return WorkspaceSettings.objects.values_list("timezone", flat=True).get(workspace_id=workspace_id)
