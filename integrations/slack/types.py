"""Slack's answers in our words."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Whose token it is."""

    team_id: str
    team_name: str | None = None
    bot_user_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A channel a message can be posted to."""

    id: str
    name: str
    is_private: bool = False
    is_member: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person of the team."""

    id: str
    name: str
    email: str | None = None
    avatar_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A message as Slack knows it: with `channel` and `ts` it can be changed later."""

    channel: str
    ts: str

    @property
    def reference(self) -> str:
        """Both in one string."""
        return f"{self.channel}:{self.ts}"
