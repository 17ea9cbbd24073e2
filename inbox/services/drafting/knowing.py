"""What a draft is written from: persona, lead, conversation (05 R15)."""

import re
from dataclasses import dataclass
from uuid import UUID

from inbox.models import Message
from inbox.services.transcript import build_transcript, reply_text
from leads.models import Lead
from zrg.ai.models import Persona
from zrg.ai.prompts import as_data
from zrg.workspaces.models import WorkspaceSettings

DRAFT_HISTORY = 80
_NAME = re.compile(r"[^\W\d_]+(?:['’.\- ]{1,2}[^\W\d_]+){0,2}\.?")
"""One to three words of letters: Dana, Jean-Luc, María José, O’Neill, J. R."""
_NAME_LENGTH = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """Persona resolved field by field: campaign persona, default persona, workspace."""

    persona_id: UUID | None
    persona_name: str
    tone: str
    greeting: str
    signature: str
    goals: str
    service_description: str
    ideal_customer_profile: str
    company: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftContext:
    """Everything the prompts need, collected in one short transaction; `variables` fill them."""

    workspace_id: UUID
    lead_id: UUID
    channel: str
    first_name: str
    voice: Voice
    model: str
    effort: str
    strategy_enabled: bool
    variables: dict[str, str]


def collect_context(message: Message, *, channel: str, tag: str) -> DraftContext:
    """Read the rows a draft needs, inside the caller's transaction."""
    lead = Lead.objects.select_related("email_campaign__persona", "sms_campaign__persona").get(pk=message.lead_id)
    settings = WorkspaceSettings.objects.get(workspace_id=message.workspace_id)
    voice = resolve_voice(lead, settings, channel)
    return DraftContext(
        workspace_id=message.workspace_id,
        lead_id=lead.pk,
        channel=channel,
        first_name=lead.first_name or "",
        voice=voice,
        model=settings.draft_generation_model,
        effort=settings.draft_generation_reasoning_effort,
        strategy_enabled=settings.draft_generation_step2_enabled,
        variables={
            "persona_name": voice.persona_name or "the team",
            "company": voice.company or "our company",
            "tone": voice.tone,
            "greeting": voice.greeting,
            "goals": voice.goals or "(none given)",
            "service_description": voice.service_description or "(none given)",
            "ideal_customer_profile": voice.ideal_customer_profile or "(none given)",
            "signature": voice.signature,
            "lead_facts": as_data(_lead_facts(lead), "LEAD FACTS"),
            "tag": tag,
            "transcript": build_transcript(message, limit=DRAFT_HISTORY),
            "reply": as_data(reply_text(message)),
        },
    )


def resolve_voice(lead: Lead, settings: WorkspaceSettings, channel: str) -> Voice:
    """Per field the first that is not blank; `{firstName}` empty gives a greeting without a name."""
    campaign = lead.email_campaign if channel == "email" else lead.sms_campaign
    chosen = campaign.persona if campaign and campaign.persona and campaign.persona.archived_at is None else None
    default = Persona.objects.in_workspace(lead.workspace_id).filter(is_default=True).first()
    personas = [persona for persona in (chosen, default) if persona is not None]

    def first(name: str, fallback: str | None) -> str:
        values = [getattr(persona, name) for persona in personas]
        return next((value.strip() for value in [*values, fallback] if value and value.strip()), "")

    greeting = first("greeting", settings.ai_greeting)
    if channel == "sms":
        greeting = first("sms_greeting", settings.ai_sms_greeting) or greeting
    return Voice(
        persona_id=personas[0].pk if personas else None,
        persona_name=first("persona_name", settings.ai_persona_name),
        tone=first("tone", settings.ai_tone) or "friendly-professional",
        greeting=fill_greeting(greeting, lead.first_name or ""),
        signature=first("signature", settings.ai_signature) if channel == "email" else "",
        goals=first("goals", settings.ai_goals),
        service_description=join_descriptions(
            next((p.service_description for p in personas if p.service_description.strip()), ""),
            settings.service_description or "",
        ),
        ideal_customer_profile=first("ideal_customer_profile", settings.ideal_customer_profile),
        company=settings.company_name or settings.brand_name or "",
    )


def fill_greeting(greeting: str, first_name: str) -> str:
    """ "Hi {firstName}," → "Hi Dana,", or "Hi there," without a name.

    The greeting is an instruction of ours, the name is not: what does not look like a name stays out of it
    (05.lead-text-is-data).
    """
    name = first_name.strip()
    is_name = len(name) <= _NAME_LENGTH and _NAME.fullmatch(name) is not None
    return (greeting or "Hi {firstName},").replace("{firstName}", name if is_name else "there")


def join_descriptions(persona: str, workspace: str) -> str:
    """Both texts, unless one contains the other (case and spaces aside)."""
    own, general = persona.strip(), workspace.strip()
    flat_own, flat_general = " ".join(own.lower().split()), " ".join(general.lower().split())
    if flat_general in flat_own:
        return own
    if flat_own in flat_general:
        return general
    return f"{own}\n\n{general}"


def _lead_facts(lead: Lead) -> str:
    facts = {
        "first name": lead.first_name,
        "company": lead.company_name,
        "title": lead.job_title,
        "industry": lead.industry,
        "city": lead.company_city,
        "state": lead.company_state,
        "phone on file": "yes" if lead.phone or lead.phone_national else "no",
        "e-mail on file": "yes" if lead.email else "no",
        "appointment": lead.appointment_start_at.isoformat() if lead.appointment_start_at else "none",
    }
    return "; ".join(f"{name}: {value}" for name, value in facts.items() if value)
