"""The JSON EmailBison posts: what each event needs, and the key that recognises a repeat."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from integrations import fields as f
from integrations.rules.hosts import host_of
from integrations.rules.keys import PRIORITY_OPENED, PRIORITY_PERSON, PRIORITY_SENT
from zrg.lib.hashing import canonical_json, sha

REPLY_EVENTS = frozenset(["LEAD_REPLIED", "LEAD_INTERESTED"])
ACCOUNT_EVENTS = frozenset(["EMAIL_ACCOUNT_DISCONNECTED", "EMAIL_ACCOUNT_REMOVED", "EMAIL_ACCOUNT_RECONNECTED"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """The parts of `data`; a part that is absent or no object is empty."""

    campaign: dict[str, Any]
    campaign_event: dict[str, Any]
    lead: dict[str, Any]
    reply: dict[str, Any]
    scheduled: dict[str, Any]
    sender: dict[str, Any]

    @property
    def lead_email(self) -> str | None:
        return f.email(self.lead.get("email"))

    @property
    def from_email(self) -> str | None:
        return f.email(self.reply.get("from_email_address"))

    @property
    def campaign_event_id(self) -> str | None:
        return f.text(self.campaign_event.get("id"))

    @property
    def reply_id(self) -> str | None:
        return f.text(self.reply.get("id"))

    @property
    def scheduled_id(self) -> str | None:
        return f.text(self.scheduled.get("id"))

    @property
    def sender_id(self) -> str | None:
        return f.text(self.sender.get("id"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One inbound call: who it says it is from, what happened, and the whole payload."""

    event_type: str | None
    workspace_id: str | None
    workspace_name: str | None
    host: str | None
    data: Data | None
    payload: dict[str, Any]


def read_call(payload: dict[str, Any]) -> Call:
    """The payload's envelope; nothing is required yet."""
    event = f.obj(payload.get("event"))
    kind = event.get("type")
    url = event.get("instance_url")
    return Call(
        event_type=kind.strip() or None if isinstance(kind, str) else None,
        workspace_id=f.text(event.get("workspace_id")),
        workspace_name=f.text(event.get("workspace_name")) or f.text(event.get("name")),
        host=host_of(url.strip()) if isinstance(url, str) else None,
        data=_data(payload.get("data")),
        payload=payload,
    )


def is_known(event_type: str) -> bool:
    """Whether we process events of this type."""
    return event_type in _EVENTS


def problem_of(event_type: str, data: Data) -> str | None:
    """What the event lacks for being recognised again, as the provider is told; None when complete."""
    return _EVENTS[event_type].problem(data)


def priority_of(event_type: str) -> int:
    """Lower is sooner: what a person wrote before what was sent before what was opened."""
    return _EVENTS[event_type].priority


def reference(event_type: str, data: Data, payload: dict[str, Any]) -> str:
    """What makes the event itself: the same in every redelivery, different in every other event."""
    return _EVENTS[event_type].ref(data) or sha(canonical_json(payload))[:32]


