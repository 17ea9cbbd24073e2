from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from leads.models import EnrichmentRequest, Lead, LeadIdentityConflict
from leads.services.status import blacklist_lead
from tests.factories import LeadFactory, MembershipFactory, PlatformGrantFactory, WorkspaceFactory
from tests.factories.imports import started
from tests.support.client import ZrgClient
from tests.support.drain import drain

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

LIST = reverse("admin:leads_lead_changelist")
CONFLICTS = reverse("admin:leads_leadidentityconflict_changelist")


@pytest.fixture
def operator():
    return ZrgClient().login_as(PlatformGrantFactory().user)


def listed(client, query=""):
    response = client.get(LIST + query)
    assert response.status_code == 200
    return {lead.pk for lead in response.context["cl"].result_list}


def act(client, url, action, rows, **values):
    return client.post(
        url, {"action": action, "_selected_action": [str(row.pk) for row in rows], **values}, follow=True
    )


def test_list_is_filtered_by_tab_phone_and_search(operator):
    workspace = WorkspaceFactory()
    now = timezone.now()
    open_lead = LeadFactory(workspace=workspace, last_inbound_at=now, phone="+14155552671", first_name="Dana")
    twin = LeadFactory(
        workspace=workspace, phone="+14155552671", first_name="Kim", snoozed_until=now + timedelta(days=1)
    )
    LeadFactory(phone="+14155552671", first_name="Noa")

    assert listed(operator, "?tab=responses") == {open_lead.pk}
    assert listed(operator, "?tab=snoozed") == {twin.pk}
    assert listed(operator, "?phone_shared=yes") == {open_lead.pk, twin.pk}
    assert listed(operator, "?q=dan") == {open_lead.pk}
    assert listed(operator, f"?q={twin.email}") == {twin.pk}
    assert len(listed(operator, "?q=5552671")) == 3


def test_list_shows_the_tabs_of_each_lead(operator):
    LeadFactory(last_inbound_at=timezone.now(), sentiment_tag="Interested")
    LeadFactory(snooze_until_reply=True)

    html = operator.get(LIST).content.decode()

    assert "All responses, Requires attention<" in html
    assert ">Snoozed<" in html


def test_workspace_people_see_their_own_leads(client):
    workspace = WorkspaceFactory()
    own, _foreign = LeadFactory(workspace=workspace), LeadFactory()

    assert listed(client.login_as(workspace.owner)) == {own.pk}


def test_setter_has_no_business_here(client):
    workspace = WorkspaceFactory()
    LeadFactory(workspace=workspace)

    response = client.login_as(MembershipFactory(workspace=workspace, role="SETTER").user).get(LIST)

    assert response.status_code in (302, 403, 404)


def test_page_of_a_lead_says_why_it_is_in_its_tabs(operator):
    lead = LeadFactory(last_inbound_at=timezone.now(), sentiment_tag="Interested", first_name="<b>Dana")

    response = operator.get(reverse("admin:leads_lead_change", args=[lead.pk]))

    text = response.content.decode()
    assert response.status_code == 200
    assert "Requires attention: tag Interested" in text
    assert "<b>Dana" not in text


def test_stop_and_lift_go_through_the_services(operator):
    lead = LeadFactory()

    act(operator, LIST, "stop", [lead])
    assert Lead.objects.get(pk=lead.pk).blacklist_reason == "manual"

    act(operator, LIST, "lift_stop", [lead])
    assert Lead.objects.get(pk=lead.pk).status == "blacklisted"

    act(operator, LIST, "lift_stop", [lead], note="They called.")
    assert Lead.objects.get(pk=lead.pk).status == "new"


def test_two_chosen_leads_are_merged_into_the_older(operator):
    workspace = WorkspaceFactory()
    younger = LeadFactory(workspace=workspace)
    older = LeadFactory(workspace=workspace, created_at=timezone.now() - timedelta(days=1))
    third = LeadFactory(workspace=workspace)

    act(operator, LIST, "merge", [younger, older, third])
    assert Lead.objects.count() == 3

    shown = act(operator, LIST, "merge", [younger, older])
    assert Lead.objects.count() == 3
    operator.post(shown.redirect_chain[-1][0])
    assert set(Lead.objects.values_list("pk", flat=True)) == {older.pk, third.pk}


