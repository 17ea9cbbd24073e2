"""The form Slack posts when somebody uses a button: whose team it is, which clicks we act upon."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from integrations import fields as f
from integrations import ingest
from integrations.ingest import Rejected
from integrations.rules.keys import MAX_DEDUPE_KEY
from zrg.lib.hashing import canonical_json, sha

CLICKS = frozenset(["approve_send", "regenerate_draft_fast", "reject_draft"])
# A message holds at most 25 buttons in each of 50 blocks; a click reports one.
MAX_ACTIONS = 50
MAX_FORM_FIELDS = 20

# What is kept of a call. Its token, its trigger and its answer address are credentials; the message's
# text is not needed.
_KEPT = {
    "team": ("id", "domain"),
    "user": ("id", "name", "username"),
    "channel": ("id", "name"),
    "message": ("ts",),
    "container": ("channel_id", "message_ts"),
}
_KEPT_OF_ACTION = ("action_id", "action_ts", "block_id", "type", "value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A posted body. `payload` is None without such a field; `json` is the body itself when it is a JSON object."""

    payload: str | None = None
    json: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """One button we act upon, with the ids its value names."""

    action_id: str
    workspace_id: str
    dedupe_key: str
    raw: dict[str, Any]


def read_form(body: bytes) -> Form:
    """The body, whatever its content type says."""
    if body.lstrip()[:1] == b"{":
        try:
            return Form(json=ingest.parse_object(body).payload)
        except Rejected:
            return Form()
    try:
        fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MAX_FORM_FIELDS)
    except ValueError:
        return Form()
    values = fields.get("payload", [""])
    return Form(payload=values[0] or None)


def peek_team(form: Form) -> str | None:
    """The team a call says it is from; good for choosing a key, not proved by anything."""
    if form.payload is None:
        return None
    try:
        return team_of(read_payload(form))
    except Rejected:
        return None


def read_payload(form: Form) -> dict[str, Any]:
    """The payload; `Rejected` 400 without one, or when it is no JSON object."""
    if form.payload is None:
        raise Rejected(400, "Missing payload")
    try:
        return ingest.parse_object(form.payload.encode("utf-8", "surrogatepass")).payload
    except Rejected:
        raise Rejected(400, "Invalid payload") from None


def challenge_of(form: Form) -> str | None:
    """The word Slack wants back when it checks the address; None for any other call."""
    if form.json is None or form.json.get("type") != "url_verification":
        return None
    return f.text(form.json.get("challenge")) or ""


def team_of(payload: dict[str, Any]) -> str | None:
    """The Slack team of a call."""
    return f.text(f.obj(payload.get("team")).get("id")) or f.text(f.obj(payload.get("user")).get("team_id"))


def clicks_of(payload: dict[str, Any]) -> tuple[Click, ...]:
    """The clicks we act upon, in order; buttons that only lead somewhere are none."""
    actions = payload.get("actions")
    if payload.get("type") != "block_actions" or not isinstance(actions, list):
        return ()
    found = (_click(payload, f.obj(action)) for action in actions[:MAX_ACTIONS])
    return tuple(click for click in found if click is not None)


def message_ts(payload: dict[str, Any]) -> str | None:
    """The message the button stands under."""
    return f.text(f.obj(payload.get("message")).get("ts")) or f.text(f.obj(payload.get("container")).get("message_ts"))


def channel_id(payload: dict[str, Any]) -> str | None:
    """The channel of that message."""
    return f.text(f.obj(payload.get("channel")).get("id")) or f.text(f.obj(payload.get("container")).get("channel_id"))


def read_value(value: Any) -> dict[str, Any]:
    """What a button carries, as clean as a body: it is JSON within JSON. Empty when it is no object."""
    try:
        return ingest.parse_object(value.encode("utf-8", "surrogatepass")).payload if isinstance(value, str) else {}
    except Rejected:
        return {}


def _click(payload: dict[str, Any], action: dict[str, Any]) -> Click | None:
    action_id = f.text(action.get("action_id"))
    if action_id not in CLICKS:
        return None
    value = read_value(action.get("value"))
    if not all(f.text(value.get(name)) for name in ("draftId", "leadId", "clientId")):
        return None
    return Click(
        action_id=action_id,
        workspace_id=f.text(value["clientId"]) or "",
        dedupe_key=_key(payload, action, action_id),
        raw=_kept(payload, action),
    )


def _key(payload: dict[str, Any], action: dict[str, Any], action_id: str) -> str:
    """`slack:{team}:{message ts}:{action}:{action ts}`: the same in a repeated call, another in another click."""
    team, message, moment = team_of(payload), message_ts(payload), f.text(action.get("action_ts"))
    if not (team and message and moment):
        return f"slack:{team or '-'}:{action_id}:h:{sha(canonical_json(payload))}"[:MAX_DEDUPE_KEY]
    key = f"slack:{team}:{message}:{action_id}:{moment}"
    return key if len(key) <= MAX_DEDUPE_KEY else f"slack:h:{sha(key)}"


def _kept(payload: dict[str, Any], action: dict[str, Any]) -> dict[str, Any]:
    parts = {name: f.obj(payload.get(name)) for name in _KEPT}
    kept: dict[str, Any] = {
        name: {key: part[key] for key in _KEPT[name] if key in part} for name, part in parts.items() if part
    }
    return {"type": "block_actions", **kept, "actions": [{k: action[k] for k in _KEPT_OF_ACTION if k in action}]}
