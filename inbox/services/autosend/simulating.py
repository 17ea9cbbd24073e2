"""What another threshold would have decided about judged drafts (06 Interfaces); reads only."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from inbox.enums import ResponseDisposition
from inbox.models import Draft
from inbox.rules.autosend.deciding import decide
from inbox.rules.autosend.verdicts import Evaluation
from inbox.services.autosend.policies import campaign_of
from zrg.workspaces.models import WorkspaceSettings

SENDS = ("send_immediate", "send_delayed")
CHUNK = 500


@dataclass(slots=True)
class Simulated:
    """Counts of one campaign: drafts judged, sent then, and sent under the other threshold; of these, those a person
    then edited or rejected. `kept`: held back by something no threshold overrides.
    """

    campaign: str
    judged: int = 0
    sent: int = 0
    would_send: int = 0
    edited: int = 0
    rejected: int = 0
    kept: int = 0


def simulate(workspace_id: UUID, *, since: datetime, threshold: float) -> list[Simulated]:
    """One row for each campaign with judged drafts, by name. Runs in the caller's context and writes nothing.

    The confidence that decided is taken as it is; a text that was flagged, blocked or broke a rule stays held back.
    """
    own = WorkspaceSettings.objects.get(workspace_id=workspace_id)
    drafts = (
        Draft.objects.in_workspace(workspace_id)
        .filter(auto_send_evaluated_at__gte=since, auto_send_confidence__isnull=False)
        .select_related("lead__email_campaign", "lead__sms_campaign")
        .only(
            "channel",
            "auto_send_confidence",
            "auto_send_action",
            "auto_send_reason_code",
            "response_disposition",
            "rejected_at",
            "lead__workspace",
            "lead__email_campaign__name",
            "lead__email_campaign__auto_send_skip_human_review",
            "lead__sms_campaign__name",
            "lead__sms_campaign__auto_send_skip_human_review",
        )
    )
    found: dict[str, Simulated] = {}
    for draft in drafts.iterator(chunk_size=CHUNK):
        campaign = campaign_of(draft.lead, draft.channel)
        name = campaign.name if campaign else "(no campaign)"
        skip = campaign.auto_send_skip_human_review if campaign else None
        _add(found.setdefault(name, Simulated(campaign=name)), draft, threshold, own.auto_send_skip_human_review, skip)
    return sorted(found.values(), key=lambda row: row.campaign)


def _add(row: Simulated, draft: Draft, threshold: float, skip_workspace: bool, skip_campaign: bool | None) -> None:
    stored = draft.auto_send_reason_code or ""
    # Of a campaign that only tries it out: "shadow:<action>,<reason>".
    code = stored.partition(",")[2] if stored.startswith("shadow:") else stored
    judged = code in ("approved", "below_threshold", "requires_human_review")
    row.judged += 1
    row.sent += draft.auto_send_action in SENDS
    if not judged:
        row.kept += 1
        return
    safe = code != "requires_human_review"
    evaluation = Evaluation(
        confidence=draft.auto_send_confidence or 0.0, safe_to_send=safe, requires_human_review=not safe
    )
    verdict = decide(evaluation, threshold=threshold, skip_workspace=skip_workspace, skip_campaign=skip_campaign)
    if verdict.action in SENDS:
        row.would_send += 1
        row.edited += draft.response_disposition == ResponseDisposition.EDITED
        row.rejected += draft.rejected_at is not None
