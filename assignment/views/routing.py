"""Routing of a lead in the drawer: where it stands, what happened, trying again."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_POST

from assignment.enums import RoutingCode, RoutingResult, Why
from assignment.models import RoutingLog, RoutingQueueEntry, RoutingRule
from assignment.services.routing import acting
from inbox.registry import DrawerSection
from inbox.views.answers import Refusal, attempt, drawer_answer, refused
from inbox.views.context import lead_in, scope_of
from leads.models import Lead
from leads.services.merging import absorbed_ids
from zrg.lib.errors import BadInput, Conflict
from zrg.workspaces.access import can, require
from zrg.workspaces.decorators import access_of, person_of, requires

KEY = "routing"
VIEW = "routing.view"
RUN = "routing.run"
REVIVE = "platform.routing"
HISTORY = 10
NOTICES = {
    "requeue": _("The lead is routed again."),
    "retry": _("The next attempt is due now."),
    "revive": _("The lead has another 90 days and is routed again."),
}
# What is possible in which state; a waiting lead has a planned attempt.
ACTS = {"failed": "requeue", "expired": "revive", "pending": "retry"}


class NothingToDo(Conflict):
    """The state changed meanwhile."""

    code = "routing_state_changed"


def load(request: HttpRequest, lead: Lead) -> dict[str, Any]:
    """State, next attempt and the last transitions; what a source considered is shown to the source only."""
    access, workspace_id = access_of(request), lead.workspace_id
    absorbed = absorbed_ids(workspace_id, lead.pk)
    logs = RoutingLog.objects.in_workspace(workspace_id).filter(lead_id__in=[lead.pk, *absorbed]).newest()
    entry = RoutingQueueEntry.objects.in_workspace(workspace_id).filter(lead=lead, processed_at=None).first()
    act = ACTS.get(lead.routing_status, "")
    is_due = entry is not None and entry.next_retry_at <= timezone.now()
    able = {
        "requeue": can(access, RUN, workspace_id, lead),
        "retry": entry is not None and not is_due and can(access, RUN, workspace_id, lead),
        "revive": can(access, REVIVE),
    }
    rows = list(logs[:HISTORY])
    return {
        "rows": [(row, _label(RoutingCode, _code_of(row)), row.lead_id != lead.pk) for row in rows],
        "entry": entry,
        "is_due": is_due,
        "act": act if act and able[act] else "",
        "reason": _label(RoutingCode, lead.routing_error_code) or _settlement(lead),
        "considered": _considered(workspace_id, lead.pk, rows),
    }


def _code_of(row: RoutingLog) -> str | None:
    """Of a duplicate nothing: the way it would have gone says who has the person."""
    is_told = row.routing_result != RoutingResult.DUPLICATE
    return row.error_code or row.metadata.get("code") if is_told else None


def _considered(workspace_id: UUID, lead_id: UUID, rows: list[RoutingLog]) -> list[tuple[str, str]]:
    own = (
        row
        for row in rows
        if row.lead_id == lead_id
        and row.source_workspace_id == workspace_id
        and row.routing_result != RoutingResult.DUPLICATE
        and row.metadata.get("considered")
    )
    found = next(own, None)
    if found is None:
        return []
    considered = found.metadata["considered"]
    rules = RoutingRule.objects.in_workspace(workspace_id).filter(pk__in=[one["rule"] for one in considered])
    names = {str(pk): name for pk, name in rules.values_list("pk", "name")}
    return [(names.get(one["rule"], one["rule"]), _label(Why, one["why"])) for one in considered]


def _settlement(lead: Lead) -> str:
    """What a routed lead is besides being routed; never whose duplicate."""
    return gettext("Duplicate, stays here") if lead.duplicate_of_lead_id else ""


def _label(kind: Any, code: str | None) -> str:
    try:
        return gettext(kind(code).label) if code else ""
    except ValueError:
        return str(code)


@require_POST
@requires(RUN)
def routing(request: HttpRequest, workspace_id: UUID, lead_id: UUID) -> HttpResponse:
    """Try again: put back, hurry or revive."""
    scope = scope_of(request, workspace_id)
    lead = lead_in(scope, lead_id, RUN)
    wish = request.POST.get("act", "")

    def act() -> object:
        if wish not in NOTICES:
            raise BadInput(gettext("Choose what to do."), field="act")
        if not _do(wish, lead, request):
            raise NothingToDo(gettext("The lead's routing changed meanwhile."))
        return wish

    if wish == "revive":
        require(scope.access, REVIVE)
    done = attempt(lead, act)
    if isinstance(done, Refusal):
        return refused(request, scope, lead, done, section=KEY)
    lead = lead_in(scope, lead_id, RUN)
    return drawer_answer(request, scope, lead, section=KEY, notice=gettext(NOTICES[wish]))


def _do(wish: str, lead: Lead, request: HttpRequest) -> int:
    by = person_of(request)
    if wish == "requeue":
        return acting.requeue(lead.workspace_id, by=by, lead_ids=[lead.pk])
    if wish == "revive":
        return acting.revive(lead.workspace_id, [lead.pk], by=by)
    entries = RoutingQueueEntry.objects.in_workspace(lead.workspace_id).filter(lead=lead, processed_at=None)
    entry = entries.filter(next_retry_at__gt=timezone.now()).first()
    return int(entry is not None and acting.retry_now(entry, by=by))


SECTION = DrawerSection(
    key=KEY,
    title=_("Routing"),
    position=65,
    template="assignment/drawer_routing.html",
    action=VIEW,
    load=load,
)
