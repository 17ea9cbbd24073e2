"""The drawer: switches of a lead, its contact, the way to the provider's pages, refusals beside their section."""

import pytest

from leads.models import Lead
from tests.factories.inbox import MessageFactory, minutes_ago
from tests.factories.integrations import ConnectionFactory
from tests.factories.leads import LeadFactory
from tests.factories.workspaces import WorkspaceFactory
from tests.inbox.desk import make_desk
from zrg.workspaces.models import AdminAuditEvent, WorkspaceSettings

pytestmark = pytest.mark.django_db

SWITCHES = {
    "autoReply": "auto_reply_enabled",
    "followUps": "auto_follow_up_enabled",
    "autoBook": "auto_book_meetings_enabled",
}


def section(client, desk, name):
    return client.get(f"{desk.prefix}/drawer/{desk.lead.pk}/{name}").content.decode()


def edit(client, desk, htmx, **fields):
    return client.post(f"{desk.prefix}/leads/{desk.lead.pk}/contact", fields, **htmx)


@pytest.mark.parametrize(("switch", "column"), SWITCHES.items())
def test_a_switch_is_turned_and_told_once(client, desk, htmx, switch, column):
    Lead.objects.filter(pk=desk.lead.pk).update(**{column: False})
    client.login_as(desk.setter)
    address = f"{desk.prefix}/leads/{desk.lead.pk}/automation"

    answers = [client.post(address, {"switch": switch, "on": "yes"}, **htmx).status_code for _ in range(2)]

    assert answers == [200, 200]
    assert getattr(Lead.objects.get(pk=desk.lead.pk), column) is True
    assert AdminAuditEvent.objects.filter(action="lead.automation_set").count() == 1
    thread = client.get(f"{desk.prefix}/thread/{desk.lead.pk}").content.decode()
    assert "Kim switched automatic replies on" in thread or switch != "autoReply"


def test_switches_stand_beside_the_workspaces_own(client, desk):
    WorkspaceSettings.objects.filter(workspace=desk.workspace).update(
        auto_send_enabled=True, auto_follow_ups_on_reply=False, auto_book_meetings=True
    )
    Lead.objects.filter(pk=desk.lead.pk).update(auto_reply_enabled=True, auto_follow_up_enabled=False)

    html = section(client.login_as(desk.setter), desk, "automation")

    assert (html.count("Workspace: on"), html.count("Workspace: off")) == (2, 1)
    assert (html.count('aria-checked="true"'), html.count('aria-checked="false"')) == (2, 1)


def test_an_unknown_switch_changes_nothing(client, desk, htmx):
    answer = client.login_as(desk.setter).post(
        f"{desk.prefix}/leads/{desk.lead.pk}/automation", {"switch": "status", "on": "yes"}, **htmx
    )

    assert answer.status_code == 422
    assert 'id="section-automation"' in answer.content.decode()
    assert AdminAuditEvent.objects.count() == 0


def test_nothing_automatic_is_turned_on_for_a_stopped_lead(client, desk, htmx):
    Lead.objects.filter(pk=desk.lead.pk).update(status="blacklisted", blacklist_reason="manual")

    answer = client.login_as(desk.owner).post(
        f"{desk.prefix}/leads/{desk.lead.pk}/automation", {"switch": "autoReply", "on": "yes"}, **htmx
    )

    assert answer.status_code == 409
    assert "asked not to be contacted" in answer.content.decode()
    assert Lead.objects.get(pk=desk.lead.pk).auto_reply_enabled is False


def test_a_portal_user_reads_switches_and_contact_only(client, desk, htmx):
    client.login_as(desk.portal)

    answers = [
        client.post(f"{desk.prefix}/leads/{desk.lead.pk}/automation", {"switch": "autoReply"}, **htmx).status_code,
        edit(client, desk, htmx, first_name="Nobody").status_code,
    ]

    assert answers == [403, 403]
    assert 'role="switch"' not in section(client, desk, "automation")
    assert "Edit contact" not in section(client, desk, "contact")
    assert Lead.objects.get(pk=desk.lead.pk).first_name == desk.lead.first_name


def test_a_person_corrects_the_contact(client, desk, htmx):
    answer = edit(
        client.login_as(desk.setter),
        desk,
        htmx,
        first_name=" Dana  Maria ",
        job_title="",
        phone="+49 30 901820",
        linkedin_url="https://www.linkedin.com/in/Dana-Reyes/?trk=x",
        timezone="Europe/Berlin",
    )

    lead = Lead.objects.get(pk=desk.lead.pk)
    event = AdminAuditEvent.objects.get(action="lead.contact_edited")
    assert answer.status_code == 200
    assert (lead.first_name, lead.job_title, lead.phone, lead.phone_country) == (
        "Dana Maria",
        None,
        "+4930901820",
        "DE",
    )
    assert (lead.linkedin_url, lead.timezone, lead.timezone_source) == (
        "https://linkedin.com/in/dana-reyes",
        "Europe/Berlin",
        "manual",
    )
    assert lead.sort_at == desk.lead.sort_at
    assert (event.actor, event.before["first_name"]) == (desk.setter, desk.lead.first_name)
    assert "Kim changed the contact: " in client.get(f"{desk.prefix}/thread/{lead.pk}").content.decode()


