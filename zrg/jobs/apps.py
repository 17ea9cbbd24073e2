"""Events, jobs and schedules: everything that must not be lost is a row before it is work."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "zrg.jobs"
    label = "jobs"

    def ready(self) -> None:
        # Models must be loaded first.
        from zrg.jobs import jobs, metrics, registry  # noqa: PLC0415
        from zrg.jobs.constants import QUEUES, RECEIVER_JOB  # noqa: PLC0415
        from zrg.jobs.contracts import Notice, TaskNeeded  # noqa: PLC0415
        from zrg.jobs.services.announce import run_receiver  # noqa: PLC0415
        from zrg.jobs.services.heartbeats import BEAT, check_alive, worker_name  # noqa: PLC0415
        from zrg.workspaces.registry import register_health_check  # noqa: PLC0415

        registry.register_job(RECEIVER_JOB, run_receiver)
        registry.register_event(Notice)
        registry.register_event(TaskNeeded)
        jobs.register()
        metrics.register()
        register_health_check("beat", lambda: check_alive([BEAT]))
        register_health_check("workers", lambda: check_alive([worker_name(queue) for queue in QUEUES]))
