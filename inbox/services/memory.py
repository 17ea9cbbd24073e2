"""Facts about leads: proposed, decided by the policy or a person, used, forgotten (05 R25).

Functions run in the caller's context and open their own transaction.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext

from inbox.enums import MemorySource, MemoryStatus
from inbox.models import LeadMemoryEntry
from inbox.rules.memory import MemoryPolicy, MemoryProposal, MemoryVerdict, decide_memory
from leads.models import Lead
from zrg.jobs.services.retention import CHUNK
from zrg.lib import log_events
from zrg.lib.errors import BadInput, Conflict, NotVisible
from zrg.workspaces.access import can, require, resolve_access
from zrg.workspaces.context import tenant
from zrg.workspaces.models import User, WorkspaceSettings
from zrg.workspaces.services.audit import record_audit

MAX_PROPOSALS = 3
MAX_USED = 50
MAX_OF_LEAD = 200
GOVERN = "memory.govern"
ADD = "memory.add"

logger = structlog.get_logger(__name__)


def approved_memory(lead_id: UUID, now: datetime) -> list[str]:
    """What drafting and its judges may know: approved, unexpired, newest first, as `category: fact`."""
    rows = LeadMemoryEntry.objects.of_lead(lead_id).usable(now).order_by("-created_at")
    return [f"{category}: {content}" for category, content in rows.values_list("category", "content")[:MAX_USED]]


def memory_as_of(lead_id: UUID, at: datetime) -> list[str]:
    """The same as it was at a moment of the past; entries rejected or expired and deleted since are gone."""
    rows = LeadMemoryEntry.objects.of_lead(lead_id).usable(at).filter(created_at__lte=at).order_by("-created_at")
    known = rows.filter(Q(decided_at__isnull=True) | Q(decided_at__lte=at))
    return [f"{category}: {content}" for category, content in known.values_list("category", "content")[:MAX_USED]]


def propose_memory(
    lead: Lead, proposals: Sequence[MemoryProposal], *, draft_id: UUID | None = None, now: datetime | None = None
) -> dict[str, int]:
    """Keep at most three proposals of a model; returns how many were approved, wait, or were dropped.

    The same fact again extends its time and is no second row.
    """
    now = now or timezone.now()
    policy = policy_of(lead.workspace_id)
    counts = {"approved": 0, "pending": 0, "dropped": max(len(proposals) - MAX_PROPOSALS, 0)}
    for proposal in proposals[:MAX_PROPOSALS]:
        verdict = decide_memory(proposal, policy)
        if verdict is None or _is_full(lead):
            counts["dropped"] += 1
            continue
        entry = _keep(lead, verdict, source=MemorySource.INFERENCE, now=now, draft_id=draft_id)
        counts["approved" if entry.status == MemoryStatus.APPROVED else "pending"] += 1
    return counts


def add_memory(lead: Lead, *, category: str, content: str, by: User, now: datetime | None = None) -> LeadMemoryEntry:
    """A fact a person typed. Whoever governs memory approves by adding; for others the policy decides.

    Raises `Forbidden`, and `BadInput` when nothing is left after scrubbing.
    """
    access = resolve_access(by)
    require(access, ADD, lead.workspace_id, lead)
    now = now or timezone.now()
    policy = policy_of(lead.workspace_id)
    verdict = decide_memory(
        MemoryProposal(category=category, content=content, ttl_days=policy.ttl_days, confidence=1.0), policy
    )
    if verdict is None:
        raise BadInput(
            gettext("Write a fact without addresses, phone numbers and links."), code="memory_empty", field="content"
        )
    if _is_full(lead):
        raise Conflict(gettext("This lead has as many facts as it can hold. Reject some first."), code="memory_full")
    entry = _keep(lead, verdict, source=MemorySource.MANUAL, now=now, by=by)
    if entry.status == MemoryStatus.PENDING and can(access, GOVERN):
        return approve_memory(entry.pk, by=by, now=now)
    return entry


def approve_memory(entry_id: UUID, *, by: User, now: datetime | None = None) -> LeadMemoryEntry:
    """Let an entry be used; only with `memory.govern`. Approving an approved one changes nothing."""
    require(resolve_access(by), GOVERN)
    with transaction.atomic():
        entry = _locked(entry_id)
        if entry.status == MemoryStatus.APPROVED:
            return entry
        entry.status, entry.decided_by, entry.decided_at = MemoryStatus.APPROVED, by, now or timezone.now()
        entry.save(update_fields=["status", "decided_by", "decided_at", "updated_at"])
        _audit("memory.approved", entry, by)
    logger.info(log_events.MEMORY_DECIDED, status=MemoryStatus.APPROVED, entry=str(entry.pk))
    return entry


def reject_memory(entry_id: UUID, *, by: User) -> None:
    """Forget an entry, waiting or in use; only with `memory.govern`."""
    require(resolve_access(by), GOVERN)
    with transaction.atomic():
        entry = _locked(entry_id)
        _audit("memory.rejected", entry, by)
        entry.delete()
    logger.info(log_events.MEMORY_DECIDED, status="REJECTED", entry=str(entry_id))


def policy_of(workspace_id: UUID) -> MemoryPolicy:
    """What the workspace lets pass without a person."""
    names = ("memory_allowlist_categories", "memory_min_confidence", "memory_ttl_days")
    allowed, confidence, days = WorkspaceSettings.objects.values_list(*names).get(workspace_id=workspace_id)
    return MemoryPolicy(
        allowlist=frozenset(category.strip() for category in allowed if category.strip()),
        min_confidence=confidence,
        ttl_days=days,
    )


def delete_expired_memory(workspace_id: UUID) -> int:
    """One batch of expired entries, in a transaction of its own."""
    with tenant(workspace_id):
        expired = LeadMemoryEntry.objects.in_workspace(workspace_id).expired(timezone.now())
        ids = list(expired.values_list("pk", flat=True)[:CHUNK])
        LeadMemoryEntry.objects.filter(pk__in=ids).delete()
    return len(ids)


def merge_memory(keep_id: UUID, drop_id: UUID) -> None:
    """What is known of the lead that goes moves, except what is known of the other already."""
    known = set(LeadMemoryEntry.objects.of_lead(keep_id).values_list("category", "content"))
    for entry in LeadMemoryEntry.objects.of_lead(drop_id):
        if (entry.category, entry.content) in known:
            entry.delete()
    LeadMemoryEntry.objects.of_lead(drop_id).update(lead_id=keep_id)


def _keep(
    lead: Lead,
    verdict: MemoryVerdict,
    *,
    source: MemorySource,
    now: datetime,
    draft_id: UUID | None = None,
    by: User | None = None,
) -> LeadMemoryEntry:
    """Insert, or extend the row that says the same."""
    entry = LeadMemoryEntry(
        workspace_id=lead.workspace_id,
        lead=lead,
        category=verdict.category,
        content=verdict.content,
        source=source,
        status=verdict.status,
        confidence=verdict.confidence,
        proposed_by_draft_id=draft_id,
        expires_at=now + verdict.ttl,
        created_by=by,
    )
    try:
        with transaction.atomic():
            entry.save(force_insert=True)
    except IntegrityError:
        return _extend(lead, verdict, now)
    logger.info(log_events.MEMORY_DECIDED, status=entry.status, source=source, reason=verdict.reason)
    return entry


def _extend(lead: Lead, verdict: MemoryVerdict, now: datetime) -> LeadMemoryEntry:
    with transaction.atomic():
        known = LeadMemoryEntry.objects.select_for_update().get(
            lead=lead, category=verdict.category, content=verdict.content
        )
        known.expires_at = max(known.expires_at, now + verdict.ttl)
        if verdict.status == MemoryStatus.APPROVED:
            known.status = MemoryStatus.APPROVED
        known.save(update_fields=["expires_at", "status", "updated_at"])
    return known


def _is_full(lead: Lead) -> bool:
    return LeadMemoryEntry.objects.of_lead(lead.pk).count() >= MAX_OF_LEAD


def _locked(entry_id: UUID) -> LeadMemoryEntry:
    entry = LeadMemoryEntry.objects.select_for_update(of=("self",)).filter(pk=entry_id).first()
    if entry is None:
        raise NotVisible
    return entry


def _audit(action: str, entry: LeadMemoryEntry, by: User) -> None:
    record_audit(action, actor=by, workspace=entry.workspace_id, obj=entry, after={"category": entry.category})
