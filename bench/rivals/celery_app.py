"""Celery with a no-op task, acknowledged late, results off."""

import os

from celery import Celery

app = Celery("bench", broker=os.environ["BENCH_BROKER"])
app.conf.update(
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=16,
    broker_transport_options=(
        {
            "data_folder_in": app.conf.broker_url.removeprefix("filesystem://"),
            "data_folder_out": app.conf.broker_url.removeprefix("filesystem://"),
            "control_folder": app.conf.broker_url.removeprefix("filesystem://"),
            "polling_interval": 0.01,
        }
        if app.conf.broker_url.startswith("filesystem://")
        else {}
    ),
)


@app.task(name="bench.noop")
def noop() -> None:
    return None