def summary(call: Call) -> dict[str, str | datetime | None]:
    """The normalised columns of the stored event."""
    data = call.data or _data({})
    assert data is not None
    return {
        "provider_workspace_id": call.workspace_id,
        "provider_workspace_name": call.workspace_name,
        "campaign_id": f.text(data.campaign.get("id")),
        "campaign_name": f.text(data.campaign.get("name")),
        "provider_lead_id": f.text(data.lead.get("id")),
        "lead_email": data.lead_email,
        "lead_first_name": f.text(data.lead.get("first_name")),
        "lead_last_name": f.text(data.lead.get("last_name")),
        "sender_email_id": data.sender_id,
        "sender_email": f.email(data.sender.get("email")),
        "sender_name": f.text(data.sender.get("name")),
        "scheduled_email_id": data.scheduled_id,
        "email_subject": f.text(data.scheduled.get("email_subject")) or f.text(data.reply.get("email_subject")),
        "email_status": f.text(data.scheduled.get("status")),
        "email_sent_at": f.moment(data.scheduled.get("sent_at")),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    priority: int
    problem: Callable[[Data], str | None]
    ref: Callable[[Data], str | None]


def _data(value: Any) -> Data | None:
    if not isinstance(value, dict):
        return None
    return Data(
        campaign=f.obj(value.get("campaign")),
        campaign_event=f.obj(value.get("campaign_event")),
        lead=f.obj(value.get("lead")),
        reply=f.obj(value.get("reply")),
        scheduled=f.obj(value.get("scheduled_email")),
        sender=f.obj(value.get("sender_email")),
    )


def _reply_problem(data: Data) -> str | None:
    if data.reply_id is None:
        return "Missing reply.id"
    return None if data.lead_email or data.from_email else "Missing from email"


def _untracked_problem(data: Data) -> str | None:
    if data.reply_id is None:
        return "Missing reply.id"
    return None if data.from_email else "Missing from_email_address"


def _sent_problem(data: Data) -> str | None:
    if data.scheduled_id is None:
        return "Missing scheduled_email.id"
    return _lead_problem(data)


def _opened_problem(data: Data) -> str | None:
    return None if data.lead_email or f.text(data.lead.get("id")) else "Missing lead email"


def _lead_problem(data: Data) -> str | None:
    return None if data.lead_email else "Missing lead email"


def _no_problem(data: Data) -> str | None:
    return None


def _reply_ref(data: Data) -> str | None:
    return f"reply:{data.reply_id}"


def _sent_ref(data: Data) -> str | None:
    return f"scheduled:{data.scheduled_id}"


def _opened_ref(data: Data) -> str | None:
    if data.campaign_event_id:
        return f"ce:{data.campaign_event_id}"
    created_at = f.text(data.campaign_event.get("created_at"))
    # Without its time a second opening of one mail would look like the first.
    return f"sched:{data.scheduled_id}:{created_at}" if data.scheduled_id and created_at else None


def _bounced_ref(data: Data) -> str | None:
    for prefix, found in (("ce", data.campaign_event_id), ("reply", data.reply_id), ("sched", data.scheduled_id)):
        if found:
            return f"{prefix}:{found}"
    return None


def _unsubscribed_ref(data: Data) -> str | None:
    lead = f.text(data.lead.get("id")) or data.lead_email
    return f"lead:{lead}:{data.campaign_event_id or f.text(data.campaign.get('id')) or '-'}"


def _manual_ref(data: Data) -> str | None:
    if data.scheduled_id:
        return f"scheduled:{data.scheduled_id}"
    return f"reply:{data.reply_id}" if data.reply_id else None


def _account_ref(data: Data) -> str | None:
    # A mailbox is lost and found many times; only the provider's own event id tells them apart.
    return f"ce:{data.campaign_event_id}" if data.campaign_event_id else None


_REPLIED = _Event(priority=PRIORITY_PERSON, problem=_reply_problem, ref=_reply_ref)
_ACCOUNT = _Event(priority=PRIORITY_SENT, problem=_no_problem, ref=_account_ref)
_EVENTS = {
    "LEAD_REPLIED": _REPLIED,
    "LEAD_INTERESTED": _REPLIED,
    "UNTRACKED_REPLY_RECEIVED": _Event(priority=PRIORITY_PERSON, problem=_untracked_problem, ref=_reply_ref),
    "EMAIL_SENT": _Event(priority=PRIORITY_SENT, problem=_sent_problem, ref=_sent_ref),
    "EMAIL_OPENED": _Event(priority=PRIORITY_OPENED, problem=_opened_problem, ref=_opened_ref),
    "EMAIL_BOUNCED": _Event(priority=PRIORITY_PERSON, problem=_lead_problem, ref=_bounced_ref),
    "LEAD_UNSUBSCRIBED": _Event(priority=PRIORITY_PERSON, problem=_lead_problem, ref=_unsubscribed_ref),
    "MANUAL_EMAIL_SENT": _Event(priority=PRIORITY_SENT, problem=_no_problem, ref=_manual_ref),
    **dict.fromkeys(sorted(ACCOUNT_EVENTS), _ACCOUNT),
}
