"""Grading one written answer (05 R29). Call outside of transactions."""

import json

from django.conf import settings

from inbox.prompts.replay import JUDGE
from inbox.rules.replay import Marks, average, blend, read_marks, wants_second_look
from inbox.services.autosend.evaluating import Judge
from inbox.services.replay.contracts import Options
from inbox.services.replay.scene import Reference
from zrg.ai.contracts import CallScope
from zrg.ai.prompts import as_data
from zrg.ai.runner import Override, run_json_prompt

SOURCE = "ai.replay"


def grade_text(
    judge: Judge,
    text: str,
    labels: tuple[str, ...],
    *,
    reference: Reference,
    objective: float,
    options: Options,
    deadline: float,
) -> tuple[Marks | None, int]:
    """The marks and how many judgements they are made of; (None, 0) when no usable answer came in time.

    A result that lies where one answer decides is judged a second time and averaged.
    """
    document = judge.document(text, labels) | {"reference": {"sent": reference.sent, "refused": reference.rejected}}

    def ask() -> Marks | None:
        for _ in range(1 + options.retries):
            result = run_json_prompt(
                JUDGE,
                {"document": as_data(json.dumps(document, ensure_ascii=False), "DOCUMENT")},
                scope=CallScope(
                    workspace_id=options.workspace_id, source=SOURCE, trace_id=options.run_id, trial=options.trial
                ),
                deadline=deadline,
                override=Override(model=settings.AI_REPLAY_JUDGE_MODEL or None),
            )
            if result.ok:
                return read_marks(result.value)
        return None

    first = ask()
    if first is None:
        return None, 0
    if not wants_second_look(blend(first.score, objective)):
        return first, 1
    second = ask()
    return (average(first, second), 2) if second else (first, 1)
