"""Campaigns in the settings: the list, the panel, the save, the JSON."""

import re
from itertools import chain

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from leads.models import EmailCampaign, SmsCampaign
from leads.services.campaign_settings import campaign_version
from tests.factories import EmailCampaignFactory, MembershipFactory, SmsCampaignFactory, UserFactory, WorkspaceFactory
from tests.factories.ai import PersonaFactory
from tests.support.client import ZrgClient
from zrg.workspaces.enums import MembershipRole
from zrg.workspaces.models import AdminAuditEvent, Workspace, WorkspaceSettings
from zrg.workspaces.settings_frame import READ_ONLY

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory(name="Northfork Dental")


@pytest.fixture
def owner(workspace: Workspace, client: ZrgClient) -> ZrgClient:
    return client.login_as(workspace.owner)


@pytest.fixture
def campaign(workspace: Workspace) -> EmailCampaign:
    return EmailCampaignFactory(workspace=workspace, name="Spring outreach")


def list_url(workspace: Workspace) -> str:
    return f"/w/{workspace.pk}/settings/ai/campaigns"


def url(campaign: EmailCampaign | SmsCampaign) -> str:
    return f"{list_url(campaign.workspace)}/of/{campaign.pk}"


def form_of(campaign: EmailCampaign | SmsCampaign, **changes: object) -> dict[str, object]:
    return {
        "version": campaign_version(campaign),
        "response_mode": "SETTER_MANAGED",
        "threshold": "90",
        "skip_review": "",
        "delay_min": "3",
        "delay_max": "7",
        "auto_send_schedule_mode": "",
        "persona": "",
        "reason": "",
        **changes,
    }


def names(html: str) -> list[str]:
    return re.findall(r'class="truncate" title="([^"]*)"', html)


def test_campaigns_of_both_kinds_are_listed_by_name(owner: ZrgClient, workspace: Workspace) -> None:
    EmailCampaignFactory(workspace=workspace, name="beta")
    SmsCampaignFactory(workspace=workspace, name="Alpha", response_mode="AI_AUTO_SEND")
    EmailCampaignFactory(workspace=workspace, name="Gamma", auto_send_shadow=True)
    EmailCampaignFactory(name="Somebody else's")

    html = owner.get(list_url(workspace)).content.decode()

    assert names(html) == ["Alpha", "beta", "Gamma"]
    assert "The machine may answer 1 of 3. 1 more tries it out." in html
    assert '<span class="badge badge--accent">AI may send</span>' in html
    assert "1 of 3 on AI" in owner.get(f"/w/{workspace.pk}/settings/ai").content.decode()


def test_list_is_searched_filtered_and_paged_without_a_gap(owner: ZrgClient, workspace: Workspace) -> None:
    for number in range(40):
        EmailCampaignFactory(workspace=workspace, name=f"Campaign {number:02}")
        SmsCampaignFactory(workspace=workspace, name=f"Campaign {number:02}")

    seen, address = [], list_url(workspace)
    for _ in range(4):
        html = owner.get(address).content.decode()
        seen.append(names(html))
        if more := re.search(r'href="([^"]+cursor=[^"]+)"', html):
            address = more[1].replace("&amp;", "&")

    assert [len(page) for page in seen] == [25, 25, 25, 5]
    assert list(chain.from_iterable(seen)) == sorted(f"Campaign {number // 2:02}" for number in range(80))
    assert names(owner.get(list_url(workspace), {"q": "PAIGN 07"}).content.decode()) == ["Campaign 07"] * 2
    assert names(owner.get(list_url(workspace), {"mode": "auto"}).content.decode()) == []
    assert owner.get(list_url(workspace), {"mode": "x"}).status_code == 400
    assert owner.get(list_url(workspace), {"q": "other", "cursor": address.split("cursor=")[1]}).status_code == 400


