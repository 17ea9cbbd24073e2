"""One person on e-mail, SMS and LinkedIn is one lead with one thread (03 R4), from the doors inwards."""

import json
from collections.abc import Callable

import pytest

from inbox.models import Message
from integrations.services.processing import process
from leads.models import Lead, LeadIdentityConflict
from tests.factories.integrations import ConnectionFactory
from tests.factories.workspaces import WorkspaceFactory
from tests.integrations.emailbison import payloads as emailbison
from tests.integrations.ghl import payloads as ghl
from tests.integrations.unipile import payloads as unipile
from zrg.jobs.models import WebhookEvent
from zrg.workspaces.context import tenant

pytestmark = pytest.mark.django_db

E164 = "+14155552671"


@pytest.fixture
def workspace(monkeypatch):
    """A workspace on all three channels, beside another one on the same."""
    monkeypatch.setenv("UNIPILE_WEBHOOK_SECRET", unipile.SECRET)
    for name, account, location, linkedin in (
        ("Granite Co", "91", "other00location0000", "zz91"),
        ("Northfork Dental", "14", ghl.LOCATION, unipile.ACCOUNT),
    ):
        found = WorkspaceFactory(name=name)
        ConnectionFactory(workspace=found, external_account_id=account, host=emailbison.HOST)
        ConnectionFactory(workspace=found, provider="GHL", external_account_id=location)
        ConnectionFactory(workspace=found, provider="UNIPILE", external_account_id=linkedin, secrets={})
    return found


@pytest.fixture
def writes(client, workspace) -> Callable[[str], None]:
    """The person writes on a channel; the call is taken in and processed."""
    calls = {
        "email": (emailbison.URL, emailbison.call()),
        "sms": (ghl.URL, ghl.sms(custom={"LinkedIn": unipile.PROFILE})),
        "linkedin": (unipile.URL, unipile.received()),
        "linkedin_connected": (unipile.URL, unipile.relation()),
        "linkedin_by_hand": (unipile.URL, unipile.echoed()),
    }

    def arrive(what: str) -> None:
        url, payload = calls[what]
        headers = {"x-unipile-secret": unipile.SECRET}
        answer = client.post(url, json.dumps(payload), content_type="application/json", headers=headers).json()
        event = WebhookEvent.objects.get(pk=answer["event_id"])
        with tenant(workspace.pk):
            assert process(event) == "processed"

    return arrive


# Each arrival shares an identifier with what came before: the SMS names address and profile.
LINKED_ORDERS = [
    ("email", "sms", "linkedin"),
    ("sms", "email", "linkedin"),
    ("sms", "linkedin", "email"),
    ("linkedin", "sms", "email"),
]


@pytest.mark.parametrize("order", LINKED_ORDERS)
def test_person_of_three_channels_is_one_lead_with_one_thread(workspace, writes, order):
    for channel in order:
        writes(channel)
    for channel in (*order, "linkedin_connected", "linkedin_by_hand"):
        writes(channel)

    lead = Lead.objects.get()
    assert lead.workspace_id == workspace.pk
    assert (lead.email, lead.phone, lead.linkedin_url, lead.linkedin_id) == (
        "dana@northfork.example",
        E164,
        unipile.CANONICAL,
        unipile.DANA,
    )
    assert (lead.email_bison_lead_id, lead.ghl_contact_id) == ("55021", ghl.CONTACT)
    assert (lead.first_name, lead.last_name, lead.linkedin_connection) == ("Dana", "Reyes", "connected")
    assert sorted(lead.channels) == ["email", "linkedin", "sms"]
    thread = Message.objects.in_workspace(workspace)
    assert {message.lead_id for message in thread} == {lead.pk}
    assert sorted((message.channel, message.direction) for message in thread) == [
        ("email", "inbound"),
        ("linkedin", "inbound"),
        ("linkedin", "outbound"),
        ("sms", "inbound"),
    ]
    assert not LeadIdentityConflict.objects.exists()


@pytest.mark.parametrize("order", [("email", "linkedin", "sms"), ("linkedin", "email", "sms")])
def test_two_leads_that_prove_one_person_are_shown_and_not_merged(workspace, writes, order):
    """Nothing linked the first two when they came. The SMS links them: the profile goes before the address."""
    for channel in order:
        writes(channel)

    by_mail = Lead.objects.get(email="dana@northfork.example")
    by_linkedin = Lead.objects.get(linkedin_id=unipile.DANA)
    conflict = LeadIdentityConflict.objects.get()
    assert Lead.objects.count() == 2
    assert (by_linkedin.phone, by_linkedin.email, by_mail.phone) == (E164, None, None)
    assert (conflict.lead_id, conflict.other_lead_id, conflict.identifier, conflict.value) == (
        by_linkedin.pk,
        by_mail.pk,
        "email",
        "dana@northfork.example",
    )
    assert Message.objects.get(channel="sms").lead_id == by_linkedin.pk


def test_company_page_joins_nobody(client, workspace):
    """02.company-never-person: two people whose messages name the same company page stay two."""
    company = {"LinkedIn": "https://www.linkedin.com/company/northfork"}
    kim = ghl.sms(
        "Who is this?",
        contact_id="kE1xWq0T9aJ5kLrYb2Vd",
        email="kim@northfork.example",
        phone="+14155550000",
        custom={**company, "Email": None, "Phone Number": None},
    )

    for payload in (ghl.sms(custom=company), kim):
        client.post(ghl.URL, json.dumps(payload), content_type="application/json")
    for event in WebhookEvent.objects.all():
        with tenant(workspace.pk):
            process(event)

    leads = Lead.objects.order_by("email")
    assert [(lead.email, lead.linkedin_url, lead.linkedin_company_url) for lead in leads] == [
        ("dana@northfork.example", None, "https://linkedin.com/company/northfork"),
        ("kim@northfork.example", None, "https://linkedin.com/company/northfork"),
    ]
