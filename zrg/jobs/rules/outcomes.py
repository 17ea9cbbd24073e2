"""What becomes of a job after its handler ended, and why."""

from dataclasses import dataclass
from datetime import datetime

from zrg.jobs.constants import LAST_ERROR_LENGTH, MAX_RESCHEDULES
from zrg.jobs.enums import EventStatus, JobStatus
from zrg.jobs.errors import Cancelled, Permanent, Reschedule
from zrg.jobs.rules.backoff import backoff_seconds
from zrg.lib.redact import redact_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The next state of a job or event.

    `result` is the word for statistics and logs. A waiting one runs again at `run_at`, or
    `delay_seconds` from now by the database's clock. `refund` gives the attempt back.
    """

    status: str
    result: str
    run_at: datetime | None = None
    delay_seconds: float = 0.0
    last_error: str | None = None
    refund: bool = False


SUCCEEDED = Outcome(status=JobStatus.SUCCEEDED, result="succeeded")


def decide_job(error: BaseException, *, attempts: int, max_attempts: int, reschedules: int, jitter: float) -> Outcome:
    """The outcome of a job whose handler raised `error` in its attempt number `attempts`."""
    if isinstance(error, Cancelled):
        return Outcome(status=JobStatus.CANCELLED, result="cancelled", last_error=error_text(error))
    if isinstance(error, Reschedule):
        return _decide_reschedule(error, reschedules)
    if isinstance(error, Permanent) or attempts >= max_attempts:
        return Outcome(status=JobStatus.FAILED, result="failed", last_error=error_text(error))
    return _retry(error, attempts, jitter)


def decide_event(error: BaseException, *, attempts: int, max_attempts: int, jitter: float) -> Outcome:
    """The outcome of an inbound call whose processor raised `error`."""
    if isinstance(error, Reschedule):
        return _waiting(error)
    if isinstance(error, Permanent) or attempts >= max_attempts:
        return Outcome(status=EventStatus.FAILED, result="failed", last_error=error_text(error))
    return _retry(error, attempts, jitter)


def error_text(error: BaseException) -> str:
    """Class and message, without secrets and addresses, as long as the column."""
    return redact_text(f"{type(error).__name__}: {error}".replace("\x00", ""))[:LAST_ERROR_LENGTH]


def _decide_reschedule(error: Reschedule, reschedules: int) -> Outcome:
    if reschedules + 1 >= MAX_RESCHEDULES:
        reason = f"Rescheduled {MAX_RESCHEDULES} times: {error.reason}"
        return Outcome(status=JobStatus.FAILED, result="failed", last_error=redact_text(reason)[:LAST_ERROR_LENGTH])
    return _waiting(error)


def _waiting(error: Reschedule) -> Outcome:
    return Outcome(
        status=JobStatus.PENDING,
        result="rescheduled",
        run_at=error.run_at,
        last_error=error_text(error) if error.reason else None,
        refund=True,
    )


def _retry(error: BaseException, attempts: int, jitter: float) -> Outcome:
    return Outcome(
        status=JobStatus.PENDING,
        result="retried",
        delay_seconds=backoff_seconds(attempts, jitter),
        last_error=error_text(error),
    )
