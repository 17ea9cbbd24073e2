"""`/`: who sees what, deep links, states."""

import re
import uuid

import pytest

from inbox.models import LeadView
from integrations.models import Connection
from leads.services.merging import merge_leads
from tests.factories.inbox import DraftFactory, MessageFactory, minutes_ago
from tests.factories.integrations import ConnectionFactory
from tests.factories.leads import LeadFactory
from tests.factories.workspaces import MembershipFactory, UserFactory
from tests.inbox.desk import make_desk
from zrg.workspaces.models import UserPreference

pytestmark = pytest.mark.django_db


def page(client, user, **query):
    return client.login_as(user).get("/", query)


def test_visitor_is_sent_to_login_and_back(client, desk):
    response = client.get("/", {"leadId": str(desk.lead.pk)})

    assert response.status_code == 302
    assert response["Location"].startswith("/account/login/?next=")
    assert str(desk.lead.pk) in response["Location"]


def test_person_without_workspace_is_told(client):
    response = page(client, UserFactory())

    assert response.status_code == 200
    assert "No workspace yet" in response.content.decode()


def test_list_shows_the_conversation_with_its_marks(client, desk):
    html = page(client, desk.manager).content.decode()

    assert "Dana Reyes" in html
    assert "Northfork Dental" in html
    assert "Could you send more details?" in html
    assert "Interested" in html
    assert "Unread." in html
    assert '<span class="chip chip--accent">Draft</span>' in html
    assert "Assigned to Kim" in html


def test_deep_link_opens_the_lead_with_its_draft_and_marks_it_seen(client, desk):
    older = DraftFactory(lead=desk.lead, channel="sms", content="Text me back.")

    response = page(client, desk.setter, leadId=str(desk.lead.pk), draftId=str(older.pk))
    html = response.content.decode()

    assert response["Cache-Control"] == "private, no-store"
    assert response["x-request-id"]
    assert f'data-draft="{older.pk}"' in html
    assert "Text me back." in html
    assert LeadView.objects.filter(user=desk.setter, lead=desk.lead).count() == 1


def test_deep_link_to_a_decided_draft_says_what_became_of_it(client, desk):
    desk.draft.status, desk.draft.closed_reason = "superseded", "manual_reply_sent"
    desk.draft.save(update_fields=["status", "closed_reason"])

    html = page(client, desk.setter, leadId=str(desk.lead.pk), draftId=str(desk.draft.pk)).content.decode()

    assert "That draft was replaced by a reply written by hand." in html


def test_unknown_workspace_gets_the_neutral_banner(client, desk):
    html = page(client, desk.setter, clientId=str(uuid.uuid4())).content.decode()

    assert "That workspace is not available to you" in html
    assert "Dana Reyes" in html


def test_foreign_lead_is_not_available_and_not_named(client, desk):
    other = make_desk()

    response = page(client, desk.setter, leadId=str(other.lead.pk))
    html = response.content.decode()

    assert "That conversation is not available to you" in html
    assert other.lead.email not in html.replace(desk.lead.email, "")
    assert not LeadView.objects.filter(lead=other.lead).exists()


def test_all_workspaces_names_the_workspace_of_each_row(client, desk):
    other = make_desk()
    MembershipFactory(workspace=other.workspace, user=desk.manager, role="INBOX_MANAGER")

    html = page(client, desk.manager, clientId="all").content.decode()

    assert html.count('class="lead"') == 2
    assert sorted(re.findall(r'lead__workspace">([^<]+)<', html)) == sorted([desk.workspace.name, other.workspace.name])
    assert desk.workspace.name in html
    assert other.workspace.name in html


def test_malformed_ids_are_absent_and_unknown_filters_refused(client, desk):
    assert page(client, desk.setter, leadId="nonsense").status_code == 200
    assert page(client, desk.setter, tab="nonsense").status_code == 400


def test_the_row_of_the_open_conversation_is_not_unread(client, desk):
    LeadFactory(workspace=desk.workspace, assigned_to=desk.setter)
    before = page(client, desk.setter).content.decode()
    opened = page(client, desk.setter, leadId=str(desk.lead.pk)).content.decode()

    assert before.count("data-unread") == 1
    assert opened.count("data-unread") == 0


def test_empty_tab_and_no_match_have_their_own_words(client, desk):
    assert "All caught up" in page(client, desk.setter, tab="needs_repair").content.decode()
    # Nobody is "caught up" with what nobody has to do.
    snoozed = page(client, desk.setter, tab="snoozed").content.decode()
    assert ("Nothing here" in snoozed, "All caught up" in snoozed) == (True, False)
    assert "No matches" in page(client, desk.setter, search="zzzzzz").content.decode()
    assert "at least three characters" in page(client, desk.setter, search="zz").content.decode()


def test_page_has_no_inline_script_or_style(client, desk):
    response = page(client, desk.setter, leadId=str(desk.lead.pk))
    html = response.content.decode()

    assert "style=" not in html
    assert "<style" not in html
    assert all("src=" in tag for tag in html.split("<script")[1:])
    assert "onclick" not in html
    assert "'unsafe-inline'" not in response["Content-Security-Policy"]


def test_hard_07_safe_rendering_on_the_page(client, desk):
    evil = (
        "Hi <script>alert(1)</script><img src=x onerror=alert(1)> [safe.example](https://evil.example/x) "
        "[run](javascript:alert(1)) https://ok.example/a?b=1&c=2"
    )
    lead = LeadFactory(workspace=desk.workspace, first_name="<b>Eve</b>", company_name='"><script>alert(2)</script>')
    MessageFactory(lead=lead, body=evil, subject="<script>alert(3)</script>", sent_at=minutes_ago(1))

    html = page(client, desk.manager, leadId=str(lead.pk)).content.decode()

    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert 'href="javascript' not in html
    assert ">safe.example</a>" not in html
    assert 'href="https://ok.example/a?b=1&amp;c=2"' in html
    assert "<b>Eve</b>" not in html


