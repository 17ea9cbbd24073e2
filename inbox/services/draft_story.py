"""Why a draft was or was not sent: the decision with what it rests on, and everything that happened to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from booking.registry import calendar
from inbox.enums import AutoSendAction, AutoSendMode, AutoSendOutcome, DraftStatus, GenerationPath
from inbox.models import Draft, DraftEvent
from inbox.registry import ReviewPost, review_posts
from inbox.rules.autosend.reasons import decision_sentence
from inbox.rules.draft_history import event_figures, event_reason, event_words, percent
from inbox.rules.sentences import closed_sentence
from inbox.services.autosend.policies import policy_of
from leads.models import Lead
from zrg.workspaces.context import tenant

MAX_EVENTS = 60
PATHS = {
    GenerationPath.THREE_STEP: _("Planned, written and verified"),
    GenerationPath.TWO_STEP: _("Planned and written"),
    GenerationPath.SINGLE_STEP: _("Written in one step"),
    GenerationPath.FAST: _("Rewritten in another shape"),
    GenerationPath.TEMPLATE_FALLBACK: _("A neutral template, because the model did not answer"),
    GenerationPath.DETERMINISTIC: _("Put together without a model"),
}
OFFERS = {
    "ok": _("Still free"),
    "stale": _("No longer free"),
    "unbacked_time": _("A time in the text is none of the offered ones"),
    "placeholder": _("A placeholder stands where times should be"),
    "unverifiable": _("Cannot be looked up"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryLine:
    """One thing that happened."""

    at: datetime
    what: str
    why: str
    figures: str
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftStory:
    """What the panel "Why" prints. `facts` are pairs of a name and a sentence."""

    headline: str
    facts: list[tuple[str, str]]
    lines: list[StoryLine]
    posts: Sequence[ReviewPost]
    run_at: datetime | None
    is_cut: bool


def load_story(lead: Lead, draft: Draft, *, now: datetime) -> DraftStory:
    """The story of one draft. Read as the workspace: a setter sees no settings or switches, yet the same answer."""
    with tenant(draft.workspace_id):
        events = list(
            DraftEvent.objects.filter(draft=draft).select_related("actor").order_by("-at", "-id")[: MAX_EVENTS + 1]
        )
        facts = [pair for pair in _facts(lead, draft, now) if pair[1]]
    return DraftStory(
        headline=headline(draft),
        facts=facts,
        lines=[_line(event) for event in events[:MAX_EVENTS]],
        posts=review_posts(draft.workspace_id, draft.pk) if _was_asked_about(draft) else (),
        run_at=draft.auto_send_run_at if draft.auto_send_outcome == AutoSendOutcome.SCHEDULED else None,
        is_cut=len(events) > MAX_EVENTS,
    )


def headline(draft: Draft) -> str:
    """The answer to "why": what became of the draft, else what was decided, else why nothing was."""
    if draft.status in (DraftStatus.REJECTED, DraftStatus.SUPERSEDED):
        closed = closed_sentence(draft.status, draft.closed_reason)
        return f"{closed[:1].upper()}{closed[1:]}."
    outcome = decision_sentence(draft.auto_send_outcome_reason)
    if draft.auto_send_outcome in (AutoSendOutcome.CANCELED, AutoSendOutcome.NEEDS_REVIEW) and outcome:
        return gettext("Not sent automatically. {outcome}").format(outcome=outcome)
    decided = decision_sentence(draft.auto_send_reason_code)
    if draft.auto_send_action in (AutoSendAction.SEND_IMMEDIATE, AutoSendAction.SEND_DELAYED):
        return (
            gettext("Sent automatically. {decided}").format(decided=decided)
            if draft.status == DraftStatus.APPROVED
            else decided
        )
    if draft.status == DraftStatus.APPROVED:
        return gettext("Approved by a person.")
    return gettext("Waits for a person. {decided}").format(
        decided=decided or gettext("Nobody asked for an automatic decision.")
    )


def _was_asked_about(draft: Draft) -> bool:
    """Nobody is told about drafts of other modes."""
    return draft.auto_send_slack_notified or draft.auto_send_mode == AutoSendMode.AI_AUTO_SEND


def _facts(lead: Lead, draft: Draft, now: datetime) -> list[tuple[str, str]]:
    return [
        (gettext("Confidence"), _confidence(draft)),
        (gettext("The check says"), draft.auto_send_reason or ""),
        (gettext("Improvement"), _revision(draft)),
        (gettext("Sending hours"), _hours(lead, draft, now)),
        (gettext("Offered times"), _offers(lead, draft, now)),
        (gettext("Written"), _written(draft)),
    ]


def _confidence(draft: Draft) -> str:
    return event_figures({"confidence": draft.auto_send_confidence, "threshold": draft.auto_send_threshold})


def _revision(draft: Draft) -> str:
    if draft.auto_send_revision_attempted_at is None:
        return ""
    before, after = percent(draft.auto_send_original_confidence), percent(draft.auto_send_revision_confidence)
    figures = ""
    if before is not None and after is not None:
        figures = gettext(" ({before} % before, {after} % after)").format(before=before, after=after)
    kept = (
        gettext("The improved text is used")
        if draft.auto_send_revision_applied
        else gettext("Tried, the first text stays")
    )
    return f"{kept}{figures}."


def _hours(lead: Lead, draft: Draft, now: datetime) -> str:
    """Only where the machine may send: elsewhere the hours mean nothing."""
    if draft.status != DraftStatus.PENDING or draft.auto_send_mode in (None, AutoSendMode.DISABLED):
        return ""
    return decision_sentence(policy_of(lead, draft.channel).check_schedule(now).reason)


def _offers(lead: Lead, draft: Draft, now: datetime) -> str:
    if draft.offer_set is None or draft.status != DraftStatus.PENDING:
        return ""
    found = calendar().check_offer(draft.workspace_id, lead.pk, draft.offer_set, draft.content, now=now)
    stale = f": {', '.join(found.stale_labels)}" if found.stale_labels else ""
    return f"{gettext(OFFERS[found.state])}{stale}."


def _written(draft: Draft) -> str:
    how = PATHS.get(GenerationPath(draft.generation_path), draft.generation_path)
    if draft.edited_by_person:
        return gettext("{how}; changed by a person since.").format(how=gettext(how))
    return f"{gettext(how)}."


def _line(event: DraftEvent) -> StoryLine:
    detail: Mapping[str, Any] = event.detail if isinstance(event.detail, dict) else {}
    return StoryLine(
        at=event.at,
        what=event_words(event.kind),
        why=event_reason(event.reason, detail),
        figures=event_figures(detail),
        who=event.actor.get_full_name() if event.actor else "",
    )
