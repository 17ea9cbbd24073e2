"""Threshold proposals: who moves them, once, and what each step leaves behind."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inbox.models import Draft
from inbox.services.autosend.calibration import protect_thresholds
from inbox.services.autosend.proposals import move_proposal, propose, suggestion_for
from leads.models import EmailCampaign
from tests.factories.inbox import DraftFactory
from tests.factories.leads import EmailCampaignFactory, LeadFactory
from tests.factories.workspaces import MembershipFactory, UserFactory, WorkspaceFactory
from zrg.ai.models import ConfidencePolicy, ConfidencePolicyRevision
from zrg.lib.errors import Conflict
from zrg.workspaces.models import AdminAuditEvent, WorkspaceSettings

pytestmark = pytest.mark.django_db

ROOT = "root@platform.example"
KNOWN = {"status": "approved", "auto_send_confidence": 0.95, "response_disposition": "APPROVED"}


@pytest.fixture
def workspace():
    return WorkspaceFactory()


@pytest.fixture
def campaign(workspace):
    """200 good ends, judged ten days ago, threshold 0.9."""
    found = EmailCampaignFactory(workspace=workspace, name="Spring", auto_send_confidence_threshold=0.9)
    judged(found, 200)
    return found


@pytest.fixture
def root(settings):
    settings.SUPER_ADMIN_EMAILS = {ROOT}
    return UserFactory(email=ROOT)


def judged(campaign: EmailCampaign, number: int, *, days: int = 10, **values: object) -> None:
    lead = LeadFactory(workspace=campaign.workspace, email_campaign=campaign)
    first = DraftFactory(lead=lead, **KNOWN)
    rows = [Draft.objects.get(pk=first.pk) for _ in range(number - 1)]
    for row in rows:
        row.pk, row.trigger_key, row._state.adding = uuid4(), None, True
    Draft.objects.bulk_create(rows)
    at = timezone.now() - timedelta(days=days)
    Draft.objects.filter(lead=lead).update(auto_send_evaluated_at=at, **values)


def threshold(campaign: EmailCampaign) -> float:
    return EmailCampaign.objects.get(pk=campaign.pk).auto_send_confidence_threshold


def stored(campaign: EmailCampaign) -> dict:
    return ConfidencePolicy.objects.get(policy_key=f"auto_send.campaign.{campaign.pk}").config["proposal"]


def page(client, campaign: EmailCampaign):
    return client.get(f"/w/{campaign.workspace_id}/autosend?campaignId={campaign.pk}")


def post(client, campaign: EmailCampaign, act: str, **values: str):
    url = f"/w/{campaign.workspace_id}/autosend/proposals/{campaign.pk}"
    if act == "apply":
        return client.post(f"{url}/apply", values, follow=True)
    return client.post(url, {"act": act, **values}, follow=True)


def test_from_proposed_to_taken_back_with_who_old_new_and_figures(client, campaign, root):
    owner = campaign.workspace.owner
    client.login_as(owner)
    assert "Propose 0.85" in page(client, campaign).text
    post(client, campaign, "propose")
    number = stored(campaign)["id"]
    post(client, campaign, "approve", proposal=number)
    assert (threshold(campaign), ">Apply 0.85<" in page(client, campaign).text) == (0.9, False)

    client.login_as(root)
    assert ">Apply 0.85<" in page(client, campaign).text
    done = post(client, campaign, "apply", proposal=number)
    assert ("The campaign has the new threshold." in done.text, threshold(campaign)) == (True, 0.85)

    client.login_as(owner)
    post(client, campaign, "roll_back", proposal=number)

    proposal = stored(campaign)
    steps = [(step["state"], step["by"]) for step in proposal["steps"]]
    assert threshold(campaign) == 0.9
    assert steps == [
        ("proposed", str(owner.pk)),
        ("approved", str(owner.pk)),
        ("applied", str(root.pk)),
        ("rolled_back", str(owner.pk)),
    ]
    assert (proposal["old"], proposal["new"], proposal["figures"]["known"]) == (0.9, 0.85, 200)
    assert proposal["figures"]["after"] == {
        "threshold": 0.85,
        "would_send": 200,
        "known": 200,
        "edited": 0,
        "rejected": 0,
        "opted_out": 0,
    }
    revisions = ConfidencePolicyRevision.objects.order_by("created_at").values_list("reason", "author_id")
    assert list(revisions) == [
        ("proposed", owner.pk),
        ("approved", owner.pk),
        ("applied", root.pk),
        ("rolled_back", owner.pk),
    ]
    audit = AdminAuditEvent.objects.order_by("created_at").values_list("action", "actor_id", "reason")
    assert list(audit) == [
        ("threshold_proposal.proposed", owner.pk, ""),
        ("threshold_proposal.approved", owner.pk, ""),
        ("threshold_proposal.applied", root.pk, ""),
        ("campaign.changed", root.pk, "threshold_proposal_applied"),
        ("threshold_proposal.rolled_back", owner.pk, ""),
        ("campaign.changed", owner.pk, "threshold_proposal_rolled_back"),
    ]


def test_only_these_people_move_it_and_nobody_skips_a_state(client, campaign, root):
    owner = campaign.workspace.owner
    manager = MembershipFactory(workspace=campaign.workspace, role="INBOX_MANAGER").user
    refused = client.login_as(manager)
    assert post(refused, campaign, "propose").status_code == 403

    client.login_as(owner)
    post(client, campaign, "propose")
    number = stored(campaign)["id"]
    client.login_as(root)
    assert "not what the page showed" in post(client, campaign, "apply", proposal=number).text
    client.login_as(owner)
    post(client, campaign, "approve", proposal=number)
    assert post(client, campaign, "apply", proposal=number).status_code == 403
    assert post(client.login_as(manager), campaign, "approve", proposal=number).status_code == 403
    assert (
        client.login_as(owner)
        .post(f"/w/{campaign.workspace_id}/autosend/proposals/{campaign.pk}", {"act": "applied", "proposal": number})
        .status_code
        == 400
    )
    foreign = EmailCampaignFactory()
    assert (
        client.post(f"/w/{campaign.workspace_id}/autosend/proposals/{foreign.pk}", {"act": "propose"}).status_code
        == 404
    )

    assert (stored(campaign)["state"], threshold(campaign)) == ("approved", 0.9)
    assert ConfidencePolicyRevision.objects.count() == 2


def test_each_state_moves_once_and_a_second_click_writes_nothing(campaign):
    ws, owner = campaign.workspace_id, campaign.workspace.owner
    number = propose(ws, campaign.pk, by=owner)["id"]
    with pytest.raises(Conflict, match="open proposal"):
        propose(ws, campaign.pk, by=owner)
    for state in ("approved", "applied", "rolled_back"):
        move_proposal(ws, campaign.pk, number, state, by=owner)
        for again in ("approved", "applied", "rolled_back", "rejected"):
            if (state, again) not in (("approved", "applied"), ("approved", "rejected"), ("applied", "rolled_back")):
                with pytest.raises(Conflict) as refusal:
                    move_proposal(ws, campaign.pk, number, again, by=owner)
                assert refusal.value.code == "moved_on"

    assert ConfidencePolicyRevision.objects.count() == 4
    assert AdminAuditEvent.objects.count() == 6


def test_a_proposal_falls_with_its_threshold_or_its_evaluator(campaign):
    ws, owner = campaign.workspace_id, campaign.workspace.owner
    number = propose(ws, campaign.pk, by=owner)["id"]
    EmailCampaign.objects.filter(pk=campaign.pk).update(auto_send_confidence_threshold=0.93)
    with pytest.raises(Conflict) as moved:
        move_proposal(ws, campaign.pk, number, "approved", by=owner)

    EmailCampaign.objects.filter(pk=campaign.pk).update(auto_send_confidence_threshold=0.9)
    move_proposal(ws, campaign.pk, number, "approved", by=owner)
    WorkspaceSettings.objects.filter(workspace_id=ws).update(auto_send_evaluator_model="gpt-5.2")
    with pytest.raises(Conflict) as stale:
        move_proposal(ws, campaign.pk, number, "applied", by=owner)

    assert (moved.value.code, stale.value.code) == ("threshold_changed", "calibration_stale")
    assert (stored(campaign)["state"], threshold(campaign)) == ("approved", 0.9)


def test_counts_only_what_todays_evaluator_judged_with_a_known_end(campaign):
    now = timezone.now()
    judged(campaign, 3, days=6)
    judged(campaign, 3, days=91)
    judged(campaign, 1, status="pending")
    judged(campaign, 3, channel="sms")
    assert suggestion_for(campaign, now=now).known == 200

    ws = campaign.workspace_id
    protect_thresholds(ws)
    assert suggestion_for(campaign, now=now).known == 200
    WorkspaceSettings.objects.filter(workspace_id=ws).update(auto_send_evaluator_model="gpt-5.2")
    with pytest.raises(Conflict, match="Another evaluator"):
        propose(ws, campaign.pk, by=campaign.workspace.owner)
    protect_thresholds(ws)
    found = suggestion_for(campaign, now=timezone.now())
    assert (found.reason, found.known) == ("too_few", 0)


def test_the_page_asks_a_fixed_number_of_indexed_queries(client, campaign):
    ws, owner = campaign.workspace_id, campaign.workspace.owner
    client.login_as(owner)
    propose(ws, campaign.pk, by=owner)

    def read() -> list[dict[str, str]]:
        with CaptureQueriesContext(connection) as captured:
            assert page(client, campaign).status_code == 200
        return captured.captured_queries

    read()
    one = read()
    other = EmailCampaignFactory(workspace=campaign.workspace, auto_send_confidence_threshold=0.9)
    judged(other, 200)
    propose(ws, other.pk, by=owner)
    assert len(read()) == len(one)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for query in one:
            if "ai_confidencepolicy" in query["sql"] or "inbox_draft" in query["sql"]:
                cursor.execute("EXPLAIN " + query["sql"])
                plan = "\n".join(row[0] for row in cursor.fetchall())
                assert "Seq Scan on ai_confidencepolicy" not in plan, query["sql"]
                assert "Seq Scan on inbox_draft" not in plan, query["sql"]
