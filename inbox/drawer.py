"""The inbox's own sections of the drawer: who the lead is, and where the conversation stands."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from inbox.models import LeadMemoryEntry
from inbox.registry import DrawerSection, register_drawer_section
from inbox.rules.memory import SUGGESTED_CATEGORIES
from inbox.services.last_exchange import last_exchange
from inbox.services.memory import ADD, GOVERN
from integrations.services.contact_pages import contact_pages
from leads.enums import Automation, EnrichmentStatus
from leads.models import Lead
from leads.rules.enrichment import REFUSAL_SENTENCES, missing_kinds
from leads.services.automation import workspace_defaults
from leads.services.enriching import why_not_by_hand
from zrg.workspaces.access import can
from zrg.workspaces.context import platform, tenant
from zrg.workspaces.decorators import access_of
from zrg.workspaces.models import Workspace

SHOWN_MEMORY = 50
EDITABLE = (
    ("first_name", _("First name"), ""),
    ("last_name", _("Last name"), ""),
    ("job_title", _("Job title"), ""),
    ("phone", _("Phone"), "+49 30 901820"),
    ("linkedin_url", _("LinkedIn profile"), "linkedin.com/in/…"),
    ("company_name", _("Company"), ""),
    ("company_website", _("Website"), ""),
    ("linkedin_company_url", _("LinkedIn company"), "linkedin.com/company/…"),
    ("industry", _("Industry"), ""),
    ("employee_headcount", _("Headcount"), ""),
    ("timezone", _("Time zone"), "Europe/Berlin"),
)


def register_sections() -> None:
    """Called from `ready()`."""
    register_drawer_section(
        DrawerSection(
            key="status",
            title=_("Status"),
            position=10,
            template="inbox/drawer/status.html",
            action="lead.view",
            load=lambda request, lead: {},
        )
    )
    register_drawer_section(
        DrawerSection(
            key="contact",
            title=_("Contact"),
            position=20,
            template="inbox/drawer/contact.html",
            action="lead.view",
            load=contact,
        )
    )
    register_drawer_section(
        DrawerSection(
            key="automation",
            title=_("Automation"),
            position=30,
            template="inbox/drawer/automation.html",
            action="lead.view",
            load=automation,
        )
    )
    register_drawer_section(
        DrawerSection(
            key="score",
            title=_("Score"),
            position=60,
            template="inbox/drawer/score.html",
            action="lead.view",
            load=lambda request, lead: {},
            shown=lambda lead: lead.overall_score is not None,
        )
    )
    register_drawer_section(
        DrawerSection(
            key="timing",
            title=_("Response timing"),
            position=65,
            template="inbox/drawer/timing.html",
            action="lead.view",
            load=timing,
            shown=lambda lead: lead.last_inbound_at is not None and lead.last_answer_at is not None,
        )
    )
    register_drawer_section(
        DrawerSection(
            key="memory",
            title=_("Memory"),
            position=70,
            template="inbox/drawer/memory.html",
            action="lead.view",
            load=memory,
        )
    )


def automation(request: HttpRequest, lead: Lead) -> dict[str, Any]:
    """The lead's switches beside what the workspace does by itself."""
    with tenant(lead.workspace_id):
        # A setter's own context knows no settings.
        defaults = workspace_defaults(lead.workspace_id)
    return {
        "switches": [
            {"key": one.value, "label": one.label, "on": getattr(lead, one.column), "default": defaults[one]}
            for one in Automation
        ]
    }


def timing(request: HttpRequest, lead: Lead) -> dict[str, Any]:
    """How fast the last reply was answered; read as the workspace: a setter's own context knows no colleagues."""
    with tenant(lead.workspace_id):
        return {"last": last_exchange(lead.pk)}


