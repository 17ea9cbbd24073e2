"""The pages of the tab Integrations: connecting, switching, testing, disconnecting."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from integrations.calendly.simulator import DEMO_TOKEN as CALENDLY_TOKEN
from integrations.models import Connection, EmailBisonBaseHost, EmailSender
from integrations.rules.setup import SETUPS
from integrations.services.connections import version_of
from integrations.services.secrets import read_secrets
from integrations.slack.simulator import DEMO_BOT_TOKEN as SLACK_TOKEN
from tests.factories import ConnectionFactory, EmailSenderFactory, WorkspaceFactory
from tests.factories.integrations import API_KEY
from tests.factories.leads import LeadFactory
from tests.integrations.views.conftest import SECRET, save, typed, url
from tests.support.client import ZrgClient
from tests.support.drain import drain
from tests.support.simulator import RunningSimulator
from zrg.workspaces.models import Workspace
from zrg.workspaces.registry import settings_sections

pytestmark = pytest.mark.django_db

KEYS = [setup.key for setup in SETUPS]


@pytest.mark.parametrize("key", KEYS)
def test_every_provider_has_a_page(owner: ZrgClient, workspace: Workspace, key: str) -> None:
    response = owner.get(url(workspace, key))

    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-store"
    assert "Not connected" in response.content.decode()


def test_open_steps_of_the_set_up_stand_above_a_provider_too(owner: ZrgClient, workspace: Workspace) -> None:
    html = owner.get(url(workspace, "emailbison")).content.decode()

    assert re.search(r'Set-up: \d+ of \d+ steps done\. Next: <a href="/w/[^"]+">[^<]+</a>', html)


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("emailbison", "email?clientId={}"),
        ("smartlead", "smartlead?clientId={}"),
        ("instantly", "instantly?clientId={}"),
        ("gohighlevel", "ghl/sms"),
        ("unipile", "linkedin"),
        ("slack", "slack/interactions"),
    ],
)
def test_address_to_paste_stands_on_the_page(owner: ZrgClient, workspace: Workspace, key: str, path: str) -> None:
    html = owner.get(url(workspace, key)).content.decode()

    assert f'value="http://testserver/api/webhooks/{path.format(workspace.pk)}"' in html


def test_tab_lists_the_providers_with_one_query_for_all(owner: ZrgClient, workspace: Workspace) -> None:
    ConnectionFactory(workspace=workspace, status="CONNECTED")

    with CaptureQueriesContext(connection) as queries:
        html = owner.get(url(workspace)).content.decode()

    # One for all providers, one for the set-up list.
    assert len([one for one in queries if 'FROM "integrations_connection"' in one["sql"]]) == 2
    # Other apps have pages here too; what belongs to the platform is not listed.
    assert html.count("rows__link") == len([one for one in settings_sections("integrations") if not one.platform])
    assert html.count(">Connected</span>") == 1
    assert html.count(">Not used</span>") == 2


def test_connecting_saves_tests_and_says_so(
    owner: ZrgClient, workspace: Workspace, simulator: RunningSimulator
) -> None:
    response = save(owner, workspace, api_key=f" {API_KEY}\n", external_account_id="# 14", webhook_secret=SECRET)

    row = Connection.objects.get()
    page = owner.get(response["Location"]).content.decode()
    assert response.status_code == 302
    assert read_secrets(row) == {"api_key": API_KEY, "webhook_secret": SECRET}
    assert (row.external_account_id, row.status) == ("14", "CONNECTED")
    assert "Saved. EmailBison answers: the credential works." in page
    assert f"/api/webhooks/email?clientId={workspace.pk}" in page
    assert len(simulator.requests(path="/api/sender-emails*")) == 1


def test_refused_key_is_said_with_what_to_do(
    owner: ZrgClient, workspace: Workspace, simulator: RunningSimulator
) -> None:
    response = save(owner, workspace, api_key="prov-not-the-right-one")

    page = owner.get(response["Location"]).content.decode()
    assert Connection.objects.get().status == "DISCONNECTED"
    assert "Saved, but: EmailBison refused the credential" in page
    assert "EmailBison refuses the stored credential. Enter a valid one and save." in page


@pytest.mark.parametrize(
    ("values", "field", "text"),
    [
        ({}, "api_key", "EmailBison requires an API key"),
        ({"api_key": "your-api-key"}, "api_key", "This looks like an example. Paste the value from EmailBison."),
        ({"api_key": "two words"}, "api_key", "There is a space or a line break inside."),
        ({"api_key": API_KEY, "external_account_id": "abc"}, "external_account_id", "workspace id is a number"),
    ],
)
def test_refusals_stand_beside_the_field(
    owner: ZrgClient, workspace: Workspace, values: dict[str, str], field: str, text: str
) -> None:
    response = save(owner, workspace, **values)

    html = response.content.decode()
    assert response.status_code == 422
    assert text in html.split(f'id="id_{field}_error"')[1][:400]
    assert values.get("api_key") not in re.findall(r'value="([^"]*)"', html)
    assert not Connection.objects.exists()


def test_unknown_field_is_refused(owner: ZrgClient, workspace: Workspace) -> None:
    assert save(owner, workspace, api_key=API_KEY, is_active="1").status_code == 400
    assert not Connection.objects.exists()


def test_host_of_the_list_is_chosen(owner: ZrgClient, workspace: Workspace, simulator: RunningSimulator) -> None:
    host = EmailBisonBaseHost.objects.create(host="mail.granite.example")

    save(owner, workspace, api_key=API_KEY, base_host=str(host.pk))
    refused = save(owner, workspace, base_host="00000000-0000-4000-8000-000000000000")

    assert Connection.objects.get().base_host == host
    assert refused.status_code == 422


def test_conflict_keeps_what_was_typed_but_no_secret(
    owner: ZrgClient, workspace: Workspace, simulator: RunningSimulator
) -> None:
    row = ConnectionFactory(workspace=workspace, external_account_id="14")
    form = typed(owner, workspace, external_account_id="15", api_key="prov-typed-secret-1")
    Connection.objects.filter(pk=row.pk).update(external_account_id="16")

    response = owner.post(url(workspace, "emailbison"), form)

    html = response.content.decode()
    row.refresh_from_db()
    assert response.status_code == 409
    assert "These settings changed meanwhile" in html
    assert 'value="15"' in html
    assert "Stored now: 16" in html
    assert "prov-typed-secret-1" not in html
    assert f'value="{version_of(row)}"' in html
    assert (row.external_account_id, read_secrets(row)) == ("16", {"api_key": API_KEY})


def test_what_calls_write_is_no_conflict(owner: ZrgClient, workspace: Workspace, simulator: RunningSimulator) -> None:
    row = ConnectionFactory(workspace=workspace, external_account_id="14")
    form = typed(owner, workspace, external_account_id="14")
    Connection.objects.filter(pk=row.pk).update(status="DEGRADED", config={"verified_at": "2026-03-01"})

    assert owner.post(url(workspace, "emailbison"), form).status_code == 302


def test_second_email_provider_must_be_confirmed(
    owner: ZrgClient, workspace: Workspace, simulator: RunningSimulator
) -> None:
    former = ConnectionFactory(workspace=workspace)

    asked = owner.get(url(workspace, "smartlead")).content.decode()
    refused = save(owner, workspace, "smartlead", api_key="smartlead-key-1", webhook_secret=SECRET)

    former.refresh_from_db()
    html = refused.content.decode()
    assert "This workspace uses EmailBison." in asked
    assert refused.status_code == 400
    assert "Select exactly one (EmailBison, SmartLead, Instantly)." in html
    assert (former.is_active, read_secrets(former)) == (True, {"api_key": API_KEY})
    assert "smartlead-key-1" not in html


def test_hard_02_provider_switch_drops_ids_through_the_page(
    owner: ZrgClient, workspace: Workspace, simulator: RunningSimulator
) -> None:
    former = ConnectionFactory(workspace=workspace)
    EmailSenderFactory(workspace=workspace)
    lead = LeadFactory(workspace=workspace, email_bison_lead_id="55021", sender_account_id="67")
    other = LeadFactory(email_bison_lead_id="55021", sender_account_id="67")

    response = save(owner, workspace, "smartlead", api_key="smartlead-key-1", webhook_secret=SECRET, switch="on")
    drain()

    former.refresh_from_db()
    lead.refresh_from_db()
    other.refresh_from_db()
    assert response.status_code == 302
    assert (former.is_active, former.secrets) == (False, "")
    assert Connection.objects.active().get(workspace=workspace).provider == "SMARTLEAD"
    assert not EmailSender.objects.in_workspace(workspace).exists()
    assert (lead.email_bison_lead_id, lead.sender_account_id) == (None, None)
    assert (other.email_bison_lead_id, other.sender_account_id) == ("55021", "67")


def test_test_says_what_the_provider_answers(
    owner: ZrgClient,
    workspace: Workspace,
    simulator: RunningSimulator,
    htmx_headers: dict[str, str],
) -> None:
    ConnectionFactory(workspace=workspace)

    plain = owner.post(url(workspace, "emailbison", "test"))
    shown = owner.get(plain["Location"]).content.decode()
    fragment = owner.post(url(workspace, "emailbison", "test"), headers=htmx_headers).content.decode()
    simulator.script("emailbison", "/api/sender-emails*", status=500, body={"message": "Server Error"})
    trouble = owner.post(url(workspace, "emailbison", "test"), headers=htmx_headers).content.decode()

    assert "EmailBison answers: the credential works." in shown
    assert fragment.lstrip().startswith('<section class="panel" id="health"')
    assert "EmailBison answers: the credential works." in fragment
    assert "EmailBison has trouble of its own: Server Error. Try again later." in trouble


def test_test_of_nothing_calls_nobody(owner: ZrgClient, workspace: Workspace, simulator: RunningSimulator) -> None:
    ConnectionFactory(workspace=workspace, is_active=False, secrets={})

    assert owner.post(url(workspace, "emailbison", "test")).status_code == 302
    assert simulator.requests() == []


def test_disconnecting_erases_and_frees_the_account(
    owner: ZrgClient, workspace: Workspace, client: ZrgClient, simulator: RunningSimulator
) -> None:
    ConnectionFactory(workspace=workspace, provider="GHL", external_account_id="loc_9Qz", secrets={"private_key": "x1"})
    elsewhere = WorkspaceFactory(owner=workspace.owner)
    given = {"external_account_id": "loc_9Qz", "private_key": "pit-0c1d2e3f4a5b"}

    taken = save(owner, elsewhere, "gohighlevel", **given)
    done = owner.post(url(workspace, "gohighlevel", "disconnection"))
    freed = save(owner, elsewhere, "gohighlevel", **given)

    former = Connection.objects.get(workspace=workspace)
    assert [one.status_code for one in (taken, done, freed)] == [409, 302, 302]
    assert "Another workspace is connected to this account" in taken.content.decode()
    assert "Northfork" not in taken.content.decode()
    assert (former.is_active, former.secrets, former.external_account_id) == (False, "", None)


def test_calendly_token_is_checked_before_it_is_kept(
    owner: ZrgClient, workspace: Workspace, simulator: RunningSimulator
) -> None:
    refused = save(owner, workspace, "calendly", access_token="calendly-token-wrong")
    kept_after_refusal = Connection.objects.exists()
    saved = save(owner, workspace, "calendly", access_token=CALENDLY_TOKEN)
    drain()
    subscribed = len(simulator.state.calendly.subscriptions)
    owner.post(url(workspace, "calendly", "disconnection"))

    connection = Connection.objects.get()
    assert (refused.status_code, kept_after_refusal) == (422, False)
    assert "Calendly refused the token" in refused.content.decode()
    assert (saved.status_code, subscribed) == (302, 1)
    assert (connection.is_active, connection.secrets, simulator.state.calendly.subscriptions) == (False, "", {})


def test_slack_token_is_checked_before_it_is_kept(
    owner: ZrgClient, workspace: Workspace, simulator: RunningSimulator
) -> None:
    refused = save(owner, workspace, "slack", bot_token="xoxb-wrong-token-1")
    kept_after_refusal = Connection.objects.exists()
    saved = save(owner, workspace, "slack", bot_token=SLACK_TOKEN)

    assert (refused.status_code, kept_after_refusal) == (422, False)
    assert (saved.status_code, Connection.objects.get().provider) == (302, "SLACK")