def test_list_costs_the_same_for_one_row_and_for_many(owner: ZrgClient, workspace: Workspace) -> None:
    EmailCampaignFactory(workspace=workspace)
    owner.get(list_url(workspace))
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connections["default"]) as queries:
            owner.get(list_url(workspace))
        counts.append(sum("leads_" in one["sql"] or "ai_persona" in one["sql"] for one in queries))
        for _row in range(10):
            SmsCampaignFactory(workspace=workspace, persona=PersonaFactory(workspace=workspace))

    assert counts == [10, 10]


def test_campaign_is_given_to_the_machine(owner: ZrgClient, campaign: EmailCampaign) -> None:
    persona = PersonaFactory(workspace=campaign.workspace, name="Jordan")
    form = form_of(
        campaign,
        response_mode="AI_AUTO_SEND",
        threshold="92.5",
        skip_review="no",
        delay_min="0.5",
        delay_max="10",
        persona=str(persona.pk),
        reason="Two weeks without a correction",
    )

    response = owner.post(url(campaign), form)

    campaign.refresh_from_db()
    event = AdminAuditEvent.objects.get(action="campaign.changed")
    assert (response.status_code, response["Location"]) == (302, list_url(campaign.workspace))
    assert (campaign.response_mode, campaign.auto_send_confidence_threshold) == ("AI_AUTO_SEND", 0.925)
    assert (campaign.auto_send_delay_min_seconds, campaign.auto_send_delay_max_seconds) == (30, 600)
    assert (campaign.auto_send_skip_human_review, campaign.persona) == (False, persona)
    assert event.reason == "Two weeks without a correction"
    assert event.before == {
        "persona_id": None,
        "response_mode": "SETTER_MANAGED",
        "auto_send_confidence_threshold": 0.9,
        "auto_send_skip_human_review": None,
        "auto_send_delay_min_seconds": 180,
        "auto_send_delay_max_seconds": 420,
    }


def test_same_values_again_write_nothing(owner: ZrgClient, campaign: EmailCampaign) -> None:
    before = EmailCampaign.objects.values().get()

    response = owner.post(url(campaign), form_of(campaign))

    assert response.status_code == 302
    assert EmailCampaign.objects.values().get() == before
    assert not AdminAuditEvent.objects.exists()


@pytest.mark.parametrize("threshold", ["49.99", "0", "100.01", "", "nan", "high"])
def test_threshold_below_half_is_refused(owner: ZrgClient, campaign: EmailCampaign, threshold: str) -> None:
    response = owner.post(url(campaign), form_of(campaign, response_mode="AI_AUTO_SEND", threshold=threshold))

    campaign.refresh_from_db()
    assert response.status_code == 422
    assert (campaign.response_mode, campaign.auto_send_confidence_threshold) == ("SETTER_MANAGED", 0.9)


def test_own_hours_are_kept_and_shown_again(owner: ZrgClient, campaign: EmailCampaign) -> None:
    hours = {
        "auto_send_schedule_mode": "CUSTOM",
        "auto_send_custom_schedule-days": ["1", "5", "0"],
        "auto_send_custom_schedule-start": "10:00",
        "auto_send_custom_schedule-end": "16:30",
        "auto_send_custom_schedule-zone": "America/Chicago",
        "auto_send_custom_schedule-preset": "on",
        "auto_send_custom_schedule-excluded": "2026-10-12",
        "auto_send_custom_schedule-added": "2026-12-31\n2026-08-03 to 2026-08-07",
    }
    response = owner.post(url(campaign), form_of(campaign, **hours))

    campaign.refresh_from_db()
    html = owner.get(url(campaign)).content.decode()
    assert response.status_code == 302
    assert campaign.auto_send_custom_schedule == {
        "version": 1,
        "days": [1, 5, 0],
        "startTime": "10:00",
        "endTime": "16:30",
        "timezone": "America/Chicago",
        "holidays": {
            "preset": "US_FEDERAL_PLUS_COMMON",
            "excludedPresetDates": ["2026-10-12"],
            "additionalBlackoutDates": ["2026-12-31"],
            "additionalBlackoutDateRanges": [{"start": "2026-08-03", "end": "2026-08-07"}],
        },
    }
    assert html.count('type="checkbox" name="auto_send_custom_schedule-days"') == 7
    assert re.findall(r'-days" value="(\d)" checked', html) == ["1", "5", "0"]
    assert "2026-12-31\n2026-08-03 to 2026-08-07</textarea>" in html


