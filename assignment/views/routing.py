"""Routing of a lead in the drawer: where it stands, what happened, trying again."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_POST

from assignment.contracts import RoutingResult
from assignment.enums import RoutingCode, Why
from assignment.enums import RoutingResult as RoutingResultKind
from assignment.errors import RoutingDisabled
from assignment.models import RoutingLog, RoutingQueueEntry, RoutingRule
from assignment.services.routing import acting
from assignment.services.routing.trying import partner_names
from inbox.registry import DrawerSection
from inbox.views.answers import Refusal, attempt, drawer_answer, refused
from inbox.views.context import Scope, lead_in, scope_of
from leads.enums import RoutingStatus
from leads.models import Lead
from leads.services.merging import absorbed_ids
from zrg.lib.errors import BadInput, Conflict
from zrg.workspaces.access import can, require
from zrg.workspaces.context import tenant
from zrg.workspaces.decorators import access_of, person_of, requires
from zrg.workspaces.enums import SwitchKey
from zrg.workspaces.errors import SwitchUnreadable
from zrg.workspaces.switches import is_switch_on

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
# What is possible in which state; a waiting lead has a planned attempt, or its first one is to come.
ACTS = {"failed": "requeue", "expired": "revive", "pending": "retry"}
ROUTE = "route"
# Results of a lead that was in another state than the page said.
NOTHING_DONE = ("already_routed", "wrong_workspace", "lead_not_found")


class NothingToDo(Conflict):
    """The state changed meanwhile."""

    code = "routing_state_changed"


def load(request: HttpRequest, lead: Lead) -> dict[str, Any]:
    """State, next attempt and the last transitions; what a source considered is shown to the source only."""
    access, workspace_id = access_of(request), lead.workspace_id
    absorbed = absorbed_ids(workspace_id, lead.pk)
    logs = RoutingLog.objects.in_workspace(workspace_id).filter(lead_id__in=[lead.pk, *absorbed]).newest()
    entry = RoutingQueueEntry.objects.in_workspace(workspace_id).filter(lead=lead, processed_at=None).first()
    act = ROUTE if _waits_for_first_pass(lead) else ACTS.get(lead.routing_status, "")
    is_off = lead.routing_status == RoutingStatus.PENDING and _is_off()
    is_due = entry is not None and entry.next_retry_at <= timezone.now()
    able = {
        "requeue": can(access, RUN, workspace_id, lead),
        "retry": entry is not None and not is_due and can(access, RUN, workspace_id, lead),
        "revive": can(access, REVIVE),
        ROUTE: not is_off and can(access, RUN, workspace_id, lead),
    }
    rows = list(logs[:HISTORY])
    return {
        "rows": [(row, _label(RoutingCode, _code_of(row)), row.lead_id != lead.pk) for row in rows],
        "entry": entry,
        "is_due": is_due,
        "is_off": is_off,
        "act": act if act and able[act] else "",
        "reason": _label(RoutingCode, lead.routing_error_code) or _settlement(lead),
        "considered": _considered(workspace_id, lead.pk, rows),
    }


def _waits_for_first_pass(lead: Lead) -> bool:
    """Whether it can be routed and nobody tried yet; past its time no lead is."""
    in_time = lead.lead_expires_at is None or lead.lead_expires_at > timezone.now()
    return lead.routing_status == RoutingStatus.PENDING and lead.routing_attempts == 0 and in_time


def _is_off() -> bool:
    """Whether an operator stopped routing; a switch that cannot be read says so too."""
    try:
        return is_switch_on(SwitchKey.ROUTING_DISABLED)
    except SwitchUnreadable:
        return True


def _code_of(row: RoutingLog) -> str | None:
    """Of a duplicate nothing: the way it would have gone says who has the person."""
    is_told = row.routing_result != RoutingResultKind.DUPLICATE
    return row.error_code or row.metadata.get("code") if is_told else None


def _considered(workspace_id: UUID, lead_id: UUID, rows: list[RoutingLog]) -> list[tuple[str, str]]:
    own = (
        row
        for row in rows
        if row.lead_id == lead_id
        and row.source_workspace_id == workspace_id
        and row.routing_result != RoutingResultKind.DUPLICATE
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
    """Route now, or try again: put back, hurry or revive."""
    scope = scope_of(request, workspace_id)
    lead = lead_in(scope, lead_id, RUN)
    wish = request.POST.get("act", "")
    if wish == ROUTE:
        return _route(request, scope, lead)

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


def _route(request: HttpRequest, scope: Scope, lead: Lead) -> HttpResponse:
    """The result at once: where the lead went, or why it did not go."""

    try:
        done = _routed_now(request, lead)
    except (Conflict, RoutingDisabled) as error:
        # A page shows refusals that are a matter of state; 503 would read as a fault.
        refusal = Refusal(code=error.code, sentence=str(error), http_status=Conflict.http_status)
        return refused(request, scope, lead, refusal, section=KEY)
    gone = done.result == RoutingResultKind.SUCCESS
    if gone:
        lead.routing_status = RoutingStatus.ROUTED
    else:
        lead = lead_in(scope, lead.pk, RUN)
    return drawer_answer(request, scope, lead, section=KEY, notice=_told(lead.workspace_id, done), gone=gone)


def _routed_now(request: HttpRequest, lead: Lead) -> RoutingResult:
    result = acting.route_now(lead.pk, lead.workspace_id, by=person_of(request))
    if result.result == "disabled":
        raise NothingToDo(gettext("Routing is switched off in this workspace. The lead waits."))
    if result.result in NOTHING_DONE:
        raise NothingToDo(gettext("The lead's routing changed meanwhile."))
    return result


def _told(workspace_id: UUID, done: RoutingResult) -> str:
    """One sentence about what became of the lead; of a duplicate never whose it is."""
    if done.result == RoutingResultKind.SUCCESS:
        with tenant(workspace_id):
            name = partner_names(workspace_id).get(str(done.destination_workspace_id))
        return gettext("The lead went to {name}.").format(name=name or gettext("another workspace"))
    why = _label(RoutingCode, done.code)
    match done.result:
        case RoutingResultKind.DUPLICATE:
            return gettext("The lead stays here: it is a duplicate.")
        case RoutingResultKind.KEPT:
            return gettext("The lead stays here: {why}.").format(why=why)
        case RoutingResultKind.FAILED:
            return gettext("The lead was not routed: {why}.").format(why=why)
    return gettext("Not routed yet: {why}. Another attempt is planned.").format(why=why)


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
