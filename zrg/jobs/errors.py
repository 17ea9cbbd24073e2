"""What a handler raises to steer its job, and what callers of the engine may meet."""

from datetime import datetime

from zrg.lib.errors import ZrgError


class JobSignal(Exception):  # not an error: a decision of the handler about its own job
    """Base of the three decisions a handler can raise."""


class Reschedule(JobSignal):
    """Not yet: run again at `run_at` without spending an attempt (rate limits, quiet hours)."""

    def __init__(self, run_at: datetime, reason: str = ""):
        super().__init__(reason)
        self.run_at = run_at
        self.reason = reason


class Permanent(JobSignal):
    """No retry can help: the job is FAILED at once and waits for a person."""


class Cancelled(JobSignal):
    """The work has lost its object or its reason (lead gone, draft decided); not an error."""


class UnknownSchedule(ZrgError):
    """No schedule of this name is registered."""

    code = "unknown_job"
    http_status = 404


class BadParameter(ZrgError):
    """A parameter of a run is refused; `name` says which."""

    code = "bad_parameter"
    http_status = 400

    def __init__(self, name: str):
        super().__init__(f"Invalid parameter: {name}", name=name)
        self.name = name


class EnqueueFailed(ZrgError):
    """The broker did not take the message; the row says ENQUEUE_FAILED and is reused by the next try."""

    code = "enqueue_failed"
    http_status = 503
