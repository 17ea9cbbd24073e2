"""Campaigns are given their booking process: a page of the table is one form, all of it or none."""

import re
import threading
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse

from booking.models import BookingProcess, CampaignProcess
from booking.rules.stages import Stage
from booking.services import campaign_processes
from booking.services.campaign_processes import Assignment, assign_processes, list_assignments
from booking.services.processes import ProcessValues, archive_process, create_process, delete_process
from leads.models import EmailCampaign
from tests.factories import EmailCampaignFactory, MembershipFactory, SmsCampaignFactory, WorkspaceFactory
from tests.support.client import ZrgClient
from zrg.lib.errors import BadInput, Conflict, ZrgError
from zrg.workspaces.context import platform, tenant
from zrg.workspaces.enums import MembershipRole
from zrg.workspaces.models import AdminAuditEvent, Workspace


@pytest.fixture
def workspace(db: None) -> Workspace:
    return WorkspaceFactory(name="Northfork Dental")


@pytest.fixture
def owner(workspace: Workspace, client: ZrgClient) -> ZrgClient:
    return client.login_as(workspace.owner)


def url(workspace: Workspace, query: str = "") -> str:
    return f"/w/{workspace.pk}/settings/booking/campaign-processes{query}"


def add(workspace: Workspace, name: str = "Slow") -> BookingProcess:
    return create_process(workspace.pk, ProcessValues.cleaned(name=name), [Stage()], by=None)


def choose(campaign: EmailCampaign, was: BookingProcess | None, now: BookingProcess | None) -> dict[str, Any]:
    return {f"was-{campaign.pk}": was.pk if was else "", f"process-{campaign.pk}": now.pk if now else ""}


def followed() -> dict[str, str]:
    rows = CampaignProcess.objects.values_list("email_campaign__name", "booking_process__name")
    return dict(rows)


def html(response: HttpResponse) -> str:
    return response.content.decode()


def test_campaigns_get_their_process_and_lose_it(owner: ZrgClient, workspace: Workspace) -> None:
    bakers, dentists = (EmailCampaignFactory(workspace=workspace, name=name) for name in ("Bakers", "Dentists"))
    SmsCampaignFactory(workspace=workspace, name="Texts")
    slow, fast = add(workspace), add(workspace, "Fast")

    shown = html(owner.get(url(workspace)))
    told = html(owner.post(url(workspace), {**choose(bakers, None, slow), **choose(dentists, None, fast)}, follow=True))
    first = followed()
    owner.post(url(workspace), {**choose(bakers, slow, fast), **choose(dentists, fast, None)})

    assert [name in shown for name in ("Bakers", "Dentists", "Texts")] == [True, True, False]
    assert "it acts once this installation books meetings" in shown
    assert "2 campaigns changed." in told
    assert "2 campaigns" in told
    assert first == {"Bakers": "Slow", "Dentists": "Fast"}
    assert followed() == {"Bakers": "Fast"}
    assert CampaignProcess.objects.get().workspace_id == workspace.pk
    event = AdminAuditEvent.objects.filter(action="campaign_process.changed").order_by("-created_at").first()
    assert event is not None
    assert AdminAuditEvent.objects.filter(action="campaign_process.changed").count() == 4


def test_same_choice_writes_nothing(owner: ZrgClient, workspace: Workspace) -> None:
    campaign, slow = EmailCampaignFactory(workspace=workspace), add(workspace)
    owner.post(url(workspace), choose(campaign, None, slow))

    told = html(owner.post(url(workspace), choose(campaign, slow, slow), follow=True))

    assert "No change." in told
    assert AdminAuditEvent.objects.filter(action="campaign_process.changed").count() == 1


def test_stale_choice_changes_none_of_the_page(owner: ZrgClient, workspace: Workspace) -> None:
    bakers, dentists = (EmailCampaignFactory(workspace=workspace, name=name) for name in ("Bakers", "Dentists"))
    slow, fast = add(workspace), add(workspace, "Fast")
    owner.post(url(workspace), choose(bakers, None, slow))

    response = owner.post(url(workspace), {**choose(bakers, None, fast), **choose(dentists, None, fast)})

    assert response.status_code == 409
    assert "(Bakers)" in html(response)
    assert re.search(rf'name="was-{bakers.pk}" value="{slow.pk}"', html(response))
    assert followed() == {"Bakers": "Slow"}


def test_archived_process_is_kept_and_not_given(owner: ZrgClient, workspace: Workspace) -> None:
    bakers, dentists = (EmailCampaignFactory(workspace=workspace, name=name) for name in ("Bakers", "Dentists"))
    slow = add(workspace)
    owner.post(url(workspace), choose(bakers, None, slow))
    archive_process(slow, by=None)

    shown = html(owner.get(url(workspace)))
    refused = owner.post(url(workspace), choose(dentists, None, slow))

    assert shown.count("Slow (archived)") == 1
    assert refused.status_code == 422
    assert "Slow is archived" in html(refused)
    assert followed() == {"Bakers": "Slow"}


