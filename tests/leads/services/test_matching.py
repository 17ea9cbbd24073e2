import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from integrations.contracts import PersonDetails, ProviderIds
from leads.errors import NoUsableIdentity
from leads.models import Lead, LeadIdentityConflict
from leads.services.matching import find_lead, find_or_create_lead
from leads.services.optouts import remember_opt_out
from tests.factories import (
    EmailCampaignFactory,
    EmailSenderFactory,
    LeadFactory,
    SmsCampaignFactory,
    WorkspaceFactory,
)
from zrg.workspaces.context import platform, tenant
from zrg.workspaces.models import WorkspaceSettings

pytestmark = pytest.mark.integration


def arrive(workspace, *, ids=None, campaign=None, source="webhook", sender_account_id=None, **contact):
    return find_or_create_lead(
        workspace.pk,
        PersonDetails(**contact),
        ProviderIds(**(ids or {})),
        campaign,
        source=source,
        sender_account_id=sender_account_id,
    )


def conflicts():
    return list(LeadIdentityConflict.objects.values_list("lead_id", "identifier", "value", "other_lead_id", "source"))


@pytest.mark.django_db
def test_new_person_becomes_a_lead_of_this_workspace_alone():
    workspace, other = WorkspaceFactory(), WorkspaceFactory()
    LeadFactory(workspace=other, email="dana@northfork.example")

    match = arrive(workspace, email="Dana@Northfork.example", first_name="Dana", sender_account_id="7")

    lead = Lead.objects.get(pk=match.lead.pk)
    assert (match.created, match.matched_by) == (True, "new")
    assert (lead.workspace_id, lead.email, lead.first_name, lead.sender_account_id) == (
        workspace.pk,
        "dana@northfork.example",
        "Dana",
        "7",
    )
    assert (lead.source, lead.routing_status, lead.routing_completed_at) == ("webhook", "routed", lead.created_at)
    assert lead.source_workspace_id == workspace.pk


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("contact", "ids", "status"),
    [
        ({"email": "dana@northfork.example"}, {}, "pending"),
        ({"email": "dana@northfork.example", "phone": "+14155552671"}, {}, "pending"),
        (
            {"email": "dana@northfork.example", "phone": "+14155552671"},
            {"linkedin_url": "https://linkedin.com/in/dana"},
            None,
        ),
        ({"phone": "+14155552671"}, {}, "not_needed"),
        ({}, {"linkedin_url": "https://linkedin.com/in/dana"}, "not_needed"),
        ({}, {"ghl_contact_id": "G1"}, None),
    ],
)
def test_enrichment_starts_by_what_is_missing(contact, ids, status):
    lead = arrive(WorkspaceFactory(), ids=ids, **contact).lead

    assert lead.enrichment_status == status
    assert (lead.enrichment_last_retry is not None) == (status == "pending")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("source", "enabled", "status"),
    [("webhook", True, "routed"), ("import", True, "pending"), ("push", True, "pending"), ("import", False, "routed")],
)
def test_only_delivered_leads_take_part_in_routing(source, enabled, status):
    workspace = WorkspaceFactory(settings__lead_routing_enabled=enabled)

    assert arrive(workspace, email="dana@northfork.example", source=source).lead.routing_status == status


@pytest.mark.django_db
def test_empty_fields_are_filled_and_stored_ones_stay():
    workspace = WorkspaceFactory()
    lead = LeadFactory(workspace=workspace, email="dana@northfork.example", first_name="Dana", last_name=None)
    before = lead.changed_at
    campaign, label = EmailCampaignFactory(workspace=workspace), SmsCampaignFactory(workspace=workspace)

    arrive(workspace, email="dana@northfork.example", first_name="Diana", last_name="Reyes", campaign=campaign)
    arrive(workspace, email="dana@northfork.example", phone="+14155552671", campaign=label)

    lead.refresh_from_db()
    assert (lead.first_name, lead.last_name, lead.phone) == ("Dana", "Reyes", "+14155552671")
    assert (lead.email_campaign, lead.sms_campaign) == (campaign, label)
    assert lead.changed_at >= before


