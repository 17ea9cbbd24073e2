"""The JSON Instantly posts, in its current and its older spelling: what each event needs, and the key of a repeat."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from integrations import fields as f
from integrations.rules.keys import PRIORITY_PERSON, PRIORITY_SENT
from zrg.lib.hashing import sha


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One inbound call."""

    event_type: str | None
    fields: dict[str, Any]

    @property
    def lead_email(self) -> str | None:
        return f.email(self.fields.get("lead_email")) or f.email(self.fields.get("contact_email"))

    @property
    def lead_name(self) -> str | None:
        return f.text(self.fields.get("contact_name"))

    @property
    def campaign_id(self) -> str | None:
        return f.text(self.fields.get("campaign_id"))

    @property
    def email_id(self) -> str | None:
        """The e-mail the event is about: the reply, or the one we sent."""
        return f.text(self.fields.get("email_id"))

    @property
    def mailbox(self) -> str | None:
        """Our account the thread runs through."""
        return f.email(self.fields.get("email_account"))

    @property
    def timestamp(self) -> str | None:
        """The payload's own time as written; never ours, which a redelivery would change."""
        return f.text(self.fields.get("timestamp"))

    @property
    def reply_body(self) -> str:
        """What tells two answers apart that have no time."""
        names = ("reply_text", "reply_html", "reply_text_snippet")
        return next((text for name in names if (text := f.raw_text(self.fields.get(name)))), "")


def read_call(payload: dict[str, Any]) -> Call:
    """The payload with its event type; nothing is required yet."""
    kinds = (payload.get("event_type"), payload.get("type"))
    named = (kind.strip() for kind in kinds if isinstance(kind, str))
    return Call(event_type=next((kind for kind in named if kind), None), fields=payload)


def is_known(event_type: str) -> bool:
    """Whether we process events of this type."""
    return event_type in _EVENTS


def problem_of(event_type: str, call: Call) -> str | None:
    """What the event lacks for being recognised again, as the provider is told; None when complete."""
    return _EVENTS[event_type].problem(call)


def priority_of(event_type: str) -> int:
    """Lower is sooner."""
    return _EVENTS[event_type].priority


def reference(event_type: str, call: Call) -> str:
    """What makes the event itself: the same in every redelivery, different in every other event."""
    return _EVENTS[event_type].ref(call)


def summary(call: Call) -> dict[str, str | datetime | None]:
    """The normalised columns of the stored event."""
    first_name, last_name = f.split_name(call.lead_name)
    subject = f.text(call.fields.get("reply_subject")) or f.text(call.fields.get("email_subject"))
    return {
        "provider_workspace_id": f.text(call.fields.get("workspace")),
        "campaign_id": call.campaign_id,
        "campaign_name": f.text(call.fields.get("campaign_name")),
        "lead_email": call.lead_email,
        "lead_first_name": first_name,
        "lead_last_name": last_name,
        "sender_email": call.mailbox,
        "email_subject": subject,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    priority: int
    problem: Callable[[Call], str | None]
    ref: Callable[[Call], str]


def _reply_problem(call: Call) -> str | None:
    complete = call.lead_email and call.email_id and call.mailbox
    return None if complete else "Missing contact_email, email_id, or email_account"


def _sent_problem(call: Call) -> str | None:
    return None if call.lead_email and call.email_id else "Missing contact_email or email_id"


def _lead_problem(call: Call) -> str | None:
    return None if call.lead_email else "Missing contact_email"


def _reply_ref(call: Call) -> str:
    return f"{call.email_id}:{call.timestamp or sha(call.reply_body)[:16]}"


def _sent_ref(call: Call) -> str:
    return f"{call.email_id}"


def _unsubscribed_ref(call: Call) -> str:
    return f"{call.campaign_id or '-'}:{call.lead_email}"


def _bounced_ref(call: Call) -> str:
    return f"{call.email_id or call.lead_email}:{call.timestamp or '-'}"


_REPLIED = _Event(priority=PRIORITY_PERSON, problem=_reply_problem, ref=_reply_ref)
_UNSUBSCRIBED = _Event(priority=PRIORITY_PERSON, problem=_lead_problem, ref=_unsubscribed_ref)
_EVENTS = {
    "reply_received": _REPLIED,
    "auto_reply_received": _REPLIED,
    "email_sent": _Event(priority=PRIORITY_SENT, problem=_sent_problem, ref=_sent_ref),
    "unsubscribed": _UNSUBSCRIBED,
    "lead_unsubscribed": _UNSUBSCRIBED,
    "email_bounced": _Event(priority=PRIORITY_PERSON, problem=_lead_problem, ref=_bounced_ref),
}