def test_things_of_another_workspace_are_refused(owner: ZrgClient, workspace: Workspace) -> None:
    other = WorkspaceFactory()
    campaign, foreign_campaign = EmailCampaignFactory(workspace=workspace), EmailCampaignFactory(workspace=other)
    slow, foreign = add(workspace), add(other)

    statuses = [
        owner.post(url(workspace), choose(foreign_campaign, None, slow)).status_code,
        owner.post(url(workspace), choose(campaign, None, foreign)).status_code,
        owner.post(url(workspace), {"process-x": str(slow.pk)}).status_code,
        owner.post(url(workspace), {**choose(campaign, None, slow), "name": "x"}).status_code,
    ]

    assert statuses == [404, 400, 400, 400]
    assert followed() == {}


def test_list_is_searched_and_paged(owner: ZrgClient, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(campaign_processes, "PAGE", 2)
    for name in ("Dentists", "bakers", "Carpenters"):
        EmailCampaignFactory(workspace=workspace, name=name)

    first = list_assignments(workspace.pk)
    second = list_assignments(workspace.pk, cursor=first.next_cursor)
    shown = html(owner.get(url(workspace)))
    found = html(owner.get(url(workspace, "?q=CARP")))

    assert [campaign.name for campaign, _process in first.rows + second.rows] == ["bakers", "Carpenters", "Dentists"]
    assert second.next_cursor == ""
    assert "Further campaigns" in shown
    assert ("Carpenters" in found, "bakers" in found) == (True, False)
    assert "No campaign is called like that" in html(owner.get(url(workspace, "?q=zzz")))
    assert owner.get(url(workspace, f"?q=a&cursor={first.next_cursor}")).status_code == 400


@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_two_queries(workspace: Workspace, django_assert_num_queries: Any, count: int) -> None:
    for _ in range(count):
        EmailCampaignFactory(workspace=workspace)

    with django_assert_num_queries(2):
        assert len(list_assignments(workspace.pk).rows) == count


def test_campaigns_of_the_tab_ai_name_their_process(owner: ZrgClient, workspace: Workspace) -> None:
    bakers, dentists = (EmailCampaignFactory(workspace=workspace, name=name) for name in ("Bakers", "Dentists"))
    texts = SmsCampaignFactory(workspace=workspace, name="Texts")
    owner.post(url(workspace), choose(bakers, None, add(workspace, "Slow start")))
    ai = f"/w/{workspace.pk}/settings/ai/campaigns"

    listed = html(owner.get(ai))
    panels = [html(owner.get(f"{ai}/of/{one.pk}")) for one in (bakers, dentists, texts)]

    assert listed.count("· Slow start") == 1
    assert f'Booking process: <a href="{url(workspace)}?q=Bakers">Slow start</a>' in panels[0]
    assert f'Booking process: <a href="{url(workspace)}?q=Dentists">none</a>' in panels[1]
    assert "Booking process" not in panels[2]


def test_hard_07_settings_read_only_table_is_closed(client: ZrgClient, workspace: Workspace) -> None:
    campaign, slow = EmailCampaignFactory(workspace=workspace), add(workspace)
    client.login_as(MembershipFactory(workspace=workspace, role=MembershipRole.CLIENT_PORTAL.value).user)

    shown = html(client.get(url(workspace)))
    refused = client.post(url(workspace), choose(campaign, None, slow))

    assert re.search(r"<select[^>]*disabled", shown)
    assert refused.status_code == 403
    assert followed() == {}


def test_deleting_and_assigning_at_once_leave_no_campaign_without_its_process(committed_db: None) -> None:
    with platform():
        workspace = WorkspaceFactory()
        campaign = EmailCampaignFactory(workspace=workspace)
        process = add(workspace)
    start, refused = threading.Barrier(2), []

    def work(act: Any) -> None:
        start.wait(20)
        try:
            with tenant(workspace.pk):
                act()
        except ZrgError as error:
            refused.append(type(error))
        connection.close()

    choice = Assignment(campaign_id=campaign.pk, was=None, now=process.pk)
    acts = (
        lambda: assign_processes(workspace.pk, [choice], by=None),
        lambda: delete_process(process, by=None),
    )
    threads = [threading.Thread(target=work, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    with tenant(workspace.pk):
        left = (BookingProcess.objects.count(), CampaignProcess.objects.count())
    assert (left, refused) in [((1, 1), [Conflict]), ((0, 0), [BadInput])]
