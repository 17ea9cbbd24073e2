"""The processes of an installation and how each is started."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from zrg.stack.environment import is_demo
from zrg.stack.layout import Layout
from zrg.stack.ports import HOST

QUEUES = "events,jobs,scheduled,sends,routing"
WORKER_PROCESSES = 2
# Measured on two cores: a second process doubles what the pages answer, more than four threads add nothing.
WEB_PROCESSES = 2
WEB_THREADS = 4
# A worker ends what it runs and gives back the rest; it needs up to 20 s for that.
GRACE_SECONDS = {"worker": 25.0}
DEFAULT_GRACE_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One supervised process; `grace_seconds` is how long it may take to end when asked."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    grace_seconds: float = DEFAULT_GRACE_SECONDS


def installation_services(layout: Layout, environment: Mapping[str, str]) -> list[Service]:
    """Return web, worker, beat and, in a demo, the simulators, each with its environment."""
    python = str(layout.python)
    port, simulator_port = environment["ZRG_PORT"], environment["ZRG_SIMULATOR_PORT"]
    commands = {
        "simulator": (python, "manage.py", "simulator", "--port", simulator_port),
        "web": (
            *(python, "-m", "granian", "--interface", "wsgi", "zrg.wsgi:application"),
            *("--host", HOST, "--port", port),
            *("--workers", str(WEB_PROCESSES), "--blocking-threads", str(WEB_THREADS)),
            *("--respawn-failed-workers", "--respawn-interval", "0.5", "--workers-kill-timeout", "5"),
            *("--log-level", "warning"),
        ),
        "worker": (
            *(python, "-m", "celery", "-A", "zrg.celery", "worker"),
            *("--queues", QUEUES, "--concurrency", str(WORKER_PROCESSES)),
            *("--loglevel", "warning", "--without-mingle", "--without-gossip"),
        ),
        "beat": (
            *(python, "-m", "celery", "-A", "zrg.celery", "beat"),
            *("--loglevel", "warning", "--pidfile", "", "--max-interval", "5"),
        ),
    }
    return [
        Service(
            name=name,
            command=command,
            environment={**environment, "ZRG_PROCESS": f"zrg-{name}", "ZRG_METRICS_DIR": str(layout.metrics)},
            grace_seconds=GRACE_SECONDS.get(name, DEFAULT_GRACE_SECONDS),
        )
        for name, command in commands.items()
        if name != "simulator" or is_demo(environment)
    ]


def manage_command(layout: Layout, *arguments: str) -> list[str]:
    return [str(layout.python), "manage.py", *arguments]


def migration_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for commands that change the schema, which the owner's role runs."""
    owner_url = environment.get("DATABASE_MIGRATION_URL") or environment["DATABASE_URL"]
    return {
        **environment,
        "ZRG_MIGRATING": "1",
        "DATABASE_MIGRATION_URL": owner_url,
        "ZRG_PROCESS": "zrg-migrate",
    }