@pytest.mark.django_db
def test_filled_address_leaves_the_alternates():
    workspace = WorkspaceFactory()
    lead = LeadFactory(
        workspace=workspace,
        email=None,
        ghl_contact_id="G1",
        alternate_emails=["dana@northfork.example", "pa@n.example"],
    )

    arrive(workspace, email="dana@northfork.example", ids={"ghl_contact_id": "G1"})

    lead.refresh_from_db()
    assert (lead.email, lead.alternate_emails) == ("dana@northfork.example", ["pa@n.example"])


@pytest.mark.django_db
def test_national_number_gains_its_country():
    workspace = WorkspaceFactory()
    lead = LeadFactory(workspace=workspace, phone_national="7400123456", phone_raw="07400 123456")

    match = arrive(workspace, phone="+44 7400 123456")

    lead.refresh_from_db()
    assert (match.lead, match.matched_by) == (lead, "phone")
    assert (lead.phone, lead.phone_country, lead.phone_raw) == ("+447400123456", "GB", "07400 123456")


@pytest.mark.django_db
def test_identifier_of_another_lead_becomes_a_conflict_once():
    workspace = WorkspaceFactory()
    ghl = LeadFactory(workspace=workspace, email=None, ghl_contact_id="G1")
    owner = LeadFactory(workspace=workspace, email="kim@northfork.example")

    for _ in range(2):
        match = arrive(workspace, email="kim@northfork.example", ids={"ghl_contact_id": "G1"}, source="sync")

    ghl.refresh_from_db()
    assert (match.lead, ghl.email) == (ghl, None)
    assert conflicts() == [(ghl.pk, "email", "kim@northfork.example", owner.pk, "sync")]


@pytest.mark.django_db
def test_other_ghl_contact_is_no_veto_but_a_conflict():
    workspace = WorkspaceFactory()
    lead = LeadFactory(workspace=workspace, phone="+14155552671", phone_national="4155552671", ghl_contact_id="G1")

    match = arrive(workspace, phone="+14155552671", ids={"ghl_contact_id": "G2"})

    lead.refresh_from_db()
    assert (match.lead, match.matched_by, lead.ghl_contact_id) == (lead, "phone", "G1")
    assert conflicts() == [(lead.pk, "ghl_contact_id", "G2", None, "webhook")]


@pytest.mark.django_db
def test_alternate_address_matches_through_the_lookup():
    workspace = WorkspaceFactory()
    lead = LeadFactory(workspace=workspace, alternate_emails=["pa@northfork.example"])
    LeadFactory(alternate_emails=["pa@northfork.example"])

    match = arrive(workspace, email="pa@northfork.example")

    assert (match.lead, match.matched_by) == (lead, "alternate_email")


@pytest.mark.django_db
def test_hard_03_own_senders_never_leads():
    workspace = WorkspaceFactory(settings__own_sender_addresses=["@mail.agency.example", "boss@agency.example"])
    EmailSenderFactory(workspace=workspace, email_address="sales@agency.example")

    for address in ("Sales@agency.example", "boss@agency.example", "anybody@mail.agency.example"):
        with pytest.raises(NoUsableIdentity):
            arrive(workspace, email=address)

    match = arrive(workspace, email="sales@agency.example", ids={"email_bison_lead_id": "991"})
    assert (match.lead.email, Lead.objects.in_workspace(workspace).count()) == (None, 1)


@pytest.mark.django_db
def test_hard_03_company_url_never_matches():
    workspace = WorkspaceFactory()
    page = "https://linkedin.com/company/northfork"
    colleague = LeadFactory(workspace=workspace, linkedin_company_url=page)

    match = arrive(workspace, email="kim@northfork.example", ids={"linkedin_url": page})

    assert match.created
    assert match.lead != colleague
    assert (match.lead.linkedin_url, match.lead.linkedin_company_url) == (None, page)
    with pytest.raises(NoUsableIdentity):
        arrive(workspace, first_name="Kim", ids={"linkedin_url": page})


