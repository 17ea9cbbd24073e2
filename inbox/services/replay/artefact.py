"""The file a replay leaves: ids, hashes, figures and codes, and texts only when asked for (05 R29)."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext

from inbox.prompts.autosend import EVALUATE
from inbox.prompts.drafts import GENERATION, SINGLE_EMAIL, SINGLE_LINKEDIN, SINGLE_SMS, STRATEGY, VERIFY
from inbox.prompts.overseer import GATE
from inbox.prompts.replay import JUDGE
from inbox.prompts.revision import REVISE
from inbox.rules.replay import Grade, compare
from inbox.services.replay.contracts import Options, Played
from zrg.ai.prompts import get_prompt
from zrg.ai.services.prompt_texts import effective, tried
from zrg.lib.errors import BadInput

FORMAT = "zrg.ai_replay/1"
PROMPTS = (STRATEGY, GENERATION, SINGLE_EMAIL, SINGLE_SMS, SINGLE_LINKEDIN, VERIFY, GATE, EVALUATE, REVISE, JUDGE)
MAX_BASELINE_BYTES = 20_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """An earlier run: its grades by message."""

    run_id: str
    grades: Mapping[UUID, Grade]


def read_baseline(path: Path, workspace_id: UUID) -> Baseline:
    """Raises BadInput for what is no artefact of this workspace, and OSError."""
    if path.stat().st_size > MAX_BASELINE_BYTES:
        raise BadInput(gettext("The baseline is larger than 20 MB."), code="baseline_too_large")
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        if stored["format"] != FORMAT or UUID(stored["workspace"]) != workspace_id:
            raise BadInput(gettext("The baseline is not a replay of this workspace."), code="baseline_of_another")
        grades = {UUID(case["message"]): Grade(**case["grade"]) for case in stored["cases"]}
        return Baseline(run_id=str(stored["run"]), grades=grades)
    except (ValueError, TypeError, KeyError) as error:
        raise BadInput(
            gettext("The baseline cannot be read: {error}").format(error=error), code="baseline_unreadable"
        ) from error


def with_changes(played: Sequence[Played], baseline: Baseline | None) -> list[Played]:
    """Each case with what became of it since the baseline."""
    if baseline is None:
        return list(played)
    return [replace(one, change=compare(baseline.grades.get(one.chosen.message_id), one.grade)) for one in played]


def summary_of(played: Sequence[Played], *, unknown: int = 0) -> dict[str, Any]:
    """Counts of a run. `passed`, `failed` and the mean are of the cases about which something could be said."""
    scores = [one.grade.blended for one in played if one.grade.blended is not None]
    failures = Counter(one.grade.failure for one in played if one.grade.failure)
    if unknown:
        failures["selection_error"] += unknown
    return {
        "cases": len(played),
        "passed": sum(one.grade.passed is True for one in played),
        "failed": sum(one.grade.passed is False for one in played),
        "unmeasured": sum(one.grade.passed is None for one in played),
        "critical": sum(one.grade.critical for one in played),
        "mean": round(sum(scores) / len(scores), 1) if scores else None,
        "failures": dict(sorted(failures.items())),
        "changes": dict(sorted(Counter(one.change for one in played if one.change).items())),
    }


def artefact_of(
    played: Sequence[Played],
    options: Options,
    *,
    profile: str,
    at: datetime,
    exit_code: int,
    unknown: Sequence[UUID] = (),
    baseline: Baseline | None = None,
    with_texts: bool = False,
) -> dict[str, Any]:
    """JSON-ready; the same for the same results."""
    return {
        "format": FORMAT,
        "run": options.run_id,
        "at": at.isoformat(),
        "workspace": str(options.workspace_id),
        "profile": profile,
        "threshold": options.threshold,
        "revision": options.revision,
        "trial": {
            "models": dict(options.trial.models),
            "prompts": {key: sorted(texts) for key, texts in options.trial.texts.items()},
        },
        "prompts": _versions(options),
        "judge_model": settings.AI_REPLAY_JUDGE_MODEL or get_prompt(JUDGE).model,
        "baseline": baseline.run_id if baseline else None,
        "exit_code": exit_code,
        "summary": summary_of(played, unknown=len(unknown)),
        "unknown_threads": [str(one) for one in unknown],
        "cases": [_case(one, with_texts) for one in played],
    }


def _versions(options: Options) -> dict[str, str]:
    return {key: tried(effective(key, options.workspace_id), options.trial).version for key in PROMPTS}


def _case(one: Played, with_texts: bool) -> dict[str, Any]:
    values = {
        "message": str(one.chosen.message_id),
        "lead": str(one.chosen.lead_id),
        "channel": one.chosen.channel,
        "sent_at": one.chosen.sent_at.isoformat(),
        "tag": one.chosen.tag,
        "risk": one.chosen.risk,
        "grade": asdict(one.grade),
        "change": one.change,
        "reason": one.reason,
        "codes": list(one.codes),
        "flags": list(one.flags),
        "path": one.path,
        "models": one.models,
        "marks": asdict(one.marks) if one.marks else None,
        "judgements": one.judgements,
        "objective": one.objective,
        "decision": one.decision,
        "confidence": one.confidence,
        "revision": one.revision,
        "reference": one.reference,
        "hashes": one.hashes,
        "attempts": one.attempts,
        "ms": one.ms,
    }
    return {**values, "texts": one.texts} if with_texts else values
