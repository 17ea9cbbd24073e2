"""A person stops an unattended send before it happens; the draft stays and waits for them."""

import structlog
from django.utils import timezone
from django.utils.translation import gettext

from inbox.enums import AutoSendOutcome, DraftEventKind, DraftEventSource, DraftStatus
from inbox.errors import DraftNotPending
from inbox.metrics import count_auto_send_cancel
from inbox.models import Draft
from inbox.services.approving import already_decided
from inbox.services.autosend.recording import record_outcome
from inbox.services.closing import AI_AUTO_SEND_DELAYED, is_scheduled
from inbox.services.draft_events import record_draft_event
from inbox.services.flags import refresh_lead_flags
from inbox.services.locking import lock_lead_and_draft
from leads.models import Lead
from zrg.jobs.services.enqueue import cancel_waiting_jobs
from zrg.lib import log_events
from zrg.workspaces.models import User

logger = structlog.get_logger(__name__)

STOPPED = "stopped_by_person"


def hold_scheduled_send(draft: Draft, *, by: User) -> bool:
    """Cancel the planned send in the caller's transaction; False when none is planned any more.

    Under the same locks as the sending itself: whoever comes second finds what the first one did. Raises
    `DraftNotPending` when the machine was faster.
    """
    lead, locked = lock_lead_and_draft(draft.pk)
    if locked.status != DraftStatus.PENDING:
        raise DraftNotPending(
            gettext("It was too late: this draft was decided."), **(already_decided(locked).data or {})
        )
    if not is_scheduled(locked):
        return False
    record_outcome(locked, AutoSendOutcome.CANCELED, STOPPED)
    cancel_waiting_jobs(AI_AUTO_SEND_DELAYED, locked.pk, STOPPED)
    record_draft_event(locked, DraftEventKind.CANCELED, source=DraftEventSource.DASHBOARD, reason=STOPPED, actor=by)
    count_auto_send_cancel(STOPPED)
    logger.info(log_events.AUTOSEND_CANCELED, draft=str(locked.pk), reason=STOPPED)
    Lead.objects.filter(pk=lead.pk).update(changed_at=timezone.now())
    refresh_lead_flags(lead.pk)
    return True
