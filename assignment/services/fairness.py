"""What the rotation did against what it should do, and what it left behind."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

from django.apps import apps
from django.db.models import Count, Q, Subquery
from django.utils import timezone

from assignment.models import LeadAssignmentEvent
from assignment.rules.rotation import POSITIVE, Rotation, follows_sequence, shares_of
from assignment.services.rotation import read_rotation, setters_of
from leads.enums import Channel, LeadStatus
from leads.models import Lead
from leads.querysets import LeadQuerySet
from zrg.workspaces.enums import WorkspaceStatus
from zrg.workspaces.models import User, WorkspaceSettings

LATE = timedelta(minutes=15)
PERIODS = (7, 30)
# The ledger keeps the row of an account that is gone, without its id.
DELETED = "Deleted account"


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
    """What the newest assignments of the rotation say. `breaks` counts rows that do not continue the one before
    although the configuration is the same, and a pointer that is not where the newest row left it; `misplaced`
    rows that gave a lead to somebody else than stands at their place of the order.
    """

    events: list[LeadAssignmentEvent]
    shares: dict[UUID, int]
    breaks: int
    misplaced: int
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
    total = sum(received.values())
    people = User.objects.filter(pk__in={*received, *configured} - {None})
    names = {user.pk: user.get_full_name() or user.email for user in people}
    shares = [
        Share(
            name=names.get(one, DELETED),
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
    # Locked: an assignment between the two reads would look like a pointer that moved by itself.
    row = WorkspaceSettings.objects.select_for_update(no_key=True).get(workspace_id=workspace_id)
    newest = LeadAssignmentEvent.objects.in_workspace(workspace_id).by_rotation().newest_first()
    events = list(newest.select_related("assigned_to")[:last])[::-1]
    of_now = [one for one in events if one.config_version == row.round_robin_config_version]
    breaks = sum(
        not follows_sequence([(one.pointer_before, one.pointer_after), (two.pointer_before, two.pointer_after)])
        for one, two in pairwise(of_now)
    )
    if of_now and of_now[-1].pointer_after != row.round_robin_last_setter_index:
        breaks += 1
    misplaced = sum(_is_misplaced(one, row.round_robin_setter_sequence) for one in of_now)
    since = _email_only_since(row)
    off_channel = sum(one.channel != Channel.EMAIL for one in of_now if since is not None and one.created_at >= since)
    shares = Counter(one.assigned_to_id for one in events if one.assigned_to_id)
    return Verdict(events=events, shares=dict(shares), breaks=breaks, misplaced=misplaced, off_channel=off_channel)


def _email_only_since(row: WorkspaceSettings) -> datetime | None:
    """When email-only was switched on, None while it is off: the leads before were given out by other terms, and
    switching moves no version.
    """
    if not row.round_robin_email_only:
        return None
    history = apps.get_model("workspaces", "WorkspaceSettingsEvent").objects.filter(pgh_obj_id=row.pk)
    last_off = history.filter(round_robin_email_only=False).order_by("-pgh_id").values("pgh_id")[:1]
    later = history.filter(pgh_id__gt=Subquery(last_off)).order_by("pgh_id")
    found: datetime | None = later.values_list("pgh_created_at", flat=True).first()
    return found or row.created_at


def _is_misplaced(event: LeadAssignmentEvent, sequence: list[UUID]) -> bool:
    # Without a saved order the places are those of the team, which may have changed since.
    if not sequence or event.assigned_to_id is None or event.pointer_after is None:
        return False
    return not 0 <= event.pointer_after < len(sequence) or sequence[event.pointer_after] != event.assigned_to_id


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
    settings = WorkspaceSettings.objects.filter(round_robin_enabled=True, workspace__status=WorkspaceStatus.ACTIVE)
    rows = list(settings.order_by("workspace_id"))
    members = defaultdict(list)
    for one in setters_of(*(row.workspace_id for row in rows)):
        members[one.workspace_id].append(one)
    for row in rows:
        if reason := why_empty(read_rotation(row, moment, members=members[row.workspace_id])):
            found.append((row.workspace_id, reason))
    return found


def why_empty(rotation: Rotation) -> str:
    """Why nobody can receive a lead, in the words of the decision table; blank where somebody can."""
    if rotation.effective:
        return ""
    return "sequence_empty" if rotation.configured else "no_setters"


def unknown_entries(row: WorkspaceSettings) -> list[UUID]:
    """Entries of the sequence without an account."""
    stored = row.round_robin_setter_sequence
    known = set(User.objects.filter(pk__in=stored).values_list("pk", flat=True))
    return [one for one in dict.fromkeys(stored) if one not in known]
