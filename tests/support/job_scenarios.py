"""Plays the scenarios of the job engine: each step is a sentence, the end is what can be observed.

A step is recognised by the first pattern that fits; an unknown sentence fails the case. What a step
does is done through the product: enqueue, claim, run, finish, the HTTP trigger, the webhook.
"""

import re
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any
from unittest.mock import patch

from django.test import TestCase
from structlog.testing import capture_logs

from tests.support import job_steps, run_steps
from tests.support.job_observations import observe
from tests.support.job_steps import ENQUEUE, GIVEN_JOBS
from tests.support.job_world import ROLLBACK, TYPE, World, run_waiting
from zrg.jobs import registry
from zrg.jobs.services import dispatching, nudges


def play(steps: list[str], **given: Any) -> dict[str, Any]:
    """Do the steps in order and return everything an expectation may name."""
    with ExitStack() as stack:
        world = World(stack=stack, logs=stack.enter_context(capture_logs()))
        stack.enter_context(patch.object(dispatching, "send", lambda task, argument, **_: _send(world, argument)))
        stack.enter_context(patch.object(nudges, "send", lambda task, argument, **_: _send(world, argument)))
        stack.enter_context(patch.dict(registry._jobs))
        registry._jobs.pop(TYPE, None)
        registry.register_job(TYPE, lambda ctx: world.handler(ctx))
        nudges._last_tried.clear()
        # A worker that is as quick as the request waits.
        stack.enter_context(patch("zrg.jobs.views.time.sleep", lambda _: run_waiting()))
        for step in steps:
            _do(world, step)
        return observe(world)


def _do(world: World, step: str) -> None:
    for pattern, action in STEPS:
        found = re.search(pattern, step, re.IGNORECASE)
        if found:
            # Nudges leave when the transaction of the step would have committed.
            with TestCase.captureOnCommitCallbacks(execute=True):
                action(world, step, found)
            return
    raise LookupError(f"no step for: {step}")


def _send(world: World, argument: str) -> str:
    if world.broker_down:
        raise OSError("broker is down")
    world.sent.append(argument)
    return "message-id"


Action = Callable[[World, str, "re.Match[str]"], None]
_JOB_NAME = r"(?!jobs?\b|event\b|redis\b|broker\b|workspace\b)(?P<job>[a-z][a-z0-9-]*(?:/[a-z0-9-]+)*)"
STEPS: list[tuple[str, Action]] = [
    (r"^(?P<method>GET|POST|PUT|DELETE|PATCH) /api/cron/(?P<job>\S+)", run_steps.do_http),
    (
        r"^((the |no )?(CRON_SECRET|cron secret|secret))\b",
        run_steps.do_no_secret,
    ),
    (r"^(begin|open a transaction|commit)", job_steps.do_nothing),
    (ROLLBACK, job_steps.do_rolled),
    (rf"^{_JOB_NAME} (is )?(?P<status>RUNNING|ENQUEUED|DISPATCHING)", run_steps.do_running),
    (rf"^{_JOB_NAME} (is )?(?P<switch>disabled|enabled=false|off|inline)", run_steps.do_switch),
    (rf"^dispatch\b(?: again| the same| {_JOB_NAME})?", run_steps.do_dispatch),
    (r"CRON_(?P<name>\w+)_INLINE", run_steps.do_inline_by_variable),
    (r"^announce", job_steps.do_announce),
    (r"^requeue|requeue_job", job_steps.do_requeue),
    (ENQUEUE, job_steps.do_enqueue),
    (r"(broker|redis) (is )?(down|away|gone)", run_steps.do_broker_down),
    (r"(broker|redis) (is )?(back|up)", run_steps.do_broker_up),
    (r"event handler", job_steps.do_event_handler),
    (r"(same|identical) webhook|webhook (arrives|again)|redeliver", job_steps.do_same_webhook),
    (r"^(an? |the )?event (is |with status )?(?P<status>PENDING|RUNNING|SUCCEEDED|FAILED)", job_steps.do_given_event),
    (r"goes stale|release[sd]? (the )?stale|lock is stale|stale locks? released|^release", job_steps.do_stale_release),
    (r"^worker [A-Z] (succeeds|finishes)|^(?P<worker>[A-Z]) (finishes|succeeds)", job_steps.do_worker_finishes),
    (r"claim.*events?|events? .*claim", job_steps.do_claim_events),
    (r"^events?\b.*priorit|priorit.*events?", job_steps.do_events_of_priorities),
    (r"claim", job_steps.do_claim),
    (r"the (?P<what>lead|message|workspace|draft) (is|was|has been) (deleted|gone|removed)", job_steps.do_gone),
    (r"workspace (is )?(?P<status>suspended|deleted)", job_steps.do_workspace_status),
    (r"high_quota|enterprise", job_steps.do_enterprise),
    (r"^(the |default |workspace |running )*quota (default )?(is |= ?|of )?(?P<quota>\d+)", job_steps.do_quota),
    (r"^(the )?(run|job run|worker) (ends|finishes|succeeds|runs|fails)", run_steps.do_run_finished),
    (r"handler", job_steps.do_handler_ends),
    (r"^(run (the )?)?drain|sweep|\d+ times", job_steps.do_drain),
    (GIVEN_JOBS, job_steps.do_given_jobs),
]
