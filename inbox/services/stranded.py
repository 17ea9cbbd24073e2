"""Orders whose job ended without carrying them out."""

from datetime import timedelta
from uuid import UUID

import structlog
from django.utils import timezone

from inbox.enums import AutoSendOutcome, OrderState
from inbox.models import Message, SendOrder
from inbox.models.send_order import OPEN_STATES
from inbox.services.orders import close_order, lock_order, part_keys, send_order_job_key
from inbox.services.settling import UNSETTLED
from zrg.jobs.enums import JobStatus
from zrg.jobs.models import BackgroundJob
from zrg.lib import log_events
from zrg.workspaces.context import tenant

logger = structlog.get_logger(__name__)

STRANDED_AFTER = timedelta(minutes=15)
"""A job that lost its worker is taken up again after ten minutes; later nobody will carry the order out."""
STRANDED_BATCH = 100


def fail_stranded_orders(workspace_id: UUID) -> int:
    """Orders whose job ended without carrying them out are failed, their drafts open again: nobody waits
    for a message that no worker will send. Orders with a message that may have left are not touched.

    Each order in a transaction of its own. Returns how many.
    """
    before = timezone.now() - STRANDED_AFTER
    with tenant(workspace_id):
        open_orders = SendOrder.objects.in_workspace(workspace_id).filter(
            state__in=OPEN_STATES, due_at__lt=before, updated_at__lt=before
        )
        ids = list(open_orders.order_by("due_at").values_list("pk", flat=True)[:STRANDED_BATCH])
    return sum(_fail_if_stranded(workspace_id, order_id) for order_id in ids)


def _fail_if_stranded(workspace_id: UUID, order_id: UUID) -> bool:
    with tenant(workspace_id):
        order = lock_order(order_id)
        if order is None or order.state not in OPEN_STATES or _is_alive(order):
            return False
        close_order(order, OrderState.FAILED, "worker_lost", outcome=AutoSendOutcome.FAILED)
        logger.error(log_events.SEND_ORDER_STRANDED, order=str(order.pk))
        return True


def _is_alive(order: SendOrder) -> bool:
    """Whether a job will still work on it, or a message of it waits to be settled."""
    jobs = BackgroundJob.objects.filter(workspace_id=order.workspace_id, dedupe_key=send_order_job_key(order))
    if jobs.filter(status__in=[JobStatus.PENDING, JobStatus.RUNNING]).exists():
        return True
    messages = Message.objects.of_lead(order.lead_id).filter(send_key__startswith=part_keys(order))
    return messages.filter(delivery_status__in=UNSETTLED).exists()
