"""The pages of the tab Integrations."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from integrations.calendly.simulator import DEMO_TOKEN as CALENDLY_TOKEN
from integrations.models import Connection, EmailBisonBaseHost, EmailSender
from integrations.rules.setup import SETUPS
from integrations.services.connections import version_of
from integrations.services.secrets import read_secrets
from integrations.slack.simulator import DEMO_BOT_TOKEN as SLACK_TOKEN
from tests.factories import (
    ConnectionFactory,
    EmailSenderFactory,
    MembershipFactory,
    UserFactory,
    WorkspaceFactory,
)
from tests.factories.integrations import API_KEY
from tests.factories.leads import LeadFactory
from tests.support.client import ZrgClient
from tests.support.drain import drain
from tests.support.simulator import RunningSimulator
from zrg.workspaces.enums import MembershipRole, WorkspaceStatus
from zrg.workspaces.models import AdminAuditEvent, Workspace
from zrg.workspaces.registry import settings_sections
from zrg.workspaces.settings_frame import READ_ONLY

pytestmark = pytest.mark.django_db

SECRET = "hook-5b1e9c3a7d2f4e68"
KEYS = [setup.key for setup in SETUPS]


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory(name="Northfork Dental")


@pytest.fixture
def owner(workspace: Workspace, client: ZrgClient) -> ZrgClient:
    return client.login_as(workspace.owner).step_up()


def url(workspace: Workspace, *parts: str) -> str:
    return "/".join([f"/w/{workspace.pk}/settings/integrations", *parts])


def typed(client: ZrgClient, workspace: Workspace, key: str = "emailbison", **values: str) -> dict[str, str]:
    """What the form of the page sends, with these values typed."""
    html = client.get(url(workspace, key)).content.decode()
    version = re.search(r'name="version" value="([0-9a-f]+)"', html)
    assert version is not None
    return {"version": version.group(1), **values}


def save(client: ZrgClient, workspace: Workspace, key: str = "emailbison", **values: str) -> Any:
    return client.post(url(workspace, key), typed(client, workspace, key, **values))


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


def test_generated_secret_is_shown_once(owner: ZrgClient, workspace: Workspace, simulator: RunningSimulator) -> None:
    response = save(owner, workspace, "smartlead", api_key="smartlead-key-1", generate="1")

    secret = read_secrets(Connection.objects.get())["webhook_secret"]
    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-store"
    assert len(secret) >= 43
    assert f'value="{secret}"' in response.content.decode()
    assert secret not in owner.get(url(workspace, "smartlead")).content.decode()


def test_webhook_secret_is_rotated(owner: ZrgClient, workspace: Workspace, simulator: RunningSimulator) -> None:
    row = ConnectionFactory(workspace=workspace, secrets={"api_key": API_KEY, "webhook_secret": SECRET})

    response = owner.post(url(workspace, "emailbison", "webhook-secret"))

    secrets = read_secrets(Connection.objects.get(pk=row.pk))
    html = response.content.decode()
    assert response.status_code == 200
    assert secrets["api_key"] == API_KEY
    assert secrets["webhook_secret"] != SECRET
    assert f"clientId={workspace.pk}&amp;secret={secrets['webhook_secret']}" in html
    assert SECRET not in html


def test_optional_secret_is_removed_and_a_required_one_is_not(owner: ZrgClient, workspace: Workspace) -> None:
    row = ConnectionFactory(workspace=workspace, secrets={"api_key": API_KEY, "webhook_secret": SECRET})

    removed = owner.post(url(workspace, "emailbison", "secret-removal"), {"name": "webhook_secret"})
    refused = owner.post(url(workspace, "emailbison", "secret-removal"), {"name": "api_key"})
    unknown = owner.post(url(workspace, "emailbison", "secret-removal"), {"name": "password"})

    row.refresh_from_db()
    assert [one.status_code for one in (removed, refused, unknown)] == [302, 400, 400]
    assert read_secrets(row) == {"api_key": API_KEY}


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


ACTS = [(), ("test",), ("webhook-secret",), ("secret-removal",), ("disconnection",)]


@pytest.mark.parametrize("act", ACTS, ids=lambda act: "-".join(act) or "save")
@pytest.mark.parametrize("role", [MembershipRole.INBOX_MANAGER, MembershipRole.SETTER, MembershipRole.CLIENT_PORTAL])
def test_hard_07_settings_read_only(
    client: ZrgClient,
    workspace: Workspace,
    simulator: RunningSimulator,
    role: MembershipRole,
    act: tuple[str, ...],
) -> None:
    """Who may not manage integrations sees disabled controls and changes nothing, whatever is posted."""
    row = ConnectionFactory(
        workspace=workspace, status="CONNECTED", secrets={"api_key": API_KEY, "webhook_secret": SECRET}
    )
    person = MembershipFactory(workspace=workspace, role=role.value).user
    client.login_as(person).step_up()
    before = Connection.objects.filter(pk=row.pk).values().get()

    html = client.get(url(workspace, "emailbison")).content.decode()
    tab = client.get(url(workspace)).content.decode()
    refused = client.post(url(workspace, "emailbison", *act), {"version": "", "api_key": "prov-another-key-1"})

    assert READ_ONLY in html
    assert READ_ONLY in tab
    assert '<fieldset class="panel__body" disabled>' in html
    assert html.count(">Connected</span>") == 3  # the badge, and each of the two secrets
    assert not re.search(r"••|Test</|Disconnect|clientId=[0-9a-f-]+&amp;secret|/api/webhooks/", html)
    assert refused.status_code == 403
    assert Connection.objects.filter(pk=row.pk).values().get() == before
    assert simulator.requests() == []


def test_hard_01_secret_never_revealed_by_the_settings(
    owner: ZrgClient, workspace: Workspace, simulator: RunningSimulator
) -> None:
    """Neither pages nor answers nor audit hold a stored or typed secret; the page shows a mask."""
    save(owner, workspace, api_key=API_KEY, webhook_secret=SECRET)
    row = Connection.objects.get()

    answers = [
        owner.get(url(workspace)),
        owner.get(url(workspace, "emailbison")),
        save(owner, workspace, api_key="prov-9d8c7b6a5f4e", external_account_id="abc"),
        owner.post(url(workspace, "emailbison", "test")),
        owner.post(url(workspace, "emailbison", "secret-removal"), {"name": "api_key"}),
    ]
    audit = str(list(AdminAuditEvent.objects.values("action", "before", "after", "reason")))

    pages = "".join(answer.content.decode() for answer in answers)
    for secret in (API_KEY, SECRET, "prov-9d8c7b6a5f4e", row.secrets):
        assert secret not in pages
        assert secret not in audit
    assert f"{'•' * 12}{API_KEY[-4:]}" in pages
    assert "'fields': ['api_key', 'is_active', 'webhook_secret']" in audit


def test_saving_asks_for_a_recent_proof_and_keeps_what_was_typed(
    client: ZrgClient, workspace: Workspace, simulator: RunningSimulator
) -> None:
    client.login_as(workspace.owner)

    response = save(client, workspace, external_account_id="14", api_key=API_KEY)

    html = response.content.decode()
    assert response.status_code == 403
    assert 'value="14"' in html
    assert API_KEY not in html
    assert f"/account/reauthenticate/?next=%2Fw%2F{workspace.pk}%2Fsettings%2Fintegrations%2Femailbison" in html
    assert not Connection.objects.exists()


@pytest.mark.parametrize("act", ["webhook-secret", "secret-removal", "disconnection"])
def test_acts_on_secrets_ask_for_a_recent_proof(client: ZrgClient, workspace: Workspace, act: str) -> None:
    row = ConnectionFactory(workspace=workspace, secrets={"api_key": API_KEY, "webhook_secret": SECRET})

    response = client.login_as(workspace.owner).post(url(workspace, "emailbison", act), {"name": "webhook_secret"})

    row.refresh_from_db()
    assert response["Location"].startswith("/account/reauthenticate/?next=")
    assert read_secrets(row) == {"api_key": API_KEY, "webhook_secret": SECRET}


def test_suspended_workspace_refuses(owner: ZrgClient, workspace: Workspace) -> None:
    Workspace.objects.filter(pk=workspace.pk).update(status=WorkspaceStatus.SUSPENDED)

    assert owner.get(url(workspace, "emailbison")).status_code == 200
    assert owner.post(url(workspace, "emailbison"), {"api_key": API_KEY}).status_code == 423
    assert not Connection.objects.exists()


def test_connections_of_another_workspace_are_not_found(client: ZrgClient, workspace: Workspace) -> None:
    row = ConnectionFactory(workspace=workspace)
    client.login_as(UserFactory()).step_up()

    assert client.get(url(workspace, "emailbison")).status_code == 404
    assert client.post(url(workspace, "emailbison", "disconnection")).status_code == 404
    row.refresh_from_db()
    assert row.is_active is True


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
