"""The JSON SmartLead posts: what each event needs, and the key that recognises a repeat."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from integrations import fields as f
from integrations.rules.keys import PRIORITY_PERSON, PRIORITY_SENT
from zrg.lib.hashing import canonical_json, sha

SECRET_FIELD = "secret_key"  # noqa: S105 - the name of a field


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One inbound call; a part that is absent or no object is empty."""

    event_type: str | None
    fields: dict[str, Any]
    reply: dict[str, Any]
    sent: dict[str, Any]
    correspondence: dict[str, Any]

    @property
    def campaign_id(self) -> str | None:
        return f.text(self.fields.get("campaign_id"))

    @property
    def stats_id(self) -> str | None:
        """The id of the e-mail we sent; all replies to it share it."""
        return f.text(self.fields.get("stats_id"))

    @property
    def reply_id(self) -> str | None:
        return f.text(self.reply.get("message_id"))

    @property
    def message_id(self) -> str | None:
        return f.text(self.fields.get("message_id"))

    @property
    def lead_email(self) -> str | None:
        """Whose thread it is; a colleague who answers is named elsewhere."""
        named = f.email(self.correspondence.get("targetLeadEmail")) or f.email(self.fields.get("sl_lead_email"))
        other_side = {"EMAIL_REPLY": "from_email", "EMAIL_SENT": "to_email"}.get(self.event_type or "")
        return named or (f.email(self.fields.get(other_side)) if other_side else None)

    @property
    def writer_email(self) -> str | None:
        """Who answered."""
        return f.email(self.correspondence.get("replyReceivedFrom")) or f.email(self.fields.get("from_email"))

    @property
    def reply_body(self) -> str:
        """What tells two answers apart that have neither id nor time."""
        candidates = (
            self.reply.get("html"),
            self.reply.get("text"),
            self.fields.get("reply_body"),
            self.fields.get("preview_text"),
        )
        return next((text for value in candidates if (text := f.raw_text(value))), "")


def read_call(payload: dict[str, Any]) -> Call:
    """The parts of a payload; nothing is required yet."""
    kind = payload.get("event_type")
    return Call(
        event_type=kind.strip() or None if isinstance(kind, str) else None,
        fields=payload,
        reply=f.obj(payload.get("reply_message")),
        sent=f.obj(payload.get("sent_message")),
        correspondence=f.obj(payload.get("lead_correspondence")) or f.obj(payload.get("leadCorrespondence")),
    )


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
    first_name, last_name = f.split_name(call.fields.get("sl_lead_name"))
    ours = "from_email" if call.event_type == "EMAIL_SENT" else "to_email"
    return {
        "campaign_id": call.campaign_id,
        "campaign_name": f.text(call.fields.get("campaign_name")),
        "provider_lead_id": f.text(call.fields.get("sl_email_lead_id")),
        "lead_email": call.lead_email,
        "lead_first_name": first_name,
        "lead_last_name": last_name,
        "sender_email": f.email(call.fields.get(ours)),
        "email_subject": f.text(call.fields.get("subject")),
    }


def without_secret(payload: dict[str, Any]) -> dict[str, Any]:
    """The payload as it may be stored."""
    return {name: value for name, value in payload.items() if name != SECRET_FIELD}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    priority: int
    problem: Callable[[Call], str | None]
    ref: Callable[[Call], str]


def _reply_problem(call: Call) -> str | None:
    if call.campaign_id is None or call.stats_id is None:
        return "Missing campaign_id or stats_id"
    return _lead_problem(call)


def _sent_problem(call: Call) -> str | None:
    return "Missing campaign_id" if call.campaign_id is None else _lead_problem(call)


def _lead_problem(call: Call) -> str | None:
    return None if call.lead_email else "Missing lead email"


def _reply_ref(call: Call) -> str:
    own = (
        call.reply_id
        or f.text(call.fields.get("event_timestamp"))
        or f.text(call.fields.get("time_replied"))
        or sha((call.message_id or "") + call.reply_body)[:16]
    )
    return f"{call.campaign_id}:{call.stats_id}:{own}"


def _sent_ref(call: Call) -> str:
    email_id = call.stats_id or call.message_id or f.text(call.sent.get("message_id"))
    if email_id is None:
        # A moment alone is shared by every e-mail of that second; the person tells them apart.
        moment = f.text(call.fields.get("event_timestamp"))
        email_id = f"{moment}:{call.lead_email}" if moment else sha(canonical_json(without_secret(call.fields)))[:32]
    return f"{call.campaign_id}:{email_id}:{f.text(call.fields.get('sequence_number')) or '-'}"


def _unsubscribed_ref(call: Call) -> str:
    return f"{call.campaign_id or '-'}:{call.lead_email}"


_EVENTS = {
    "EMAIL_REPLY": _Event(priority=PRIORITY_PERSON, problem=_reply_problem, ref=_reply_ref),
    "EMAIL_SENT": _Event(priority=PRIORITY_SENT, problem=_sent_problem, ref=_sent_ref),
    "LEAD_UNSUBSCRIBED": _Event(priority=PRIORITY_PERSON, problem=_lead_problem, ref=_unsubscribed_ref),
}
