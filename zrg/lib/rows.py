"""One row by its id, without building the statement anew.

The ORM puts the column list of a wide model together for every query, which takes longer than the
look-up itself. Here Django compiles it once per process.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection, models

Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lookup:
    sql: str
    columns: tuple[str, ...]
    converters: tuple[tuple[int, tuple[Any, ...], Any], ...]


def lock_row(model: type[Row], pk: UUID) -> Row:
    """As `model.objects.select_for_update().get(pk=pk)`; raises the model's DoesNotExist."""
    lookup = _lock_lookup(model)
    with connection.cursor() as cursor:
        cursor.execute(lookup.sql, [pk])
        found = cursor.fetchone()
    if found is None:
        raise model.DoesNotExist(f"{model.__name__} {pk} does not exist")  # type: ignore[attr-defined]  # every model has it
    values = list(found)
    for position, converters, expression in lookup.converters:
        for convert in converters:
            values[position] = convert(values[position], expression, connection)
    return model.from_db(connection.alias, lookup.columns, values)


@cache
def _lock_lookup(model: type[models.Model]) -> _Lookup:
    rows = model._default_manager.select_for_update().filter(pk=UUID(int=0))
    compiler = rows.query.get_compiler(connection=connection)
    sql, _params = compiler.as_sql()
    expressions = [expression for expression, _sql, _alias in compiler.select]
    return _Lookup(
        sql=sql,
        columns=tuple(expression.target.attname for expression in expressions),
        converters=tuple(
            (position, tuple(converters), expression)
            for position, (converters, expression) in compiler.get_converters(expressions).items()
        ),
    )
