"""Asking a provider on demand whether a connection works."""

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from integrations.enums import ConnectionStatus, Provider
from integrations.models import Connection
from zrg.jobs.services.enqueue import enqueue_job
from zrg.workspaces.context import tenant

CHECK_JOB = "CONNECTION_CHECK"
# Nothing is sent while they are lost, so no other call would find out that they are back.
ASKED_AGAIN = (Provider.UNIPILE,)


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


def ask_lost_again(workspace_id: UUID, *, now: datetime | None = None) -> int:
    """Queue a check of the lost connections nothing is sent through meanwhile; returns how many. Their
    provider tells us when they come back, but a lost call of it must not stop a channel for good.
    """
    with tenant(workspace_id):
        rows = Connection.objects.in_workspace(workspace_id).active()
        lost = rows.filter(provider__in=ASKED_AGAIN, status=ConnectionStatus.DISCONNECTED)
        return sum(request_check(connection, now=now) for connection in lost)
