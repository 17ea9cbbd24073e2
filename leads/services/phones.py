"""Which number an SMS to a lead goes to."""

import time
from dataclasses import dataclass
from uuid import UUID

import structlog

from leads import env
from leads.models import Lead
from leads.prompts.phone import NAME_PHONE_REGION
from zrg.ai.contracts import CallScope
from zrg.ai.prompts import as_data
from zrg.ai.runner import Override, run_json_prompt
from zrg.lib import log_events
from zrg.lib.phone import PhoneResolution, RegionSuggestion, resolve_phone
from zrg.workspaces.models import WorkspaceSettings

MODEL_SECONDS = 20.0

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneQuestion:
    """A lead's number as it is stored, and what speaks for its country."""

    workspace_id: UUID
    lead_id: UUID
    numbers: tuple[str, ...]
    lead_timezone: str | None
    company_state: str | None
    email: str | None
    company_website: str | None
    workspace_timezone: str | None


def ask_phone(lead: Lead) -> PhoneQuestion:
    """Everything `resolve_for_sending` needs of a lead; runs in the caller's context."""
    zone = WorkspaceSettings.objects.filter(workspace_id=lead.workspace_id).values_list("timezone", flat=True).first()
    given = (lead.phone,) if lead.phone else (lead.phone_raw, lead.phone_national)
    return PhoneQuestion(
        workspace_id=lead.workspace_id,
        lead_id=lead.pk,
        numbers=tuple(number for number in given if number),
        lead_timezone=lead.timezone,
        company_state=lead.company_state,
        email=lead.email,
        company_website=lead.company_website,
        workspace_timezone=zone,
    )


def resolve_for_sending(question: PhoneQuestion) -> PhoneResolution:
    """The E.164 to text, or why there is none (03 R2, mode send). No model is asked."""
    found = PhoneResolution(reason="missing_phone")
    for number in question.numbers:
        found = _resolve(question, number)
        if found.e164:
            break
    return found


def resolve_with_model(question: PhoneQuestion) -> PhoneResolution:
    """As `resolve_for_sending`, and where everything else failed with the country a model names
    (PHONE_E164_AI_ENABLED). Call outside transactions.

    03.model-never-supplies-digits: the answer is a country and nothing else; the digits are the ones
    stored, and have to be a valid number of that country.
    """
    found = resolve_for_sending(question)
    if not found.e164 and found.reason == "unresolved" and env.is_region_model_on():
        suggestion = _suggest_region(question)
        answers = (_resolve(question, number, suggestion) for number in question.numbers)
        found = next((answer for answer in answers if answer.e164), found)
    name = log_events.PHONE_RESOLVED if found.e164 else log_events.PHONE_UNRESOLVED
    logger.info(name, lead=str(question.lead_id), source=found.source, reason=found.reason)
    return found


def _resolve(question: PhoneQuestion, number: str, suggestion: RegionSuggestion | None = None) -> PhoneResolution:
    return resolve_phone(
        number,
        mode="send",
        lead_timezone=question.lead_timezone,
        company_state=question.company_state,
        email=question.email,
        company_website=question.company_website,
        workspace_timezone=question.workspace_timezone,
        default_calling_code=env.default_calling_code(),
        suggest_region=(lambda: suggestion) if suggestion else None,
        suggestion_threshold=env.region_threshold(),
    )


def _suggest_region(question: PhoneQuestion) -> RegionSuggestion | None:
    known = {
        "time zone": question.lead_timezone,
        "state": question.company_state,
        "e-mail domain": (question.email or "").rpartition("@")[2],
        "website": question.company_website,
        "time zone of our client": question.workspace_timezone,
    }
    facts = "\n".join(f"{name}: {value}" for name, value in known.items() if value) or "nothing"
    result = run_json_prompt(
        NAME_PHONE_REGION,
        {"number": as_data(question.numbers[0], "PHONE"), "facts": as_data(facts, "FACTS")},
        scope=CallScope(workspace_id=question.workspace_id, source="sms.phone_region", lead_id=question.lead_id),
        deadline=time.monotonic() + MODEL_SECONDS,
        override=Override(model=env.region_model()),
    )
    if result.error_code or not isinstance(result.value, dict):
        return None
    return RegionSuggestion(region=str(result.value["region"]), confidence=float(result.value["confidence"]))
