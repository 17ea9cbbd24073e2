"""The control that compares a conversation with its providers, and the API of it."""

import pytest

from inbox.models import ConversationSync, Message
from tests.inbox.desk import Desk, make_desk
from tests.support.client import ZrgClient
from tests.support.drain import drain
from tests.support.simulator import RunningSimulator
from zrg.jobs.models import BackgroundJob

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def desk(simulator: RunningSimulator) -> Desk:
    return make_desk(simulator)


def syncs() -> int:
    return BackgroundJob.objects.filter(type="CONVERSATION_SYNC").count()


def lost_reply(desk: Desk, simulator: RunningSimulator) -> None:
    simulator.state.emailbison.write_as_lead(desk.lead.email or "", "Are you there?", base_url="")


def test_control_shows_progress_then_the_result(
    desk: Desk,
    client: ZrgClient,
    simulator: RunningSimulator,
) -> None:
    lost_reply(desk, simulator)
    kim = client.login_as(desk.setter)
    url = f"{desk.prefix}/leads/{desk.lead.pk}/sync"

    asked = kim.post(url, headers=HTMX)
    drain()
    done = kim.get(url, headers=HTMX)

    assert "Comparing with the providers…" in asked.content.decode()
    assert 'hx-trigger="load delay:2s"' in asked.content.decode()
    assert "data-syncing" not in done.content.decode()
    assert "2 new messages." in done.headers["HX-Trigger"]
    assert Message.objects.filter(body="Are you there?").count() == 1


def test_opening_compares_once_and_fetching_ahead_does_not(desk: Desk, client: ZrgClient) -> None:
    kim = client.login_as(desk.setter)
    url = f"{desk.prefix}/conversation/{desk.lead.pk}"

    kim.get(url, headers={**HTMX, "X-Zrg-Prefetch": "1"})
    ahead = syncs()
    for _ in range(3):
        assert kim.get(url, headers=HTMX).status_code == 200

    assert (ahead, syncs()) == (0, 1)
    assert ConversationSync.objects.get().state == "queued"


def test_portal_reads_and_does_not_ask(desk: Desk, client: ZrgClient) -> None:
    portal = client.login_as(desk.portal)

    assert portal.post(f"{desk.prefix}/leads/{desk.lead.pk}/sync", headers=HTMX).status_code in (403, 404)
    assert portal.post(f"/api/inbox/conversations/{desk.lead.pk}/sync").status_code in (403, 404)
    assert syncs() == 0


def test_api_tells_how_far_it_is(
    desk: Desk,
    client: ZrgClient,
    simulator: RunningSimulator,
) -> None:
    lost_reply(desk, simulator)
    kim = client.login_as(desk.setter)
    url = f"/api/inbox/conversations/{desk.lead.pk}/sync"

    before = kim.get(url).json()
    asked = kim.post(url, {}, content_type="application/json")
    again = kim.post(url, {}, content_type="application/json")
    drain()
    done = kim.get(url).json()

    assert (before["state"], before["report"]) == (None, None)
    assert (asked.status_code, asked.json()["queued"], asked.json()["busy"]) == (202, True, True)
    assert again.json()["queued"] is False
    assert (done["state"], done["busy"], done["report"]["inserted"]) == ("done", False, 2)


def test_lead_of_another_workspace_is_not_there(desk: Desk, client: ZrgClient) -> None:
    other = make_desk()
    kim = client.login_as(desk.setter)

    assert kim.post(f"/api/inbox/conversations/{other.lead.pk}/sync").status_code == 404
    assert kim.post(f"{other.prefix}/leads/{other.lead.pk}/sync", headers=HTMX).status_code == 404
    assert syncs() == 0


def test_admin_shows_what_was_found_and_compares_again(
    desk: Desk,
    client: ZrgClient,
    simulator: RunningSimulator,
) -> None:
    lost_reply(desk, simulator)
    kim = client.login_as(desk.setter)
    kim.post(f"{desk.prefix}/leads/{desk.lead.pk}/sync", headers=HTMX)
    drain()
    row = ConversationSync.objects.get()
    owner = client.login_as(desk.owner).step_up()

    page = owner.get("/admin/inbox/conversationsync/").content.decode()
    owner.post("/admin/inbox/conversationsync/", {"action": "compare_again", "_selected_action": [str(row.pk)]})

    row.refresh_from_db()
    assert "2 new messages." in page
    assert row.state == "queued"