def memory(request: HttpRequest, lead: Lead) -> dict[str, Any]:
    """Facts in use; what waits is shown to those who decide about it."""
    access, now = access_of(request), timezone.now()
    entries = LeadMemoryEntry.objects.of_lead(lead.pk).filter(expires_at__gt=now).order_by("-created_at")
    if not (governs := can(access, GOVERN)):
        entries = entries.usable(now)
    return {
        "entries": list(entries[:SHOWN_MEMORY]),
        "governs": governs,
        "adds": can(access, ADD, lead.workspace_id, lead),
        "categories": SUGGESTED_CATEGORIES,
    }


def contact(request: HttpRequest, lead: Lead) -> dict[str, Any]:
    """What is known about the person, in the order it is read."""
    place = ", ".join(part for part in (lead.company_city, lead.company_state, lead.company_country) if part)
    facts = [
        (gettext("Job title"), lead.job_title),
        (gettext("Company"), lead.company_name),
        (gettext("Industry"), lead.industry),
        (gettext("Headcount"), lead.employee_headcount),
        (gettext("Location"), place),
        (gettext("Time zone"), _timezone(lead)),
        (gettext("Campaign"), (lead.email_campaign.name if lead.email_campaign else "") or ""),
        (gettext("SMS label"), (lead.sms_campaign.name if lead.sms_campaign else "") or ""),
        (gettext("Source"), _source(lead)),
    ]
    alternates = [address for address in lead.alternate_emails if address != lead.email]
    return {
        "facts": [(name, value) for name, value in facts if value],
        "alternates": alternates,
        "phone": lead.shown_phone,
        "website": _website(lead.company_website),
        "enrichment": enrichment(lead),
        "pages": _pages(lead),
        "editing": _editing(lead),
    }


def _source(lead: Lead) -> str:
    """Where the lead came from; of another workspace nothing but its name."""
    text = (lead.source or "").replace("_", " ")
    if lead.source_workspace_id in (None, lead.workspace_id):
        return text
    # Whoever has the lead may know who sent it, and is no member there.
    with platform():
        name = Workspace.objects.filter(pk=lead.source_workspace_id).values_list("name", flat=True).first()
    via = gettext("via %(workspace)s") % {"workspace": name} if name else ""
    return ", ".join(part for part in (text, via) if part)


def _pages(lead: Lead) -> list[tuple[str, str]]:
    """Where the same contact stands at the providers."""
    with tenant(lead.workspace_id):
        return contact_pages(
            lead.workspace_id,
            ghl_contact_id=lead.ghl_contact_id,
            email_bison_lead_id=lead.email_bison_lead_id,
        )


def _editing(lead: Lead) -> list[dict[str, Any]]:
    """The fields of the form, as they are stored."""
    stored = {"phone": lead.phone or lead.phone_raw or lead.phone_national}
    return [
        {"name": name, "label": label, "value": stored.get(name) or getattr(lead, name) or "", "hint": hint}
        for name, label, hint in EDITABLE
    ]


def enrichment(lead: Lead) -> dict[str, str]:
    """What was looked up, and why nothing more would be; `reason` is "" when a person may ask."""
    if not missing_kinds(lead):
        return {}
    reason = why_not_by_hand(lead)
    sentence = gettext(REFUSAL_SENTENCES.get(reason, ""))
    if reason == "asked_before" and lead.enrichment_status == EnrichmentStatus.PENDING:
        sentence = gettext("An answer is awaited.")
    source = gettext(lead.get_enrichment_source_display()) if lead.enrichment_source else ""
    return {
        "status": gettext(lead.get_enrichment_status_display()) if lead.enrichment_status else "",
        "source": source,
        "reason": sentence,
    }


def _timezone(lead: Lead) -> str:
    if not lead.timezone:
        return ""
    source = gettext(lead.get_timezone_source_display()) if lead.timezone_source else ""
    return f"{lead.timezone} ({source})" if source else lead.timezone


def _website(stored: str | None) -> str:
    """An http(s) address that may be linked, or nothing."""
    address = (stored or "").strip()
    if address and "://" not in address:
        address = f"https://{address}"
    return address if address.startswith(("https://", "http://")) else ""
