"""How a review post looks: the blocks of 06 R14 while a person may decide, one paragraph afterwards.

Everything a lead wrote is shown as plain characters: nothing of it can ping, link or format.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from notifications.rules.texts import one_line, slack_escape
from zrg.lib.redact import EMAIL_MARK, PHONE_MARK, redact_text

Block = dict[str, Any]

PREVIEW = 1_400
# Slack's own limits: a section's text 3,000, a header 150, a field 2,000 characters.
MAX_PREVIEW = 2_800
MAX_NAME = 120
MAX_REASON = 500
# With fewer digits it would be found in prices and dates.
MIN_PHONE_DIGITS = 7

ZERO_WIDTH = "\u200b"
_INVISIBLE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_BLANK_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Where the conversation opens, for reading and for changing the draft."""

    view: str
    edit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Buttons:
    """What the buttons carry: which text of which draft, and how many were written anew in this post."""

    draft_id: str
    lead_id: str
    workspace_id: str
    version: int
    cycle_key: str
    regenerations: int
    can_approve: bool = True
    can_regenerate: bool = True

    def value(self, **more: Any) -> str:
        """The value of a button, as the door reads it."""
        named = {"draftId": self.draft_id, "leadId": self.lead_id, "clientId": self.workspace_id, "v": self.version}
        return json.dumps({**named, **more}, separators=(",", ":"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What a person needs to decide. Texts are as the lead and the model wrote them; `private` are the
    addresses and numbers of the lead, which are not shown.
    """

    lead_name: str
    campaign: str
    sentiment: str
    confidence: float | None
    threshold: float | None
    reason: str
    inbound: str
    content: str
    written_at: datetime
    private: Sequence[str] = ()


def open_post(card: Card, buttons: Buttons, links: Links, *, zone: ZoneInfo, notes: Sequence[str] = ()) -> list[Block]:
    """A post somebody may decide upon. `notes` stand above the buttons: why it could not be sent, what is newer."""
    draft, is_cut = preview(without(card.content, card.private))
    inbound, _ = preview(redact_text(without(card.inbound, card.private)))
    return [
        {"type": "header", "text": _plain("Review needed")},
        {"type": "section", "fields": [_text(f"*{name}*\n{value}") for name, value in _fields(card)]},
        *([_section(inert(one_line(redact_text(card.reason), MAX_REASON)))] if card.reason else []),
        _section(f"*They wrote*\n{inbound}"),
        _section(f"*Draft*{' (shortened)' if is_cut else ''}\n{draft}"),
        *(_section(f":warning: {slack_escape(note)}") for note in notes),
        {
            "type": "context",
            "elements": [_text(f"Written {wall_time(card.written_at, zone)} · times in the workspace zone")],
        },
        _actions(buttons, links, length=len(card.content) if is_cut else 0),
    ]


def closed_post(card: Card | None, said: str, links: Links | None) -> list[Block]:
    """A post nobody can decide upon any more: what became of the draft, and no buttons but the link."""
    about = [_section(f"*{title(card)}* · {said}" if card else said)]
    link = [{"type": "actions", "elements": [_link("view_dashboard", "Open", links.view)]}] if links else []
    return [*about, *link]


def title(card: Card) -> str:
    """The lead's name as a post shows it."""
    return inert(one_line(without(card.lead_name, card.private), MAX_NAME))


def wall_time(at: datetime, zone: ZoneInfo) -> str:
    """`3:04 PM EST`."""
    local = at.astimezone(zone)
    return f"{local.hour % 12 or 12}:{local:%M} {'AM' if local.hour < 12 else 'PM'} {local:%Z}"


def inert(text: str) -> str:
    """Text in which Slack sees characters and nothing else: no mention, no link, no code, no hidden sign."""
    shown = _BLANK_LINES.sub("\n\n", _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))).strip()
    unquoted = shown.replace("`", "\u02cb").replace("@", f"@{ZERO_WIDTH}").replace("://", f":{ZERO_WIDTH}//")
    return slack_escape(unquoted)


def without(text: str, private: Sequence[str]) -> str:
    """The text with these addresses and phone numbers replaced, however the numbers are written."""
    for value in private:
        if "@" in value:
            text = re.sub(re.escape(value), EMAIL_MARK, text, flags=re.IGNORECASE)
        elif len(digits := re.sub(r"\D", "", value)) >= MIN_PHONE_DIGITS:
            text = re.sub(r"\+?" + r"[\s().\-]*".join(digits), PHONE_MARK, text)
    return text


def preview(text: str) -> tuple[str, bool]:
    """At most 1,400 characters, inert and small enough for Slack, and whether something is missing."""
    whole = text.strip()
    limit = PREVIEW
    while len(shown := inert(_cut(whole, limit))) > MAX_PREVIEW:
        # Escaping made it longer than a section may be.
        limit = limit * 3 // 4
    return shown, len(whole) > limit


def _cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    cut = text[:limit]
    words = cut.rfind(" ")
    return f"{cut[:words] if words > limit // 2 else cut}…"


def _fields(card: Card) -> list[tuple[str, str]]:
    named = [
        ("Lead", title(card)),
        ("Campaign", inert(one_line(card.campaign, MAX_NAME))),
        ("Sentiment", inert(one_line(card.sentiment, MAX_NAME))),
        ("Confidence", _confidence(card)),
    ]
    return [(name, value or "–") for name, value in named]


def _confidence(card: Card) -> str:
    if card.confidence is None:
        return ""
    needed = f" (needs {_percent(card.threshold)})" if card.threshold is not None else ""
    return f"{_percent(card.confidence)}{needed}"


def _percent(share: float) -> str:
    # Cut, not rounded: 89.6 % must not look like the 90 % it missed.
    return f"{int(share * 100 + 1e-6)} %"


def _actions(buttons: Buttons, links: Links, *, length: int) -> Block:
    regenerate = buttons.value(cycleKey=buttons.cycle_key, regenCount=buttons.regenerations)
    approve = _button("approve_send", "Approve & send", buttons.value(), style="primary")
    if length:
        approve["confirm"] = _confirm(
            "Send all of it?", f"The post shows a part of the draft; it has {length:,} characters.", "Send"
        )
    reject = _button("reject_draft", "Reject", buttons.value(), style="danger")
    reject["confirm"] = _confirm("Reject this draft?", "Nothing is sent; the lead stays in the inbox.", "Reject")
    return {
        "type": "actions",
        "block_id": f"review_actions_{buttons.draft_id}",
        "elements": [
            _link("view_dashboard", "Open", links.view),
            _link("edit_dashboard", "Edit", links.edit),
            *([_button("regenerate_draft_fast", "Write anew", regenerate)] if buttons.can_regenerate else []),
            *([approve] if buttons.can_approve else []),
            reject,
        ],
    }


def _link(action_id: str, label: str, url: str) -> Block:
    return {"type": "button", "action_id": action_id, "text": _plain(label), "url": url}


def _button(action_id: str, label: str, value: str, *, style: str = "") -> Block:
    styled = {"style": style} if style else {}
    return {"type": "button", "action_id": action_id, "text": _plain(label), "value": value, **styled}


def _confirm(title: str, text: str, confirm: str) -> Block:
    return {"title": _plain(title), "text": _plain(text), "confirm": _plain(confirm), "deny": _plain("Cancel")}


def _section(text: str) -> Block:
    return {"type": "section", "text": _text(text)}


def _text(text: str) -> Block:
    # `verbatim`: Slack makes no links or mentions of its own.
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text}
