"""How replies of a campaign are answered: read for a form, checked, saved, audited."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.utils.translation import gettext

from leads.enums import ResponseMode
from leads.models import EmailCampaign, SmsCampaign
from leads.models.campaign import MAX_DELAY_SECONDS, MAX_THRESHOLD, MIN_THRESHOLD
from zrg.ai.models import Persona
from zrg.lib import log_events
from zrg.lib.errors import BadInput, Conflict, NotVisible
from zrg.lib.hashing import canonical_json, sha
from zrg.workspaces.enums import AutoSendScheduleMode
from zrg.workspaces.models import User, WorkspaceSettings
from zrg.workspaces.send_schedule import BadSchedule, parse_send_schedule
from zrg.workspaces.services.audit import changed_values, record_audit

Campaign = EmailCampaign | SmsCampaign

COLUMNS = (
    "persona_id",
    "response_mode",
    "auto_send_shadow",
    "auto_send_confidence_threshold",
    "auto_send_skip_human_review",
    "auto_send_delay_min_seconds",
    "auto_send_delay_max_seconds",
    "auto_send_schedule_mode",
    "auto_send_custom_schedule",
)
VERSION_LENGTH = 24

logger = structlog.get_logger(__name__)


def find_campaign(workspace_ids: UUID | frozenset[UUID], campaign_id: UUID, *, lock: bool = False) -> Campaign:
    """The campaign of either kind in these workspaces; `NotVisible` for any other id."""
    ids = [workspace_ids] if isinstance(workspace_ids, UUID) else list(workspace_ids)
    for model in (EmailCampaign, SmsCampaign):
        rows = model.objects.filter(workspace_id__in=ids, pk=campaign_id)
        found = (rows.select_for_update(of=("self",)) if lock else rows.select_related("persona")).first()
        if found is not None:
            return found
    raise NotVisible


def campaign_version(campaign: Campaign) -> str:
    """Changes with what people set on a campaign, not with the names providers send."""
    return sha(canonical_json(_snapshot(campaign)))[:VERSION_LENGTH]


def change_campaign(
    campaign: Campaign, changes: Mapping[str, Any], *, by: User | str, version: str | None, reason: str = ""
) -> Campaign:
    """Save these columns or nothing; the same values again write nothing. `by`: a person, or a label of the product.

    `version` is the one the form was made from (409 when another save came first; None skips it). Values
    that a column cannot hold: 422 with `field`.
    """
    unknown = sorted(set(changes) - set(COLUMNS))
    if unknown:
        raise BadInput(gettext("Unknown settings."), field=unknown[0])
    with transaction.atomic():
        locked = find_campaign(campaign.workspace_id, campaign.pk, lock=True)
        if version is not None and version != campaign_version(locked):
            raise Conflict(gettext("The campaign changed meanwhile."), version=campaign_version(locked))
        before = _snapshot(locked)
        for column, value in changes.items():
            setattr(locked, column, value)
        _check(locked)
        old, new = changed_values(before, _snapshot(locked))
        if new:
            locked.save(update_fields=[*new, "updated_at"])
            record_audit(
                "campaign.changed",
                actor=by,
                workspace=locked.workspace_id,
                obj=locked,
                before=old,
                after=new,
                reason=reason,
            )
            logger.info(log_events.CAMPAIGN_CHANGED, campaign_id=str(locked.pk), fields=sorted(new))
    return locked


def campaigns_of_persona(persona_id: UUID) -> list[str]:
    """Names of the campaigns written in this voice, in the caller's context."""
    found = [
        *EmailCampaign.objects.filter(persona_id=persona_id).values_list("name", flat=True),
        *SmsCampaign.objects.filter(persona_id=persona_id).values_list("name", flat=True),
    ]
    return sorted(name or "unnamed" for name in found)


def _check(campaign: Campaign) -> None:
    _check_choices(campaign)
    if not MIN_THRESHOLD <= campaign.auto_send_confidence_threshold <= MAX_THRESHOLD:
        raise BadInput(
            gettext("The threshold lies between 50 and 100 percent."),
            field="auto_send_confidence_threshold",
            code="threshold",
        )
    low, high = campaign.auto_send_delay_min_seconds, campaign.auto_send_delay_max_seconds
    if not 0 <= low <= MAX_DELAY_SECONDS:
        raise BadInput(gettext("A delay is at most an hour."), field="auto_send_delay_min_seconds")
    if not low <= high <= MAX_DELAY_SECONDS:
        raise BadInput(
            gettext("The longest delay is not below the shortest and at most an hour."),
            field="auto_send_delay_max_seconds",
        )
    _check_schedule(campaign)


def _check_choices(campaign: Campaign) -> None:
    if campaign.response_mode not in ResponseMode.values:
        raise BadInput(gettext("Choose who answers."), field="response_mode")
    if campaign.auto_send_schedule_mode not in (None, *AutoSendScheduleMode.values):
        raise BadInput(gettext("Choose the sending hours."), field="auto_send_schedule_mode")
    if campaign.persona_id is not None:
        personas = Persona.objects.in_workspace(campaign.workspace_id).active()
        if not personas.filter(pk=campaign.persona_id).exists():
            raise BadInput(gettext("Choose a persona of this workspace."), field="persona_id")


def _check_schedule(campaign: Campaign) -> None:
    field = "auto_send_custom_schedule"
    if campaign.auto_send_custom_schedule is not None:
        try:
            parse_send_schedule(campaign.auto_send_custom_schedule)
        except BadSchedule as refused:
            raise BadInput(str(refused), field=field) from refused
    elif campaign.auto_send_schedule_mode == AutoSendScheduleMode.CUSTOM:
        rows = WorkspaceSettings.objects.in_workspace(campaign.workspace_id)
        if rows.values_list(field, flat=True).first() is None:
            raise BadInput(gettext("Choose days and hours; the workspace has none of its own either."), field=field)


def _snapshot(campaign: Campaign) -> dict[str, Any]:
    values = {column: getattr(campaign, column) for column in COLUMNS}
    return {**values, "persona_id": str(values["persona_id"]) if values["persona_id"] else None}
