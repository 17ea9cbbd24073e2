"""Exceptions as codes and short texts: what a log may say about them."""

from django.db import Error as DatabaseFault

from assignment.enums import RoutingCode
from assignment.metrics import LOCK_TIMEOUTS
from zrg.lib.redact import redact_text

# Deadlock, serialisation failure, lock timeout, statement timeout.
TRANSIENT_STATES = frozenset({"40P01", "40001", "55P03", "57014"})
LOCK_TIMEOUT = "55P03"
NO_AGREEMENT = "ZR404"
MAX_MESSAGE = 500


class EvaluationFault(Exception):
    """The rules could not be asked about a lead; the cause says why."""


def sqlstate_of(error: BaseException) -> str | None:
    """The database's five letters, if it was the database."""
    return getattr(error.__cause__, "sqlstate", None) or getattr(error, "sqlstate", None)


def is_transient(error: BaseException) -> bool:
    """Whether the same statement may succeed at once."""
    return sqlstate_of(error) in TRANSIENT_STATES


def count_lock_timeout(error: BaseException) -> None:
    """One more, if it was one."""
    if sqlstate_of(error) == LOCK_TIMEOUT:
        LOCK_TIMEOUTS.inc()


def code_of(error: BaseException) -> RoutingCode:
    """Why an attempt failed."""
    if sqlstate_of(error) == NO_AGREEMENT:
        return RoutingCode.DESTINATION_UNAVAILABLE
    if isinstance(error, DatabaseFault):
        return RoutingCode.DB_ERROR
    return RoutingCode.EVALUATION_ERROR if isinstance(error, EvaluationFault) else RoutingCode.ERROR


def message_of(error: BaseException) -> str:
    """Class and SQLSTATE, never parameters; our own errors also say their words, masked."""
    state = sqlstate_of(error)
    if state:
        return f"{type(error).__name__} {state}"
    if isinstance(error, DatabaseFault):
        return type(error).__name__
    said = error.__cause__ if isinstance(error, EvaluationFault) and error.__cause__ else error
    return redact_text(f"{type(said).__name__}: {said}")[:MAX_MESSAGE]
