"""How long rows of people and acts are kept."""

from datetime import datetime

from django.contrib.sessions.models import Session
from django.db import connection

from zrg.workspaces.constants import AUDIT_RETENTION, IDEMPOTENCY_LIFETIME
from zrg.workspaces.context import platform
from zrg.workspaces.models import IdempotencyKey

CHUNK = 5_000


def purge_tenancy(now: datetime) -> dict[str, int]:
    """Remove one chunk of what is past its time; returns how many rows of each kind.

    Audit rows leave through the owner's function only, which refuses younger ones.
    """
    with platform(), connection.cursor() as cursor:
        cursor.execute("SELECT zrg_purge_audit(%s, %s)", [now - AUDIT_RETENTION, CHUNK])
        audit = cursor.fetchone()[0]
        keys, _ = IdempotencyKey.objects.filter(created_at__lt=now - IDEMPOTENCY_LIFETIME).delete()
        sessions, _ = Session.objects.filter(expire_date__lt=now).delete()
    return {"audit": audit, "idempotency_keys": keys, "sessions": sessions}
