"""Whose voice a draft has: persona and workspace, field by field (05 R15)."""

import re
from dataclasses import dataclass
from uuid import UUID

from leads.models import Lead
from zrg.ai.models import Persona
from zrg.workspaces.models import WorkspaceSettings

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
    return (greeting or "Hi {firstName},").replace("{firstName}", name if is_name(name) else "there")


def is_name(text: str) -> bool:
    """Whether a lead's field reads like a name: one to three words of letters."""
    name = text.strip()
    return len(name) <= _NAME_LENGTH and _NAME.fullmatch(name) is not None


def join_descriptions(persona: str, workspace: str) -> str:
    """Both texts, unless one contains the other (case and spaces aside)."""
    own, general = persona.strip(), workspace.strip()
    flat_own, flat_general = " ".join(own.lower().split()), " ".join(general.lower().split())
    if flat_general in flat_own:
        return own
    if flat_own in flat_general:
        return general
    return f"{own}\n\n{general}"
