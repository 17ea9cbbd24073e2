"""Ledgers of two leads a person made one: nothing is lost, nothing says what was not."""

import pytest
from django.db import DatabaseError, connection, transaction

from assignment.models import LeadAssignmentEvent, LeadAttribution, RoutingLog
from assignment.services.assigning import assign_manually
from assignment.services.routing import acting
from assignment.services.routing.batch import route_batch
from leads.models import Lead
from leads.services.merging import absorbed_ids, merge_leads, survivors_of
from tests.factories import (
    LeadFactory,
    MembershipFactory,
    RoutingPartnerFactory,
    RoutingRuleFactory,
    UserFactory,
    WorkspaceFactory,
)
from zrg.workspaces.context import tenant

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.fixture
def workspace():
    return WorkspaceFactory()


@pytest.fixture
def setters(workspace):
    return [MembershipFactory(workspace=workspace, role="SETTER").user for _ in range(2)]


def give(lead, user, by):
    current = Lead.objects.values_list("assigned_to_id", flat=True).get(pk=lead.pk)
    assign_manually(lead.pk, lead.workspace_id, user.pk if user else None, expected=current, by=by)


def history(lead):
    rows = LeadAssignmentEvent.objects.filter(lead_id=lead.pk).order_by("created_at", "id")
    return list(rows.values_list("assigned_to_id", "previous_assigned_to_id", "assigned_by_id", "source"))


def delivered():
    partner = RoutingPartnerFactory()
    RoutingRuleFactory(workspace=partner.workspace, destination_workspace=partner.destination_workspace)
    lead = LeadFactory(workspace=partner.workspace, email="dana@northfork.example")
    route_batch(partner.workspace_id)
    lead.refresh_from_db()
    assert lead.workspace_id == partner.destination_workspace_id
    return partner, lead, LeadAttribution.objects.get(lead_id=lead.pk)


def test_the_history_of_setters_moves_with_the_lead(workspace, setters):
    keep, drop = LeadFactory(workspace=workspace), LeadFactory(workspace=workspace)
    give(drop, setters[0], workspace.owner)

    with tenant(workspace.pk):
        merged = merge_leads(keep, drop, workspace.owner)

    assert merged.assigned_to_id == setters[0].pk
    assert history(keep) == [(setters[0].pk, None, workspace.owner_id, "manual")]


def test_a_row_says_who_decided_between_two_setters(workspace, setters):
    keep, drop = LeadFactory(workspace=workspace), LeadFactory(workspace=workspace)
    manager = UserFactory(is_superuser=False)
    give(keep, setters[0], workspace.owner)
    give(drop, setters[1], workspace.owner)
    admin = MembershipFactory(workspace=workspace, user=manager, role="ADMIN").user

    merged = merge_leads(keep, drop, admin)

    assert merged.assigned_to_id == setters[0].pk
    assert history(keep) == [
        (setters[0].pk, None, workspace.owner_id, "manual"),
        (setters[1].pk, None, workspace.owner_id, "manual"),
        (setters[0].pk, setters[1].pk, admin.pk, "manual"),
    ]


def test_nobody_but_the_merge_moves_a_row_of_the_ledger(workspace, setters):
    keep, drop = LeadFactory(workspace=workspace), LeadFactory(workspace=workspace)
    stranger = LeadFactory()
    give(drop, setters[0], workspace.owner)
    event = LeadAssignmentEvent.objects.get(lead_id=drop.pk)

    with pytest.raises(DatabaseError), transaction.atomic():
        LeadAssignmentEvent.objects.filter(pk=event.pk).update(lead_id=keep.pk)
    with tenant(stranger.workspace_id), connection.cursor() as cursor:
        cursor.execute("SELECT zrg_merge_assignment_events(%s::uuid, %s::uuid)", [keep.pk, drop.pk])
        other_workspace = cursor.fetchone()
    with connection.cursor() as cursor:
        cursor.execute("SELECT zrg_merge_assignment_events(%s::uuid, %s::uuid)", [stranger.pk, drop.pk])
        across = cursor.fetchone()

    assert (other_workspace, across) == ((0,), (0,))
    event.refresh_from_db()
    assert event.lead_id == drop.pk


def test_records_of_routing_keep_their_lead_and_are_found_from_the_survivor():
    partner, drop, attribution = delivered()
    keep = LeadFactory(workspace=partner.destination_workspace)
    owner = partner.destination_workspace.owner
    last = LeadFactory(workspace=partner.destination_workspace)

    merge_leads(keep, drop, owner)
    merge_leads(last, keep, owner)

    attribution.refresh_from_db()
    assert (attribution.lead_id, attribution.status) == (drop.pk, "active")
    assert list(RoutingLog.objects.filter(lead_id=drop.pk).values_list("routing_result", flat=True)) == ["success"]
    assert absorbed_ids(last.workspace_id, last.pk) == [keep.pk, drop.pk]
    assert survivors_of(last.workspace_id, [drop.pk, keep.pk]) == {drop.pk: keep.pk, keep.pk: last.pk}
    with connection.cursor() as cursor:
        cursor.execute("SELECT invariant FROM routing_invariant_violations()")
        assert cursor.fetchall() == []


def test_credit_of_a_merged_lead_is_returned_and_the_survivor_stays():
    partner, drop, attribution = delivered()
    keep = LeadFactory(workspace=partner.destination_workspace)
    merge_leads(keep, drop, partner.destination_workspace.owner)

    acting.return_lead(attribution, "duplicate", by=UserFactory())

    attribution.refresh_from_db()
    assert attribution.status == "returned"
    assert Lead.objects.get(pk=keep.pk).workspace_id == partner.destination_workspace_id


def test_a_delivered_lead_that_took_another_one_in_never_goes_back():
    partner, keep, attribution = delivered()
    drop = LeadFactory(workspace=partner.destination_workspace, phone="+14155552671")
    merge_leads(keep, drop, partner.destination_workspace.owner)

    acting.return_lead(attribution, "bad_contact", by=UserFactory())

    keep.refresh_from_db()
    attribution.refresh_from_db()
    assert (attribution.status, keep.workspace_id) == ("returned", partner.destination_workspace_id)
    assert (keep.phone, keep.routing_excluded_workspace_ids) == ("+14155552671", [partner.destination_workspace_id])


def test_duplicates_of_the_lead_that_goes_are_those_of_the_one_that_stays(workspace):
    keep, drop, copy = (LeadFactory(workspace=workspace) for _ in range(3))
    Lead.objects.filter(pk__in=(copy.pk, keep.pk)).update(duplicate_of_lead_id=drop.pk)

    merge_leads(keep, drop, workspace.owner)

    assert Lead.objects.get(pk=copy.pk).duplicate_of_lead_id == keep.pk
    assert Lead.objects.get(pk=keep.pk).duplicate_of_lead_id is None
