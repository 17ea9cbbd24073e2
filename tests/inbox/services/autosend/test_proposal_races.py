"""Several people press the same button of a proposal at once."""

from uuid import UUID

from inbox.services.autosend.proposals import move_proposal, propose
from leads.models import EmailCampaign
from tests.factories.leads import EmailCampaignFactory
from tests.inbox.services.test_races import at_once
from tests.inbox.views.test_autosend_proposals import judged
from zrg.ai.models import ConfidencePolicyRevision
from zrg.lib.errors import Conflict
from zrg.workspaces.context import platform, tenant
from zrg.workspaces.models import AdminAuditEvent, User


def press(workspace_id: UUID, campaign_id: UUID, number: str, to: str, by: User) -> str:
    try:
        with tenant(workspace_id):
            return str(move_proposal(workspace_id, campaign_id, number, to, by=by)["state"])
    except Conflict as refused:
        return refused.code


def test_each_state_is_reached_once_whoever_presses(committed_db):
    with platform():
        campaign = EmailCampaignFactory(auto_send_confidence_threshold=0.9)
        judged(campaign, 200)
        workspace, owner = campaign.workspace, campaign.workspace.owner
    with tenant(workspace.pk):
        number = propose(workspace.pk, campaign.pk, by=owner)["id"]

    for state in ("approved", "applied", "rolled_back"):
        answers = at_once(*[lambda to=state: press(workspace.pk, campaign.pk, number, to, owner)] * 4)
        assert sorted(answers) == sorted([state, *["moved_on"] * 3])

    with tenant(workspace.pk):
        reasons = ConfidencePolicyRevision.objects.order_by("created_at").values_list("reason", flat=True)
        assert list(reasons) == ["proposed", "approved", "applied", "rolled_back"]
        assert AdminAuditEvent.objects.filter(action="campaign.changed").count() == 2
        assert EmailCampaign.objects.get(pk=campaign.pk).auto_send_confidence_threshold == 0.9
