"""A lead's contact at GoHighLevel: the stored one, a found one, a new one, never another lead's."""

from typing import Any

import pytest
import time_machine

from leads.models import Lead, LeadIdentityConflict
from leads.services.ghl_contacts import (
    ensure_ghl_contact,
    forget_ghl_contact,
    request_contact_sync,
    sync_ghl_contact,
)
from tests.factories.integrations import API_KEY, ConnectionFactory
from tests.factories.leads import LeadFactory
from tests.factories.workspaces import WorkspaceFactory
from tests.support.client import no_context
from tests.support.drain import drain
from tests.support.simulator import RunningSimulator
from zrg.jobs.models import BackgroundJob
from zrg.workspaces.models import Workspace

pytestmark = pytest.mark.django_db

LOCATION = "ve9EPM428h8vShlRW1KT"
EMAIL = "dana@northfork.example"
PHONE = "+14155552671"


@pytest.fixture
def workspace(simulator: RunningSimulator) -> Workspace:
    workspace = WorkspaceFactory()
    ConnectionFactory(
        workspace=workspace, provider="GHL", external_account_id=LOCATION, secrets={"private_key": API_KEY}
    )
    return workspace


def lead_of(workspace: Workspace, **values: Any) -> Lead:
    return LeadFactory(workspace=workspace, **{"email": EMAIL, "phone": PHONE, **values})


def ensure(lead: Lead) -> Any:
    with no_context():
        result = ensure_ghl_contact(lead.workspace_id, lead.pk)
    lead.refresh_from_db()
    return result


def calls(simulator: RunningSimulator) -> list[str]:
    return [f"{call['method']} {call['path']}" for call in simulator.requests("ghl")]


def test_stored_contact_is_kept(workspace, simulator):
    contact = simulator.state.ghl.add_contact(location_id=LOCATION, email=EMAIL)
    lead = lead_of(workspace, ghl_contact_id=contact["id"])

    result = ensure(lead)

    assert (result.data.id, lead.ghl_contact_id) == (contact["id"], contact["id"])
    assert calls(simulator) == [f"GET /contacts/{contact['id']}"]


@pytest.mark.parametrize("stored", ["deletedContact000001", "../x"])
def test_contact_that_is_gone_is_forgotten(workspace, simulator, stored):
    contact = simulator.state.ghl.add_contact(location_id=LOCATION, email=EMAIL)
    lead = lead_of(workspace, ghl_contact_id=stored)

    assert ensure(lead).data.id == contact["id"]
    assert lead.ghl_contact_id == contact["id"]


@pytest.mark.parametrize("respond", [{"status": 500, "body": {}, "times": 9}, {"status": 401, "body": {}}])
def test_unanswered_look_up_forgets_nothing(workspace, simulator, respond):
    lead = lead_of(workspace, ghl_contact_id="storedContact0000001")
    simulator.script("ghl", "/contacts/*", **respond)

    result = ensure(lead)

    assert (result.outcome, lead.ghl_contact_id) == ("failed", "storedContact0000001")
    assert not any("upsert" in call for call in calls(simulator))


def test_e_mail_is_asked_before_the_phone(workspace, simulator):
    simulator.state.ghl.add_contact(location_id=LOCATION, phone=PHONE)
    by_email = simulator.state.ghl.add_contact(location_id=LOCATION, email=EMAIL)

    assert ensure(lead_of(workspace)).data.id == by_email["id"]


def test_phone_is_asked_next(workspace, simulator):
    by_phone = simulator.state.ghl.add_contact(location_id=LOCATION, phone=PHONE)

    assert ensure(lead_of(workspace)).data.id == by_phone["id"]
    assert calls(simulator) == ["POST /contacts/search", "POST /contacts/search"]


def test_at_last_a_contact_is_made_without_tags(workspace, simulator):
    lead = lead_of(workspace, first_name="Dana", last_name="Reyes", company_name="Northfork Dental")

    result = ensure(lead)

    assert (result.data.is_new, lead.ghl_contact_id) == (True, result.data.id)
    made = simulator.requests("ghl", "/contacts/upsert")[0]["json"]
    assert made == {
        "locationId": LOCATION,
        "firstName": "Dana",
        "lastName": "Reyes",
        "email": EMAIL,
        "phone": PHONE,
        "companyName": "Northfork Dental",
        "source": "ZRG",
    }


def test_nobody_to_find_is_not_asked_for(workspace, simulator):
    result = ensure(lead_of(workspace, email=None, phone=None, linkedin_url="https://linkedin.com/in/dana"))

    assert (result.outcome, result.code, calls(simulator)) == ("failed", "bad_request", [])


