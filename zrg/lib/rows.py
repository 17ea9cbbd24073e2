"""One row by its id, or what hangs on one id, without building the statement anew.

The ORM puts a query together each time it is asked, which takes longer than the look-up itself. Here
Django compiles it once per process.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar
from uuid import UUID, uuid4

from django.db import connection, models

Row = TypeVar("Row", bound=models.Model)
Values = models.QuerySet[Any, Any]

# Stands for the id while a statement is compiled, and is no other parameter of it.
_PLACE = uuid4()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lookup:
    sql: str
    columns: tuple[str, ...]
    converters: tuple[tuple[int, tuple[Any, ...], Any], ...]
    parameters: tuple[Any, ...]

    def rows_of(self, pk: UUID) -> list[list[Any]]:
        with connection.cursor() as cursor:
            cursor.execute(self.sql, [pk if value == _PLACE else value for value in self.parameters])
            found = [list(row) for row in cursor.fetchall()]
        for row in found:
            for position, converters, expression in self.converters:
                for convert in converters:
                    row[position] = convert(row[position], expression, connection)
        return found


def lock_row(model: type[Row], pk: UUID) -> Row:
    """As `model.objects.select_for_update().get(pk=pk)`; raises the model's DoesNotExist."""
    lookup = _lock_lookup(model)
    found = lookup.rows_of(pk)
    if not found:
        raise model.DoesNotExist(f"{model.__name__} {pk} does not exist")  # type: ignore[attr-defined]  # every model has it
    return model.from_db(connection.alias, lookup.columns, found[0])


def read_values(build: Callable[[UUID], Values], pk: UUID) -> list[dict[str, Any]]:
    """As `list(build(pk))`; `build` is a function of a module that asks for `values()`, and depends on the id alone.

    It is called once per process, so nothing else that changes may be part of its query.
    """
    lookup = _values_lookup(build)
    return [dict(zip(lookup.columns, row, strict=True)) for row in lookup.rows_of(pk)]


@cache
def _lock_lookup(model: type[models.Model]) -> _Lookup:
    rows = model._default_manager.select_for_update().filter(pk=_PLACE)
    compiler = rows.query.get_compiler(connection=connection)
    sql, parameters = compiler.as_sql()
    columns = tuple(expression.target.attname for expression, _sql, _alias in compiler.select)
    return _Lookup(sql=sql, columns=columns, converters=_converters(compiler), parameters=tuple(parameters))


@cache
def _values_lookup(build: Callable[[UUID], Values]) -> _Lookup:
    query = build(_PLACE).query
    compiler = query.get_compiler(connection=connection)
    sql, parameters = compiler.as_sql()
    return _Lookup(
        sql=sql, columns=tuple(query.selected or ()), converters=_converters(compiler), parameters=tuple(parameters)
    )


def _converters(compiler: Any) -> tuple[tuple[int, tuple[Any, ...], Any], ...]:
    expressions = [expression for expression, _sql, _alias in compiler.select]
    return tuple(
        (position, tuple(converters), expression)
        for position, (converters, expression) in compiler.get_converters(expressions).items()
    )
