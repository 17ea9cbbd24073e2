"""Two leads that are one person, joined because a person said so. No machine ever merges."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext

from leads.enums import ConflictStatus, LeadStatus
from leads.errors import MergeRefused
from leads.models import EnrichmentRequest, Lead, LeadIdentityConflict
from leads.registry import MergedLeads, merge_followers, merge_steps
from leads.rules.merging import SHOWN_FACTS, MergedFact, compare_fact, merge_values
from leads.services.rollups import recompute_rollups
from leads.services.status import blacklist_lead, set_status
from zrg.jobs.enums import JobStatus
from zrg.jobs.models import BackgroundJob
from zrg.lib import log_events
from zrg.workspaces.access import require, resolve_access
from zrg.workspaces.models import AdminAuditEvent, User
from zrg.workspaces.services.audit import record_audit

logger = structlog.get_logger(__name__)

MERGED = "lead.merged"
MERGED_INTO = "lead.merged_into"
# More leads than this in one: nobody reads such a history.
MAX_ABSORBED = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class MergePreview:
    """Facts side by side, what moves (name, count), and the stops that will hold."""

    facts: list[MergedFact]
    moves: list[tuple[str, int]]
    stops: list[str]


def merge_leads(keep: Lead, drop: Lead, actor: User) -> Lead:
    """Move everything of `drop` to `keep` and delete it, in one transaction; returns the lead that stays.

    Every table with a lead takes part: apps above say what becomes of theirs with `register_merge`,
    other rows move as they are. Empty fields are filled, the dropped addresses become alternates, a
    blacklist of either lead holds for the result. The audit row keeps a snapshot of the dropped lead.
    """
    _check(keep, drop, actor)
    with transaction.atomic():
        locked = {
            one.pk: one for one in Lead.objects.select_for_update().filter(pk__in=(keep.pk, drop.pk)).order_by("pk")
        }
        if len(locked) != 2:
            raise MergeRefused(gettext("One of the leads is gone."))
        keep, drop = locked[keep.pk], locked[drop.pk]
        changes = merge_values(keep, drop)
        _record(keep, drop, actor)
        _move_rows(keep, drop.pk, actor)
        Lead.objects.filter(pk=drop.pk).delete()
        Lead.objects.filter(pk=keep.pk).update(**changes, changed_at=Now(), updated_at=Now())
        keep.refresh_from_db()
        _carry_status(keep, drop, actor)
        _carry_stop(keep, drop, actor)
        recompute_rollups(keep)
        merged = MergedLeads(workspace_id=keep.workspace_id, keep_id=keep.pk, drop_id=drop.pk, by_id=actor.pk)
        for follow in merge_followers():
            follow(merged)
    logger.info(log_events.LEAD_MERGED, lead=str(keep.pk), dropped=str(drop.pk))
    return keep


def preview_merge(keep: Lead, drop: Lead) -> MergePreview:
    """What a merge would do, for the person who decides; reads only."""
    changes = merge_values(keep, drop)
    facts = [compare_fact(keep, drop, changes, name, label) for name, label in SHOWN_FACTS]
    moves = []
    for model in apps.get_models():
        count = sum(
            model._default_manager.filter(**{field.attname: drop.pk}).count()
            for field in model._meta.concrete_fields
            if field.related_model is Lead and model is not Lead
        )
        if count and model is not LeadIdentityConflict:
            moves.append((str(model._meta.verbose_name_plural), count))
    stops = [gettext(one.get_blacklist_reason_display()) for one in (keep, drop) if one.blacklist_reason]
    return MergePreview(facts=[fact for fact in facts if fact.keep or fact.drop], moves=moves, stops=stops)


@dataclass(frozen=True, slots=True, kw_only=True)
class Absorbed:
    """What is still of use of a lead that was merged away: its id, and as whom the e-mail provider knows it."""

    lead_id: UUID
    email_bison_lead_id: str | None
    email_campaign_id: UUID | None


def absorbed_leads(workspace_id: UUID, lead_id: UUID) -> list[Absorbed]:
    """The leads merged into this one, and into those."""
    found: dict[UUID, Absorbed] = {}
    asked = [lead_id]
    while asked and len(found) < MAX_ABSORBED:
        snapshots = _merges(workspace_id, MERGED, asked).values_list("before__dropped", flat=True)
        new = {one.lead_id: one for one in map(_absorbed, snapshots) if one.lead_id not in found}
        found |= new
        asked = list(new)
    return list(found.values())[:MAX_ABSORBED]


def absorbed_ids(workspace_id: UUID, lead_id: UUID) -> list[UUID]:
    """Their ids: records that outlive a lead keep the id they were written for."""
    return [one.lead_id for one in absorbed_leads(workspace_id, lead_id)]


def survivors_of(workspace_id: UUID, lead_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """For those that were merged away: the lead they were merged into (which may be gone by now as well)."""
    rows = _merges(workspace_id, MERGED_INTO, lead_ids).values_list("object_id", "after__kept")
    return {UUID(dropped): UUID(kept) for dropped, kept in rows}


def survivor_of(workspace_id: UUID, lead_id: UUID) -> UUID:
    """The lead this one is part of now: itself, unless it was merged into another, and that into a third."""
    for _ in range(MAX_ABSORBED):
        into = survivors_of(workspace_id, [lead_id]).get(lead_id)
        if into is None:
            break
        lead_id = into
    return lead_id


def merge_conflicts(keep_id: UUID, drop_id: UUID) -> None:
    """Claims between the two are settled; others move unless the same claim is there already."""
    between = LeadIdentityConflict.objects.filter(lead_id__in=(keep_id, drop_id), other_lead_id__in=(keep_id, drop_id))
    between.update(status=ConflictStatus.MERGED, resolved_at=timezone.now(), other_lead=None, updated_at=Now())
    _move(LeadIdentityConflict, "other_lead_id", keep_id, drop_id)
    _move(LeadIdentityConflict, "lead_id", keep_id, drop_id)


def merge_enrichment(keep_id: UUID, drop_id: UUID) -> None:
    """Answered questions move; a second open question of a kind is dropped, it was asked once."""
    _move(EnrichmentRequest, "lead_id", keep_id, drop_id)


def merge_jobs(keep_id: UUID, drop_id: UUID) -> None:
    """Work that waits goes on for the lead that stays; a running job ends as it began."""
    BackgroundJob.objects.filter(lead_id=drop_id).exclude(status=JobStatus.RUNNING).update(lead_id=keep_id)


def _check(keep: Lead, drop: Lead, actor: User) -> None:
    access = resolve_access(actor)
    for lead in (keep, drop):
        require(access, "lead.merge", lead.workspace_id, lead)
    if keep.pk == drop.pk:
        raise MergeRefused(gettext("A lead cannot be merged with itself."))
    if keep.workspace_id != drop.workspace_id:
        raise MergeRefused(gettext("The leads belong to different workspaces."))


def _record(keep: Lead, drop: Lead, actor: User) -> None:
    generated = {field.attname for field in Lead._meta.concrete_fields if field.generated}
    snapshot = {
        field.attname: field.value_from_object(drop)
        for field in Lead._meta.concrete_fields
        if field.attname not in generated
    }
    after = {"kept": str(keep.pk)}
    record_audit(MERGED, actor=actor, workspace=keep.workspace_id, obj=keep, before={"dropped": snapshot}, after=after)
    record_audit(MERGED_INTO, actor=actor, workspace=keep.workspace_id, obj=drop, after=after)


def _absorbed(snapshot: dict[str, Any]) -> Absorbed:
    campaign_id = snapshot.get("email_campaign_id")
    return Absorbed(
        lead_id=UUID(snapshot["id"]),
        email_bison_lead_id=snapshot.get("email_bison_lead_id"),
        email_campaign_id=UUID(campaign_id) if campaign_id else None,
    )


def _merges(workspace_id: UUID, action: str, lead_ids: Sequence[UUID]) -> "models.QuerySet[AdminAuditEvent]":
    return AdminAuditEvent.objects.filter(
        workspace_id=workspace_id, object_type="lead", object_id__in=[str(pk) for pk in lead_ids], action=action
    )


def _move_rows(keep: Lead, drop_id: UUID, actor: User) -> None:
    steps = merge_steps()
    for model in apps.get_models():
        if model in steps:
            steps[model](keep.pk, drop_id)
            continue
        for column in _lead_columns(model):
            _move(model, column, keep.pk, drop_id, keep.workspace_id)
    LeadIdentityConflict.objects.filter(lead_id=keep.pk, status=ConflictStatus.MERGED, resolved_by=None).update(
        resolved_by=actor
    )


def _lead_columns(model: type[models.Model]) -> list[str]:
    """Foreign keys to a lead, and plain ids of one."""
    if model is Lead or model._meta.proxy or not model._meta.managed:
        return []
    return [
        field.attname
        for field in model._meta.concrete_fields
        if field.related_model is Lead or (field.attname == "lead_id" and isinstance(field, models.UUIDField))
    ]


def _move(
    model: type[models.Model], column: str, keep_id: UUID, drop_id: UUID, workspace_id: UUID | None = None
) -> None:
    """Point rows at the lead that stays; a row whose twin is there already goes with the dropped lead."""
    rows: models.QuerySet[Any] = model._default_manager.filter(**{column: drop_id})
    if workspace_id and any(field.attname == "workspace_id" for field in model._meta.concrete_fields):
        # Records of calls and opt-outs have no index by lead, but one by workspace.
        rows = rows.filter(workspace_id=workspace_id)
    try:
        with transaction.atomic():
            rows.update(**{column: keep_id})
    except IntegrityError:
        for pk in list(rows.values_list("pk", flat=True)):
            _move_one(model, column, pk, keep_id)


def _move_one(model: type[models.Model], column: str, pk: Any, keep_id: UUID) -> None:
    row = model._default_manager.filter(pk=pk)
    try:
        with transaction.atomic():
            row.update(**{column: keep_id})
    except IntegrityError:
        row.delete()


def _carry_status(keep: Lead, drop: Lead, actor: User) -> None:
    """What was found out about the person, where nothing was about the lead that stays."""
    if keep.status == LeadStatus.NEW and drop.status not in (LeadStatus.NEW, LeadStatus.BLACKLISTED):
        set_status(keep, drop.status, by=actor, reason="leads merged")


def _carry_stop(keep: Lead, drop: Lead, actor: User) -> None:
    """A stop of either lead holds for both, and for the addresses that came together."""
    for reason, source in ((drop.blacklist_reason, drop), (keep.blacklist_reason, keep)):
        if reason:
            blacklist_lead(
                keep,
                reason,
                message_id=source.opted_out_message_id,
                channel=source.opted_out_channel,
                by=actor,
            )
