"""`find_or_create_lead`, step by step, in one workspace."""

from typing import Any

from integrations.contracts import PersonDetails, ProviderIds
from leads.errors import NoUsableIdentity
from leads.models import Lead, LeadIdentityConflict
from leads.services.matching import find_or_create_lead
from tests.factories import WorkspaceFactory
from zrg.lib.phone import resolve_phone
from zrg.workspaces.models import Workspace


def run(case_input: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    workspace = WorkspaceFactory(settings__own_sender_addresses=case_input.get("own_senders", []))
    labels = {_given(workspace, values).pk: values["label"] for values in case_input["given_leads"]}
    steps = [_step(workspace, step, labels) for step in case_input["steps"]]
    return {"steps": steps, "lead_count": Lead.objects.in_workspace(workspace).count()}


def _given(workspace: Workspace, values: dict[str, Any]) -> Lead:
    fields = {name: value for name, value in values.items() if name not in ("label", "phone")}
    phone = resolve_phone(
        values.get("phone"),
        lead_timezone=values.get("timezone"),
        company_state=values.get("company_state"),
        email=values.get("email"),
    )
    return Lead.objects.create(
        workspace=workspace,
        phone=phone.e164,
        **{
            "phone_national": phone.national,
            "phone_country": phone.country,
            "phone_raw": values.get("phone"),
            **fields,
        },
    )


def _step(workspace: Workspace, step: dict[str, Any], labels: dict[Any, str]) -> dict[str, Any]:
    known = set(LeadIdentityConflict.objects.values_list("pk", flat=True))
    try:
        match = find_or_create_lead(
            workspace.pk,
            PersonDetails(**step["contact"]),
            ProviderIds(**step["ids"]),
            source=step.get("source", "webhook"),
        )
    except NoUsableIdentity as error:
        return {"lead": None, "error": error.code}
    labels.setdefault(match.lead.pk, f"new{sum(label.startswith('new') for label in labels.values()) + 1}")
    lead = Lead.objects.get(pk=match.lead.pk)
    conflicts = LeadIdentityConflict.objects.exclude(pk__in=known).order_by("created_at", "identifier")
    return {
        "lead": labels[lead.pk],
        "created": match.created,
        "matched_by": match.matched_by,
        "fields": {field.name: field.value_from_object(lead) for field in Lead._meta.concrete_fields},
        "conflicts": [
            {"identifier": one.identifier, "value": one.value, "other": labels.get(one.other_lead_id)}
            for one in conflicts
        ],
    }
