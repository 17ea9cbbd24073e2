"""How far the machine may go with the drafts of a lead, read from rows and switches at the moment of asking."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings

from inbox.enums import AutoSendMode, Channel, OrderSource
from inbox.rules.autosend.deciding import clean_threshold
from inbox.rules.autosend.modes import Mode, determine_mode
from inbox.rules.autosend.timing import ScheduleCheck, schedule_check
from leads.enums import LeadStatus
from leads.models import EmailCampaign, Lead, SmsCampaign
from zrg.ai.runner import Override
from zrg.lib import log_events
from zrg.workspaces.enums import SwitchKey, WorkspaceStatus
from zrg.workspaces.models import Workspace, WorkspaceSettings
from zrg.workspaces.models.settings import SMALL_MODELS
from zrg.workspaces.switches import SwitchUnreadable, is_switch_on

logger = structlog.get_logger(__name__)

UNATTENDED = (OrderSource.AUTO_SEND, OrderSource.FOLLOWUP_DUE)
UNREADABLE = Mode(mode=AutoSendMode.DISABLED, reason="switch_unreadable")


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What is in force for one lead and channel now. Delays in seconds; `notify`: a person is told of reviews."""

    mode: Mode
    shadow: bool
    threshold: float
    skip_workspace: bool
    skip_campaign: bool | None
    delay_minimum: int
    delay_maximum: int
    notify: bool
    evaluator: Override
    hours: dict[str, Any]

    def check_schedule(self, now: datetime) -> ScheduleCheck:
        """Whether an unattended message may leave at `now`."""
        return schedule_check(now=now, **self.hours)


def policy_of(lead: Lead, channel: str) -> Policy:
    """Read now, in the caller's context; nothing of it is kept beyond the decision it is read for."""
    own = WorkspaceSettings.objects.get(workspace_id=lead.workspace_id)
    campaign = campaign_of(lead, channel)
    mode = mode_of(lead, channel, own, campaign)
    return Policy(
        mode=mode,
        shadow=bool(campaign and campaign.auto_send_shadow) and mode.reason == "campaign_setter_managed",
        threshold=clean_threshold(campaign.auto_send_confidence_threshold if campaign else None),
        skip_workspace=own.auto_send_skip_human_review,
        skip_campaign=campaign.auto_send_skip_human_review if campaign else None,
        delay_minimum=campaign.auto_send_delay_min_seconds if campaign else 0,
        delay_maximum=campaign.auto_send_delay_max_seconds if campaign else 0,
        notify=own.flag_uncertain_replies,
        evaluator=_evaluator(own),
        hours={
            "workspace_mode": own.auto_send_schedule_mode,
            "campaign_mode": campaign.auto_send_schedule_mode if campaign else None,
            "workspace_custom": own.auto_send_custom_schedule,
            "campaign_custom": campaign.auto_send_custom_schedule if campaign else None,
            "lead_timezone": lead.timezone,
            "workspace_timezone": own.timezone,
            "work_start": own.work_start_time,
            "work_end": own.work_end_time,
        },
    )


def evaluator_of(workspace_id: UUID) -> Override:
    """Who judges drafts of a workspace now, in the caller's context."""
    return _evaluator(WorkspaceSettings.objects.get(workspace_id=workspace_id))


def mode_of(
    lead: Lead,
    channel: str,
    own: WorkspaceSettings | None = None,
    campaign: EmailCampaign | SmsCampaign | None = None,
) -> Mode:
    """The mode in force now. A switch that cannot be read stops."""
    try:
        stopped = is_switch_on(SwitchKey.AUTO_SEND_DISABLED)
    except SwitchUnreadable:
        return UNREADABLE
    own = own or WorkspaceSettings.objects.get(workspace_id=lead.workspace_id)
    campaign = campaign or campaign_of(lead, channel)
    return determine_mode(
        env="1" if stopped else None,
        workspace_active=Workspace.objects.filter(pk=lead.workspace_id, status=WorkspaceStatus.ACTIVE).exists(),
        auto_send_enabled=own.auto_send_enabled,
        channel=channel,
        campaign_response_mode=campaign.response_mode if campaign else None,
        has_campaign=campaign is not None,
        auto_reply_enabled=lead.auto_reply_enabled,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionPolicy:
    """Whether a text may be improved now, and by which model."""

    stopped: bool
    enabled: bool
    reviser: Override


def revision_policy(workspace_id: UUID) -> RevisionPolicy:
    """Read now, in the caller's context. A switch that cannot be read stops."""
    own = WorkspaceSettings.objects.get(workspace_id=workspace_id)
    try:
        stopped = is_switch_on(SwitchKey.AUTO_SEND_REVISION_DISABLED)
    except SwitchUnreadable:
        stopped = True
    return RevisionPolicy(stopped=stopped, enabled=own.auto_send_revision_enabled, reviser=_reviser(own))


def campaign_of(lead: Lead, channel: str) -> EmailCampaign | SmsCampaign | None:
    """The campaign whose rules hold for replies on this channel."""
    if channel == Channel.SMS:
        return lead.sms_campaign
    return lead.email_campaign if channel == Channel.EMAIL else None


def is_stopped(lead: Lead) -> bool:
    """Whether automation has ended for this lead, whichever channel the stop was for (05.stop-stops-automation)."""
    return lead.status == LeadStatus.BLACKLISTED or lead.opted_out_at is not None


def booked_since(lead: Lead, evaluated_at: datetime | None) -> bool:
    """Whether a meeting was booked after the text was judged."""
    booked = lead.appointment_booked_at
    return booked is not None and evaluated_at is not None and booked > evaluated_at


def stopped_since(lead: Lead, channel: str, source: str, *, evaluated_at: datetime | None = None) -> str:
    """Why a message that was ordered without a person may not leave any more, or "". Orders of people are
    never stopped by it. `lead` as it was read under the lock of this moment.
    """
    if source not in UNATTENDED:
        return ""
    if is_stopped(lead):
        return "lead_opted_out"
    if source == OrderSource.AUTO_SEND:
        mode = mode_of(lead, channel)
        if mode.mode == AutoSendMode.DISABLED:
            return mode.reason
        return "appointment_booked_since" if booked_since(lead, evaluated_at) else ""
    try:
        return "globally_disabled_via_env" if is_switch_on(SwitchKey.AUTO_SEND_DISABLED) else ""
    except SwitchUnreadable:
        return UNREADABLE.reason


def _evaluator(own: WorkspaceSettings) -> Override:
    return _model_of(
        own,
        (settings.AUTO_SEND_EVALUATOR_MODEL, settings.AUTO_SEND_EVALUATOR_REASONING_EFFORT),
        (own.auto_send_evaluator_model, own.auto_send_evaluator_reasoning_effort),
    )


def _reviser(own: WorkspaceSettings) -> Override:
    return _model_of(
        own,
        (settings.AUTO_SEND_REVISION_MODEL, settings.AUTO_SEND_REVISION_REASONING_EFFORT),
        (own.auto_send_revision_model, own.auto_send_revision_reasoning_effort),
    )


def _model_of(own: WorkspaceSettings, environment: tuple[str, str], chosen: tuple[str, str]) -> Override:
    """Model and effort: the environment goes before the workspace; a model that is not offered any more is not
    asked.
    """
    model = environment[0] or chosen[0]
    if not environment[0] and model not in SMALL_MODELS:
        logger.warning(log_events.AUTOSEND_MODEL_REFUSED, model=model, workspace=str(own.workspace_id))
        model = ""
    return Override(model=model or None, effort=environment[1] or chosen[1])
