"""Who is asked in Slack about a draft, and who may decide there: the stored list, read without trust."""

import re
from dataclasses import dataclass
from typing import Any

from integrations import fields as f

_ID = re.compile(r"[A-Z][A-Z0-9]{1,30}", re.ASCII)
# Slack's own first letters: C for a channel, G for an old private one; people are U or W.
_CHANNEL_LETTERS = ("C", "G")


@dataclass(frozen=True, slots=True, kw_only=True)
class Approver:
    """One entry: a person, or a channel in which posts are shown too. `id` is "" when only an address is known."""

    id: str
    name: str
    email: str | None = None
    avatar_url: str | None = None

    @property
    def is_channel(self) -> bool:
        """A channel is shown posts; it gives nobody the right to decide."""
        return self.id.startswith(_CHANNEL_LETTERS)

    @property
    def target(self) -> str:
        """What posts are addressed to: Slack's id, else the address."""
        return self.id or self.email or ""

    def stored(self) -> dict[str, str]:
        """The entry as the row holds it."""
        known = {"id": self.id, "displayName": self.name, "email": self.email, "avatarUrl": self.avatar_url}
        return {name: value for name, value in known.items() if value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Approvers:
    """The usable entries in their order, and how the unusable ones call themselves."""

    entries: tuple[Approver, ...] = ()
    bad: tuple[str, ...] = ()

    def may_decide(self, slack_user: str, email: str | None) -> Approver | None:
        """The entry of this person, by Slack's id, else by address; None when they are not on the list."""
        people = [entry for entry in self.entries if not entry.is_channel]
        by_id = next((entry for entry in people if slack_user and entry.id == slack_user), None)
        if by_id is not None or not email:
            return by_id
        return next((entry for entry in people if not entry.id and entry.email == email), None)

    def name_of(self, slack_user: str | None) -> str:
        """What the list calls a person; "" for somebody who is not on it."""
        return next((entry.name for entry in self.entries if slack_user and entry.id == slack_user), "")


def read_approvers(stored: Any) -> Approvers:
    """`slack_auto_send_approval_recipients` as it is in the row; an entry that repeats another is left out."""
    if stored is None:
        return Approvers()
    if not isinstance(stored, list):
        return Approvers(bad=("the whole list",))
    found: dict[str, Approver] = {}
    bad: list[str] = []
    for number, entry in enumerate(stored, start=1):
        approver = _approver(f.obj(entry))
        if approver is None:
            bad.append(_called(f.obj(entry)) or f"entry {number}")
        else:
            found.setdefault(approver.target, approver)
    return Approvers(entries=tuple(found.values()), bad=tuple(bad))


def _approver(entry: dict[str, Any]) -> Approver | None:
    slack_id, email = f.text(entry.get("id")) or "", f.email(entry.get("email"))
    if slack_id and not _ID.fullmatch(slack_id):
        return None
    if not slack_id and "@" not in (email or ""):
        return None
    return Approver(
        id=slack_id,
        name=_called(entry) or slack_id or email or "",
        email=email,
        avatar_url=f.text(entry.get("avatarUrl")),
    )


def _called(entry: dict[str, Any]) -> str:
    return (f.text(entry.get("displayName")) or f.text(entry.get("id")) or "")[:80]