@pytest.mark.django_db
@pytest.mark.parametrize(
    "contact",
    [
        {"email": "Dana@northfork.example"},
        {"email": "kim@northfork.example", "phone": "+447911123456"},
        {"phone": "07911123456"},
    ],
)
def test_hard_03_optout_memory_survives(contact):
    workspace = WorkspaceFactory()
    remember_opt_out(
        workspace.pk,
        emails=["dana@northfork.example"],
        phones=[("+447911123456", "7911123456")],
        reason="unsubscribed",
    )
    Lead.objects.in_workspace(workspace).delete()

    lead = arrive(workspace, **contact).lead

    assert (lead.status, lead.blacklist_reason, lead.sentiment_tag, lead.overall_score) == (
        "blacklisted",
        "unsubscribed",
        "Blacklist",
        0,
    )
    assert lead.opted_out_at is not None
    assert arrive(WorkspaceFactory(), **contact).lead.status == "new"


@pytest.mark.django_db
def test_existing_lead_is_found_without_writing():
    workspace = WorkspaceFactory()
    lead = LeadFactory(workspace=workspace, email="dana@northfork.example", last_name=None)

    found = find_lead(workspace.pk, PersonDetails(email="dana@northfork.example", last_name="Reyes"), ProviderIds())

    lead.refresh_from_db()
    assert found is not None
    assert (found.lead, lead.last_name) == (lead, None)
    assert find_lead(workspace.pk, PersonDetails(email="kim@northfork.example"), ProviderIds()) is None
    assert find_lead(workspace.pk, PersonDetails(first_name="Kim"), ProviderIds()) is None


@pytest.mark.django_db
def test_statements_do_not_grow_with_the_identifiers(django_assert_num_queries):
    workspace = WorkspaceFactory()
    ids = {"ghl_contact_id": "G1", "email_bison_lead_id": "1", "linkedin_url": "https://linkedin.com/in/dana"}
    arrive(workspace, email="dana@northfork.example", phone="+14155552671", ids=ids)

    # own senders, locks, candidates, the lead
    with django_assert_num_queries(4):
        arrive(workspace, email="dana@northfork.example", phone="+14155552671", ids=ids)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"email": "dana@northfork.example"}, {"email": "DANA@northfork.example"}),
        ({"phone": "+447911123456"}, {"phone": "07911123456"}),
    ],
)
def test_two_copies_of_a_webhook_in_parallel_make_one_lead(committed_db, one, other):
    with platform():
        workspace = WorkspaceFactory()
    start = Barrier(2)

    def receive(contact):
        try:
            start.wait(timeout=10)
            with tenant(workspace.pk):
                return arrive(workspace, **contact)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        matches = list(pool.map(receive, [one, other]))

    assert matches[0].lead.pk == matches[1].lead.pk
    assert sorted(match.created for match in matches) == [False, True]
    with tenant(workspace.pk):
        assert Lead.objects.in_workspace(workspace).count() == 1


def test_writer_without_locks_is_matched_after_all(committed_db):
    """A lead inserted between our look and our insert: the unique constraint sends us back to matching."""
    with platform():
        workspace = WorkspaceFactory()
        WorkspaceSettings.objects.filter(workspace=workspace).update(own_sender_addresses=[])
    started, written = Barrier(2), Barrier(2)

    def write_without_locks():
        try:
            with tenant(workspace.pk):
                LeadFactory(workspace=workspace, email="dana@northfork.example")
                started.wait(timeout=10)
                written.wait(timeout=10)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        writer = pool.submit(write_without_locks)
        started.wait(timeout=10)
        # The other row is there but not committed: our insert waits for it and then fails.
        release = ThreadPoolExecutor(1)
        release.submit(_when_somebody_waits, written)
        with tenant(workspace.pk):
            match = arrive(workspace, email="dana@northfork.example")
        writer.result(timeout=10)
        release.shutdown()

    assert (match.created, match.matched_by) == (False, "email")


def _when_somebody_waits(written):
    deadline = time.monotonic() + 10
    try:
        while time.monotonic() < deadline:
            with platform(), connection.cursor() as cursor:
                cursor.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                    " AND wait_event_type = 'Lock' AND usename = current_user"
                )
                if cursor.fetchone()[0]:
                    break
        written.wait(timeout=10)
    finally:
        connection.close()
