"""What a reply means for a meeting: asked once per message, read by booking and drafting (09 §2.12)."""

import time
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone

from booking.registry import calendar
from inbox.enums import Direction, DraftStatus, OverseerStage
from inbox.models import Draft, MeetingOverseerDecision, Message
from inbox.prompts.overseer import EXTRACT
from inbox.rules.overseer import MeetingDecision, read_extraction
from inbox.services.skipping import SETTING_OFF, record_skip
from inbox.services.transcript import reply_text
from leads.models import Lead
from zrg.ai.contracts import CallScope
from zrg.ai.prompts import as_data
from zrg.ai.runner import run_json_prompt
from zrg.workspaces.context import tenant
from zrg.workspaces.models import WorkspaceSettings

EXTRACT_SECONDS = 20.0
HISTORY = 8
HISTORY_CHARS = 180
REPLY_CHARS = 4_000
BUSINESS_CHARS = 1_200
CRITERIA_CHARS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    enabled: bool
    known: MeetingDecision | None
    offers: tuple[str, ...]
    variables: dict[str, str]


def stored_decision(message_id: UUID) -> MeetingDecision | None:
    """What the overseer understood of a message, in the caller's context; None when it was not asked."""
    rows = MeetingOverseerDecision.objects.filter(message_id=message_id, stage=OverseerStage.EXTRACT)
    stored = rows.values_list("payload", flat=True).first()
    return MeetingDecision.from_json(stored) if stored is not None else None


def decide_meeting(
    workspace_id: UUID, message_id: UUID, *, scope: CallScope, deadline: float
) -> MeetingDecision | None:
    """The decision of a message, asked of the model when there is none yet; outside of transactions.

    Idempotent per message: of two askers the first answer stays. None when the overseer is switched off, the
    message is gone, or no usable answer came; nobody may book without a decision.
    """
    with tenant(workspace_id):
        question = _gather(workspace_id, message_id)
    if question is None or question.known is not None:
        return question.known if question else None
    if not question.enabled:
        record_skip(EXTRACT, SETTING_OFF, scope=scope)
        return None
    answer = run_json_prompt(
        EXTRACT, question.variables, scope=scope, deadline=min(deadline, time.monotonic() + EXTRACT_SECONDS)
    )
    if not answer.ok:
        return None
    decision = read_extraction(answer.value, offers=len(question.offers))
    with tenant(workspace_id):
        return _store(workspace_id, message_id, decision, answer.model)


def _gather(workspace_id: UUID, message_id: UUID) -> _Question | None:
    message = Message.objects.in_workspace(workspace_id).filter(pk=message_id).first()
    if message is None:
        return None
    settings = WorkspaceSettings.objects.get(workspace_id=workspace_id)
    lead = Lead.objects.in_workspace(workspace_id).get(pk=message.lead_id)
    offers = offered_times(lead)
    return _Question(
        enabled=settings.meeting_overseer_enabled,
        known=stored_decision(message_id),
        offers=offers,
        variables={
            "business": as_data((settings.service_description or "(not given)")[:BUSINESS_CHARS], "BUSINESS"),
            "qualification": as_data(_qualification(lead, settings), "QUALIFICATION"),
            "lead_zone": lead.timezone or "UNKNOWN",
            "lead_date": _local_date(lead, timezone.now()),
            "offers": "\n".join(f"{number}. {label}" for number, label in enumerate(offers, start=1)) or "(none)",
            "transcript": _short_transcript(message),
            "reply": as_data(reply_text(message)[:REPLY_CHARS]),
        },
    )


def offered_times(lead: Lead) -> tuple[str, ...]:
    """The labels of the newest offer that was ordered to be sent, by position; () without one."""
    sent = Draft.objects.of_lead(lead.pk).filter(status=DraftStatus.APPROVED, offer_set__isnull=False)
    offer_set = sent.order_by("-approved_at").values_list("offer_set", flat=True).first()
    return calendar().offered_labels(lead.workspace_id, offer_set) if offer_set else ()


def _store(workspace_id: UUID, message_id: UUID, decision: MeetingDecision, model: str) -> MeetingDecision | None:
    message = Message.objects.in_workspace(workspace_id).filter(pk=message_id).first()
    if message is None:
        return None
    row = MeetingOverseerDecision(
        workspace_id=workspace_id,
        lead_id=message.lead_id,
        message=message,
        stage=OverseerStage.EXTRACT,
        prompt_key=EXTRACT,
        model=model,
        confidence=decision.confidence,
        payload=decision.as_json(),
    )
    MeetingOverseerDecision.objects.bulk_create([row], ignore_conflicts=True)
    return stored_decision(message_id)


def _qualification(lead: Lead, settings: WorkspaceSettings) -> str:
    parts = [f"state so far: {lead.booking_qualification_status or 'unknown'}"]
    if settings.booking_qualification_criteria:
        parts.append(f"criteria: {settings.booking_qualification_criteria[:CRITERIA_CHARS]}")
    if lead.qualification_answers:
        parts.append(f"answers: {str(lead.qualification_answers)[:CRITERIA_CHARS]}")
    return "\n".join(parts)


def _local_date(lead: Lead, now: datetime) -> str:
    """Weekday and date where the lead is, else in UTC."""
    return now.astimezone(ZoneInfo(lead.timezone) if lead.timezone else ZoneInfo("UTC")).strftime("%A, %Y-%m-%d")


def _short_transcript(message: Message) -> str:
    earlier = (
        Message.objects.of_lead(message.lead_id)
        .filter(sent_at__lte=message.sent_at)
        .exclude(pk=message.pk)
        .exclude(body="")
        .newest_first()
        .values_list("sent_at", "channel", "direction", "body")[:HISTORY]
    )
    lines = [
        f"[{sent_at:%Y-%m-%d %H:%M}] [{channel}] {'Lead' if direction == Direction.INBOUND else 'Team'}: "
        f"{' '.join(body.split())[:HISTORY_CHARS]}"
        for sent_at, channel, direction, body in reversed(earlier)
    ]
    return as_data("\n".join(lines) or "(nothing)", "CONVERSATION")
