"""Auto-send of a workspace switches itself off when something goes wrong (06 R22). Call outside of transactions."""

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db.models import F
from django.utils import timezone

from inbox.enums import AutoSendMode, DeliveryStatus
from inbox.models import Draft
from inbox.rules.autosend.tripwire import FAILURES_IN_A_ROW, TRIPS, Signs, trip_reason
from inbox.services.autosend.auditing import audit_sent, found_broken, unattended
from leads.enums import BlacklistReason
from zrg.jobs.contracts import Notice
from zrg.jobs.services.announce import announce
from zrg.lib import log_events
from zrg.workspaces.context import dispatch, tenant
from zrg.workspaces.models import AdminAuditEvent, Workspace, WorkspaceSettings
from zrg.workspaces.services.settings import change_settings

logger = structlog.get_logger(__name__)

WINDOW = timedelta(hours=24)
SYSTEM = "system"


def check_tripwire(workspace_id: UUID, now: datetime | None = None) -> str:
    """Audit what was sent, and switch auto-send off when the signs are too strong. Returns the code, or ""."""
    now = now or timezone.now()
    with tenant(workspace_id):
        since = _since(workspace_id, now)
        enabled = WorkspaceSettings.objects.filter(workspace_id=workspace_id, auto_send_enabled=True).exists()
    audit_sent(workspace_id, since)
    if not enabled:
        return ""
    with tenant(workspace_id):
        signs = signs_of(workspace_id, since)
        code = trip_reason(signs)
        if code:
            _trip(workspace_id, code, now)
    if code:
        logger.error(log_events.AUTOSEND_TRIPPED, workspace=str(workspace_id), reason=code)
        _tell_operators(workspace_id, code, now)
    return code


def signs_of(workspace_id: UUID, since: datetime) -> Signs:
    """The counts since then, in the caller's context."""
    sent = unattended(workspace_id, since)
    withdrew = sent.filter(lead__opted_out_at__gt=F("sent_at"))
    complained = withdrew.filter(lead__blacklist_reason=BlacklistReason.COMPLAINT)
    return Signs(
        sends=sent.values("lead_id").distinct().count(),
        opt_outs=withdrew.values("lead_id").distinct().count(),
        complaints=complained.values("lead_id").distinct().count(),
        unknown=sent.filter(delivery_status=DeliveryStatus.UNKNOWN).count(),
        broken=sent.filter(draft__isnull=False).filter(found_broken()).count(),
        failures_in_a_row=_failures_in_a_row(workspace_id, since),
    )


def _since(workspace_id: UUID, now: datetime) -> datetime:
    """What happened before a person switched auto-send on again was weighed by that person."""
    day = now - WINDOW
    enabled = (
        AdminAuditEvent.objects.filter(
            workspace_id=workspace_id,
            action="settings.changed",
            created_at__gt=day,
            after__auto_send_enabled=True,
        )
        .order_by("-created_at")
        .values_list("created_at", flat=True)
        .first()
    )
    return enabled or day


def _failures_in_a_row(workspace_id: UUID, since: datetime) -> int:
    newest = list(
        Draft.objects.in_workspace(workspace_id)
        .filter(auto_send_mode=AutoSendMode.AI_AUTO_SEND, auto_send_evaluated_at__gt=since)
        .order_by("-auto_send_evaluated_at")
        .values_list("auto_send_reason_code", flat=True)[:FAILURES_IN_A_ROW]
    )
    return next((place for place, code in enumerate(newest) if code != "evaluation_error"), len(newest))


def _trip(workspace_id: UUID, code: str, now: datetime) -> None:
    row = WorkspaceSettings.objects.get(workspace_id=workspace_id)
    change_settings(
        row,
        {"auto_send_enabled": False, "auto_send_tripped_at": now, "auto_send_tripped_reason": TRIPS[code]},
        by=SYSTEM,
        version=None,
        access=None,
        reason=code,
    )
    announce(
        Notice(
            workspace_id=workspace_id,
            kind="autosend_tripped",
            text=f"Automatic sending switched itself off: {TRIPS[code]}. The drafts wait under Needs review.",
            notice_key=now.isoformat(timespec="seconds"),
        )
    )


def _tell_operators(workspace_id: UUID, code: str, now: datetime) -> None:
    with dispatch():
        name = Workspace.objects.filter(pk=workspace_id).values_list("name", flat=True).first() or workspace_id
        announce(
            Notice(
                workspace_id=None,
                kind="platform_alert",
                text=f"Auto-send of {name} switched itself off: {TRIPS[code]}",
                notice_key=f"autosend_tripped:{workspace_id}:{now.isoformat(timespec='seconds')}",
            )
        )
