"""The world as it was when a reply came in, read from rows in one short transaction (05 R29).

Messages, memory, knowledge and the appointment are those of then. Times and booking link are those the original draft
had, or the list of threads gives: the calendar of today knows nothing of free hours of last week.
"""

from dataclasses import dataclass, replace
from typing import Any

from booking.registry import calendar
from inbox.enums import DraftStatus, SentimentTag
from inbox.models import Draft, Message
from inbox.rules.schedulers import scheduler_urls
from inbox.services.autosend.cases import Case, open_case, stopped_at
from inbox.services.autosend.policies import Policy, policy_of
from inbox.services.drafting.knowing import DraftContext, rebuild
from inbox.services.drafting.writing import Written
from inbox.services.replay.contracts import Chosen
from inbox.services.stages.draft import ineligible
from leads.models import Lead
from zrg.lib.errors import NotVisible
from zrg.workspaces.context import tenant
from zrg.workspaces.models import WorkspaceSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What became of the reply in reality: a hint for the judge, never the truth. `sent`, `rejected` are texts."""

    sent: str = ""
    rejected: str = ""
    draft_status: str = ""
    disposition: str = ""

    @property
    def codes(self) -> dict[str, Any]:
        """The part without texts."""
        return {
            "draft": self.draft_status or "none",
            "disposition": self.disposition or "none",
            "answered": bool(self.sent),
            "rejected_with_reason": bool(self.rejected),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """`refusal`: why the reply gets no draft today, or ""."""

    message: Message
    lead: Lead
    context: DraftContext
    policy: Policy
    reference: Reference
    refusal: str


def set_scene(chosen: Chosen, workspace_id: Any) -> Scene:
    """Read everything; raises NotVisible when the reply is gone."""
    with tenant(workspace_id):
        message = Message.objects.in_workspace(workspace_id).filter(pk=chosen.message_id).first()
        if message is None:
            raise NotVisible
        lead = Lead.objects.select_related("email_campaign", "sms_campaign").get(pk=message.lead_id)
        settings = WorkspaceSettings.objects.get(workspace_id=workspace_id)
        original = Draft.objects.filter(trigger_message=message, channel=message.channel).order_by("created_at").first()
        stopped = stopped_at(lead, message.sent_at)
        return Scene(
            message=message,
            lead=lead,
            context=rebuild(
                message,
                channel=message.channel,
                tag=message.sentiment_tag or SentimentTag.NEW,
                labels=_labels(chosen, original),
                booking_link=_booking_link(chosen, original, settings),
                as_of=message.sent_at,
            ),
            policy=policy_of(lead, message.channel),
            reference=_reference(message, original),
            refusal=ineligible(message, lead, settings, stopped=stopped, followup_pending=False),
        )


def case_of(scene: Scene, written: Written) -> Case:
    """The written text as auto-send sees a draft, of which there is none."""
    context = scene.context
    draft = Draft(
        workspace_id=context.workspace_id,
        lead=scene.lead,
        channel=context.channel,
        content=written.content,
        generation_path=written.path,
        verified=written.verified,
        quality_flags=list(written.flags),
    )
    with tenant(context.workspace_id):
        case = open_case(scene.lead, draft, scene.message, scene.policy, as_of=scene.message.sent_at)
    return replace(case, offered=context.facts.labels, booking_link=context.facts.booking_link)


def _labels(chosen: Chosen, original: Draft | None) -> tuple[str, ...]:
    if chosen.labels is not None:
        return chosen.labels
    if original is None or original.offer_set is None:
        return ()
    return calendar().offered_labels(original.workspace_id, original.offer_set)


def _booking_link(chosen: Chosen, original: Draft | None, settings: WorkspaceSettings) -> str | None:
    """The one given, the one the original named, else the workspace's."""
    named = scheduler_urls(original.ai_content) if original else []
    direct = settings.calendly_direct_book_event_type_link
    return next(
        (link for link in (chosen.booking_link, *named, settings.calendly_event_type_link, direct) if link), None
    )


def _reference(message: Message, original: Draft | None) -> Reference:
    sent = (
        Message.objects.of_lead(message.lead_id)
        .on_channel(message.channel)
        .answers()
        .filter(sent_at__gt=message.sent_at)
        .in_thread_order()
        .values_list("body", flat=True)
        .first()
    )
    if original is None:
        return Reference(sent=sent or "")
    return Reference(
        sent=sent or "",
        rejected=original.reject_reason if original.status == DraftStatus.REJECTED else "",
        draft_status=original.status,
        disposition=original.response_disposition or "",
    )
