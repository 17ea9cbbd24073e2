"""The safety rules of routing about who sees what, each under its own name."""

import re

import pytest
from django.db import Error, ProgrammingError, connection, transaction
from django.utils import timezone

from assignment.models import LeadAttribution, RoutingLog, RoutingPartner, RoutingQueueEntry
from assignment.rules.routing.contracts import RuleSet
from assignment.services.routing import database
from assignment.services.routing.faults import message_of
from assignment.services.routing.single import route_lead
from inbox.models import LeadNote
from leads.models import EnrichmentRequest, Lead, LeadImportJob
from tests.assignment.services.routing.conftest import ROOT, held, refused, snapshot
from tests.factories import (
    EmailCampaignFactory,
    LeadFactory,
    MembershipFactory,
    RoutingPartnerFactory,
    SmsCampaignFactory,
    UserFactory,
)
from tests.factories.inbox import MessageFactory
from tests.support.routing_world import call, new_owner
from zrg.workspaces.context import RowContext, db_context, platform, tenant, user_context

pytestmark = pytest.mark.django_db


def test_hard_11b_partner_not_disclosed(partner, rule, lead):
    elsewhere = RoutingPartnerFactory()
    LeadFactory(workspace=elsewhere.destination_workspace, email=lead.email, routing_status="routed")

    result = route_lead(lead.pk, partner.workspace_id)

    shown = result.as_json()
    assert (shown["result"], shown["isDuplicate"], "duplicateLeadId" in shown) == ("duplicate", True, False)
    log = RoutingLog.objects.get(lead_id=lead.pk)
    assert (log.destination_workspace_id, log.metadata) == (None, {})
    assert shown["destinationWorkspaceId"] == str(partner.workspace_id)


def test_hard_11b_no_foreign_pointers(partner, rule, lead):
    source = partner.workspace
    email, sms = EmailCampaignFactory(workspace=source), SmsCampaignFactory(workspace=source)
    job = LeadImportJob.objects.create(workspace=source, source="csv")
    Lead.objects.filter(pk=lead.pk).update(
        email_campaign=email, sms_campaign=sms, import_job=job, assigned_to=UserFactory(), ghl_contact_id="c1",
        email_bison_lead_id="b1", sender_account_id="s1", snoozed_until=timezone.now(),
    )  # fmt: skip
    EnrichmentRequest.objects.create(workspace=source, lead=lead, kind="phone", trigger="manual")

    route_lead(lead.pk, source.pk)

    lead.refresh_from_db()
    gone = ("email_campaign_id", "sms_campaign_id", "import_job_id", "assigned_to_id", "ghl_contact_id")
    gone += ("email_bison_lead_id", "sender_account_id", "snoozed_until")
    assert [getattr(lead, name) for name in gone] == [None] * len(gone)
    assert EnrichmentRequest.objects.get().workspace_id == partner.destination_workspace_id
    detached = RoutingLog.objects.get().metadata["detached"]
    assert (detached["email_campaign"], detached["import_job"]) == (str(email.pk), str(job.pk))


@pytest.mark.parametrize(
    "act",
    [
        lambda lead: MessageFactory(lead=lead, workspace=lead.workspace),
        lambda lead: LeadNote.objects.create(lead=lead, workspace=lead.workspace, text="Call before noon."),
    ],
    ids=["message", "note"],
)
def test_hard_11b_activity_never_moves(partner, rule, lead, act):
    owner = held(lead)
    act(lead)

    assert call("complete_routing", lead.pk, partner.destination_workspace_id, rule.pk, owner)

    assert snapshot(lead)[:2] == (partner.workspace_id, "routed")
    assert RoutingLog.objects.get().metadata == {"code": "has_activity"}
    assert LeadAttribution.objects.count() == 0


def test_hard_11b_messages_masked():
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT %s::int", ["kim@person.example"])
    except Error as error:
        database_message = message_of(error)

    assert database_message == "DataError 22P02"
    own = message_of(ValueError("kim@person.example and +4915112345678 with token=abc123456789"))
    assert "kim@" not in own
    assert "4915112345678" not in own
    assert "abc123456789" not in own


def test_hard_11b_routing_context(partner, lead):
    writers = [
        path
        for app in ("zrg", "inbox", "leads", "booking", "followups", "assignment", "integrations", "notifications")
        for path in (ROOT / app).rglob("*.py")
        if re.search(r"kind=\"routing\"|'zrg\.context', 'routing'|routing_writer", path.read_text())
    ]
    assert writers == []

    # Whoever claims it all the same sees and writes nothing.
    with db_context(RowContext(kind="routing")):  # type: ignore[arg-type]
        assert Lead.objects.count() == 0
        assert not call("acquire_routing_lock", lead.pk, new_owner())
    with tenant(partner.workspace_id), refused(ProgrammingError), transaction.atomic():
        RoutingQueueEntry.objects.create(
            lead=lead, workspace=partner.workspace, attempt_number=2, next_retry_at=timezone.now()
        )


def test_hard_11b_members_see_their_side_only(partner, rule, lead):
    route_lead(lead.pk, partner.workspace_id)
    stranger = RoutingPartnerFactory().workspace
    setter = MembershipFactory(workspace=partner.workspace).user

    def seen(workspace):
        with user_context(workspace.owner_id, ws_all=[workspace.pk]):
            return RoutingLog.objects.count(), LeadAttribution.objects.count(), RoutingPartner.objects.count()

    assert seen(partner.workspace) == (1, 1, 1)
    assert seen(partner.destination_workspace) == (1, 1, 1)
    assert seen(stranger)[:2] == (0, 0)
    with user_context(setter.pk, ws_assigned=[partner.workspace_id]):
        assert (RoutingLog.objects.count(), RoutingPartner.objects.count()) == (0, 0)


def test_a_tenant_routes_its_own_leads_only(partner, rule, lead):
    with tenant(partner.destination_workspace_id):
        assert not call("acquire_routing_lock", lead.pk, new_owner())
        assert database.claim_batch(RuleSet(source=str(partner.workspace_id)), 10) == []
    with platform():
        assert call("acquire_routing_lock", lead.pk, new_owner())
