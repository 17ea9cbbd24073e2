"""The filters of the list: what is offered, what is in force, the way out of each."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leads.models import Lead
from tests.factories import MembershipFactory, SmsCampaignFactory, WorkspaceFactory
from tests.factories.inbox import MessageFactory, minutes_ago
from tests.factories.leads import LeadFactory
from tests.inbox.desk import make_desk

pytestmark = pytest.mark.django_db

CHIP = re.compile(
    r'class="chosen__one" href="/\?view=inbox&amp;clientId=[^&]+&amp;([^"]*)".*?<span class="truncate">([^<]*)<'
)


def chips(html):
    return [(label, query.replace("&amp;", "&")) for query, label in CHIP.findall(html)]


def page(client, desk, query=""):
    return client.get(f"{desk.prefix}/list?{query}").content.decode()


def test_each_filter_in_force_has_a_way_out(client, desk):
    client.login_as(desk.owner)

    html = page(client, desk, "tab=responses&channels=email&channels=sms&status=qualified&search=dana&sort=due")

    assert chips(html) == [
        ("E-mail", "tab=responses&channels=sms&status=qualified&search=dana&sort=due"),
        ("SMS", "tab=responses&channels=email&status=qualified&search=dana&sort=due"),
        ("Qualified", "tab=responses&channels=email&channels=sms&search=dana&sort=due"),
        ("“dana”", "tab=responses&channels=email&channels=sms&status=qualified&sort=due"),
        ("Due first", "tab=responses&channels=email&channels=sms&status=qualified&search=dana"),
    ]
    assert "Clear all" in html
    assert page(client, desk, "tab=responses").count("chosen") == 0


def test_words_that_name_nobody_can_be_looked_for_in_messages(client, desk):
    MessageFactory(lead=desk.lead, body="We use HubSpot", sent_at=minutes_ago(3))
    client.login_as(desk.owner)

    nobody = page(client, desk, "tab=responses&search=hubspot")
    way = re.search(r'href="/\?([^"]*)">Search message texts', nobody)
    found = client.get("/?" + way[1].replace("&amp;", "&")).content.decode()

    assert nobody.count('class="lead"') == 0
    assert way[1].endswith("tab=responses&amp;search=hubspot+in%3Abody")
    assert re.findall(r'id="row-([0-9a-f-]+)"', found) == [str(desk.lead.pk)]
    assert "Search message texts" not in page(client, desk, "search=hubspottest+in:body")
    assert "Search message texts" not in page(client, desk, "search=nobody@nowhere.example")


def test_people_and_labels_are_named(client, desk):
    label = SmsCampaignFactory(workspace=desk.workspace, name="Granite")
    Lead.objects.filter(pk=desk.lead.pk).update(sms_campaign=label)
    client.login_as(desk.owner)

    html = page(client, desk, f"assigned={desk.setter.pk}&smsCampaignId={label.pk}&score=3%2B")

    assert [text for text, _query in chips(html)] == ["score 3 and more", "Granite", "assigned to Kim"]
    assert f'<option value="{desk.setter.pk}" selected>Kim</option>' in html
    assert f'<option value="{label.pk}" selected>Granite</option>' in html


def test_names_of_other_workspaces_stay_there(client, desk):
    other = make_desk()
    label = SmsCampaignFactory(workspace=other.workspace, name="Secret")
    client.login_as(desk.owner)

    html = page(client, desk, f"assigned={other.setter.pk}&smsCampaignId={label.pk}")

    assert [text for text, _query in chips(html)] == ["one SMS campaign", "one person&#x27;s"]
    assert "Secret" not in html


def test_filtered_total_says_that_more_follow(client, desk):
    for number in range(26):
        MessageFactory(lead=LeadFactory(workspace=desk.workspace), sent_at=minutes_ago(number))
    client.login_as(desk.owner)

    assert "data-list-count>25+</span>" in page(client, desk, "channels=email")
    assert "data-list-count>1</span>" in page(client, desk, "channels=email&status=qualified")


def test_choices_come_when_the_form_opens(client, desk):
    SmsCampaignFactory(workspace=desk.workspace, name="Granite")
    SmsCampaignFactory(workspace=make_desk().workspace, name="Foreign")
    client.login_as(desk.manager)

    listed, html = page(client, desk), client.get(f"{desk.prefix}/filters?assigned=none").content.decode()

    assert f'hx-get="{desk.prefix}/filters?' in listed
    assert 'id="filter-choices"' in listed
    assert "Granite" not in listed
    assert re.findall(r"<option [^>]*>([^<]*)<", html) == [
        "Anybody",
        "Me",
        "Nobody",
        *sorted(["Kim", "Robin", desk.owner.get_full_name()]),
        "Any",
        "Not attributed",
        "Granite",
    ]
    assert '<option value="none" selected>' in html
    assert "hx-get" not in html


def test_setter_is_fixed_to_own_leads_and_chooses_nobody(client, desk):
    LeadFactory(workspace=desk.workspace, assigned_to=desk.manager, first_name="Hidden")
    client.login_as(desk.setter)

    html = page(client, desk, f"assigned={desk.manager.pk}")

    assert 'name="assigned"' not in html
    assert "Hidden" not in html
    assert client.get(f"{desk.prefix}/filters").status_code == 404


def test_all_workspaces_can_be_narrowed_to_some(client, desk):
    second = WorkspaceFactory(name="Second")
    MembershipFactory(workspace=second, user=desk.manager, role="INBOX_MANAGER")
    LeadFactory(workspace=second, first_name="There")
    client.login_as(desk.manager)

    html = client.get(f"/w/all/inbox/list?workspaces={second.pk}").content.decode()

    assert [text for text, _query in chips(html)] == ["Second"]
    assert "There" in html
    assert desk.lead.shown_name not in html
    assert f'name="workspaces" value="{second.pk}" checked' in html
    assert client.get(f"{desk.prefix}/list?workspaces={second.pk}").status_code == 400
    assert client.get(f"/w/all/inbox/list?workspaces={make_desk().workspace.pk}").status_code == 400


@pytest.mark.parametrize(
    ("query", "status"),
    # A link carries more than the list reads; the API refuses what it does not know.
    [("colour=red", 200), ("channels=fax", 400), ("score=5", 400), ("sort=soonest", 400), ("cursor=tampered", 400)],
)
def test_bad_parameters_are_refused(client, desk, query, status):
    assert client.login_as(desk.owner).get(f"{desk.prefix}/list?{query}").status_code == status


def test_row_counts_down_to_its_answer_in_words(client, desk):
    Lead.objects.filter(pk=desk.lead.pk).update(due_at=minutes_ago(61))
    late = page(client.login_as(desk.setter), desk)
    Lead.objects.filter(pk=desk.lead.pk).update(due_at=minutes_ago(-13))
    soon = page(client, desk)
    opened = client.get(f"{desk.prefix}/conversation/{desk.lead.pk}").content.decode()
    Lead.objects.filter(pk=desk.lead.pk).update(snooze_until_reply=True)
    asleep = page(client, desk, "tab=snoozed")

    assert "data-late>overdue 1 h 1 m</time>" in late
    assert "data-due>due in 12 m</time>" in soon
    assert "data-due>due in 12 m</time>" in opened
    assert ("data-due" in asleep, desk.lead.shown_name in asleep) == (False, True)


@pytest.mark.parametrize("count", [1, 5])
def test_the_pane_asks_the_same_queries_for_any_length(client, desk, count):
    for number in range(count - 1):
        MessageFactory(lead=LeadFactory(workspace=desk.workspace), sent_at=minutes_ago(number))
    page(client.login_as(desk.owner), desk)

    with CaptureQueriesContext(connection) as captured:
        page(client, desk, "sort=due")

    own = [one["sql"] for one in captured if '"leads_lead"' in one["sql"] or '"inbox_' in one["sql"]]
    # Leads, messages, drafts, what was seen; the person's run to go on with.
    assert len(own) == 5