@pytest.mark.parametrize(
    ("part", "value", "sentence"),
    [
        ("days", [], "Choose at least one day."),
        ("days", ["9"], "Days are numbers"),
        ("end", "10:00", "Start and end differ."),
        ("end", "", "The end is a time of day"),
        ("zone", "Mars/Olympus", "The time zone is not known."),
        ("added", "31.12.2026", "Dates are written as 2026-12-31."),
        ("added", "2026-08-07 to 2026-08-03", "A range starts before it ends"),
    ],
)
def test_hours_that_mean_nothing_are_refused(
    owner: ZrgClient, campaign: EmailCampaign, part: str, value: object, sentence: str
) -> None:
    name = "auto_send_custom_schedule"
    hours = {f"{name}-days": ["1"], f"{name}-start": "10:00", f"{name}-end": "16:00", f"{name}-{part}": value}

    response = owner.post(url(campaign), form_of(campaign, auto_send_schedule_mode="CUSTOM", **hours))

    campaign.refresh_from_db()
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert (campaign.auto_send_schedule_mode, campaign.auto_send_custom_schedule) == (None, None)


def test_custom_hours_need_hours_somewhere(owner: ZrgClient, campaign: EmailCampaign) -> None:
    form = form_of(campaign, auto_send_schedule_mode="CUSTOM")
    refused = owner.post(url(campaign), form)
    stored = {"version": 1, "days": [1], "startTime": "09:00", "endTime": "12:00"}
    WorkspaceSettings.objects.filter(workspace=campaign.workspace).update(auto_send_custom_schedule=stored)

    done = owner.post(url(campaign), form)

    campaign.refresh_from_db()
    assert (refused.status_code, done.status_code) == (422, 302)
    assert "the workspace has none of its own either" in refused.content.decode()
    assert campaign.auto_send_schedule_mode == "CUSTOM"


def test_stale_panel_keeps_what_was_typed(owner: ZrgClient, campaign: EmailCampaign) -> None:
    stale = form_of(campaign, threshold="80")
    EmailCampaign.objects.update(auto_send_confidence_threshold=0.97)

    response = owner.post(url(campaign), stale)

    campaign.refresh_from_db()
    html = response.content.decode()
    assert response.status_code == 409
    assert "These settings changed meanwhile" in html
    assert "Stored now: 97" in html
    assert 'value="80"' in html
    assert campaign_version(campaign) in html
    assert campaign.auto_send_confidence_threshold == 0.97


def test_name_sent_by_the_provider_is_no_conflict(owner: ZrgClient, campaign: EmailCampaign) -> None:
    form = form_of(campaign, threshold="80")
    EmailCampaign.objects.update(name="Renamed at the provider")

    assert owner.post(url(campaign), form).status_code == 302


def test_panel_opens_and_closes_in_the_list(
    owner: ZrgClient, campaign: EmailCampaign, htmx_headers: dict[str, str]
) -> None:
    panel = owner.get(url(campaign), headers=htmx_headers).content.decode()
    closed = owner.get(url(campaign), {"closed": "1"}, headers=htmx_headers).content.decode()
    saved = owner.post(url(campaign), form_of(campaign, response_mode="AI_AUTO_SEND"), headers=htmx_headers)

    assert (panel.count("<form"), "<html" in panel) == (1, False)
    assert closed.strip().startswith(f'<li class="campaign" id="campaign-{campaign.pk}"')
    assert "Saved" in saved.content.decode()
    assert "AI may send" in saved.content.decode()


