"""The two calls that improve a draft: choosing guidance, and writing (06 R11). Call outside of transactions."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils import timezone

from inbox.enums import Channel
from inbox.prompts.revision import REVISE, SELECT
from inbox.rules.autosend.revision import CAPS, Revised, Selected, rank_by_overlap, read_revision, read_selection
from inbox.rules.autosend.verdicts import Evaluation
from inbox.rules.finishing import finish_text
from inbox.rules.outbound_text import fits_sms, split_sms_parts
from inbox.services.autosend.cases import Case
from inbox.services.autosend.evaluating import Judge
from inbox.services.autosend.offers import Offered
from leads.models import Lead
from zrg.ai.context import build_bundle
from zrg.ai.contracts import CallScope
from zrg.ai.prompts import as_data
from zrg.ai.runner import Override, run_json_prompt
from zrg.ai.services.guidance import guidance_for
from zrg.workspaces.context import tenant

SOURCE = "inbox.auto_send.revise"
NOTHING = "(none)"


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionRequest:
    """A draft that was evaluated. `version` is that of `offered.content` as it is stored now."""

    case: Case
    judge: Judge
    offered: Offered
    version: int
    evaluation: Evaluation
    deadline: float
    trace_id: str = ""

    def scope(self, metadata: Mapping[str, Any]) -> CallScope:
        """For whom the calls of the attempt are made."""
        return CallScope(
            workspace_id=self.case.workspace_id,
            source=SOURCE,
            lead_id=self.case.lead_id,
            message_id=self.case.trigger_id,
            draft_id=self.case.draft_id,
            trace_id=self.trace_id,
            metadata=metadata,
            trial=self.judge.trial,
        )


def select_guidance(request: RevisionRequest, *, deadline: float, metadata: Mapping[str, Any]) -> Selected | None:
    """What earlier conversations say about a reply like this; None without guidance (then nobody is asked), or
    without an answer.
    """
    case, reason = request.case, request.evaluation.reason
    pieces = _pieces(case)
    if not pieces:
        return None
    ranked = rank_by_overlap(pieces, f"{case.reply} {request.offered.content} {reason}")
    result = run_json_prompt(
        SELECT,
        {
            "reason": as_data(reason, "REASON"),
            "reply": as_data(case.reply),
            "draft": as_data(request.offered.content, "DRAFT"),
            "pieces": as_data("\n".join(f"{name}: {pieces[name]}" for name in ranked), "GUIDANCE"),
        },
        scope=request.scope(metadata),
        deadline=deadline,
    )
    return read_selection(result.value, frozenset(ranked)) if result.ok else None


def write_revision(
    request: RevisionRequest,
    selected: Selected | None,
    *,
    reviser: Override,
    deadline: float,
    metadata: Mapping[str, Any],
) -> Revised | None:
    """The corrected text as it would be stored; None when there is no usable one."""
    case, offered = request.case, request.offered
    bundle = build_bundle(case.workspace_id, "revision", memory=case.memory, as_of=case.as_of)
    result = run_json_prompt(
        REVISE,
        {
            "limit": str(CAPS[Channel(case.channel)]),
            "channel": case.channel,
            "reason": as_data(request.evaluation.reason, "REASON"),
            "labels": "\n".join(f"- {label}" for label in offered.labels) or NOTHING,
            "booking_link": request.judge.booking_link or NOTHING,
            "service": as_data(case.voice.service_description, "SERVICE"),
            "knowledge": bundle.for_prompt("knowledge"),
            "memory": bundle.for_prompt("memory"),
            "guidance": as_data(_guidance(selected), "GUIDANCE") if selected else NOTHING,
            "reply": as_data(case.reply),
            "draft": as_data(offered.content, "DRAFT"),
        },
        scope=request.scope({**metadata, "leadContextBundle": bundle.stats}),
        deadline=deadline,
        override=reviser,
    )
    revised = read_revision(result.value, case.channel) if result.ok else None
    return _finished(revised, request) if revised else None


def _finished(revised: Revised, request: RevisionRequest) -> Revised | None:
    """As every text of a machine is stored; a text that says the same as before is no revision."""
    case = request.case
    text = finish_text(revised.text, channel=case.channel, signature=case.voice.signature)
    too_long = case.channel == Channel.SMS and not fits_sms(split_sms_parts(text))
    unusable = not text or too_long or text.split() == request.offered.content.split()
    return None if unusable and not revised.unresolved else replace(revised, text=text)


def _pieces(case: Case) -> dict[str, str]:
    """Guidance of the campaign, else of the workspace, under short names, newest first."""
    with tenant(case.workspace_id):
        campaign_id = Lead.objects.filter(pk=case.lead_id).values_list("email_campaign_id", flat=True).first()
    campaign_id = campaign_id if case.channel == Channel.EMAIL else None
    found = guidance_for(case.workspace_id, campaign_id, now=timezone.now(), as_of=case.as_of)
    return {f"g{number}": row.piece for number, row in enumerate(found, start=1)}


def _guidance(selected: Selected) -> str:
    parts = (
        ("", (selected.markdown,)),
        ("Apply:", selected.apply),
        ("Avoid:", selected.avoid),
        ("Missing:", selected.missing),
    )
    lines = [line for title, texts in parts if any(texts) for line in (title, *texts)]
    return "\n".join(line for line in lines if line)
