"""Facts about a lead in the drawer: people add them, who governs memory decides."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from inbox.enums import MemoryStatus
from inbox.models import LeadMemoryEntry
from inbox.services.memory import add_memory, approve_memory, reject_memory
from inbox.views.answers import Refusal, attempt, drawer_answer, refused
from inbox.views.context import Scope, lead_in, scope_of
from leads.models import Lead
from zrg.lib.errors import BadInput, NotVisible
from zrg.workspaces.decorators import person_of, requires


@require_POST
@requires("memory.add")
def addition(request: HttpRequest, workspace_id: UUID, lead_id: UUID) -> HttpResponse:
    """Write a fact down."""
    scope = scope_of(request, workspace_id)
    lead = lead_in(scope, lead_id, "memory.add")
    category, content = request.POST.get("category", ""), request.POST.get("content", "")
    done = attempt(lead, lambda: add_memory(lead, category=category, content=content, by=person_of(request)))
    waits = isinstance(done, LeadMemoryEntry) and done.status == MemoryStatus.PENDING
    return _answer(
        request, scope, lead, done, gettext("Noted. It is used once it was approved.") if waits else gettext("Noted.")
    )


@require_POST
@requires("memory.govern")
def decision(request: HttpRequest, workspace_id: UUID, lead_id: UUID, entry_id: UUID) -> HttpResponse:
    """Let a fact be used, or forget it (`decision`: approve or reject)."""
    scope = scope_of(request, workspace_id)
    lead = lead_in(scope, lead_id)
    if not LeadMemoryEntry.objects.in_workspace(workspace_id).of_lead(lead.pk).filter(pk=entry_id).exists():
        raise NotVisible
    wish = request.POST.get("decision")

    def act() -> None:
        if wish == "approve":
            approve_memory(entry_id, by=person_of(request))
        elif wish == "reject":
            reject_memory(entry_id, by=person_of(request))
        else:
            raise BadInput(gettext("Approve or reject."), code="bad_decision", field="decision")

    notice = gettext("It is used from now on.") if wish == "approve" else gettext("Forgotten.")
    return _answer(request, scope, lead, attempt(lead, act), notice)


def _answer(request: HttpRequest, scope: Scope, lead: Lead, done: object, notice: str) -> HttpResponse:
    if isinstance(done, Refusal):
        return refused(request, scope, lead, done, section="memory")
    return drawer_answer(request, scope, lead, section="memory", notice=notice)