def test_portal_user_reads_and_has_no_controls(client, desk):
    html = page(client, desk.portal, leadId=str(desk.lead.pk)).content.decode()

    assert "happy to send the details" in html
    assert "replies are written by the team" in html
    assert "Approve" not in html.split("<dialog")[0]
    assert 'name="content"' not in html
    assert 'name="sentiment"' not in html
    assert "snooze" not in html.split("<dialog")[0].split('id="talk"')[1].lower().replace("snoozed", "")


def test_suspended_workspace_is_read_only(client, desk):
    desk.workspace.status = "suspended"
    desk.workspace.save(update_fields=["status"])

    html = page(client, desk.owner, leadId=str(desk.lead.pk)).content.decode()

    assert "This workspace is suspended" in html
    assert 'name="content"' not in html


def test_banner_says_when_e_mail_cannot_be_sent(client, desk):
    def shown(user):
        return page(client, user).content.decode()

    assert "No e-mail provider is connected." in shown(desk.owner)
    assert "An admin can change that." in shown(desk.setter)
    connection = ConnectionFactory(workspace=desk.workspace, status="CONNECTED")
    assert "panes__notice" not in shown(desk.setter)
    assert "Set-up: " in shown(desk.owner)
    assert "No e-mail provider is connected." not in shown(desk.owner)
    Connection.objects.filter(pk=connection.pk).update(status="DISCONNECTED")
    assert "Reconnect" in shown(desk.owner)
    assert "Reconnect" not in shown(desk.setter)


def test_links_without_script_show_a_channel_and_earlier_messages(client, desk):
    for number in range(101):
        MessageFactory(lead=desk.lead, body=f"number {number}", sent_at=minutes_ago(200 - number))
    html = page(client, desk.setter, leadId=str(desk.lead.pk)).content.decode()
    before = html.split("&amp;before=")[1].split('"')[0]

    earlier = page(client, desk.setter, leadId=str(desk.lead.pk), before=before).content.decode()
    sms = page(client, desk.setter, leadId=str(desk.lead.pk), channel="sms").content.decode()

    assert "number 0" not in html
    assert "number 0" in earlier
    assert "No phone number of this lead is known." in sms


def test_deep_link_opens_a_settings_tab(client, desk):
    response = page(client, desk.setter, view="settings", settingsTab="integrations", clientId=str(desk.workspace.pk))

    assert response.status_code == 302
    assert response["Location"] == f"/w/{desk.workspace.pk}/settings/integrations"


def test_deep_link_to_settings_elsewhere_tells_nothing(client, desk):
    response = page(client, desk.setter, view="settings", settingsTab="nonsense", clientId=str(uuid.uuid4()))

    assert response["Location"] == f"/w/{desk.workspace.pk}/settings/general"
    assert "That workspace is not available to you" in client.get(response["Location"]).content.decode()


def test_rail_leads_to_the_settings(client, desk):
    html = page(client, desk.setter).content.decode()

    assert f'href="/w/{desk.workspace.pk}/settings/general">Settings</a>' in html


def test_link_to_a_merged_lead_opens_the_conversation_that_stayed(client, desk):
    merged = LeadFactory(workspace=desk.lead.workspace)
    stranger = MembershipFactory(workspace=desk.lead.workspace, role="SETTER").user
    merge_leads(desk.lead, merged, desk.lead.workspace.owner)

    own = page(client, desk.setter, leadId=str(merged.pk)).content.decode()
    hidden = page(client, stranger, leadId=str(merged.pk)).content.decode()

    assert "That lead was merged: this is the conversation that stayed" in own
    assert "Could you send more details?" in own
    assert "That conversation is not available to you" in hidden
    assert "Could you send more details?" not in hidden


@pytest.mark.parametrize(("provider", "channel"), [("GHL", "SMS"), ("UNIPILE", "LinkedIn")])
def test_banner_names_every_channel_that_lost_its_connection(client, desk, provider, channel):
    ConnectionFactory(workspace=desk.workspace, external_account_id="14")
    lost = ConnectionFactory(workspace=desk.workspace, provider=provider, external_account_id="acc-1")
    connected = client.login_as(desk.owner).get("/").content.decode()
    Connection.objects.filter(pk=lost.pk).update(status="DISCONNECTED")

    for_owner = client.get("/").content.decode()
    for_setter = client.login_as(desk.setter).get("/").content.decode()

    assert "is disconnected" not in connected
    assert f"{channel} is disconnected: replies cannot be sent." in for_owner
    assert "Reconnect" in for_owner
    assert f"{channel} is not connected right now: replies cannot be sent." in for_setter
    assert "Reconnect" not in for_setter


def test_the_page_carries_exactly_the_policy_of_content(client, desk):
    policy = page(client, desk.setter, leadId=str(desk.lead.pk))["Content-Security-Policy"]

    assert re.fullmatch(
        "default-src 'self'; script-src 'self' 'nonce-[A-Za-z0-9_-]+'; img-src 'self' data:; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
        policy,
    )


@pytest.mark.parametrize(("wants", "told"), [(True, "on"), (False, "off")])
def test_page_tells_the_script_whether_single_keys_act(client, desk, wants, told):
    UserPreference.objects.filter(user=desk.setter).update(shortcuts=wants)

    html = page(client, desk.setter).content.decode()

    assert f'data-shortcuts="{told}"' in html
    assert f"Turn them {'off' if wants else 'on'} in your account" in html
