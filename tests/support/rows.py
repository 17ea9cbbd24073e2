"""A valid row of any tenant table, for tests that walk all of them."""

import datetime
import decimal
import itertools
import json
import uuid
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models
from django.utils import timezone

from tests import factories
from zrg.workspaces.models import User, Workspace, WorkspaceSettings
from zrg.workspaces.rls import row_security_of

_numbers = itertools.count(1)
# Tables whose constraints need more than one value per column; {table: {field: value}}.
SPECIAL: dict[str, dict[str, Any]] = {
    "workspaces_invitation": {"role": "SETTER"},
    "workspaces_membership": {"role": "SETTER"},
    "workspaces_membershipevent": {"role": "SETTER"},
    "workspaces_adminauditevent": {"object_type": "test", "object_id": "1"},
    "assignment_routingqueueentry": {"attempt_number": 1},
    "assignment_leadattribution": {"return_text": ""},
    "assignment_routinglog": {"destination_workspace_id": None, "attempt_number": 1},
}


def make_row(model: type[models.Model], workspace: Workspace) -> models.Model:
    """Insert one row of `model` in `workspace`, with the rows it needs, and return it."""
    if model is Workspace:
        return workspace
    if model is WorkspaceSettings:
        return workspace.settings
    factory = _factory_of(model)
    if factory is not None:
        return factory(workspace=workspace)
    values = {
        field.name: _value(field, workspace)
        for field in model._meta.concrete_fields
        if _needs_value(field) and field.name not in SPECIAL.get(model._meta.db_table, {})
    }
    row = model(**values | SPECIAL.get(model._meta.db_table, {}))
    security = row_security_of(model)
    if security is not None and security.writes != "all":
        return _insert_as_owner(row, workspace, security.workspace_column)
    row.save(force_insert=True)
    return row


def _insert_as_owner(row: models.Model, workspace: Workspace, workspace_column: str) -> models.Model:
    """A row of a table that only functions of the schema's owner write."""
    setattr(row, workspace_column, workspace.pk)
    if row.pk is None:
        row.pk = next(_numbers)
    values = {}
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if isinstance(field, models.DateTimeField) and not field.null:
            value = timezone.now()
            setattr(row, field.attname, value)
        if value is not None and not hasattr(value, "resolve_expression"):
            values[field.column] = value
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT zrg_test_insert(%s, %s)", [row._meta.db_table, json.dumps(values, cls=DjangoJSONEncoder)]
        )
    return row


def _factory_of(model: type[models.Model]) -> Any:
    for name in factories.__all__:
        factory = getattr(factories, name)
        target = getattr(getattr(factory, "_meta", None), "model", None)
        if target is model and "workspace" in {field.name for field in model._meta.concrete_fields}:
            return factory
    return None


def _needs_value(field: models.Field) -> bool:
    if field.name == "workspace":
        return True
    if getattr(field, "generated", False) or isinstance(field, models.AutoField) or field.null:
        return False
    return (
        not field.has_default()
        and field.db_default is models.NOT_PROVIDED
        and not (isinstance(field, models.DateTimeField) and (field.auto_now or field.auto_now_add))
    )


def _value(field: models.Field, workspace: Workspace) -> Any:
    if field.is_relation:
        target = field.related_model
        if target is Workspace:
            return workspace
        if target is User:
            return factories.UserFactory()
        assert isinstance(target, type)
        return make_row(target, workspace)
    if field.choices:
        return next(value for value, _ in field.flatchoices)
    if isinstance(field, ArrayField):
        return []
    return _plain_value(field)


def _plain_value(field: models.Field) -> Any:
    number = next(_numbers)
    values: list[tuple[type, Any]] = [
        (models.UUIDField, uuid.uuid4()),
        (models.BooleanField, False),
        (models.DateTimeField, timezone.now()),
        (models.DateField, datetime.date(2026, 1, 1)),
        (models.DecimalField, decimal.Decimal(1)),
        (models.FloatField, 1.0),
        (models.IntegerField, number % 1000),
        (models.JSONField, {}),
        (models.EmailField, f"row{number}@rows.example"),
        (models.CharField, f"row-{number}"[: field.max_length]),
        (models.TextField, f"row {number}"),
    ]
    return next(value for kind, value in values if isinstance(field, kind))
