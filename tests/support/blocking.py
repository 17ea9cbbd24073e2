"""Waits until another connection is held up by a lock of this one."""

from django.db import connection

from tests.stack.waiting import wait_for


def wait_until_blocking() -> None:
    """Return when a transaction waits for a lock of the open transaction of this thread; fail after 30 s.

    Locks are asked for by who holds them: the server is shared with the databases of other tests, which wait too.
    """
    wait_for(_blocks_somebody)


def _blocks_somebody() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)))"
        )
        return bool(cursor.fetchone()[0])
