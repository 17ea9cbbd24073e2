"""The clock: django-celery-beat's scheduler, with a sign of life for `/readyz`."""

import time
from typing import Any

import structlog
from django.db import DatabaseError, close_old_connections, connection
from django_celery_beat.schedulers import DatabaseScheduler

from zrg.jobs.services.heartbeats import BEAT, INTERVAL_SECONDS, beat_now
from zrg.lib import log_events

log = structlog.get_logger(__name__)


class HeartbeatScheduler(DatabaseScheduler):  # type: ignore[misc]
    """Ticks as its base does; notes twice a minute that it is alive."""

    _beaten_at = float("-inf")

    def tick(self, *args: Any, **kwargs: Any) -> float:
        if time.monotonic() - self._beaten_at >= INTERVAL_SECONDS:
            self._beaten_at = time.monotonic()
            self._beat()
        seconds: float = super().tick(*args, **kwargs)
        return seconds

    def _beat(self) -> None:
        try:
            beat_now([BEAT])
        except DatabaseError as error:
            log.warning(log_events.HEARTBEAT_FAILED, name=BEAT, error=type(error).__name__)
            connection.close()
            close_old_connections()
