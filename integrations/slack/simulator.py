"""Slack on this machine: one team with people, channels and messages, its refusals, and clicks on buttons."""

import json
import re
import threading
import time
from collections.abc import Callable
from copy import deepcopy
from typing import Any
from urllib.parse import urlencode

from integrations.simulator.core import Outgoing, SimRequest, SimResponse
from integrations.slack.signature import sign

DEMO_BOT_TOKEN = "xoxb-simulator-workspace"  # noqa: S105  # opens nothing but this simulator
DEMO_PLATFORM_TOKEN = "xoxb-simulator-platform"  # noqa: S105
DEMO_SIGNING_SECRET = "simulator-slack-signing-secret"  # noqa: S105
DEMO_WEBHOOK_PATH = "/services/T0ZRG/B0ZRG/simulator"
TEAM_ID = "T0ZRG"
TEAM_NAME = "Simulated agency"
BOT_USER_ID = "U0ZRGBOT"
DEMO_CHANNEL = "C0ALERTS"

DEMO_APPROVERS = (
    {"id": "U0PRIYA", "displayName": "Priya Nair", "email": "priya@outbound.example"},
    {"id": "U0KIM", "displayName": "kim", "email": "kim@outbound.example"},
)

MAX_TEXT = 40_000

_CHANNELS = (
    {"id": DEMO_CHANNEL, "name": "zrg-alerts", "is_private": False, "is_member": True, "is_archived": False},
    {"id": "C0SALES", "name": "sales", "is_private": False, "is_member": False, "is_archived": False},
    {"id": "G0OWNERS", "name": "owners", "is_private": True, "is_member": True, "is_archived": False},
    {"id": "C0OLD", "name": "old-campaigns", "is_private": False, "is_member": False, "is_archived": True},
)
_USERS: tuple[dict[str, Any], ...] = (
    {"id": "U0PRIYA", "name": "priya", "profile": {"real_name": "Priya Nair", "email": "priya@outbound.example"}},
    {"id": "U0KIM", "name": "kim", "profile": {"display_name": "kim", "email": "kim@outbound.example"}},
    {"id": "U0LEFT", "name": "left", "deleted": True, "profile": {"email": "left@outbound.example"}},
    {"id": BOT_USER_ID, "name": "zrg", "is_bot": True, "profile": {"real_name": "ZRG"}},
    {"id": "USLACKBOT", "name": "slackbot", "profile": {"real_name": "Slackbot"}},
)

Answer = dict[str, Any]


