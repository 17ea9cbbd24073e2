"""The per-lead switch: is there anything to answer? (06 R12). Call outside of transactions."""

import time
from dataclasses import dataclass

from django.conf import settings

from inbox.prompts.autosend import REPLY_GATE
from inbox.rules.autosend.checks import legacy_precheck
from inbox.services.autosend.cases import Case
from zrg.ai.client import model_calls_possible
from zrg.ai.contracts import CallScope
from zrg.ai.prompts import as_data
from zrg.ai.runner import run_json_prompt


@dataclass(frozen=True, slots=True, kw_only=True)
class GateAnswer:
    """Whether to answer; `reason` is a code when not."""

    reply: bool
    reason: str = ""


def ask_gate(case: Case, *, deadline: float, trace_id: str) -> GateAnswer:
    """What the plain rules say, else the model; no answer means no."""
    found = legacy_precheck(
        latest_inbound=case.inbounds[0],
        categorization=case.tag,
        provider_automated=case.provider_automated,
        last_outbound_awaits_answer=case.awaits_answer,
        has_openai_key=model_calls_possible(),
        channel=case.channel,
    )
    if found.verdict == "no":
        return GateAnswer(reply=False, reason=found.reason or "")
    result = run_json_prompt(
        REPLY_GATE,
        {
            "channel": case.channel,
            "tag": case.tag,
            "transcript": as_data(case.conversation, "CONVERSATION"),
            "reply": as_data(case.reply),
        },
        scope=CallScope(
            workspace_id=case.workspace_id,
            source="inbox.auto_send.gate",
            lead_id=case.lead_id,
            message_id=case.trigger_id,
            draft_id=case.draft_id,
            trace_id=trace_id,
        ),
        deadline=min(deadline, time.monotonic() + settings.OPENAI_AUTO_REPLY_TIMEOUT_MS / 1000),
    )
    if not result.ok:
        return GateAnswer(reply=False, reason="gate_failed")
    wanted = result.value["should_reply"] is True
    return GateAnswer(reply=wanted, reason="" if wanted else "gate_said_no")
