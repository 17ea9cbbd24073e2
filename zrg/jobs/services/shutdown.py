"""One flag per worker: the process is asked to end.

The byte lies in memory shared with forked children, so that the parent's warm shutdown reaches the
drains that run in them. Set by Celery's shutdown signal and by the worker loop's SIGTERM.
"""

import mmap

# How long running work may take to end after the flag is set; unstarted claims go back at once.
GRACE_SECONDS = 20.0

_flag = mmap.mmap(-1, 1)


def request_shutdown() -> None:
    _flag[0] = 1


def withdraw_shutdown() -> None:
    """For a process that goes on after all (tests)."""
    _flag[0] = 0


def is_shutting_down() -> bool:
    return _flag[0] == 1
