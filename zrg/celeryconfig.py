"""Celery settings (spec of the queues: docs/architecture.md)."""

from typing import Any

from django.conf import settings
from kombu import Exchange, Queue

from zrg.jobs import file_broker
from zrg.jobs.constants import QUEUES

# A broker that is away is noticed at once: nudges run after commits of web requests.
_GIVE_UP_QUICKLY: dict[str, Any] = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}

broker_transport_options: dict[str, Any]
if settings.TESTING:
    broker_url = "memory://"
    broker_transport_options = {}
elif settings.REDIS_URL:
    broker_url = settings.REDIS_URL
    broker_transport_options = {
        "visibility_timeout": 3600,
        "socket_connect_timeout": 2,
        "socket_timeout": 10,
        **_GIVE_UP_QUICKLY,
    }
else:
    file_broker.install()
    broker_url = "filesystem://localhost"
    for _name in ("queue", "control", "processed"):
        (settings.BROKER_DIR / _name).mkdir(parents=True, exist_ok=True)
    broker_transport_options = {
        "data_folder_in": str(settings.BROKER_DIR / "queue"),
        "data_folder_out": str(settings.BROKER_DIR / "queue"),
        "control_folder": str(settings.BROKER_DIR / "control"),
        "processed_folder": str(settings.BROKER_DIR / "processed"),
        "store_processed": False,
        # Files announce nothing: this is how late a nudge may be noticed.
        "polling_interval": 0.1,
    }
    # Replies to remote control would pile up as files nobody reads.
    worker_enable_remote_control = False

# Each with an exchange and a key of its own: with Celery's defaults all share one, and a message reaches every queue.
task_queues = [Queue(name, Exchange(name, type="direct"), routing_key=name) for name in QUEUES]
task_default_queue = "jobs"
task_serializer = "json"
accept_content = ["json"]
task_ignore_result = True
task_acks_late = True
task_reject_on_worker_lost = True
task_always_eager = settings.CELERY_TASK_ALWAYS_EAGER
worker_prefetch_multiplier = 1
worker_hijack_root_logger = False
broker_connection_retry_on_startup = True
broker_connection_timeout = 2
timezone = "UTC"
enable_utc = True
beat_scheduler = "zrg.jobs.beat:HeartbeatScheduler"
