"""What the inbox does for many leads at once; apps above add theirs through the registry."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_noop as _

from inbox.enums import CURRENT_TAGS, SentimentTag
from inbox.registry import BulkAction, register_bulk_action
from inbox.rules.eligibility import DRAFTED_TAGS
from inbox.rules.snooze import SNOOZE_DAYS
from inbox.services.drafting.requests import request_bulk
from inbox.services.marking import change_sentiment, mark_unread, restore_snooze, snooze
from inbox.services.sentiment import CAUSE_MANUAL, set_sentiment
from leads.models import Lead
from zrg.workspaces.models import User

UNTIL_REPLY = "reply"
CHANGED_SINCE = _("Changed since then.")
SETTABLE = [tag for tag in CURRENT_TAGS if tag != SentimentTag.SNOOZED]


def register_bulk_actions() -> None:
    """Called from `ready()`."""
    for action in (SNOOZE, UNREAD, SENTIMENT, DRAFTS):
        register_bulk_action(action)


def _snooze_choices(_workspace: UUID) -> Sequence[tuple[str, str]]:
    days = [
        (str(number), ngettext("Snooze {count} day", "Snooze {count} days", number).format(count=number))
        for number in SNOOZE_DAYS
    ]
    return [(UNTIL_REPLY, gettext("Done (until they reply)")), *days]


def _refuse_snooze(lead: Lead, value: str) -> str:
    return gettext("Done already.") if value == UNTIL_REPLY and lead.snooze_until_reply else ""


def _snooze(lead: Lead, value: str, by: User) -> dict[str, Any]:
    before = {"until": _iso(lead.snoozed_until), "until_reply": lead.snooze_until_reply}
    days = None if value == UNTIL_REPLY else int(value)
    after = snooze(lead, days=days, until_reply=value == UNTIL_REPLY, by=by)
    return before | {"after": [_iso(after.snoozed_until), after.snooze_until_reply]}


def _undo_snooze(lead: Lead, before: dict[str, Any], by: User) -> str:
    if [_iso(lead.snoozed_until), lead.snooze_until_reply] != before["after"]:
        return gettext(CHANGED_SINCE)
    until = datetime.fromisoformat(before["until"]) if before["until"] else None
    restore_snooze(lead, until, until_reply=before["until_reply"], by=by)
    return ""


def _unread(lead: Lead, _value: str, by: User) -> None:
    mark_unread(lead, by)


def _refuse_sentiment(lead: Lead, value: str) -> str:
    return gettext("Is {tag} already.").format(tag=gettext(value)) if lead.sentiment_tag == value else ""


def _set_tag(lead: Lead, value: str, by: User) -> dict[str, Any] | None:
    done = change_sentiment(lead, value, by=by)
    return {"tag": done.previous, "after": done.new}


def _undo_tag(lead: Lead, before: dict[str, Any], by: User) -> str:
    if before["after"] == SentimentTag.BLACKLIST:
        return gettext("A stop is lifted lead by lead, with a note.")
    if lead.sentiment_tag != before["after"]:
        return gettext(CHANGED_SINCE)
    set_sentiment(lead.pk, before["tag"], actor=by, cause=CAUSE_MANUAL)
    return ""


def _tell_tag(value: str) -> str:
    if value == SentimentTag.BLACKLIST:
        return gettext(
            "All outreach to these leads stops at once and their drafts are closed. Undo does not lift that."
        )
    if value in DRAFTED_TAGS:
        return gettext("Drafts are written for leads that wrote and have none, as after any change by hand.")
    if value == SentimentTag.AUTOMATED_REPLY:
        return gettext("Waiting reply drafts are closed. Undo brings the sentiment back, not the drafts.")
    return gettext("Status and follow-ups go with the sentiment, as after any change by hand. Waiting drafts stay.")


def _refuse_draft(lead: Lead, _value: str) -> str:
    if lead.last_inbound_at is None:
        return gettext("Never wrote.")
    return (
        ""
        if lead.sentiment_tag in DRAFTED_TAGS
        else gettext("No draft is written for {tag}.").format(tag=gettext(lead.sentiment_tag))
    )


def _start_drafts(leads: Sequence[Lead], value: str, by: User) -> UUID:
    return request_bulk(leads, mode="fast" if value == "fast" else "full", by=by)


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


SNOOZE = BulkAction(
    key="snooze",
    group=_("Snooze"),
    position=10,
    permission="lead.snooze",
    choices=_snooze_choices,
    refuse=_refuse_snooze,
    act=_snooze,
    undo=_undo_snooze,
)
UNREAD = BulkAction(
    key="unread",
    group=_("Read"),
    position=20,
    permission="lead.view",
    choices=lambda _workspace: [("", gettext("Mark unread"))],
    refuse=lambda lead, _value: "" if lead.last_inbound_at else gettext("Never wrote."),
    act=_unread,
)
SENTIMENT = BulkAction(
    key="sentiment",
    group=_("Set sentiment"),
    position=40,
    permission="lead.set_sentiment",
    choices=lambda _workspace: [(tag, gettext("Sentiment: {tag}").format(tag=gettext(tag))) for tag in SETTABLE],
    refuse=_refuse_sentiment,
    act=_set_tag,
    undo=_undo_tag,
    consequence=_tell_tag,
)
DRAFTS = BulkAction(
    key="drafts",
    group=_("Drafts"),
    position=50,
    permission="draft.regenerate",
    choices=lambda _workspace: [("full", gettext("Write new drafts")), ("fast", gettext("Reword drafts"))],
    refuse=_refuse_draft,
    start=_start_drafts,
    consequence=lambda _value: gettext("Drafts that a person has edited stay. Three are written at a time."),
)
