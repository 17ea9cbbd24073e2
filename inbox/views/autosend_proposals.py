"""Threshold proposals on the page of figures: what they say, and the buttons that move them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_POST

from inbox.rules.autosend.proposing import KEEP, LEAST_KNOWN, LOWER, RAISE, TOO_FEW, Suggestion
from inbox.services.autosend.calibration import current_basis
from inbox.services.autosend.proposals import (
    APPLIED,
    APPROVED,
    OPEN,
    PROPOSED,
    REJECTED,
    ROLLED_BACK,
    move_proposal,
    people_of,
    proposals_of,
    propose,
    suggestion_for,
)
from leads.models import EmailCampaign, SmsCampaign
from leads.services.campaign_settings import find_campaign
from zrg.lib.errors import BadInput, Conflict
from zrg.workspaces.access import Access, can
from zrg.workspaces.context import tenant
from zrg.workspaces.decorators import person_of, requires

EDIT, APPLY = "autosend.configure", "proposal.apply"
WORDS = {
    PROPOSED: _("Proposed"),
    APPROVED: _("Approved, waits for a super admin"),
    APPLIED: _("In force"),
    REJECTED: _("Rejected"),
    ROLLED_BACK: _("Taken back"),
}
STEPS = {**WORDS, APPROVED: _("Approved"), APPLIED: _("Applied")}
TONES = {PROPOSED: "warn", APPROVED: "warn", APPLIED: "good"}
DONE = {
    PROPOSED: _("Proposed. An owner or admin approves it; a super admin applies it."),
    APPROVED: _("Approved. A super admin applies it; until then nothing changes."),
    REJECTED: _("Rejected. The threshold stays as it is."),
    APPLIED: _("Applied. The campaign has the new threshold."),
    ROLLED_BACK: _("Taken back. The campaign has the threshold it had before."),
}
REFUSALS = {
    "open_proposal": _("There is an open proposal for this campaign already."),
    "nothing_to_propose": _("The figures speak for no other threshold now."),
    "calibration_stale": _("Another model or prompt text judges drafts now, so these figures do not count any more."),
    "threshold_changed": _("Somebody changed the campaign's threshold meanwhile. Nothing was done."),
    "moved_on": _("Somebody was faster: the proposal is not what the page showed. Nothing was done."),
}
SUGGESTED = {
    TOO_FEW: _("Fewer than {least} drafts of the last 90 days have a known end; nothing is proposed yet."),
    KEEP: _("The figures speak for no other threshold now."),
    LOWER: _("A lower threshold would have kept to the target."),
    RAISE: _("Today's threshold misses the target."),
}
MOVES = {"approve": APPROVED, "reject": REJECTED, "roll_back": ROLLED_BACK}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One proposal as the page prints it; `acts` are the buttons this person has: (act, word, kind of button)."""

    id: str
    campaign_id: UUID
    campaign: str
    state: str
    tone: str
    old: float
    new: float
    figures: dict[str, Any]
    steps: list[tuple[str, str, datetime]]
    problem: str
    acts: list[tuple[str, str, str]]
    can_apply: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposals:
    """What the page says about proposals. `suggestion` of the campaign that was asked for, with its sentence."""

    shown: list[Shown]
    campaign_id: UUID | None
    suggestion: Suggestion | None
    sentence: str
    can_propose: bool


def proposals_for(access: Access, workspace_id: UUID, campaign_id: UUID | None, now: datetime) -> Proposals:
    """Read for the page in a fixed number of queries."""
    stored = proposals_of(workspace_id)
    campaigns = {
        pk: (name, threshold)
        for model in (EmailCampaign, SmsCampaign)
        for pk, name, threshold in model.objects.in_workspace(workspace_id)
        .filter(pk__in=list(stored))
        .values_list("pk", "name", "auto_send_confidence_threshold")
    }
    may, basis, people = can(access, EDIT, workspace_id), current_basis(workspace_id), people_of(stored.values())
    shown = [
        _shown(pk, proposal, *campaigns[pk], people, basis, may, can(access, APPLY, workspace_id))
        for pk, proposal in stored.items()
        if pk in campaigns
    ]
    found = suggestion_for(find_campaign(workspace_id, campaign_id), now=now) if campaign_id else None
    has_open = campaign_id in stored and stored[campaign_id]["state"] in OPEN
    return Proposals(
        shown=shown,
        campaign_id=campaign_id,
        suggestion=found,
        sentence=gettext(SUGGESTED[found.reason]).format(least=LEAST_KNOWN) if found else "",
        can_propose=bool(may and found and found.new is not None and not has_open),
    )


@require_POST
@requires(EDIT)
def proposal(request: HttpRequest, workspace_id: UUID, campaign_id: UUID) -> HttpResponse:
    """Propose, approve, reject or take back."""
    act = request.POST.get("act", "")
    if act != "propose" and act not in MOVES:
        raise BadInput(gettext("Unknown act: {act}").format(act=act), code="bad_input", field="act", http_status=400)
    return _done(request, workspace_id, campaign_id, MOVES.get(act, PROPOSED))


@require_POST
@requires(APPLY)
def application(request: HttpRequest, workspace_id: UUID, campaign_id: UUID) -> HttpResponse:
    """Give the campaign the approved threshold; for super admins."""
    return _done(request, workspace_id, campaign_id, APPLIED)


def _done(request: HttpRequest, workspace_id: UUID, campaign_id: UUID, to: str) -> HttpResponse:
    try:
        with tenant(workspace_id):
            if to == PROPOSED:
                propose(workspace_id, campaign_id, by=person_of(request))
            else:
                move_proposal(workspace_id, campaign_id, request.POST.get("proposal", ""), to, by=person_of(request))
    except Conflict as refused:
        messages.error(request, gettext(REFUSALS.get(refused.code, str(refused))))
    else:
        messages.success(request, gettext(DONE[to]))
    url = reverse("autosend_figures", args=[workspace_id])
    return HttpResponseRedirect(f"{url}?{urlencode({'campaignId': campaign_id})}#proposals")


def _shown(
    campaign_id: UUID,
    proposal: dict[str, Any],
    name: str,
    threshold: float,
    people: dict[str, str],
    basis: str,
    may: bool,
    may_apply: bool,
) -> Shown:
    state, problem = proposal["state"], ""
    if state in OPEN and proposal["basis"] != basis:
        problem = gettext(REFUSALS["calibration_stale"])
    elif state in (*OPEN, APPLIED) and threshold != proposal["new" if state == APPLIED else "old"]:
        problem = f"The campaign's threshold is {threshold:g} now."
    acts = []
    if may and state == PROPOSED and not problem:
        acts.append(("approve", "Approve", "button--primary"))
    if may and state in OPEN:
        acts.append(("reject", "Reject", ""))
    if may and state == APPLIED and not problem:
        acts.append(("roll_back", "Take back", ""))
    return Shown(
        id=proposal["id"],
        campaign_id=campaign_id,
        campaign=name or "Unnamed campaign",
        state=gettext(WORDS[state]),
        tone=TONES.get(state, "muted"),
        old=proposal["old"],
        new=proposal["new"],
        figures=proposal["figures"],
        steps=[
            (gettext(STEPS[step["state"]]), people.get(step["by"], "somebody"), _moment(step["at"]))
            for step in proposal["steps"]
        ],
        problem=problem,
        acts=acts,
        can_apply=may_apply and state == APPROVED and not problem,
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(timezone.get_current_timezone())
