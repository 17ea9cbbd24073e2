"""Threshold proposals of campaigns (06 R21): proposed, approved, applied, taken back; each step once, each kept.

A proposal is the part `proposal` of the campaign's policy `auto_send.campaign.<id>`; its revisions are the history.
All runs in the caller's context.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from inbox.enums import Channel
from inbox.models import Draft
from inbox.rules.autosend.deciding import clean_threshold
from inbox.rules.autosend.proposing import Suggestion, suggest_threshold
from inbox.services.autosend.calibration import POLICY, current_basis
from inbox.services.autosend.figures import OPT_OUT_WITHIN, judged_drafts
from leads.models import SmsCampaign
from leads.services.campaign_settings import Campaign, campaign_version, change_campaign, find_campaign
from zrg.ai.models import ConfidencePolicy
from zrg.ai.services.policies import basis_changed_at, basis_of, change_part
from zrg.lib import log_events
from zrg.lib.errors import Conflict
from zrg.workspaces.models import User
from zrg.workspaces.services.audit import record_audit

PREFIX, PART = f"{POLICY}.", "proposal"
PERIOD = timedelta(days=90)
NEWEST = 50

PROPOSED, APPROVED, APPLIED = "proposed", "approved", "applied"
REJECTED, ROLLED_BACK = "rejected", "rolled_back"
OPEN = (PROPOSED, APPROVED)
MOVES = {APPROVED: (PROPOSED,), REJECTED: OPEN, APPLIED: (APPROVED,), ROLLED_BACK: (APPLIED,)}
"""The states a state is reached from; there are no other ways."""

logger = structlog.get_logger(__name__)


def suggestion_for(campaign: Campaign, *, now: datetime) -> Suggestion:
    """What the campaign's figures speak for: drafts of the last 90 days that today's evaluator judged, old enough for
    an opt-out to be known.
    """
    since = max(now - PERIOD, basis_changed_at(campaign.workspace_id, POLICY) or now - PERIOD)
    texts = isinstance(campaign, SmsCampaign)
    of_campaign = {"lead__sms_campaign_id" if texts else "lead__email_campaign_id": campaign.pk}
    drafts = Draft.objects.in_workspace(campaign.workspace_id).filter(
        channel=Channel.SMS if texts else Channel.EMAIL,
        auto_send_evaluated_at__gte=since,
        auto_send_evaluated_at__lte=now - OPT_OUT_WITHIN,
        **of_campaign,
    )
    return suggest_threshold(judged_drafts(drafts), clean_threshold(campaign.auto_send_confidence_threshold))


def propose(workspace_id: UUID, campaign_id: UUID, *, by: User) -> dict[str, Any]:
    """Keep what the figures speak for now as a proposal.

    Raises Conflict: `open_proposal`, `nothing_to_propose`, `calibration_stale`, `moved_on`; NotVisible.
    """
    campaign = find_campaign(workspace_id, campaign_id)
    seen, basis = _stored(workspace_id, campaign_id), current_basis(workspace_id)
    if seen and seen["state"] in OPEN:
        raise Conflict(gettext("There is an open proposal already."), code="open_proposal")
    if basis_of(workspace_id, POLICY) not in (None, basis):
        raise Conflict(gettext("Another evaluator judges now; nothing is known of it yet."), code="calibration_stale")
    found = suggestion_for(campaign, now=timezone.now())
    if found.new is None or found.after is None:
        raise Conflict(gettext("The figures speak for no other threshold."), code="nothing_to_propose")
    proposal = {
        "id": uuid4().hex,
        "state": PROPOSED,
        "old": found.old,
        "new": found.new,
        "basis": basis,
        "figures": {"known": found.known, "before": asdict(found.before), "after": asdict(found.after)},
        "steps": [_step(PROPOSED, by)],
    }
    return _keep(campaign, seen, proposal, by=by)


def move_proposal(workspace_id: UUID, campaign_id: UUID, proposal_id: str, to: str, *, by: User) -> dict[str, Any]:
    """Approve, reject, apply or take back the proposal a person saw, once. Applying and taking back set the campaign's
    threshold in the same transaction.

    Raises Conflict and writes nothing: `moved_on` (another state or proposal by now), `calibration_stale` (another
    evaluator judges), `threshold_changed` (a person moved the threshold); NotVisible.
    """
    campaign = find_campaign(workspace_id, campaign_id)
    seen = _stored(workspace_id, campaign_id)
    if not seen or seen["id"] != proposal_id or seen["state"] not in MOVES[to]:
        raise Conflict(gettext("The proposal is not what it was."), code="moved_on")
    if to in (APPROVED, APPLIED) and seen["basis"] != current_basis(workspace_id):
        raise Conflict(gettext("Another evaluator judges now."), code="calibration_stale")
    if to != REJECTED and campaign.auto_send_confidence_threshold != seen["new" if to == ROLLED_BACK else "old"]:
        raise Conflict(gettext("The threshold was changed meanwhile."), code="threshold_changed")
    proposal = {**seen, "state": to, "steps": [*seen["steps"], _step(to, by)]}
    with transaction.atomic():
        kept = _keep(campaign, seen, proposal, by=by)
        if to in (APPLIED, ROLLED_BACK):
            threshold = seen["new" if to == APPLIED else "old"]
            change_campaign(
                campaign,
                {"auto_send_confidence_threshold": threshold},
                by=by,
                version=campaign_version(campaign),
                reason=f"threshold_proposal_{to}",
            )
    return kept


def proposals_of(workspace_id: UUID) -> dict[UUID, dict[str, Any]]:
    """The last proposal of each campaign, the one moved last first; at most 50."""
    rows = (
        ConfidencePolicy.objects.in_workspace(workspace_id)
        .filter(policy_key__startswith=PREFIX, config__has_key=PART)
        .order_by("-updated_at")
        .values_list("policy_key", "config")[:NEWEST]
    )
    return {UUID(key.removeprefix(PREFIX)): config[PART] for key, config in rows}


def people_of(proposals: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Names of those who took the steps, by id as it is stored."""
    ids = {step["by"] for proposal in proposals for step in proposal["steps"]}
    return {str(person.pk): person.get_full_name() for person in User.objects.filter(pk__in=ids)} if ids else {}


def _stored(workspace_id: UUID, campaign_id: UUID) -> dict[str, Any] | None:
    rows = ConfidencePolicy.objects.in_workspace(workspace_id).filter(policy_key=f"{PREFIX}{campaign_id}")
    config = rows.values_list("config", flat=True).first()
    return config.get(PART) if config else None


def _keep(campaign: Campaign, seen: dict[str, Any] | None, proposal: dict[str, Any], *, by: User) -> dict[str, Any]:
    state, values = proposal["state"], {name: proposal[name] for name in ("state", "old", "new", "figures")}
    with transaction.atomic():
        change_part(
            campaign.workspace_id, f"{PREFIX}{campaign.pk}", PART, seen=seen, value=proposal, by=by, reason=state
        )
        record_audit(
            f"threshold_proposal.{state}",
            actor=by,
            workspace=campaign.workspace_id,
            obj=campaign,
            before={"state": seen["state"]} if seen else None,
            after=values,
        )
    logger.info(log_events.AUTOSEND_PROPOSAL, campaign_id=str(campaign.pk), state=state, new=proposal["new"])
    return proposal


def _step(state: str, by: User) -> dict[str, str]:
    return {"state": state, "by": str(by.pk), "at": timezone.now().isoformat(timespec="seconds")}
