"""The key by which partner workspaces recognise one person."""

from typing import Any

from django.db import connection

COLUMNS = ("email", "phone", "company_name", "first_name", "last_name")


def run(case_input: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    one = _hash(case_input["a"])
    answer: dict[str, Any] = {"hash": one}
    if "b" in case_input:
        other = _hash(case_input["b"])
        answer["equal"] = one is not None and one == other
    return answer


def _hash(person: dict[str, Any]) -> str | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT generate_dedupe_hash(%s, %s, %s, %s, %s)", [person.get(name) for name in COLUMNS])
        found: str | None = cursor.fetchone()[0]
    return found
