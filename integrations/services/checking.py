"""Asking a provider on demand whether a connection works."""

from datetime import datetime

from django.utils import timezone

from integrations.models import Connection
from zrg.jobs.services.enqueue import enqueue_job

CHECK_JOB = "CONNECTION_CHECK"


def request_check(connection: Connection, *, now: datetime | None = None) -> bool:
    """Queue one check, at most one every ten seconds; its result is the connection's status. Joins the
    caller's transaction.
    """
    moment = int((now or timezone.now()).timestamp()) // 10
    return enqueue_job(
        CHECK_JOB,
        connection.workspace_id,
        dedupe_key=f"{connection.workspace_id}:{connection.pk}:{CHECK_JOB}:{moment}",
        max_attempts=1,
        payload={"connection_id": str(connection.pk)},
    )