class SlackSimulator:
    """The Web API of one team, an incoming webhook, and the interactivity calls Slack makes."""

    events = ("approve_send", "regenerate_draft_fast", "reject_draft", "view_dashboard")
    fields = ("user", "value", "message_ts", "team", "secret")

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._methods: dict[str, Callable[[Answer], Answer]] = {
            "auth.test": self._auth_test,
            "conversations.list": self._list_channels,
            "conversations.join": self._join,
            "conversations.open": self._open,
            "users.list": self._list_users,
            "users.info": self._user_info,
            "users.lookupByEmail": self._lookup,
            "chat.postMessage": self._post,
            "chat.postEphemeral": self._post_ephemeral,
            "chat.update": self._update,
        }
        self.reset()

    def reset(self) -> None:
        """The team, and nothing written."""
        with self._lock:
            self.tokens = {DEMO_BOT_TOKEN, DEMO_PLATFORM_TOKEN}
            self.revoked: set[str] = set()
            self.channels: list[Answer] = [deepcopy(channel) for channel in _CHANNELS]
            self.users: list[Answer] = [deepcopy(user) for user in _USERS]
            self.messages: list[Answer] = []
            # Lines only one person sees: (channel, user, text).
            self.whispers: list[tuple[str, str, str]] = []
            self.webhook_texts: list[str] = []
            self._direct: dict[str, str] = {}
            self._last_ts = 0

    def handle(self, request: SimRequest) -> SimResponse:
        """Perform one call. Refusals are 200 with `ok: false`, as Slack's are."""
        with self._lock:
            if request.path.startswith("/services/"):
                return self._webhook(request)
            token = request.bearer
            if token in self.revoked:
                return SimResponse(body={"ok": False, "error": "token_revoked"})
            if token not in self.tokens:
                return SimResponse(body={"ok": False, "error": "invalid_auth" if token else "not_authed"})
            method = self._methods.get(request.path.removeprefix("/api/").strip("/"))
            if method is None:
                return SimResponse(body={"ok": False, "error": "unknown_method", "req_method": request.path})
            given = dict(request.json) if isinstance(request.json, dict) else dict(request.query)
            return SimResponse(body=deepcopy(method(given)))

    def compose(self, given: dict[str, Any], *, base_url: str) -> Outgoing:
        """Somebody presses a button under a message of ours (the newest that has it, unless `value` and
        `message_ts` say which). `user` and `team` may be given; the call is signed with `secret`.
        """
        with self._lock:
            message, button = self._button(str(given["event"]), given)
            payload = {
                "type": "block_actions",
                "team": {"id": str(given.get("team") or TEAM_ID), "domain": "simulated"},
                "user": {"id": str(given.get("user") or "U0PRIYA"), "username": "priya"},
                "channel": {"id": message["channel"]},
                "message": {"ts": message["ts"]},
                "response_url": f"{base_url}/response/1",
                "actions": [{**button, "action_ts": str(given.get("action_ts") or self._now())}],
            }
        body = urlencode({"payload": json.dumps(payload)})
        timestamp = str(int(time.time()))
        secret = str(given.get("secret") or DEMO_SIGNING_SECRET)
        return Outgoing(
            path="/api/webhooks/slack/interactions",
            body=body,
            headers={
                "Content-Type": "application/x-www-form-urlencoded",
                "X-Slack-Request-Timestamp": timestamp,
                "X-Slack-Signature": sign(secret, timestamp, body.encode()),
            },
        )

    # --- control: what happens at Slack without the product ----------------------------------------------

    def add_token(self, token: str) -> None:
        """Install the app once more."""
        with self._lock:
            self.tokens.add(token)

    def revoke(self, token: str) -> None:
        """Remove the app: calls with its token are refused from now on."""
        with self._lock:
            self.revoked.add(token)

    def texts(self, channel_id: str) -> list[str]:
        """What stands in a channel, oldest first."""
        with self._lock:
            return [message["text"] for message in self.messages if message["channel"] == channel_id]

    # --- the API ----------------------------------------------------------------------------------------

    def _auth_test(self, given: Answer) -> Answer:
        return {"ok": True, "team": TEAM_NAME, "team_id": TEAM_ID, "user": "zrg", "user_id": BOT_USER_ID}

    def _list_channels(self, given: Answer) -> Answer:
        hidden = str(given.get("exclude_archived", "")).lower() == "true"
        kinds = str(given.get("types") or "public_channel").split(",")
        rows = [
            channel
            for channel in self.channels
            if not (hidden and channel["is_archived"])
            and ("private_channel" if channel["is_private"] else "public_channel") in kinds
        ]
        return _page("channels", rows, given)

    def _list_users(self, given: Answer) -> Answer:
        return _page("members", self.users, given)

    def _user_info(self, given: Answer) -> Answer:
        found = next((user for user in self.users if user["id"] == given.get("user")), None)
        return {"ok": True, "user": found} if found else _refused("user_not_found")

    def _lookup(self, given: Answer) -> Answer:
        found = next((user for user in self.users if user["profile"].get("email") == given.get("email")), None)
        if found is None or found.get("deleted"):
            return _refused("users_not_found")
        return {"ok": True, "user": found}

    def _join(self, given: Answer) -> Answer:
        channel = self._channel(given)
        if channel is None or channel["is_private"]:
            return _refused("channel_not_found" if channel is None else "method_not_supported_for_channel_type")
        if channel["is_archived"]:
            return _refused("is_archived")
        channel["is_member"] = True
        return {"ok": True, "channel": channel}

    def _open(self, given: Answer) -> Answer:
        user_id = str(given.get("users") or "")
        user = next((user for user in self.users if user["id"] == user_id), None)
        if user is None or user.get("is_bot") or user.get("deleted"):
            return _refused("user_not_found")
        channel_id = self._direct.setdefault(user_id, f"D{user_id[1:]}")
        return {"ok": True, "channel": {"id": channel_id}}

    def _post(self, given: Answer) -> Answer:
        problem = self._problem(given)
        if problem:
            return _refused(problem)
        message = {
            "channel": str(given["channel"]),
            "ts": self._now(),
            "text": str(given.get("text") or ""),
            "blocks": given.get("blocks") or [],
            "edits": 0,
        }
        self.messages.append(message)
        return {"ok": True, "channel": message["channel"], "ts": message["ts"], "message": message}

    def _post_ephemeral(self, given: Answer) -> Answer:
        problem = self._problem(given)
        if problem or not given.get("user"):
            return _refused(problem or "user_not_in_channel")
        self.whispers.append((str(given["channel"]), str(given["user"]), str(given.get("text") or "")))
        return {"ok": True, "message_ts": self._now()}

    def _update(self, given: Answer) -> Answer:
        found = next(
            (one for one in self.messages if (one["channel"], one["ts"]) == (given.get("channel"), given.get("ts"))),
            None,
        )
        if found is None:
            return _refused("message_not_found")
        if not given.get("text") and not given.get("blocks"):
            return _refused("no_text")
        found.update(text=given.get("text") or "", blocks=given.get("blocks") or [], edits=found["edits"] + 1)
        return {"ok": True, "channel": found["channel"], "ts": found["ts"], "text": found["text"]}

    def _webhook(self, request: SimRequest) -> SimResponse:
        if request.path != DEMO_WEBHOOK_PATH:
            return SimResponse(status=404, body="no_service")
        text = request.json.get("text") if isinstance(request.json, dict) else None
        if not text:
            return SimResponse(status=400, body="no_text" if isinstance(request.json, dict) else "invalid_payload")
        self.webhook_texts.append(str(text))
        return SimResponse(body="ok")

    # --- parts ------------------------------------------------------------------------------------------

    def _problem(self, given: Answer) -> str | None:
        text = str(given.get("text") or "")
        channel = self._channel(given)
        if channel is None and given.get("channel") not in self._direct.values():
            return "channel_not_found"
        if channel is not None and channel["is_archived"]:
            return "is_archived"
        if channel is not None and not channel["is_member"]:
            return "not_in_channel"
        if not text and not given.get("blocks"):
            return "no_text"
        return "msg_too_long" if len(text) > MAX_TEXT else None

    def _channel(self, given: Answer) -> Answer | None:
        return next((channel for channel in self.channels if channel["id"] == given.get("channel")), None)

    def _button(self, action_id: str, given: Answer) -> tuple[Answer, Answer]:
        if given.get("value"):
            ts = str(given.get("message_ts") or "1772728863.000200")
            message: Answer = {"channel": str(given.get("channel") or "D0PRIYA"), "ts": ts}
            return message, {"action_id": action_id, "type": "button", "value": str(given["value"])}
        # People press what stands in their own conversation, if they were written to.
        own = self._direct.get(str(given.get("user") or ""))
        for message in sorted(self.messages, key=lambda one: (one["channel"] != own, -float(one["ts"]))):
            for button in _buttons(message["blocks"]):
                if button.get("action_id") == action_id:
                    named: Answer = {name: button[name] for name in ("type", "value") if name in button}
                    return message, {"action_id": action_id, **named}
        raise ValueError(f"no message has a button {action_id}")

    def _now(self) -> str:
        # Slack's stamps are unique in a channel and grow.
        self._last_ts = max(self._last_ts + 1, int(time.time() * 1_000_000))
        return re.sub(r"(\d{6})$", r".\1", str(self._last_ts))


def _buttons(blocks: list[Answer]) -> list[Answer]:
    return [
        element
        for block in blocks
        if isinstance(block, dict)
        for element in block.get("elements") or []
        if isinstance(element, dict)
    ]


def _page(name: str, rows: list[Answer], given: Answer) -> Answer:
    size = max(1, min(1_000, int(given.get("limit") or 100)))
    start = int(str(given.get("cursor") or "0").removeprefix("cursor-") or 0)
    following = f"cursor-{start + size}" if start + size < len(rows) else ""
    return {"ok": True, name: rows[start : start + size], "response_metadata": {"next_cursor": following}}


def _refused(error: str) -> Answer:
    return {"ok": False, "error": error}
