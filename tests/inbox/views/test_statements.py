"""How many statements each part of the desk asks, whatever the number of rows: literal figures, so that one more is
seen.
"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inbox.models import LeadNote
from inbox.registry import drawer_sections
from tests.factories.inbox import DraftFactory, MessageFactory, SendOrderFactory, minutes_ago
from tests.factories.leads import LeadFactory, SmsCampaignFactory

pytestmark = pytest.mark.django_db

# They open a transaction with its context, or find the session; none of them is the page's own.
NOT_COUNTED = ("set_config", "current_setting", "django_session", "zrg_cache")

# Two are the person and what they may do, two the menu for many leads; the rows themselves take four.
LISTS = {
    "list": 8,
    "list?tab=responses&sort=due": 8,
    "list?tab=all&sort=name": 8,
    "list?channels=email&assigned=none": 8,
    "list?search=lead": 9,
    "list?search=nobody@northfork.example": 5,
    "list?search=5552671": 5,
    "list?search=in:body details": 9,
    "tabs?tab=all": 6,
}
LEADS = {"conversation": {"manager": 35, "setter": 34}, "thread": 11, "station": 17}
SECTIONS = {
    "status": 5,
    "assignment": 10,
    "contact": 6,
    "automation": 6,
    "routing": 8,
    "score": 5,
    "timing": 8,
    "memory": 6,
}


def asked(client, path):
    """The reading statements of a page that was opened before."""
    assert client.get(path).status_code == 200
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
    reads = [one["sql"] for one in captured if one["sql"].lstrip("( ").startswith(("SELECT", "WITH"))]
    return [sql for sql in reads if not any(word in sql for word in NOT_COUNTED)]


@pytest.mark.parametrize("rows", [1, 25])
@pytest.mark.parametrize(("path", "statements"), LISTS.items())
def test_statements_of_a_list(client, desk, path, statements, rows):
    for number in range(rows):
        lead = LeadFactory(
            workspace=desk.workspace,
            first_name=f"Lead {number}",
            sms_campaign=SmsCampaignFactory(workspace=desk.workspace),
        )
        DraftFactory(lead=lead, context_message=MessageFactory(lead=lead, sent_at=minutes_ago(number + 60)))

    found = asked(client.login_as(desk.manager), f"{desk.prefix}/{path}")

    assert len(found) == statements, found


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("role", ["manager", "setter"])
@pytest.mark.parametrize(("part", "statements"), LEADS.items())
def test_statements_of_a_conversation(client, desk, part, statements, role, rows):
    fill_conversation(desk, rows)

    found = asked(client.login_as(getattr(desk, role)), f"{desk.prefix}/{part}/{desk.lead.pk}")

    assert len(found) == (statements[role] if isinstance(statements, dict) else statements), found


@pytest.mark.parametrize("rows", [1, 3])
def test_statements_of_the_drawer(client, desk, rows):
    fill_conversation(desk, rows)
    client.login_as(desk.owner)

    found = {one.key: len(asked(client, f"{desk.prefix}/drawer/{desk.lead.pk}/{one.key}")) for one in drawer_sections()}

    assert found == SECTIONS


def fill_conversation(desk, rows):
    """So many of everything a conversation lists."""
    for number in range(rows):
        MessageFactory(lead=desk.lead, sent_at=minutes_ago(number + 60))
        MessageFactory(lead=desk.lead, outbound=True, sent_by_user=desk.manager, sent_at=minutes_ago(number + 50))
        SendOrderFactory(lead=desk.lead, ordered_by=desk.manager)
        LeadNote.objects.create(workspace=desk.workspace, lead=desk.lead, author=desk.manager, text=f"Note {number}")