def test_possible_duplicates_are_merged_or_dismissed(operator):
    workspace = WorkspaceFactory()
    leads = LeadFactory.create_batch(4, workspace=workspace)
    one, other = (
        LeadIdentityConflict.objects.create(
            workspace=workspace, lead=lead, other_lead=twin, identifier="email", value="x@y.example", source="webhook"
        )
        for lead, twin in (leads[:2], leads[2:])
    )
    blacklist_lead(leads[1], "opt_out")

    assert operator.get(CONFLICTS).status_code == 200
    act(operator, CONFLICTS, "merge", [one, other])
    shown = act(operator, CONFLICTS, "merge", [one])
    assert Lead.objects.count() == 4
    operator.post(shown.redirect_chain[-1][0])
    act(operator, CONFLICTS, "dismiss", [other])

    assert set(Lead.objects.values_list("pk", flat=True)) == {leads[0].pk, leads[2].pk, leads[3].pk}
    assert Lead.objects.get(pk=leads[0].pk).blacklist_reason == "opt_out"
    assert list(
        LeadIdentityConflict.objects.order_by("pk").values_list("status", flat=True).distinct().order_by("status")
    ) == [
        "dismissed",
        "merged",
    ]


@pytest.mark.parametrize(
    "model", ["emailcampaign", "smscampaign", "optout", "enrichmentrequest", "leadimportjob", "exportjob"]
)
def test_other_lists_open(operator, model):
    assert operator.get(reverse(f"admin:leads_{model}_changelist")).status_code == 200


def test_leads_no_text_reaches_are_listed_with_the_reason(operator):
    now = timezone.now()
    blocked = {"sms_last_blocked_at": now, "sms_last_blocked_reason": "sms_dnd", "sms_consecutive_blocked_count": 3}
    stuck = LeadFactory(**blocked)
    LeadFactory(**blocked, sms_last_success_at=now + timedelta(seconds=1))
    LeadFactory()

    assert listed(operator, "?sms_blocked=yes") == {stuck.pk}
    assert "sms_dnd ×3" in operator.get(LIST + "?sms_blocked=yes").content.decode()


def test_imports_are_cancelled_and_taken_up_again(operator):
    workspace = WorkspaceFactory()
    url = reverse("admin:leads_leadimportjob_changelist")
    running, failed = (started(workspace, [f"A,,a{number}@x.example,,,"]) for number in (1, 2))
    type(failed).objects.filter(pk=failed.pk).update(status="failed")

    act(operator, url, "cancel", [running])
    act(operator, url, "go_on", [running, failed])
    drain()

    assert dict(type(failed).objects.values_list("pk", "status")) == {running.pk: "cancelled", failed.pk: "completed"}
    assert list(Lead.objects.values_list("email", flat=True)) == ["a2@x.example"]


def test_file_of_an_import_is_nowhere_in_the_admin(operator):
    job = started(WorkspaceFactory(), ["A,,a@x.example,,,"])

    page = operator.get(reverse("admin:leads_leadimportjob_change", args=[job.pk]))

    assert page.status_code == 200
    assert job.file.name not in page.content.decode()


def test_questions_to_clay_are_asked_again_or_cancelled(operator):
    lead = LeadFactory(sentiment_tag="Interested")
    ended, waiting = (
        EnrichmentRequest.objects.create(
            workspace=lead.workspace, lead=lead, kind=kind, status=status, trigger="positive_reply", error="no credits"
        )
        for kind, status in (("phone", "error"), ("linkedin", "queued"))
    )
    url = reverse("admin:leads_enrichmentrequest_changelist")

    assert "no credits" in operator.get(url).content.decode()
    again = act(operator, url, "ask_again", [ended, waiting])
    cancelled = act(operator, url, "cancel", [waiting])

    assert ("1 asked again" in again.content.decode(), "1 cancelled" in cancelled.content.decode()) == (True, True)
    ended.refresh_from_db()
    waiting.refresh_from_db()
    assert (ended.status, waiting.status) == ("queued", "expired")
