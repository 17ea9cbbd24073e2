"""Waiting for each other inside transactions."""

from django.db import connection


def lock_until_commit(name: str) -> None:
    """Whoever asks for the same name waits until this transaction ended."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
