"""Possible duplicates: what two leads claim or share, compared, merged or called two people."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from leads.models import Lead, LeadIdentityConflict
from leads.services.conflicts import dismiss_conflict, dismiss_phone_pair, phone_pairs
from leads.services.merging import merge_leads, preview_merge
from leads.views.frame import leads_page
from zrg.lib.errors import Conflict, NotVisible
from zrg.workspaces.access import require
from zrg.workspaces.context import JOB_TIMEOUT_MS, REPORT_TIMEOUT_MS, tenant
from zrg.workspaces.decorators import access_of, person_of, requires

CURRENT = "lead_duplicates"
LISTED = 50


@require_GET
@requires("lead.merge", timeout_ms=REPORT_TIMEOUT_MS)
def duplicates(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """Open conflicts, then leads that share a phone."""
    conflicts = LeadIdentityConflict.objects.in_workspace(workspace_id).open().for_list()
    return leads_page(
        request,
        workspace_id,
        "leads/duplicates/list.html",
        current=CURRENT,
        conflicts=list(conflicts[:LISTED]),
        pairs=phone_pairs(workspace_id, limit=LISTED),
        listed=LISTED,
    )


@require_http_methods(["GET", "POST"])
@requires("lead.merge", timeout_ms=JOB_TIMEOUT_MS)
def merge(request: HttpRequest, workspace_id: UUID, keep_id: UUID, drop_id: UUID) -> HttpResponse:
    """Both leads side by side with what is kept and what moves; posting it merges them."""
    keep, drop = _lead_in(request, workspace_id, keep_id), _lead_in(request, workspace_id, drop_id)
    error, status = "", 200
    if request.method == "POST":
        try:
            # The act needs rows of the workspace's own, like the same act of a worker.
            with tenant(workspace_id):
                kept = merge_leads(keep, drop, person_of(request))
        except Conflict as refused:
            error, status = str(refused), refused.http_status
        else:
            messages.success(request, gettext("Merged into {shown_name}.").format(shown_name=kept.shown_name))
            return _back(workspace_id)
    elif keep.pk == drop.pk:
        raise NotVisible
    return leads_page(
        request,
        workspace_id,
        "leads/duplicates/merge.html",
        current=CURRENT,
        status=status,
        error=error,
        keep=keep,
        drop=drop,
        preview=preview_merge(keep, drop),
    )


@require_POST
@requires("lead.merge")
def dismissal(request: HttpRequest, workspace_id: UUID, conflict_id: UUID) -> HttpResponse:
    """These are two people."""
    conflict = LeadIdentityConflict.objects.in_workspace(workspace_id).select_related("lead").filter(pk=conflict_id)
    found = conflict.first()
    if found is None:
        raise NotVisible
    if not dismiss_conflict(found, by=person_of(request)):
        messages.info(request, gettext("It was settled already."))
    return _back(workspace_id)


@require_POST
@requires("lead.merge")
def pair_dismissal(request: HttpRequest, workspace_id: UUID, keep_id: UUID, drop_id: UUID) -> HttpResponse:
    """Two people on one phone."""
    one, twin = _lead_in(request, workspace_id, keep_id), _lead_in(request, workspace_id, drop_id)
    dismiss_phone_pair(one, twin, by=person_of(request))
    return _back(workspace_id)


def _lead_in(request: HttpRequest, workspace_id: UUID, lead_id: UUID) -> Lead:
    access = access_of(request)
    leads = Lead.objects.visible_to(access).in_workspace(workspace_id).filter(pk=lead_id).defer("search_vector")
    lead = leads.first()
    if lead is None:
        raise NotVisible
    require(access, "lead.merge", workspace_id, lead)
    return lead


def _back(workspace_id: UUID) -> HttpResponse:
    response = HttpResponseRedirect(reverse("lead_duplicates", args=[workspace_id]))
    response.status_code = 303
    return response
