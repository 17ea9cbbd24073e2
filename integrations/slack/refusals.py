"""Calls whose signature does not fit: counted, and told to the platform's staff when they are many.

Counted per process and hour: strangers must not be able to make us write for each of their calls. So the
alert comes after more than twenty within one web process.
"""

import threading

import structlog
from django.db import DatabaseError
from django.utils import timezone

from integrations.metrics import count_slack_refusal
from zrg.jobs.contracts import Notice
from zrg.jobs.services.announce import announce
from zrg.lib import log_events

ALERT_AFTER = 20

logger = structlog.get_logger(__name__)


class RefusalWatch:
    """How many calls were refused in the running hour."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._hour = ""
        self._count = 0

    def note(self, why: str) -> None:
        """One more; the call after the twentieth of an hour tells the staff, once for all processes."""
        logger.warning(log_events.SLACK_SIGNATURE_REFUSED, why=why)
        count_slack_refusal(why)
        hour = timezone.now().strftime("%Y-%m-%dT%H")
        with self._lock:
            self._count = self._count + 1 if hour == self._hour else 1
            self._hour = hour
            tells = self._count == ALERT_AFTER + 1
        if tells:
            _tell(hour)


def _tell(hour: str) -> None:
    text = f"More than {ALERT_AFTER} calls to Slack's interactivity address were refused within the hour"
    try:
        announce(
            Notice(workspace_id=None, kind="platform_alert", text=text, notice_key=f"slack_signatures_refused:{hour}")
        )
    except DatabaseError as error:
        # The call is refused all the same.
        logger.error(log_events.WEBHOOK_UNAVAILABLE, provider="SLACK", error=type(error).__name__)


WATCH = RefusalWatch()
