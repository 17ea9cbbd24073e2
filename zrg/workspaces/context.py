"""Row-security context: who is looking, for the length of one short transaction.

PostgreSQL filters every tenant table by the settings written here (see `rls.py`). They are
transaction-local, so a pooled connection never carries them to the next unit of work. Each unit of
work opens one `db_context`; no provider or model is called inside it.
"""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal
from uuid import UUID

from django.db import connections, transaction
from psycopg import sql

ContextKind = Literal["user", "service", "dispatch", "platform", ""]

INGEST_TIMEOUT_MS = 1_000
PAGE_TIMEOUT_MS = 2_000
REPORT_TIMEOUT_MS = 10_000
JOB_TIMEOUT_MS = 30_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RowContext:
    """What row security may show: workspaces seen whole, workspaces seen as setter, the person."""

    kind: ContextKind
    user_id: str = ""
    ws_all: tuple[str, ...] = ()
    ws_assigned: tuple[str, ...] = ()
    statement_timeout_ms: int = JOB_TIMEOUT_MS


NOTHING = RowContext(kind="", statement_timeout_ms=0)


@contextmanager
def db_context(context: RowContext, *, using: str = "default", savepoint: bool = True) -> Iterator[None]:
    """One transaction in which row security shows what `context` allows.

    Nested use is a savepoint; the outer context is restored when the inner one ends. Nesting the same
    context again costs no statement but the savepoint. Without `savepoint` an error inside a nested
    context undoes the whole transaction.
    """
    connection = connections[using]
    stack: list[RowContext] = connection.__dict__.setdefault("_zrg_contexts", [])
    outer = stack[-1] if stack else NOTHING
    nested = connection.in_atomic_block
    with transaction.atomic(using=using, savepoint=savepoint):
        changes = not nested or context != outer
        if changes:
            _apply(context, using)
        stack.append(context)
        try:
            yield
        finally:
            stack.pop()
        if nested and changes and not connection.needs_rollback:
            _apply(outer, using)


def current_context(*, using: str = "default") -> RowContext:
    """The context in force on this connection (`NOTHING` outside of one)."""
    stack: list[RowContext] = connections[using].__dict__.get("_zrg_contexts", [])
    return stack[-1] if stack else NOTHING


class CallInsideContext(RuntimeError):
    """A provider or model was about to be called while a transaction of ours was open."""


def refuse_inside_context(what: str, *, using: str = "default") -> None:
    """Raise unless this thread is outside every context; called where requests leave the house.

    A call may take seconds; an open transaction would hold locks and a connection all that time.
    """
    attributes = connections[using].__dict__
    stack: list[RowContext] = attributes.get("_zrg_contexts", [])
    # The context a test runs in does not count (see tests/conftest.py).
    if stack and stack[-1].kind and len(stack) > attributes.get("_zrg_outer_contexts", 0):
        raise CallInsideContext(f"{what} inside a {stack[-1].kind} transaction")


def tenant(workspace_id: UUID | str, *, timeout_ms: int = JOB_TIMEOUT_MS) -> AbstractContextManager[None]:
    """Worker context: exactly one workspace, seen whole."""
    return db_context(RowContext(kind="service", ws_all=(str(workspace_id),), statement_timeout_ms=timeout_ms))


def dispatch(*, timeout_ms: int = JOB_TIMEOUT_MS) -> AbstractContextManager[None]:
    """Job claimer and sweepers: queue tables only."""
    return db_context(RowContext(kind="dispatch", statement_timeout_ms=timeout_ms))


def platform(*, user_id: UUID | str = "", timeout_ms: int = PAGE_TIMEOUT_MS) -> AbstractContextManager[None]:
    """Admin requests of global and super admins, provisioning, purge and erasure."""
    return db_context(RowContext(kind="platform", user_id=str(user_id), statement_timeout_ms=timeout_ms))


def user_context(
    user_id: UUID | str,
    *,
    ws_all: Iterable[UUID | str] = (),
    ws_assigned: Iterable[UUID | str] = (),
    timeout_ms: int = PAGE_TIMEOUT_MS,
) -> AbstractContextManager[None]:
    """A signed-in person: whole workspaces, and those of which only assigned leads show."""
    return db_context(
        RowContext(
            kind="user",
            user_id=str(user_id),
            ws_all=tuple(map(str, ws_all)),
            ws_assigned=tuple(map(str, ws_assigned)),
            statement_timeout_ms=timeout_ms,
        )
    )


def _apply(context: RowContext, using: str) -> None:
    with connections[using].cursor() as cursor:
        cursor.execute(_statement(context))


@lru_cache(maxsize=1_024)
def _statement(context: RowContext) -> str:
    """What puts a context in force, its values written in as quoted literals: workers say the same ones all day."""
    values = {
        "zrg.context": context.kind,
        "zrg.user_id": context.user_id,
        "zrg.ws_all": ",".join(context.ws_all),
        "zrg.ws_assigned": ",".join(context.ws_assigned),
        "statement_timeout": str(context.statement_timeout_ms),
    }
    parts = (f"set_config('{name}', {sql.Literal(value).as_string(None)}, true)" for name, value in values.items())
    return f"SELECT {', '.join(parts)}"
