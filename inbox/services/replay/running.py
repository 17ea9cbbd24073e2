"""Running the cases of a replay, some at a time (05 R29)."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import structlog
from django.db import connections

from inbox.rules.replay import Grade
from inbox.services.replay.contracts import Chosen, Options, Played
from inbox.services.replay.playing import play_case
from zrg.lib import log_events

AGAIN = ("infra_error", "execution_error")

logger = structlog.get_logger(__name__)


def run_cases(cases: Sequence[Chosen], options: Options, *, done: Callable[[Played], None]) -> list[Played]:
    """Play every case; results in the order of `cases`, `done` is told of each in that order too.

    With a concurrency of 1 the cases run in the calling thread, on its connection.
    """
    played = []
    if options.concurrency == 1:
        for case in cases:
            played.append(_with_retries(case, options))
            done(played[-1])
        return played
    with ThreadPoolExecutor(options.concurrency, thread_name_prefix="replay") as pool:
        for result in pool.map(lambda case: _in_thread(case, options), cases):
            played.append(result)
            done(result)
    return played


def _in_thread(case: Chosen, options: Options) -> Played:
    try:
        return _with_retries(case, options)
    finally:
        connections.close_all()


def _with_retries(case: Chosen, options: Options) -> Played:
    """Again when the model could not be reached or our code broke; what the model wrote badly stays as it is."""
    attempt = 1
    while True:
        started = time.monotonic()
        result = _play(case, options)
        if result.grade.failure not in AGAIN or attempt > options.retries:
            return replace(result, attempts=attempt, ms=round((time.monotonic() - started) * 1000))
        attempt += 1


def _play(case: Chosen, options: Options) -> Played:
    try:
        return play_case(case, options)
    # One broken case must not cost the others, which were paid for.
    except Exception as error:
        logger.error(log_events.REPLAY_CASE_FAILED, message=str(case.message_id), error=type(error).__name__)
        return Played(
            chosen=case, grade=Grade(passed=None, failure="execution_error"), reason=type(error).__name__.lower()
        )