def test_the_same_contact_again_writes_nothing(client, desk, htmx):
    answer = edit(client.login_as(desk.setter), desk, htmx, first_name=desk.lead.first_name)

    assert answer.status_code == 200
    assert AdminAuditEvent.objects.count() == 0


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("phone", "call me", "This is not a phone number."),
        ("linkedin_url", "https://linkedin.com/company/northfork", "A personal profile is linkedin.com/in/"),
        ("linkedin_company_url", "https://example.com/x", "A company page is linkedin.com/company/"),
        ("timezone", "Mars/Base", "Choose a time zone of the list"),
        ("company_website", "not a site", "This is not the address of a website."),
        ("first_name", "x" * 121, "At most 120 characters."),
    ],
)
def test_a_wrong_contact_is_refused_beside_its_field(client, desk, htmx, field, value, sentence):
    answer = edit(client.login_as(desk.setter), desk, htmx, **{"company_name": "Typed & kept", field: value})

    html = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in html
    assert 'id="section-contact"' in html
    assert "Typed &amp; kept" in html
    assert Lead.objects.get(pk=desk.lead.pk).company_name == desk.lead.company_name
    assert AdminAuditEvent.objects.count() == 0


def test_a_profile_of_another_lead_is_refused(client, desk, htmx):
    LeadFactory(workspace=desk.workspace, linkedin_url="https://linkedin.com/in/dana-reyes")

    answer = edit(client.login_as(desk.setter), desk, htmx, linkedin_url="linkedin.com/in/dana-reyes")

    assert answer.status_code == 409
    assert "Another lead has this LinkedIn profile." in answer.content.decode()
    assert Lead.objects.get(pk=desk.lead.pk).linkedin_url == desk.lead.linkedin_url


def test_the_contact_of_others_is_missing(client, desk, htmx):
    other = make_desk()
    Lead.objects.filter(pk=desk.lead.pk).update(assigned_to=desk.manager)

    answers = [
        edit(client.login_as(desk.setter), desk, htmx, first_name="X").status_code,
        edit(client.login_as(other.owner), desk, htmx, first_name="X").status_code,
    ]

    assert answers == [404, 404]


def test_the_contact_leads_to_the_providers_own_pages(client, desk):
    ConnectionFactory(workspace=desk.workspace, provider="GHL", external_account_id="loc/1")
    ConnectionFactory(workspace=desk.workspace, external_account_id="14")
    Lead.objects.filter(pk=desk.lead.pk).update(ghl_contact_id="c 1", email_bison_lead_id="550")

    html = section(client.login_as(desk.setter), desk, "contact")

    assert 'href="https://app.gohighlevel.com/v2/location/loc%2F1/contacts/detail/c%201"' in html
    assert '/leads/550"' in html
    assert (html.count("Open in "), html.count('rel="noopener noreferrer">Open in')) == (2, 2)


def test_the_last_exchange_is_told(client, desk):
    reply = MessageFactory(lead=desk.lead, sent_at=minutes_ago(20))
    MessageFactory(lead=desk.lead, outbound=True, sent_by_user=desk.setter, sent_at=minutes_ago(16))

    html = section(client.login_as(desk.manager), desk, "timing")

    assert "Kim in <strong>4 m</strong>" in html
    assert reply.sent_at.strftime("%Y") in html


def test_a_failed_send_answered_nobody(client, desk):
    MessageFactory(
        lead=desk.lead, outbound=True, sent_by_user=desk.setter, delivery_status="failed", sent_at=minutes_ago(16)
    )
    html = client.login_as(desk.manager).get(f"{desk.prefix}/drawer/{desk.lead.pk}/timing").content.decode()

    assert "Kim in" not in html


def test_a_score_is_shown_only_when_there_is_one(client, desk):
    client.login_as(desk.setter)
    before = section(client, desk, "score")
    Lead.objects.filter(pk=desk.lead.pk).update(overall_score=3, fit_score=4, score_reasoning="Fits <well>")

    html = section(client, desk, "score")

    assert "Score" not in before
    assert "<strong>3</strong>" in html
    assert "Fits &lt;well&gt;" in html


def test_the_contact_says_which_workspace_sent_the_lead_and_nothing_more(client, desk):
    sender = WorkspaceFactory(name="Brightline <b>")
    own = section(client.login_as(desk.setter), desk, "contact")
    Lead.objects.filter(pk=desk.lead.pk).update(source="import", source_workspace=sender)

    shown = section(client, desk, "contact")

    assert "via " not in own
    assert "import, via Brightline &lt;b&gt;" in shown
    assert str(sender.pk) not in shown
