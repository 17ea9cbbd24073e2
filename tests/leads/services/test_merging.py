import pytest
from django.apps import apps

from leads.enums import ConflictStatus
from leads.errors import MergeRefused
from leads.models import EnrichmentRequest, Lead, LeadIdentityConflict, OptOut
from leads.registry import merge_steps
from leads.services.merging import _lead_columns, merge_leads, preview_merge
from leads.services.optouts import is_remembered
from leads.services.status import blacklist_lead
from tests.factories import LeadFactory, MembershipFactory, WorkspaceFactory
from zrg.jobs.models import BackgroundJob
from zrg.lib.errors import Forbidden
from zrg.workspaces.models import AdminAuditEvent

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def pair(workspace=None, *, keep=None, drop=None):
    workspace = workspace or WorkspaceFactory()
    return (
        LeadFactory(workspace=workspace, email="dana@northfork.example", **(keep or {})),
        LeadFactory(workspace=workspace, email="d.reyes@northfork.example", **(drop or {})),
    )


def test_everything_moves_and_the_other_is_gone():
    keep, drop = pair(drop={"linkedin_url": "https://linkedin.com/in/dana", "ghl_contact_id": "G1"})
    request = EnrichmentRequest.objects.create(
        workspace=drop.workspace, lead=drop, kind="phone", trigger="manual", status="succeeded"
    )

    merged = merge_leads(keep, drop, keep.workspace.owner)

    request.refresh_from_db()
    assert (merged.pk, request.lead_id) == (keep.pk, keep.pk)
    assert (merged.ghl_contact_id, merged.linkedin_url) == ("G1", "https://linkedin.com/in/dana")
    assert merged.alternate_emails == ["d.reyes@northfork.example"]
    assert list(Lead.objects.in_workspace(keep.workspace)) == [keep]
    audit = AdminAuditEvent.objects.get(action="lead.merged")
    assert audit.before["dropped"]["email"] == "d.reyes@northfork.example"
    assert audit.object_id == str(keep.pk)


@pytest.mark.parametrize("side", ["keep", "drop"])
@pytest.mark.parametrize("reason", ["opt_out", "complaint", "bounce"])
def test_hard_03_blacklist_survives_merge(side, reason):
    keep, drop = pair()
    blacklist_lead(keep if side == "keep" else drop, reason, channel="email")

    merged = merge_leads(keep, drop, keep.workspace.owner)

    assert (merged.status, merged.blacklist_reason) == ("blacklisted", reason)
    everywhere = reason != "bounce"
    assert is_remembered(keep.workspace_id, email="dana@northfork.example") == everywhere
    assert is_remembered(keep.workspace_id, email="d.reyes@northfork.example") == everywhere


def test_what_was_found_out_fills_a_lead_nobody_judged():
    keep, drop = pair(drop={"status": "qualified", "sentiment_tag": "Interested"})
    merged = merge_leads(keep, drop, keep.workspace.owner)
    assert (merged.status, merged.sentiment_tag) == ("qualified", "Interested")

    keep, drop = pair(
        keep={"status": "not_interested", "sentiment_tag": "Not Interested"},
        drop={"status": "qualified", "sentiment_tag": "Interested"},
    )
    merged = merge_leads(keep, drop, keep.workspace.owner)
    assert (merged.status, merged.sentiment_tag) == ("not_interested", "Not Interested")


def test_preview_tells_what_the_merge_then_does():
    keep, drop = pair(keep={"phone": None, "job_title": "Owner"}, drop={"phone": "+14155552671", "job_title": "Boss"})
    blacklist_lead(drop, "complaint")
    EnrichmentRequest.objects.create(workspace=keep.workspace, lead=drop, kind="phone", trigger="manual")

    preview = preview_merge(keep, drop)

    facts = {fact.label: (fact.keep, fact.drop, fact.taken, fact.lost) for fact in preview.facts}
    assert facts["Phone"] == ("", "+1 415-555-2671", True, False)
    assert facts["Job title"] == ("Owner", "Boss", False, True)
    assert facts["E-mail"] == ("dana@northfork.example", "d.reyes@northfork.example", False, False)
    assert facts["Company"] == ("Northfork Dental", "Northfork Dental", False, False)
    assert (preview.moves, preview.stops) == ([("enrichment requests", 1)], ["Complaint"])
    merged = merge_leads(keep, drop, keep.workspace.owner)
    assert (merged.phone, merged.job_title, merged.email) == ("+14155552671", "Owner", "dana@northfork.example")


def test_every_table_with_a_lead_is_part_of_a_merge():
    with_lead = {
        model
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.related_model is Lead or field.attname == "lead_id"
    }

    handled = set(merge_steps()) | {model for model in apps.get_models() if _lead_columns(model)}

    assert with_lead - handled == set()
    assert len(with_lead) > 8


def test_stronger_stop_of_the_two_holds():
    keep, drop = pair()
    blacklist_lead(keep, "bounce")
    blacklist_lead(drop, "opt_out")

    assert merge_leads(keep, drop, keep.workspace.owner).blacklist_reason == "opt_out"
    assert set(OptOut.objects.values_list("lead_id", flat=True)) == {keep.pk}


def test_conflict_between_the_two_is_settled_and_others_move():
    keep, drop = pair()
    third = LeadFactory(workspace=keep.workspace)
    rows = [
        LeadIdentityConflict.objects.create(
            workspace=keep.workspace, lead=lead, other_lead=other, identifier="email", value=value, source="webhook"
        )
        for lead, other, value in (
            (keep, drop, "a@x.example"),
            (third, drop, "b@x.example"),
            (drop, third, "c@x.example"),
        )
    ]

    merge_leads(keep, drop, keep.workspace.owner)

    between, other_side, own_side = (LeadIdentityConflict.objects.get(pk=row.pk) for row in rows)
    assert (between.status, between.resolved_by) == (ConflictStatus.MERGED, keep.workspace.owner)
    assert (other_side.lead_id, other_side.other_lead_id, other_side.status) == (third.pk, keep.pk, "open")
    assert (own_side.lead_id, own_side.other_lead_id) == (keep.pk, third.pk)


def test_second_open_question_goes_and_waiting_work_moves():
    keep, drop = pair()
    for lead in (keep, drop):
        EnrichmentRequest.objects.create(workspace=keep.workspace, lead=lead, kind="phone", trigger="manual")
    job = BackgroundJob.objects.create(
        workspace=keep.workspace, lead_id=drop.pk, type="CONVERSATION_SYNC", dedupe_key="sync:1"
    )

    merge_leads(keep, drop, keep.workspace.owner)

    job.refresh_from_db()
    assert EnrichmentRequest.objects.filter(lead=keep).count() == 1
    assert job.lead_id == keep.pk


def test_merging_needs_the_permission_and_one_workspace():
    keep, drop = pair()
    manager = MembershipFactory(workspace=keep.workspace, role="INBOX_MANAGER").user
    stranger = LeadFactory(workspace__owner=keep.workspace.owner)

    with pytest.raises(Forbidden):
        merge_leads(keep, drop, manager)
    with pytest.raises(MergeRefused):
        merge_leads(keep, keep, keep.workspace.owner)
    with pytest.raises(MergeRefused):
        merge_leads(keep, stranger, keep.workspace.owner)

    assert Lead.objects.count() == 3
