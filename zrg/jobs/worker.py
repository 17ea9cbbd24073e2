"""A Celery worker's own life: its sign of life per queue, its logging, its shutdown."""

import threading
from typing import Any

import structlog
from celery import signals
from django.db import DatabaseError, connection

from zrg.jobs.pool_watch import begin_pool_watch
from zrg.jobs.services import engine, heartbeats
from zrg.jobs.services.nudges import forget_watches
from zrg.jobs.services.shutdown import request_shutdown
from zrg.lib import log_events

log = structlog.get_logger(__name__)

_ended = threading.Event()


@signals.setup_logging.connect  # type: ignore[untyped-decorator]
def keep_our_logging(**_: Any) -> None:
    """Celery configures no logging of its own when somebody listens here."""


@signals.worker_ready.connect  # type: ignore[untyped-decorator]
def begin_heartbeat(sender: Any, **_: Any) -> None:
    """From the parent process, for every queue this worker consumes."""
    names = [heartbeats.worker_name(queue.name) for queue in sender.task_consumer.queues]
    threading.Thread(target=keep_beating, args=(names, sender.hostname), name="heartbeat", daemon=True).start()
    begin_pool_watch(sender, _ended)


@signals.worker_ready.connect  # type: ignore[untyped-decorator]
def resume_work(sender: Any, **_: Any) -> None:
    """The nudges of a worker that was killed went with it: what is due need not wait for the next sweep."""
    forget_watches([queue.name for queue in sender.task_consumer.queues])
    try:
        engine.nudge_what_is_due()
    except DatabaseError as error:
        log.warning(log_events.NUDGE_FAILED, queue="", error=type(error).__name__)
    finally:
        connection.close()


@signals.worker_shutting_down.connect  # type: ignore[untyped-decorator]
def end_work(**_: Any) -> None:
    """Drains in the children see the flag: they give back what they have not begun."""
    request_shutdown()
    _ended.set()


def keep_beating(names: list[str], detail: str, ended: threading.Event = _ended) -> None:
    """Beat until `ended`; a database that is away is tried again at the next beat."""
    while True:
        try:
            heartbeats.beat_now(names, detail)
        except DatabaseError as error:
            log.warning(log_events.HEARTBEAT_FAILED, error=type(error).__name__)
            connection.close()
        if ended.wait(heartbeats.INTERVAL_SECONDS):
            connection.close()
            return