@pytest.mark.parametrize("role", [MembershipRole.INBOX_MANAGER, MembershipRole.SETTER, MembershipRole.CLIENT_PORTAL])
def test_others_look_and_change_nothing(client: ZrgClient, campaign: EmailCampaign, role: MembershipRole) -> None:
    client.login_as(MembershipFactory(workspace=campaign.workspace, role=role.value).user)

    html = client.get(url(campaign)).content.decode()
    refused = client.post(url(campaign), form_of(campaign, response_mode="AI_AUTO_SEND"))
    patched = client.patch(
        f"/settings/ai/campaigns/{campaign.pk}", {"responseMode": "AI_AUTO_SEND"}, content_type="application/json"
    )

    campaign.refresh_from_db()
    assert READ_ONLY in html
    assert "Save</button>" not in html
    assert (refused.status_code, patched.status_code) == (403, 403)
    assert campaign.response_mode == "SETTER_MANAGED"


def test_campaign_of_another_workspace_does_not_exist(client: ZrgClient, campaign: EmailCampaign) -> None:
    other = WorkspaceFactory()
    client.login_as(other.owner)
    address = f"{list_url(other)}/of/{campaign.pk}"

    assert [client.get(path).status_code for path in (url(campaign), address)] == [404, 404]
    assert client.post(address, form_of(campaign)).status_code == 404
    assert client.get(f"/settings/ai/campaigns/{campaign.pk}").status_code == 404
    assert client.login_as(UserFactory()).get(f"/settings/ai/campaigns/{campaign.pk}").status_code in (403, 404)


def test_persona_of_another_workspace_is_refused(owner: ZrgClient, campaign: EmailCampaign) -> None:
    foreign = PersonaFactory()

    by_form = owner.post(url(campaign), form_of(campaign, persona=str(foreign.pk)))
    by_json = owner.patch(
        f"/settings/ai/campaigns/{campaign.pk}", {"personaId": str(foreign.pk)}, content_type="application/json"
    )

    campaign.refresh_from_db()
    assert (by_form.status_code, by_json.status_code, by_json.json()["field"]) == (422, 422, "persona_id")
    assert campaign.persona is None


def test_json_changes_what_it_names(owner: ZrgClient, campaign: EmailCampaign) -> None:
    address = f"/settings/ai/campaigns/{campaign.pk}"
    read = owner.get(address).json()
    body = {"responseMode": "AI_AUTO_SEND", "autoSendConfidenceThreshold": 0.95, "version": read["version"]}

    done = owner.patch(address, body, content_type="application/json")
    stale = owner.patch(address, body, content_type="application/json")

    campaign.refresh_from_db()
    assert (read["responseMode"], read["autoSendConfidenceThreshold"]) == ("SETTER_MANAGED", 0.9)
    assert (done.status_code, done.json()["responseMode"]) == (200, "AI_AUTO_SEND")
    assert (stale.status_code, stale.json()["error"]) == (409, "conflict")
    assert (campaign.auto_send_confidence_threshold, campaign.auto_send_delay_min_seconds) == (0.95, 180)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"autoSendConfidenceThreshold": 0.49}, 422),
        ({"autoSendConfidenceThreshold": True}, 422),
        ({"autoSendDelayMinSeconds": 500}, 422),
        ({"autoSendDelayMaxSeconds": 3601}, 422),
        ({"autoSendCustomSchedule": {"days": [1]}}, 422),
        ({"autoSendScheduleMode": "SOMETIMES"}, 422),
        ({"responseMode": "ai_auto_send"}, 422),
        ({"responseMode": None}, 422),
        ({"personaId": "x"}, 422),
        ({"name": "Mine"}, 400),
        ([], 400),
    ],
)
def test_json_is_refused_whole(owner: ZrgClient, campaign: EmailCampaign, body: object, status: int) -> None:
    before = EmailCampaign.objects.values().get()

    response = owner.patch(f"/settings/ai/campaigns/{campaign.pk}", body, content_type="application/json")

    assert response.status_code == status
    assert EmailCampaign.objects.values().get() == before
