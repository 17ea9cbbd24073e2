"""What Clay answered: fills the lead, ends the question."""

import structlog

from integrations.contracts import EnrichmentAnswer
from leads.enums import EnrichmentKind, EnrichmentRequestStatus, EnrichmentSource
from leads.models import EnrichmentRequest, Lead
from leads.rules.enrichment import missing_kinds
from leads.rules.facts import Facts, is_contact
from leads.services.filling import fill_lead
from leads.services.merging import survivor_of
from leads.services.questions import finish_question
from zrg.lib import log_events

logger = structlog.get_logger(__name__)

_Status = EnrichmentRequestStatus
# A late "found" is better than none; a late "nothing" says nothing new.
_ANSWERABLE = {
    "success": (_Status.QUEUED, _Status.SENT, _Status.ERROR, _Status.EXPIRED, _Status.NOT_FOUND),
    "not_found": (_Status.QUEUED, _Status.SENT, _Status.ERROR),
    "error": (_Status.QUEUED, _Status.SENT),
}


def apply_answer(answer: EnrichmentAnswer) -> str:
    """What Clay found, in the event's transaction; returns the event's outcome. Idempotent: a question
    that has its answer is not answered again.
    """
    # Clay knows the lead by the id it was asked with; its questions moved with a merge.
    lead_id = survivor_of(answer.workspace_id, answer.lead_id)
    lead = Lead.objects.select_for_update().in_workspace(answer.workspace_id).filter(pk=lead_id).first()
    if lead is None:
        return "ignored:lead_not_found"
    questions = EnrichmentRequest.objects.in_workspace(lead.workspace_id).filter(lead=lead, kind=answer.kind)
    question = questions.filter(status__in=_ANSWERABLE[answer.status]).order_by("-created_at").first()
    if question is None:
        return "ignored:already_answered" if questions.exists() else "ignored:never_asked"
    status, error = _status_of(lead, answer)
    logger.info(
        log_events.ENRICHMENT_ANSWERED, lead=str(lead.pk), request=str(question.pk), kind=question.kind, status=status
    )
    finish_question(lead, question, status, error=error)
    return "processed"


def _status_of(lead: Lead, answer: EnrichmentAnswer) -> tuple[str, str | None]:
    """The question's status after the answer; fills the lead with what was found."""
    if answer.status == "error":
        return _Status.ERROR, answer.error or "Clay reported an error"
    if answer.status == "not_found":
        return _Status.NOT_FOUND, None
    wanted = EnrichmentKind(answer.kind)
    was_known = wanted not in missing_kinds(lead)
    filled = fill_lead(lead, _facts(answer), EnrichmentSource.CLAY)
    if is_contact(filled) or was_known:
        # Somebody else may have been faster: what is stored stays, and the question has its answer.
        return _Status.SUCCEEDED, None
    return _Status.NOT_FOUND, "What was found cannot be used, or is another lead's"


def _facts(answer: EnrichmentAnswer) -> Facts:
    if answer.kind == EnrichmentKind.PHONE:
        return Facts(phone=answer.phone)
    return Facts(linkedin_urls=(answer.linkedin_url,) if answer.linkedin_url else (), linkedin_id=answer.linkedin_id)
