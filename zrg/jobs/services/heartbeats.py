"""Signs of life of the beat and of the workers of each queue, kept in a table (works without Redis)."""

from collections.abc import Iterable
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from zrg.jobs.models import JobsHeartbeat
from zrg.workspaces.registry import Health

BEAT = "beat"
MAX_AGE = timedelta(minutes=2)
INTERVAL_SECONDS = 30.0


def worker_name(queue: str) -> str:
    """The heartbeat of the workers of one queue."""
    return f"worker:{queue}"


def beat_now(names: Iterable[str], detail: str = "") -> None:
    """Note, by the database's clock, that these are alive."""
    with connection.cursor() as cursor:
        cursor.executemany(
            """INSERT INTO jobs_jobsheartbeat (name, seen_at, detail) VALUES (%s, statement_timestamp(), %s)
               ON CONFLICT (name) DO UPDATE SET seen_at = excluded.seen_at, detail = excluded.detail""",
            [(name, detail[:255]) for name in names],
        )


def check_alive(names: Iterable[str]) -> Health:
    """Healthy when each of `names` was seen within two minutes."""
    seen = dict(JobsHeartbeat.objects.filter(pk__in=list(names)).values_list("name", "seen_at"))
    limit = timezone.now() - MAX_AGE
    silent = [name for name in names if name not in seen or seen[name] < limit]
    ages = {name: round((timezone.now() - moment).total_seconds()) for name, moment in seen.items()}
    return Health(ok=not silent, detail=f"silent: {', '.join(silent)}" if silent else "", data={"age_seconds": ages})
