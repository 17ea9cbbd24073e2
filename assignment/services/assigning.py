"""Assignment by a person: one lead, many, and those whose setter has left."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import cycle
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext

from assignment import metrics
from assignment.contracts import AssignmentResult
from assignment.enums import AssignmentSource
from assignment.errors import AssigneeChanged, NotAssignable
from assignment.models import LeadAssignmentEvent
from assignment.rules.rotation import is_eligible, next_turns
from assignment.services.rotation import member_of, read_rotation, record_event, today_in
from leads.enums import LeadStatus, SentimentTag
from leads.models import Lead
from leads.querysets import LeadQuerySet
from zrg.lib import log_events
from zrg.lib.errors import BadInput, NotVisible
from zrg.workspaces.context import tenant
from zrg.workspaces.enums import MembershipRole
from zrg.workspaces.models import Membership, User, Workspace, WorkspaceSettings
from zrg.workspaces.services.audit import record_audit

logger = structlog.get_logger(__name__)

MAX_LEADS = 200
CHUNK = 50
RECEIVING_ROLES = (MembershipRole.SETTER, MembershipRole.INBOX_MANAGER, MembershipRole.ADMIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkResult:
    """What became of many leads: how many changed hands, and why others did not."""

    assigned: int = 0
    unchanged: int = 0
    skipped: list[tuple[UUID, str]] = field(default_factory=list)

    def __add__(self, other: "BulkResult") -> "BulkResult":
        return BulkResult(
            assigned=self.assigned + other.assigned,
            unchanged=self.unchanged + other.unchanged,
            skipped=self.skipped + other.skipped,
        )


def assign_manually(
    lead_id: UUID, workspace_id: UUID, user_id: UUID | None, *, expected: UUID | None, by: User
) -> AssignmentResult:
    """Give the lead to a person who receives leads here, or to nobody. The pointer stays.

    `expected` is the setter the person saw: 409 `assignee_changed` when another came between. 422
    `not_assignable` for anybody else, and for a blacklisted lead. Repeating it changes nothing.
    """
    with transaction.atomic():
        lead = _locked([lead_id], workspace_id).first()
        if lead is None:
            raise NotVisible
        if lead.assigned_to_id == user_id:
            return AssignmentResult(outcome="kept", user_id=user_id)
        if lead.assigned_to_id != expected:
            current = str(lead.assigned_to_id) if lead.assigned_to_id else None
            raise AssigneeChanged(gettext("Somebody else changed the assignment."), assignedTo=current)
        if user_id is not None:
            if user_id not in {one.pk for one in assignable_people(workspace_id)}:
                raise NotAssignable(gettext("This person does not receive leads of this workspace."), field="userId")
            if is_stopped(lead):
                raise NotAssignable(gettext("All outreach to this lead is stopped."), field="lead")
        _hand_over(lead, user_id, by)
    return AssignmentResult(outcome="assigned" if user_id else "none", user_id=user_id)


def assign_many(
    lead_ids: Sequence[UUID], workspace_id: UUID, user_id: UUID | None, *, by: User, now: datetime | None = None
) -> BulkResult:
    """Give up to 200 leads to one person or to nobody; to a person no blacklisted ones.

    50 per transaction: called outside of a context, what is done stays done.
    """
    _refuse_too_many(lead_ids)
    with tenant(workspace_id):
        people = {one.pk for one in assignable_people(workspace_id)}
    if user_id is not None and user_id not in people:
        raise NotAssignable(gettext("This person does not receive leads of this workspace."), field="userId")
    return _in_chunks(lead_ids, workspace_id, cycle([user_id]), by, gives=user_id is not None)


def spread_many(lead_ids: Sequence[UUID], workspace_id: UUID, *, by: User, now: datetime | None = None) -> BulkResult:
    """Spread up to 200 leads evenly over the active setters, beginning with whose turn it is.

    The pointer stays: these leads had their turn. 422 `not_assignable` when nobody is active.
    """
    _refuse_too_many(lead_ids)
    with tenant(workspace_id):
        row = WorkspaceSettings.objects.get(workspace_id=workspace_id)
        rotation = read_rotation(row, now or timezone.now())
    people = list(dict.fromkeys(next_turns(rotation, len(rotation.base))))
    if not people:
        raise NotAssignable(gettext("No setter of the rotation is active."), field="userId")
    return _in_chunks(lead_ids, workspace_id, cycle(people), by)


def assignable_people(workspace_id: UUID) -> list[User]:
    """Who may be given leads by a person: active setters, inbox managers, admins, the owner; by name."""
    members = Membership.objects.in_workspace(workspace_id).active().filter(role__in=RECEIVING_ROLES)
    owner = Workspace.objects.filter(pk=workspace_id).values("owner_id")
    found = User.objects.filter(is_active=True)
    people = found.filter(pk__in=members.values("user_id")) | found.filter(pk__in=owner)
    return sorted(people.distinct(), key=lambda one: (one.get_full_name().lower(), one.email))


def absent_people(workspace_id: UUID, now: datetime | None = None) -> list[User]:
    """Members, and the owner, who do not work now: left, out of rotation, on holiday."""
    row = WorkspaceSettings.objects.get(workspace_id=workspace_id)
    today = today_in(row, now or timezone.now())
    owner = Workspace.objects.select_related("owner").get(pk=workspace_id).owner
    members = Membership.objects.in_workspace(workspace_id).select_related("user")
    working: set[UUID] = {owner.pk}
    people: dict[UUID, User] = {owner.pk: owner}
    for one in members:
        people[one.user_id] = one.user
        is_setter = one.role == MembershipRole.SETTER
        if is_eligible(member_of(one), today) or (
            not is_setter and one.is_active and one.user.is_active and one.role in RECEIVING_ROLES
        ):
            working.add(one.user_id)
    return [user for pk, user in people.items() if pk not in working or not user.is_active]


def leads_of_absent(workspace_id: UUID, now: datetime | None = None) -> LeadQuerySet:
    """Leads whose setter is inactive, newest conversation first."""
    absent = [one.pk for one in absent_people(workspace_id, now)]
    leads = Lead.objects.in_workspace(workspace_id).filter(assigned_to_id__in=absent)
    return leads.order_by("-sort_at", "-id")


def is_absent(lead: Lead, now: datetime | None = None) -> bool:
    """Whether the lead's setter does not work now."""
    if lead.assigned_to_id is None:
        return False
    return lead.assigned_to_id in {one.pk for one in absent_people(lead.workspace_id, now)}


