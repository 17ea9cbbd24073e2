"""Thresholds hold for the evaluator they were found with (06 R21). Call outside of transactions."""

from uuid import UUID

import structlog
from django.utils import timezone

from inbox.prompts.autosend import EVALUATE
from inbox.rules.autosend.deciding import DEFAULT_THRESHOLD
from inbox.services.autosend.policies import evaluator_of
from leads.models import EmailCampaign, SmsCampaign
from leads.services.campaign_settings import change_campaign
from zrg.ai.prompts import get_prompt
from zrg.ai.services.policies import basis_of, change_basis
from zrg.ai.services.prompt_texts import effective
from zrg.jobs.contracts import Notice
from zrg.jobs.services.announce import announce
from zrg.lib import log_events
from zrg.workspaces.context import tenant

logger = structlog.get_logger(__name__)

POLICY = "auto_send.campaign"
STALE = "calibration_stale"
SYSTEM = "system"


def protect_thresholds(workspace_id: UUID) -> int:
    """Raise every campaign below 0.9 to 0.9 when another model or prompt text judges now than before; a person may
    lower it again. Returns how many were raised. Without a change: one indexed read.
    """
    basis = current_basis(workspace_id)
    with tenant(workspace_id):
        if basis_of(workspace_id, POLICY) == basis or not change_basis(workspace_id, POLICY, basis):
            return 0
        raised = _raise(workspace_id)
        if raised:
            _tell(workspace_id, raised)
    logger.warning(log_events.AUTOSEND_CALIBRATION_STALE, workspace=str(workspace_id), raised=raised)
    return raised


def current_basis(workspace_id: UUID) -> str:
    """Who judges now: the model and the version of the prompt's effective text."""
    version = effective(EVALUATE, workspace_id).version
    with tenant(workspace_id):
        return f"{evaluator_of(workspace_id).model or get_prompt(EVALUATE).model} {version}"


def _raise(workspace_id: UUID) -> int:
    low = [
        campaign
        for model in (EmailCampaign, SmsCampaign)
        for campaign in model.objects.in_workspace(workspace_id).filter(
            auto_send_confidence_threshold__lt=DEFAULT_THRESHOLD
        )
    ]
    for campaign in low:
        change_campaign(
            campaign, {"auto_send_confidence_threshold": DEFAULT_THRESHOLD}, by=SYSTEM, version=None, reason=STALE
        )
    return len(low)


def _tell(workspace_id: UUID, raised: int) -> None:
    announce(
        Notice(
            workspace_id=workspace_id,
            kind="autosend_thresholds_raised",
            text=f"Drafts are judged by another model or prompt now: the threshold of {raised} "
            f"campaign{'s' if raised > 1 else ''} was raised to 90 percent. Look at the figures of auto-send before "
            "lowering it again.",
            notice_key=timezone.now().isoformat(timespec="seconds"),
        )
    )
