"""Two workspaces over HTTP: the second one's people meet nothing of the first."""

import uuid

import pytest
import requests

from tests.e2e.product import SETTER, Session

pytestmark = pytest.mark.e2e

STRANGER = "stranger@second.example"
STRANGER_PASSWORD = "correct-horse-91-battery"


@pytest.fixture(scope="module")
def stranger(product):
    """The owner of a second workspace, made as an integrator makes one."""
    answer = requests.post(
        f"{product.url}/api/admin/workspaces/bootstrap",
        json={"workspaceName": "Second", "adminEmail": STRANGER, "adminPassword": STRANGER_PASSWORD},
        headers={"x-workspace-provisioning-secret": product.secrets["WORKSPACE_PROVISIONING_SECRET"]},
        timeout=15,
    )
    assert answer.status_code == 201, answer.text
    return Session(product, STRANGER, STRANGER_PASSWORD)


@pytest.fixture(scope="module")
def names(product):
    """The ids of the first workspace, its lead, draft and message, as they stand in addresses."""
    email = "walls@first.example"
    product.write(email, "Could you send more details?", first_name="Wanda")
    draft, _text = product.pending_draft(email)
    lead = product.lead_id(email)
    workspace, message = product.rows("SELECT workspace_id, id FROM inbox_message WHERE lead_id = %s", lead)[0]
    return {"workspace": str(workspace), "lead": lead, "draft": draft, "message": str(message)}


PAGES = (
    "/w/{workspace}/inbox/list",
    "/w/{workspace}/inbox/tabs",
    "/w/{workspace}/inbox/row/{lead}",
    "/w/{workspace}/inbox/conversation/{lead}",
    "/w/{workspace}/inbox/thread/{lead}",
    "/w/{workspace}/inbox/station/{lead}",
    "/w/{workspace}/inbox/drawer/{lead}/contact",
    "/w/{workspace}/inbox/messages/{message}/original",
    "/w/{workspace}/inbox/messages/{message}/text",
    "/w/all/inbox/conversation/{lead}",
    "/api/inbox/conversations/{lead}",
    "/api/inbox/conversations/{lead}/drafts",
    "/api/inbox/drafts/{draft}",
    "/api/workspaces/{workspace}/capabilities",
)
ACTS = (
    "/w/{workspace}/inbox/drafts/{draft}/approval",
    "/w/{workspace}/inbox/drafts/{draft}/rejection",
    "/w/{workspace}/inbox/leads/{lead}/message",
    "/w/{workspace}/inbox/leads/{lead}/status",
    "/api/inbox/drafts/{draft}/approve",
    "/api/inbox/drafts/{draft}/reject",
    "/api/inbox/conversations/{lead}/send",
    "/api/inbox/conversations/{lead}/snooze",
    "/api/inbox/conversations/{lead}/sentiment",
    "/api/inbox/conversations/{lead}/status",
    "/api/inbox/conversations/{lead}/seen",
    "/api/inbox/messages/{message}/outcome",
)


@pytest.mark.parametrize("path", PAGES)
def test_page_of_another_workspace_is_not_there(product, stranger, names, path):
    own, foreign = product.session(SETTER).get(path.format(**names)), stranger.get(path.format(**names))
    nowhere = stranger.get(path.format(**{name: uuid.uuid4() for name in names}))

    assert own.status_code == 200, own.text
    assert foreign.status_code == 404
    assert "Wanda" not in foreign.text
    assert nowhere.status_code == 404


@pytest.mark.parametrize("path", ACTS)
def test_act_in_another_workspace_is_not_there_and_changes_nothing(product, stranger, names, path):
    before = state_of(product, names)

    answer = stranger.post(path.format(**names), {})

    assert answer.status_code == 404
    assert state_of(product, names) == before


def test_lists_of_another_workspace_are_empty(stranger, names):
    home = stranger.get(f"/?leadId={names['lead']}")
    conversations = stranger.get("/api/inbox/conversations")
    foreign = stranger.get(f"/api/inbox/conversations?clientId={names['workspace']}")
    changes = stranger.get("/api/inbox/changes?since=2020-01-01T00:00:00Z")

    assert home.status_code == 200
    assert "That conversation is not available to you" in home.text
    assert "Wanda" not in home.text
    assert conversations.json()["conversations"] == []
    assert foreign.status_code == 404
    assert changes.status_code == 204


def test_nobody_signed_in_gets_nothing(product, names):
    page = requests.get(f"{product.url}/?leadId={names['lead']}", timeout=15, allow_redirects=False)
    api = requests.get(f"{product.url}/api/inbox/conversations/{names['lead']}", timeout=15, allow_redirects=False)

    assert (page.status_code, page.headers["Location"].split("?")[0]) == (302, "/account/login/")
    assert api.status_code == 401


def state_of(product, names):
    return product.rows(
        "SELECT l.status, l.sentiment_tag, l.snoozed_until, d.status, d.version, (SELECT count(*) FROM inbox_sendorder)"
        " FROM leads_lead l JOIN inbox_draft d ON d.lead_id = l.id WHERE l.id = %s",
        names["lead"],
    )