def _in_chunks(
    lead_ids: Sequence[UUID], workspace_id: UUID, turns: Iterator[UUID | None], by: User, *, gives: bool = True
) -> BulkResult:
    wanted, result = list(dict.fromkeys(lead_ids)), BulkResult()
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        with tenant(workspace_id):
            found = {lead.pk: lead for lead in _locked(chunk, workspace_id)}
            for lead_id in chunk:
                result += _one_of_many(found.get(lead_id), lead_id, turns, by, gives=gives)
    return result


def _one_of_many(
    lead: Lead | None, lead_id: UUID, turns: Iterator[UUID | None], by: User, *, gives: bool
) -> BulkResult:
    if lead is None:
        return BulkResult(skipped=[(lead_id, "not_found")])
    # Taking an assignment away stays possible; a lead that is passed over takes nobody's turn.
    if is_stopped(lead) and gives:
        return BulkResult(skipped=[(lead_id, "blacklisted")])
    user_id = next(turns)
    if lead.assigned_to_id == user_id:
        return BulkResult(unchanged=1)
    _hand_over(lead, user_id, by)
    return BulkResult(assigned=1)


def _locked(lead_ids: Sequence[UUID], workspace_id: UUID) -> "QuerySet[Lead]":
    rows = Lead.objects.in_workspace(workspace_id).filter(pk__in=lead_ids).order_by("pk")
    return rows.only("workspace_id", "status", "sentiment_tag", "assigned_to_id").select_for_update(no_key=True)


def _hand_over(lead: Lead, user_id: UUID | None, by: User) -> None:
    now = Now()
    Lead.objects.in_workspace(lead.workspace_id).filter(pk=lead.pk).update(
        assigned_to_id=user_id, assigned_at=now if user_id else None, changed_at=now, updated_at=now
    )
    record_event(
        LeadAssignmentEvent(
            workspace_id=lead.workspace_id,
            lead_id=lead.pk,
            assigned_to_id=user_id,
            previous_assigned_to_id=lead.assigned_to_id,
            assigned_by=by,
            source=AssignmentSource.MANUAL,
        )
    )
    record_audit(
        "lead.assigned",
        actor=by,
        workspace=lead.workspace_id,
        object_type="lead",
        object_id=lead.pk,
        before={"assigned_to": str(lead.assigned_to_id) if lead.assigned_to_id else None},
        after={"assigned_to": str(user_id) if user_id else None},
    )
    if user_id is not None:
        metrics.ASSIGNMENTS.labels(source=AssignmentSource.MANUAL).inc()
    logger.info(
        log_events.ASSIGNMENT_ASSIGNED,
        lead=str(lead.pk),
        user=str(user_id) if user_id else None,
        source=str(AssignmentSource.MANUAL),
    )


def is_stopped(lead: Lead) -> bool:
    """Whether outreach to the lead is stopped: nobody is given such a lead."""
    return lead.status == LeadStatus.BLACKLISTED or lead.sentiment_tag == SentimentTag.BLACKLIST


def _refuse_too_many(lead_ids: Sequence[UUID]) -> None:
    if len(lead_ids) > MAX_LEADS:
        raise BadInput(
            gettext("At most {max_leads} leads at once.").format(max_leads=MAX_LEADS), code="too_many", field="leadIds"
        )
