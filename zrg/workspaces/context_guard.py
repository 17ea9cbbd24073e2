"""Tells when a tenant table is asked without a context: always a bug, always an empty answer.

Row security answers such a statement with nothing; without this line the reason would be hard to
find. It is never retried with a context.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

import structlog
from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from zrg.lib import log_events
from zrg.workspaces.rls import protected_models

logger = structlog.get_logger(__name__)


def install() -> None:
    """Watch every connection of this process (not those of migrations, which have no context)."""
    if not settings.ZRG_MIGRATING:
        connection_created.connect(_watch, dispatch_uid="zrg.context_guard")


def _watch(*, connection: BaseDatabaseWrapper, **_: Any) -> None:
    if report_missing_context not in connection.execute_wrappers:
        connection.execute_wrappers.append(report_missing_context)


def report_missing_context(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    """Run the statement; log the table when it is a tenant's and nobody is looking."""
    stack = context["connection"].__dict__.get("_zrg_contexts")
    if not stack or not stack[-1].kind:
        found = _tenant_table().search(str(sql))
        if found is not None:
            logger.error(log_events.RLS_CONTEXT_MISSING, table=found.group(1))
    return execute(sql, params, many, context)


@cache
def _tenant_table() -> re.Pattern[str]:
    names = "|".join(sorted(model._meta.db_table for model, _ in protected_models()))
    return re.compile(rf'\b(?:FROM|JOIN|INTO|UPDATE)\s+"?({names})\b', re.IGNORECASE)
