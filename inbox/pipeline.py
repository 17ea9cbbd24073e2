"""The pipeline: what happens to every reply, on every channel, in this order (05 R1).

Reading makes the reply safe and names its intent; answering writes the draft. No adapter may skip or
reorder a stage. A stage that is `done` or `skipped` for a message is never repeated by a job retry.

Stages of the specification that other apps bring (time zone, booking from a reply, auto-send, scoring:
a job that scores the lead, enqueued after the draft) take their place in these two lists by their number.
"""

from collections.abc import Callable
from dataclasses import dataclass

from inbox.services.stages.apply_state import apply_state
from inbox.services.stages.auto_send import auto_send, give_up_auto_send
from inbox.services.stages.base import StageContext, StageResult
from inbox.services.stages.classify import classify
from inbox.services.stages.context_sync import sync_context
from inbox.services.stages.draft import give_up_draft, write_draft
from inbox.services.stages.enrich import enrich
from inbox.services.stages.load import load
from inbox.services.stages.overseer import oversee
from inbox.services.stages.safety import ensure_safety
from inbox.services.stages.signals import read_action_signals

Run = Callable[[StageContext], StageResult]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One step. `optional`: a failure is recorded and the run goes on; otherwise the job is retried.

    `every_run`: cheap checks that look again on each retry instead of being done once.
    `transactional`: makes no call out, so its writes and its entry in the ledger commit together.
    `min_seconds`: not started with less time left; the retry does it.
    `give_up` ends a stage that failed `tries` times, so that a reply never waits for it for ever.
    """

    number: int
    name: str
    run: Run
    optional: bool = False
    every_run: bool = False
    transactional: bool = False
    min_seconds: float = 0.0
    tries: int | None = None
    give_up: Run | None = None


READING: tuple[Stage, ...] = (
    Stage(number=1, name="load", run=load, every_run=True, transactional=True),
    Stage(number=2, name="safety", run=ensure_safety, transactional=True),
    Stage(number=3, name="context_sync", run=sync_context, optional=True),
    Stage(number=5, name="classify", run=classify, min_seconds=5.0),
    Stage(number=6, name="apply_state", run=apply_state, transactional=True),
    Stage(number=7, name="enrich", run=enrich, optional=True),
    Stage(number=8, name="signals", run=read_action_signals, optional=True),
)

ANSWERING: tuple[Stage, ...] = (
    Stage(number=1, name="load", run=load, every_run=True, transactional=True),
    Stage(number=10, name="overseer", run=oversee, optional=True),
    Stage(number=10, name="draft", run=write_draft, min_seconds=8.0, tries=3, give_up=give_up_draft),
    # Looks again on each retry: a draft is decided once all the same, and one that was missed is decided then.
    Stage(
        number=11, name="auto_send", run=auto_send, every_run=True, min_seconds=5.0, tries=3, give_up=give_up_auto_send
    ),
)

REPEATED_BY_INTEREST_FROM = 6
"""A repeated interest event runs the stages from this number on once more (02, LEAD_INTERESTED)."""
