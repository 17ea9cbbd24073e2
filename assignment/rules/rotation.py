"""The rotation: whose turn it is, and whether a lead takes part. Values in, decision out."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TypeVar
from uuid import UUID

from leads.enums import POSITIVE_TAGS, Channel, LeadStatus, SentimentTag
from zrg.workspaces.enums import MembershipRole

Setter = TypeVar("Setter", bound=UUID | str)

# The legacy tag is read as Interested.
POSITIVE = frozenset({*(tag.value for tag in POSITIVE_TAGS), SentimentTag.POSITIVE.value})
SHOWN_NEXT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """What the rotation reads of a membership."""

    role: str
    is_active: bool
    user_active: bool
    in_rotation: bool
    rotation_paused_until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """The rotation of a workspace as it stands.

    `configured`: the saved sequence. `base`: it, or all setters when it is empty. `active`: who may
    receive a lead today. `pointer`: index into `base` of the last assignment, None before the first.
    """

    is_enabled: bool
    is_email_only: bool
    configured: tuple[UUID, ...]
    base: tuple[UUID, ...]
    active: frozenset[UUID]
    pointer: int | None
    config_version: int

    @property
    def effective(self) -> list[UUID]:
        """The base without those who cannot receive a lead today; order and duplicates stay."""
        return compute_effective_setter_sequence([one for one in self.base if one in self.active], self.configured)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What becomes of one lead: `assigned` with whose turn it is, `kept`, or `none` with a reason."""

    outcome: str
    reason: str = ""
    user_id: UUID | None = None
    index: int | None = None


def is_eligible(membership: Member, today: date) -> bool:
    """Whether this member receives leads by rotation today (the workspace's date). The last day of a
    holiday counts as holiday.
    """
    until = membership.rotation_paused_until
    return (
        membership.role == MembershipRole.SETTER
        and membership.is_active
        and membership.user_active
        and membership.in_rotation
        and (until is None or until < today)
    )


def should_assign(sentiment: str | None) -> bool:
    """Whether a tag asks for a setter."""
    return sentiment in POSITIVE


def is_channel_eligible(email_only: bool, channel: str | None) -> bool:
    """Whether a reply on this channel takes part; an unknown channel is no e-mail."""
    return not email_only or channel == Channel.EMAIL


def compute_effective_setter_sequence(
    active_setter_ids: Sequence[Setter], configured_sequence: Sequence[Setter] | None
) -> list[Setter]:
    """The configured sequence without inactive setters, or the active setters when nothing is configured."""
    if not configured_sequence:
        return list(active_setter_ids)
    active = set(active_setter_ids)
    return [setter for setter in configured_sequence if setter in active]


def get_next_round_robin_index(last_index: int | None, length: int) -> int:
    """The index after `last_index`, wrapped; -1 for an empty sequence."""
    if length <= 0:
        return -1
    return ((-1 if last_index is None else last_index) + 1) % length


def pick_next(base: Sequence[Setter], active: Collection[Setter], last_index: int | None) -> tuple[int, Setter] | None:
    """The next position of the base whose setter is active, and that setter; None when there is none.

    The base is scanned unfiltered: an index into a filtered list would point at somebody else as soon
    as eligibility changes.
    """
    index = last_index
    for _ in base:
        index = get_next_round_robin_index(index, len(base))
        if base[index] in active:
            return index, base[index]
    return None


def decide_turn(
    rotation: Rotation,
    *,
    sentiment: str | None,
    lead_sentiment: str | None,
    status: str,
    is_workspace_active: bool,
    assigned_to: UUID | None,
    channel: str | None,
) -> Turn:
    """The decision table; the first line that applies answers.

    `sentiment` is what the cause says, `lead_sentiment` what holds now: a lead that lost interest
    meanwhile is not assigned.
    """
    if not should_assign(sentiment):
        return Turn(outcome="none", reason="not_positive")
    if not is_workspace_active or status == LeadStatus.BLACKLISTED or lead_sentiment == SentimentTag.BLACKLIST:
        return Turn(outcome="none", reason="blacklisted")
    if not should_assign(lead_sentiment):
        return Turn(outcome="none", reason="not_positive")
    if not rotation.is_enabled:
        return Turn(outcome="none", reason="disabled")
    if assigned_to is not None:
        return Turn(outcome="kept", user_id=assigned_to)
    if not is_channel_eligible(rotation.is_email_only, channel):
        return Turn(outcome="none", reason="channel")
    picked = pick_next(rotation.base, rotation.active, rotation.pointer)
    if picked is None:
        return Turn(outcome="none", reason="sequence_empty" if rotation.configured else "no_setters")
    return Turn(outcome="assigned", index=picked[0], user_id=picked[1])


def next_turns(rotation: Rotation, count: int = SHOWN_NEXT) -> list[UUID]:
    """Who receives the next leads if nothing changes."""
    turns, pointer = [], rotation.pointer
    for _ in range(count):
        picked = pick_next(rotation.base, rotation.active, pointer)
        if picked is None:
            break
        pointer = picked[0]
        turns.append(picked[1])
    return turns


def shares_of(effective: Sequence[Setter]) -> dict[Setter, float]:
    """Per cent of the leads each setter receives, one decimal, in the order of first appearance."""
    return {one: round(100 * effective.count(one) / len(effective), 1) for one in dict.fromkeys(effective)}


def follows_sequence(steps: Sequence[tuple[int | None, int | None]]) -> bool:
    """Whether rows of (pointer before, pointer after), oldest first, each start where the one before ended."""
    return all(earlier[1] == later[0] for earlier, later in pairwise(steps))
