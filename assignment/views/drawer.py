"""The assignment of a lead in the drawer: who has it, who had it, giving it to somebody else."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_POST

from assignment.models import LeadAssignmentEvent
from assignment.services.assigning import assign_manually, assignable_people, is_absent
from inbox.registry import DrawerSection
from inbox.views.answers import Refusal, attempt, drawer_answer, refused
from inbox.views.context import lead_in, scope_of, uuid_or_none
from leads.models import Lead
from zrg.lib.errors import BadInput
from zrg.workspaces.access import can
from zrg.workspaces.context import tenant
from zrg.workspaces.decorators import access_of, person_of, requires

KEY = "assignment"
ASSIGN = "lead.assign"
HISTORY = 10


def load(request: HttpRequest, lead: Lead) -> dict[str, Any]:
    """Who may get the lead and who had it; the list of people only for those who may choose."""
    events = LeadAssignmentEvent.objects.in_workspace(lead.workspace_id).filter(lead=lead).newest_first()
    may_assign = can(access_of(request), ASSIGN, lead.workspace_id, lead)
    with tenant(lead.workspace_id):
        # A setter's own context knows no other members.
        people = assignable_people(lead.workspace_id) if may_assign else []
        absent = is_absent(lead)
    return {
        "events": list(events.select_related("assigned_to", "assigned_by")[:HISTORY]),
        "people": people,
        "is_listed": lead.assigned_to_id is None or lead.assigned_to_id in {one.pk for one in people},
        "may_assign": may_assign,
        "absent": absent,
    }


@require_POST
@requires(ASSIGN)
def assignment(request: HttpRequest, workspace_id: UUID, lead_id: UUID) -> HttpResponse:
    """Give the lead to somebody, or to nobody; refused when another person was faster."""
    scope = scope_of(request, workspace_id)
    lead = lead_in(scope, lead_id, ASSIGN)
    wish, expected = request.POST.get("to", ""), uuid_or_none(request.POST.get("expected"))

    def act() -> object:
        user_id = uuid_or_none(wish)
        if wish and user_id is None:
            raise BadInput(gettext("Choose a person."), code="not_assignable", field="to")
        return assign_manually(lead.pk, workspace_id, user_id, expected=expected, by=person_of(request))

    done = attempt(lead, act)
    if isinstance(done, Refusal):
        return refused(request, scope, lead, done, section=KEY)
    with tenant(workspace_id):
        lead = Lead.objects.select_related("assigned_to", "email_campaign", "sms_campaign").get(pk=lead.pk)
    return drawer_answer(request, scope, lead, section=KEY, notice=gettext("Assignment saved."))


SECTION = DrawerSection(
    key=KEY,
    title=_("Assignment"),
    position=15,
    template="assignment/drawer.html",
    action="lead.view",
    load=load,
)
