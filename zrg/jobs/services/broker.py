"""The only place that hands messages to Celery: ids and short strings, nothing else."""

from celery import current_app

DRAIN_TASK = "zrg.jobs.tasks.drain"
RUN_TASK = "zrg.jobs.tasks.run_scheduled"


def send(
    task: str,
    argument: str,
    *,
    queue: str,
    countdown: float = 0.0,
    expires: float | None = None,
    soft_time_limit: float | None = None,
    time_limit: float | None = None,
) -> str:
    """Send one message and return its id. Raises whatever the broker's client raises; it never retries.

    `expires` (seconds) drops a message nobody took in time: a nudge is worthless once it is old.
    """
    if current_app.conf.task_always_eager:
        from zrg.jobs import tasks  # noqa: F401, PLC0415  # tests only: the tasks import this module

        return str(current_app.tasks[task].apply_async(args=[argument]).id)
    message = current_app.send_task(
        task,
        args=[argument],
        queue=queue,
        countdown=countdown or None,
        expires=expires,
        soft_time_limit=soft_time_limit,
        time_limit=time_limit,
        retry=False,
        ignore_result=True,
    )
    return str(message.id)