def test_contact_of_another_lead_is_a_conflict(workspace, simulator):
    contact = simulator.state.ghl.add_contact(location_id=LOCATION, email=EMAIL, phone=PHONE)
    owner = lead_of(workspace, email="kim@northfork.example", ghl_contact_id=contact["id"])
    lead = lead_of(workspace)

    result = ensure(lead)

    assert (result.outcome, result.code, lead.ghl_contact_id) == ("failed", "conflict", None)
    assert [(row.lead_id, row.other_lead_id, row.identifier) for row in LeadIdentityConflict.objects.all()] == [
        (lead.pk, owner.pk, "ghl_contact_id")
    ]


def test_contact_of_another_workspaces_lead_is_free(workspace, simulator):
    contact = simulator.state.ghl.add_contact(location_id=LOCATION, email=EMAIL)
    lead_of(WorkspaceFactory(), ghl_contact_id=contact["id"])

    assert ensure(lead_of(workspace)).ok
    assert not LeadIdentityConflict.objects.exists()


def test_forgetting_leaves_a_newer_contact(workspace):
    lead = lead_of(workspace, ghl_contact_id="newerContact00000001")

    forget_ghl_contact(lead.workspace_id, lead.pk, "olderContact00000001")

    lead.refresh_from_db()
    assert lead.ghl_contact_id == "newerContact00000001"


# --- the phone of both -------------------------------------------------------------------------------


def test_sync_gives_the_contact_the_leads_phone(workspace, simulator):
    contact = simulator.state.ghl.add_contact(location_id=LOCATION, email=EMAIL, phone="+14155550100")
    lead = lead_of(workspace)

    with no_context():
        assert sync_ghl_contact(lead.workspace_id, lead.pk).ok

    lead.refresh_from_db()
    assert (contact["phone"], lead.phone, lead.ghl_contact_id) == (PHONE, PHONE, contact["id"])


def test_sync_gives_the_lead_the_contacts_phone(workspace, simulator):
    simulator.state.ghl.add_contact(location_id=LOCATION, email=EMAIL, phone=PHONE)
    lead = lead_of(workspace, phone=None)

    with no_context():
        assert sync_ghl_contact(lead.workspace_id, lead.pk).ok

    lead.refresh_from_db()
    assert (lead.phone, lead.phone_country) == (PHONE, "US")
    assert not simulator.requests("ghl", method="PUT")


def test_equal_phones_cost_no_write(workspace, simulator):
    simulator.state.ghl.add_contact(location_id=LOCATION, email=EMAIL, phone="+1 (415) 555-2671")
    lead = lead_of(workspace)

    with no_context():
        sync_ghl_contact(lead.workspace_id, lead.pk)

    assert not simulator.requests("ghl", method="PUT")


@time_machine.travel("2026-03-05T16:41:10Z", tick=False)
def test_sync_is_one_job_a_minute(workspace):
    lead = lead_of(workspace)
    other = lead_of(workspace, email="kim@northfork.example", phone=None)

    queued = [request_contact_sync(lead.workspace_id, lead.pk) for lead in (lead, lead, other)]

    assert queued == [True, False, True]
    jobs = BackgroundJob.objects.filter(type="GHL_CONTACT_SYNC")
    assert sorted(jobs.values_list("lead_id", flat=True)) == sorted([lead.pk, other.pk])


def test_job_finds_the_contact(workspace, simulator):
    lead = lead_of(workspace)
    request_contact_sync(lead.workspace_id, lead.pk)

    drain()

    lead.refresh_from_db()
    assert lead.ghl_contact_id in simulator.state.ghl.contacts


def test_unconnected_workspace_syncs_nothing(simulator):
    lead = lead_of(WorkspaceFactory())

    assert request_contact_sync(lead.workspace_id, lead.pk) is False
    assert not BackgroundJob.objects.exists()


@pytest.mark.parametrize(
    ("respond", "status"),
    [
        ({"status": 401, "body": {}}, "FAILED"),
        ({"status": 429, "body": {"message": "private integration quota"}}, "PENDING"),
        ({"status": 500, "body": {}}, "PENDING"),
    ],
)
def test_job_ends_or_comes_back_by_what_went_wrong(workspace, simulator, respond, status):
    lead = lead_of(workspace)
    simulator.script("ghl", "/contacts/search", times=9, **respond)
    request_contact_sync(lead.workspace_id, lead.pk)

    drain(expect_failures=True)

    assert BackgroundJob.objects.get(type="GHL_CONTACT_SYNC").status == status
    lead.refresh_from_db()
    assert lead.ghl_contact_id is None
