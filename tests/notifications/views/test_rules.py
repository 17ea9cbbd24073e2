"""Choosing what is told of a lead: saved as rules, refused with a sentence, closed to others."""

import re

import pytest

from notifications.rules.sentiment import TAGS
from tests.factories import MembershipFactory, WorkspaceFactory
from tests.factories.leads import LeadFactory
from tests.support.client import ZrgClient
from zrg.lib.errors import BadInput
from zrg.workspaces.enums import MembershipRole
from zrg.workspaces.models import AdminAuditEvent, Workspace, WorkspaceSettings
from zrg.workspaces.services.settings import change_settings

pytestmark = pytest.mark.django_db

RULES = "notification_sentiment_rules"
OFF = {f"{RULES}-{tag.lower().replace(' ', '-')}-mode": "off" for tag in TAGS}
FORM = {"version": "1", "slack_alerts": "on", "email_digest": "on", "notification_daily_digest_time": "07:30", **OFF}
MEETING = f"{RULES}-meeting-requested"


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory(name="Northwind")


@pytest.fixture
def owner(workspace: Workspace, client: ZrgClient) -> ZrgClient:
    return client.login_as(workspace.owner)


def url(workspace: Workspace) -> str:
    return f"/w/{workspace.pk}/settings/general/notifications"


def row_of(workspace: Workspace) -> WorkspaceSettings:
    return WorkspaceSettings.objects.get(workspace=workspace)


def test_rules_times_and_phones_are_saved_and_shown(owner: ZrgClient, workspace: Workspace) -> None:
    chosen = {f"{MEETING}-mode": "realtime", f"{MEETING}-slack": "on", f"{MEETING}-sms": "on"}

    response = owner.post(url(workspace), {**FORM, **chosen, "notification_phones": "+14155550131\n+14155550132"})

    row = row_of(workspace)
    places = {"slack": True, "email": False, "sms": True}
    assert response.status_code == 302
    assert row.notification_sentiment_rules == {"Meeting Requested": {"mode": "realtime", "destinations": places}}
    assert (row.notification_daily_digest_time, row.email_digest) == ("07:30", True)
    assert row.notification_phones == ["+14155550131", "+14155550132"]
    html = owner.get(url(workspace)).content.decode()
    assert f'name="{MEETING}-sms" checked' in html
    assert '<option value="realtime" selected>At once</option>' in html
    assert html.count('class="rules__row"') == len(TAGS) == 12


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({f"{MEETING}-mode": "daily"}, "Choose where to tell Meeting Requested, or never."),
        ({f"{MEETING}-mode": "hourly", f"{MEETING}-slack": "on"}, "Not known here: Meeting Requested.mode."),
        ({"notification_phones": "0415 555"}, "Numbers as +14155550123."),
        ({"notification_daily_digest_time": "9:75"}, "A time of day as HH:MM."),
    ],
    ids=["nowhere", "unknown mode", "no number", "no time"],
)
def test_what_cannot_be_told_is_refused_beside_its_field(
    owner: ZrgClient, workspace: Workspace, typed: dict[str, str], told: str
) -> None:
    response = owner.post(url(workspace), FORM | typed)

    assert response.status_code == 422
    assert told in response.content.decode()
    assert (row_of(workspace).version, AdminAuditEvent.objects.count()) == (1, 0)


def test_hard_10_lead_phone_refused_on_save(owner: ZrgClient, workspace: Workspace) -> None:
    LeadFactory(workspace=workspace, phone="+14155550131")
    LeadFactory(phone="+14155550132")

    refused = owner.post(url(workspace), {**FORM, "notification_phones": "+14155550131"})
    saved = owner.post(url(workspace), {**FORM, "notification_phones": "+14155550132"})

    assert (refused.status_code, saved.status_code) == (422, 302)
    assert "A lead has this number" in refused.content.decode()
    assert row_of(workspace).notification_phones == ["+14155550132"]


def test_stale_rules_keep_what_was_typed_beside_what_is_stored(owner: ZrgClient, workspace: Workspace) -> None:
    stored = {"Objection": {"mode": "daily", "destinations": {"email": True}}}
    WorkspaceSettings.objects.filter(workspace=workspace).update(version=2, notification_sentiment_rules=stored)

    response = owner.post(url(workspace), {**FORM, f"{MEETING}-mode": "realtime", f"{MEETING}-slack": "on"})

    html = response.content.decode()
    assert response.status_code == 409
    assert "Stored now: Objection once a day (email)" in html
    assert f'name="{MEETING}-slack" checked' in html
    assert row_of(workspace).notification_sentiment_rules == stored


def test_setters_see_the_rules_closed(client: ZrgClient, workspace: Workspace) -> None:
    setter = MembershipFactory(workspace=workspace, role=MembershipRole.SETTER.value).user

    html = client.login_as(setter).get(url(workspace)).content.decode()

    controls = re.findall(rf'<(?:input|select)[^>]*name="{RULES}-[^>]*>', html)
    assert len(controls) == 4 * len(TAGS)
    assert [control for control in controls if " disabled" not in control] == []
    assert client.post(url(workspace), FORM).status_code == 403
    assert row_of(workspace).version == 1


def test_rules_are_checked_wherever_they_come_from(workspace: Workspace) -> None:
    for wrong in (
        {"Hot": {"mode": "realtime", "destinations": {}}},
        {"Interested": {"mode": "daily", "destinations": {"fax": True}}},
        {"Snoozed": {"mode": "daily", "destinations": {"slack": True}}},
    ):
        with pytest.raises(BadInput):
            change_settings(row_of(workspace), {RULES: wrong}, by="provisioning-api", version=None, access=None)

    assert row_of(workspace).notification_sentiment_rules is None
