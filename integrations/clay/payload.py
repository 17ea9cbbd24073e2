"""The JSON our Clay tables post: people name its fields themselves, so every usual spelling is read."""

from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from integrations import fields as f
from integrations.ingest import parse_uuid
from zrg.lib.hashing import canonical_json, sha
from zrg.lib.linkedin import classify_linkedin_url

EVENT = "enrichment"

Kind = Literal["linkedin", "phone"]
Status = Literal["success", "not_found", "error"]

MIN_PHONE_DIGITS = 7
_LEAD_ID = ("leadId", "leadID", "lead_id")
_KIND = ("enrichmentType", "type", "enrichment_type")
_STATUS = ("status", "result", "outcome")
_LINKEDIN_URL = ("linkedinUrl", "linkedin_url", "profileUrl", "profile_url", "linkedinProfile", "linkedin_profile")
_LINKEDIN_ID = ("linkedinId", "linkedin_id")
_PHONE = ("phone", "phoneNumber", "phone_number", "validatedPhone", "validated_phone")
_ERROR = ("error", "errorMessage", "error_message", "message")
_FLAG = ("success", "ok")

_KINDS: dict[str, Kind] = {"linkedin": "linkedin", "phone": "phone"}
_STATUSES: dict[str, Status] = {
    **dict.fromkeys(("success", "ok", "succeeded"), "success"),
    **dict.fromkeys(("not_found", "notfound", "missing"), "not_found"),
    **dict.fromkeys(("error", "failed", "failure"), "error"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One answer of a table. `lead_id` is the text as sent: anything but a UUID names nobody."""

    lead_id: str | None
    kind: Kind | None
    status: Status
    phone: str | None = None
    linkedin_url: str | None = None
    linkedin_id: str | None = None
    error: str | None = None

    @property
    def lead(self) -> UUID | None:
        """The lead it is about."""
        return parse_uuid(self.lead_id)


def is_known(event_type: str) -> bool:
    """Whether we process events of this type; there is one."""
    return event_type == EVENT


def read_call(payload: dict[str, Any]) -> Call:
    """The call in our words; nothing is required yet."""
    kind = _KINDS.get((_first(payload, _KIND) or "").lower())
    phone, url = _first(payload, _PHONE), _first(payload, _LINKEDIN_URL)
    member_id, error = _first(payload, _LINKEDIN_ID), _first(payload, _ERROR)
    return Call(
        lead_id=_first(payload, _LEAD_ID),
        kind=kind,
        status=_status(payload, usable=_is_usable(kind, phone, url, member_id), error=error),
        phone=phone,
        linkedin_url=url,
        linkedin_id=member_id,
        error=error,
    )


def problem_of(call: Call) -> str | None:
    """What the call lacks, as Clay is told; None when complete."""
    if call.lead_id is None:
        return "Missing required field: leadId"
    return "Missing or invalid required field: enrichmentType" if call.kind is None else None


def reference(call: Call, payload: dict[str, Any]) -> str:
    """What makes the answer itself: the same in every redelivery of it."""
    return f"{call.lead}:{call.kind}:{sha(canonical_json(payload))[:16]}"


def _first(payload: dict[str, Any], names: tuple[str, ...]) -> str | None:
    return next((found for name in names if (found := f.text(payload.get(name)))), None)


def _is_usable(kind: Kind | None, phone: str | None, url: str | None, member_id: str | None) -> bool:
    """A company page is no person, and "n/a" no number."""
    if kind == "phone":
        return sum(character.isdecimal() for character in phone or "") >= MIN_PHONE_DIGITS
    found = classify_linkedin_url(url)
    return bool(member_id or found.profile_url or found.member_id)


def _status(payload: dict[str, Any], *, usable: bool, error: str | None) -> Status:
    words = (str(payload[name]).strip().lower() for name in _STATUS if isinstance(payload.get(name), str))
    told = next((_STATUSES[word] for word in words if word in _STATUSES), None)
    if told in (None, "success") and usable:
        return "success"
    if told is not None:
        return "not_found" if told == "success" else told
    refused = any(f.flag(payload.get(name)) is False for name in _FLAG)
    return "error" if error or refused else "not_found"
