"""Making another address of a lead its primary one."""

from typing import cast

import structlog
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext

from leads.errors import AddressTaken, PromotionRefused
from leads.models import Lead
from leads.rules import participants
from leads.services.changes import announce_data_change
from zrg.jobs.contracts import Notice
from zrg.jobs.services.announce import announce
from zrg.lib import log_events
from zrg.workspaces.hours import local_date, resolve_zone
from zrg.workspaces.models import User, WorkspaceSettings
from zrg.workspaces.services.audit import record_audit

logger = structlog.get_logger(__name__)


def promote_alternate(lead: Lead, email: str, *, by: User) -> Lead:
    """Make an alternate address the primary one; the old primary becomes an alternate. Audited.

    Raises `PromotionRefused` with the reason, or `AddressTaken` when another lead owns the address.
    The caller has checked the permission promote_contact.
    """
    with transaction.atomic():
        locked = Lead.objects.select_for_update().get(pk=lead.pk)
        decided = participants.promote_alternate(
            locked.email, locked.alternate_emails, locked.current_replier_email, email
        )
        if "error" in decided:
            raise PromotionRefused(cast(participants.Refusal, decided)["error"], field="email")
        changes: dict[str, object] = {"email": decided["email"], "alternate_emails": decided["alternate_emails"]}
        if decided["current_replier_email"] is None and locked.current_replier_email:
            changes |= {"current_replier_email": None, "current_replier_name": None, "current_replier_since": None}
        _write(locked, changes)
        record_audit(
            "lead.alternate_promoted",
            actor=by,
            workspace=locked.workspace_id,
            obj=locked,
            before={"email": lead.email},
            after={"email": decided["email"]},
        )
    for name, value in changes.items():
        setattr(lead, name, value)
    announce_data_change(lead)
    logger.info(log_events.LEAD_PROMOTED, lead=str(lead.pk))
    return lead


def request_promotion(lead: Lead, email: str, *, by: User) -> str:
    """Ask who may promote to make an alternate the primary address; returns the address. Nothing changes.

    One notice per address and day of the workspace. Raises `PromotionRefused` like a promotion would.
    """
    decided = participants.promote_alternate(lead.email, lead.alternate_emails, lead.current_replier_email, email)
    if "error" in decided:
        raise PromotionRefused(cast(participants.Refusal, decided)["error"], field="email")
    address = str(decided["email"])
    settings = WorkspaceSettings.objects.filter(workspace_id=lead.workspace_id)
    zone = resolve_zone(settings.values_list("timezone", flat=True).first())
    announce(
        Notice(
            workspace_id=lead.workspace_id,
            kind="promotion_request",
            text=f"{by.get_full_name()} asks to make {address} the primary address of {lead.shown_name}.",
            lead_id=lead.pk,
            notice_key=f"promotion:{lead.pk}:{address}:{local_date(timezone.now(), zone)}",
        )
    )
    logger.info(log_events.LEAD_PROMOTION_REQUESTED, lead=str(lead.pk))
    return address


def _write(lead: Lead, changes: dict[str, object]) -> None:
    try:
        with transaction.atomic():
            Lead.objects.filter(pk=lead.pk).update(**changes, changed_at=Now(), updated_at=Now())
    except IntegrityError as error:
        raise AddressTaken(gettext("Another lead has this address."), field="email") from error
