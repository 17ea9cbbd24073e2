"""One stored reply, answered again with today's code (05 R29). Nothing is sent and nothing is kept but statistics."""

import time
from dataclasses import dataclass, replace

from inbox.enums import AutoSendMode, GenerationPath
from inbox.rules.autosend.checks import text_block
from inbox.rules.autosend.verdicts import Evaluation
from inbox.rules.replay import Grade, Marks, blend, is_unreached, objective_score, quality_failure
from inbox.services.autosend.asking import RevisionRequest
from inbox.services.autosend.evaluating import Judge
from inbox.services.autosend.flow import judged
from inbox.services.autosend.offers import Offered
from inbox.services.autosend.revising import rehearse_revision
from inbox.services.drafting.knobs import JOB_SECONDS
from inbox.services.drafting.steps import UNAVAILABLE
from inbox.services.drafting.writing import Written, invariants_of, write_text
from inbox.services.replay.contracts import Chosen, Options, Played
from inbox.services.replay.judging import SOURCE, grade_text
from inbox.services.replay.scene import Scene, case_of, set_scene
from inbox.services.transcript import reply_text
from zrg.ai.client import model_calls_possible
from zrg.ai.services.budget import is_capped
from zrg.lib.hashing import canonical_json, sha

WRITING_SHARE = 0.6
"""Of a case's time; the rest is for the evaluator, the reviser and the judge."""
HASH_CHARS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reviewed:
    """The text after the machine's own review: `action` "" when no evaluator was asked."""

    content: str
    codes: tuple[str, ...]
    action: str = ""
    reason: str = ""
    evaluation: Evaluation | None = None
    revision: str = ""

    @property
    def is_held(self) -> bool:
        """Whether an evaluator that answered would not let it leave unseen."""
        return self.evaluation is not None and not self.evaluation.error_code and not self.evaluation.safe_to_send


def play_case(chosen: Chosen, options: Options) -> Played:
    """Rebuild, write, verify, gate, revise, grade. Call outside of transactions; every call of a model ends with the
    time of the case.
    """
    started = time.monotonic()
    scene = set_scene(chosen, options.workspace_id)
    played = Played(
        chosen=chosen,
        grade=Grade(passed=None),
        reference=scene.reference.codes,
        hashes=_hashes(scene),
        texts={"inbound": reply_text(scene.message), "reference": scene.reference.sent},
    )
    if scene.refusal:
        return _unanswered(played, scene)
    written = write_text(
        scene.context,
        started=started,
        seconds=min(JOB_SECONDS, options.timeout * WRITING_SHARE),
        source=SOURCE,
        trace_id=options.run_id,
        trial=options.trial,
    )
    played = replace(played, path=written.path, models=written.meta.get("models", {}), flags=written.flags)
    if not written.content or written.path == GenerationPath.TEMPLATE_FALLBACK:
        return _unwritten(played, written)
    return _graded(played, scene, written, options, deadline=started + options.timeout)


def _unanswered(played: Played, scene: Scene) -> Played:
    """Today there would be no draft: wrong only where a draft of ours was good enough to be sent."""
    missed = scene.reference.draft_status == "approved"
    grade = Grade(passed=False, failure="decision_error") if missed else Grade(passed=None)
    return replace(played, grade=grade, reason=scene.refusal)


def _unwritten(played: Played, written: Written) -> Played:
    """The ladder ended without a text of a model."""
    codes = tuple(sorted(set(written.meta.get("failed", {}).values())))
    unreached = written.reason in UNAVAILABLE.values() or is_unreached(codes)
    grade = (
        Grade(passed=None, failure="infra_error")
        if unreached
        else Grade(passed=False, failure="draft_generation_error")
    )
    return replace(played, grade=grade, reason=written.reason or ",".join(codes))


def _graded(played: Played, scene: Scene, written: Written, options: Options, *, deadline: float) -> Played:
    case = case_of(scene, written)
    judge = Judge(case, trace_id=options.run_id, trial=options.trial)
    reviewed = _review(scene, written, judge, options, deadline)
    objective = objective_score(written.flags, reviewed.codes, held=reviewed.is_held)
    marks, judgements = grade_text(
        judge,
        reviewed.content,
        case.offered,
        reference=scene.reference,
        objective=objective,
        options=options,
        deadline=deadline,
    )
    return replace(
        played,
        grade=_grade(reviewed, marks, objective, options.threshold),
        reason=reviewed.reason,
        codes=reviewed.codes,
        marks=marks,
        judgements=judgements,
        objective=objective,
        decision=reviewed.action,
        confidence=reviewed.evaluation.confidence if reviewed.evaluation else None,
        revision=reviewed.revision,
        hashes={**played.hashes, "draft": _hash(reviewed.content)},
        texts={**played.texts, "draft": reviewed.content},
    )


def _review(scene: Scene, written: Written, judge: Judge, options: Options, deadline: float) -> _Reviewed:
    """What auto-send would do with the text, where the workspace uses it or a revision is forced."""
    case, content = judge.case, written.content
    forced = options.revision == "force"
    plain = _Reviewed(content=content, codes=tuple(invariants_of(scene.context, content)))
    if not forced and case.policy.mode.mode != AutoSendMode.AI_AUTO_SEND:
        return plain
    block = case.precheck.reason if case.precheck.skip else case.consent_block
    block = block or text_block(
        draft=content,
        is_fallback=case.is_fallback,
        is_unverified=case.is_unverified,
        offer_ok=True,
        has_key=model_calls_possible(),
        is_capped=is_capped(case.workspace_id),
    )
    if block:
        return replace(plain, action="needs_review", reason=block)
    offered = Offered(ok=True, content=content, labels=case.offered)
    evaluation = judge.evaluate(content, offered.labels, deadline=deadline)
    revision = "off"
    if options.revision != "off":
        request = RevisionRequest(
            case=case,
            judge=judge,
            offered=offered,
            version=1,
            evaluation=evaluation,
            deadline=deadline,
            trace_id=options.run_id,
        )
        outcome = rehearse_revision(request, forced=forced)
        evaluation, revision = outcome.evaluation, outcome.reason
        offered = replace(offered, content=outcome.content or content)
    verdict = judged(case, judge, offered, evaluation)
    return _Reviewed(
        content=offered.content,
        codes=tuple(invariants_of(scene.context, offered.content)),
        action=verdict.action,
        reason=verdict.reason,
        evaluation=evaluation,
        revision=revision,
    )


def _grade(reviewed: _Reviewed, marks: Marks | None, objective: float, threshold: float) -> Grade:
    """Faults of R19 fail a text whatever the judge says of it."""
    critical = bool(reviewed.codes)
    if marks is None:
        return Grade(passed=False if critical else None, critical=critical, failure="judge_error")
    blended = blend(marks.score, objective)
    passed = blended >= threshold and not critical
    failure = quality_failure(passed=passed, would_send=reviewed.action == "send_immediate")
    return Grade(passed=passed, blended=blended, critical=critical, failure=failure, judged=True)


def _hashes(scene: Scene) -> dict[str, str]:
    return {"inbound": _hash(scene.message.body), "context": _hash(canonical_json(dict(scene.context.variables)))}


def _hash(text: str) -> str:
    return sha(text)[:HASH_CHARS]
