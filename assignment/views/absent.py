"""Leads whose setter is inactive, and giving them to somebody else."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext, ngettext

from assignment.services.assigning import MAX_LEADS, assign_many, assignable_people, leads_of_absent, spread_many
from zrg.lib.errors import BadInput, NotVisible
from zrg.workspaces.access import can, context_of
from zrg.workspaces.decorators import access_of, requires
from zrg.workspaces.models import User
from zrg.workspaces.registry import settings_section
from zrg.workspaces.settings_frame import item_url, settings_page

ITEM = "inactive"
SPREAD = "spread"
SHOWN = 100


@requires("lead.assign")
def absent_page(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    """The newest hundred, to choose from."""
    _check(item)
    return _page(request, workspace_id)


@requires("lead.assign", transaction=False)
def reassign(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    """Give the chosen leads to one person, or spread them by the rotation."""
    _check(item)
    access = access_of(request)
    ids, to = _ids(request.POST.getlist("lead")), request.POST.get("to", "")
    with context_of(access):
        visible = leads_of_absent(workspace_id).visible_to(access).filter(pk__in=ids[:MAX_LEADS])
        chosen = list(visible.values_list("pk", flat=True))
    person = request.user
    assert isinstance(person, User)
    try:
        if not chosen:
            raise BadInput(gettext("Choose at least one lead."))
        if to == SPREAD:
            done = spread_many(chosen, workspace_id, by=person)
        else:
            done = assign_many(chosen, workspace_id, _receiver(to), by=person)
    except BadInput as refused:
        with context_of(access):
            return _page(request, workspace_id, status=422, problem=str(refused), chosen=set(chosen))
    told = ngettext("{n} lead reassigned.", "{n} leads reassigned.", done.assigned).format(n=done.assigned)
    messages.success(request, told)
    stopped = sum(reason == "blacklisted" for _, reason in done.skipped)
    if stopped:
        messages.warning(request, gettext("Left alone, because outreach is stopped: {n}.").format(n=stopped))
    return HttpResponseRedirect(request.path.removesuffix("/reassign"))


def _page(request: HttpRequest, workspace_id: UUID, *, status: int = 200, **context: Any) -> HttpResponse:
    section = settings_section("integrations", "assignments")
    assert section is not None
    access = access_of(request)
    leads = leads_of_absent(workspace_id).visible_to(access).select_related("assigned_to").defer("search_vector")
    shown = list(leads[: SHOWN + 1])
    return settings_page(
        request,
        workspace_id,
        tab=section.tab,
        section=section,
        template="assignment/settings/absent.html",
        status=status,
        leads=shown[:SHOWN],
        has_more=len(shown) > SHOWN,
        shown=SHOWN,
        people=assignable_people(workspace_id),
        can_assign=can(access, "lead.assign", workspace_id),
        acts_url=item_url(workspace_id, section, ITEM),
        **context,
    )


def _receiver(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise BadInput(gettext("Choose who gets the leads.")) from error


def _ids(values: list[str]) -> list[UUID]:
    try:
        return [UUID(one) for one in values]
    except ValueError as error:
        raise NotVisible from error


def _check(item: str) -> None:
    if item != ITEM:
        raise NotVisible
