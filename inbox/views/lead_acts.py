"""What a person changes about the lead itself: its switches and its contact."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from inbox.views.answers import Refusal, attempt, drawer_answer, refused
from inbox.views.context import lead_in, scope_of
from leads.enums import Automation
from leads.rules.contact_editing import FIELDS
from leads.services.automation import set_automation
from leads.services.contact_editing import edit_contact
from zrg.lib.errors import BadInput
from zrg.workspaces.decorators import person_of, requires

EDIT_CONTACT = "crm.edit_cell"


@require_POST
@requires("lead.toggle_automation")
def automation(request: HttpRequest, workspace_id: UUID, lead_id: UUID) -> HttpResponse:
    """Turn one switch of the lead on or off."""
    scope = scope_of(request, workspace_id)
    lead = lead_in(scope, lead_id, "lead.toggle_automation")
    wish, on = request.POST.get("switch", ""), request.POST.get("on") == "yes"

    def act() -> bool:
        if wish not in Automation.values:
            raise BadInput(gettext("Unknown switch."), code="bad_input", field="switch")
        return set_automation(lead, Automation(wish), on=on, by=person_of(request))

    done = attempt(lead, act)
    if isinstance(done, Refusal):
        return refused(request, scope, lead, done, section="automation")
    told = gettext("{switch} on for this lead.") if on else gettext("{switch} off for this lead.")
    notice = told.format(switch=gettext(Automation(wish).label))
    return drawer_answer(request, scope, lead, section="automation", notice=notice)


@require_POST
@requires(EDIT_CONTACT)
def contact(request: HttpRequest, workspace_id: UUID, lead_id: UUID) -> HttpResponse:
    """Save what a person corrected about who the lead is."""
    scope = scope_of(request, workspace_id)
    lead = lead_in(scope, lead_id, EDIT_CONTACT)
    given = {name: request.POST[name] for name in FIELDS if name in request.POST}
    done = attempt(lead, lambda: edit_contact(lead, given, by=person_of(request)))
    if isinstance(done, Refusal):
        return refused(request, scope, lead, done, section="contact", contact=given)
    return drawer_answer(request, scope, lead, section="contact", notice=gettext("Contact saved."))
