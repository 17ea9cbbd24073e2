"""What the rotation did against what it should do, and what it left behind."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

from django.db.models import Count, Q
from django.utils import timezone

from assignment.models import LeadAssignmentEvent
from assignment.rules.rotation import POSITIVE, follows_sequence, shares_of
from assignment.services.rotation import read_rotation
from leads.enums import Channel, LeadStatus
from leads.models import Lead
from leads.querysets import LeadQuerySet
from zrg.workspaces.enums import WorkspaceStatus
from zrg.workspaces.models import User, WorkspaceSettings

LATE = timedelta(minutes=15)
PERIODS = (7, 30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One setter's part of the leads the rotation gave out, in per cent."""

    name: str
    count: int
    actual: float
    configured: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Fairness:
    """The shares of a period and its leads by the name of their channel."""

    days: int
    total: int
    shares: list[Share]
    channels: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the newest assignments of the rotation say; `breaks` counts rows that do not continue the one before
    although the configuration is the same.
    """

    events: list[LeadAssignmentEvent]
    shares: dict[UUID, int]
    breaks: int
    off_channel: int


def read_fairness(workspace_id: UUID, days: int, now: datetime | None = None) -> Fairness:
    """Actual against configured shares of the last `days` days, by the rotation of now."""
    moment = now or timezone.now()
    row = WorkspaceSettings.objects.get(workspace_id=workspace_id)
    configured = shares_of(read_rotation(row, moment).effective)
    events = LeadAssignmentEvent.objects.in_workspace(workspace_id).by_rotation()
    recent = events.filter(created_at__gte=moment - timedelta(days=days))
    received = dict(recent.order_by().values_list("assigned_to").annotate(count=Count("pk")))
    channels = dict(recent.order_by().values_list("channel").annotate(count=Count("pk")))
    received.pop(None, None)
    total = sum(received.values())
    names = {
        user.pk: user.get_full_name() or user.email for user in User.objects.filter(pk__in={*received, *configured})
    }
    shares = [
        Share(
            name=names.get(one, str(one)),
            count=received.get(one, 0),
            actual=round(100 * received.get(one, 0) / total, 1) if total else 0.0,
            configured=configured.get(one, 0.0),
        )
        for one in dict.fromkeys([*configured, *received])
    ]
    most_first = sorted(channels.items(), key=lambda one: -one[1])
    return Fairness(days=days, total=total, shares=shares, channels={_channel(one): count for one, count in most_first})


def _channel(stored: str | None) -> str:
    return str(Channel(stored).label) if stored in Channel.values else "Without a reply"


def verify_rotation(workspace_id: UUID, last: int = 10) -> Verdict:
    """Whether the newest assignments follow the sequence, oldest first."""
    row = WorkspaceSettings.objects.get(workspace_id=workspace_id)
    newest = LeadAssignmentEvent.objects.in_workspace(workspace_id).by_rotation().newest_first()
    events = list(newest.select_related("assigned_to")[:last])[::-1]
    of_now = [one for one in events if one.config_version == row.round_robin_config_version]
    breaks = sum(
        not follows_sequence([(one.pointer_before, one.pointer_after), (two.pointer_before, two.pointer_after)])
        for one, two in pairwise(of_now)
    )
    off_channel = sum(one.channel != "email" for one in of_now) if row.round_robin_email_only else 0
    shares = Counter(one.assigned_to_id for one in events if one.assigned_to_id)
    return Verdict(events=events, shares=dict(shares), breaks=breaks, off_channel=off_channel)


def late_leads(now: datetime | None = None) -> LeadQuerySet:
    """Positive leads nobody works on 15 minutes after their last reply, oldest last."""
    before = (now or timezone.now()) - LATE
    waiting = Lead.objects.filter(assigned_to=None, sentiment_tag__in=sorted(POSITIVE))
    late = waiting.filter(Q(last_inbound_at__lt=before) | Q(last_inbound_at=None, created_at__lt=before))
    return late.exclude(status=LeadStatus.BLACKLISTED).filter(
        workspace__status=WorkspaceStatus.ACTIVE, workspace__settings__round_robin_enabled=True
    )


def empty_rotations(now: datetime | None = None) -> list[tuple[UUID, str]]:
    """Workspaces with round robin on and nobody who can receive a lead: id and why. Platform context."""
    moment, found = now or timezone.now(), []
    rows = WorkspaceSettings.objects.filter(round_robin_enabled=True, workspace__status=WorkspaceStatus.ACTIVE)
    for row in rows.order_by("workspace_id"):
        rotation = read_rotation(row, moment)
        if not rotation.effective:
            found.append((row.workspace_id, "sequence_empty" if rotation.configured else "no_setters"))
    return found


def unknown_entries(workspace_id: UUID) -> list[UUID]:
    """Entries of the sequence without an account."""
    stored = WorkspaceSettings.objects.get(workspace_id=workspace_id).round_robin_setter_sequence
    known = set(User.objects.filter(pk__in=stored).values_list("pk", flat=True))
    return [one for one in dict.fromkeys(stored) if one not in known]
