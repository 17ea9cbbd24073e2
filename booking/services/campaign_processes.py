"""Which campaign follows which booking process (09 §2.20). Leads under way keep the process they began with."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import CharField, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext

from booking.models import BookingProcess, CampaignProcess
from leads.models import EmailCampaign
from zrg.lib.cursor import decode_cursor, encode_cursor, filter_hash
from zrg.lib.errors import BadInput, Conflict, NotVisible
from zrg.workspaces.models import User
from zrg.workspaces.services.audit import record_audit

PAGE = 25
MAX_SEARCH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A person's choice for one campaign: what the page showed, and what it should be. None: no process."""

    campaign_id: UUID
    was: UUID | None
    now: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentPage:
    """Some campaigns with the id of their process; `next_cursor` is empty on the last page."""

    rows: list[tuple[EmailCampaign, UUID | None]]
    next_cursor: str


def list_assignments(workspace_id: UUID, *, search: str = "", cursor: str = "") -> AssignmentPage:
    """One page of e-mail campaigns by name in two queries; `CursorMismatch` for a cursor of another list."""
    wanted = search[:MAX_SEARCH].lower()
    digest = filter_hash({"workspace": str(workspace_id), "search": wanted})
    rows = EmailCampaign.objects.in_workspace(workspace_id).annotate(name_key=Lower("name", output_field=CharField()))
    if wanted:
        rows = rows.filter(name_key__contains=wanted)
    if cursor:
        last = decode_cursor(cursor, digest)
        rows = rows.filter(Q(name_key__gt=str(last.key)) | Q(name_key=str(last.key), id__gt=last.id))
    found = list(rows.order_by("name_key", "id")[: PAGE + 1])
    shown = found[:PAGE]
    more = encode_cursor(shown[-1].name_key, shown[-1].pk, digest) if len(found) > PAGE else ""
    followed = processes_of(workspace_id, [one.pk for one in shown])
    return AssignmentPage(rows=[(one, followed.get(one.pk)) for one in shown], next_cursor=more)


def processes_of(workspace_id: UUID, campaign_ids: Collection[UUID]) -> Mapping[UUID, UUID]:
    """The ids of the processes of these campaigns; those without one are left out. One query."""
    rows = CampaignProcess.objects.in_workspace(workspace_id).filter(email_campaign_id__in=campaign_ids)
    return dict(rows.values_list("email_campaign_id", "booking_process_id"))


def assign_processes(workspace_id: UUID, choices: Sequence[Assignment], *, by: User | None) -> int:
    """Give these campaigns their processes, all or none; returns how many changed.

    Conflict (409) `assignment_changed` with the campaigns whose process is not what the page showed; BadInput for
    a process that is not there (400) or is archived.
    """
    wanted = {one.campaign_id: one for one in choices if one.was != one.now}
    if not wanted:
        return 0
    with transaction.atomic():
        processes = _locked_processes(workspace_id, {one.now for one in wanted.values() if one.now is not None})
        rows = EmailCampaign.objects.in_workspace(workspace_id).filter(pk__in=wanted)
        campaigns = list(rows.select_for_update(of=("self",), no_key=True).order_by("pk"))
        if len(campaigns) != len(wanted):
            raise NotVisible
        stored = processes_of(workspace_id, wanted)
        if stale := [one for one in campaigns if stored.get(one.pk) != wanted[one.pk].was]:
            raise Conflict(
                gettext("Somebody gave these campaigns another process meanwhile. What is stored now is shown."),
                code="assignment_changed",
                campaigns=[str(one) for one in stale],
            )
        names = _names(workspace_id, stored.values())
        for campaign in campaigns:
            chosen = processes.get(wanted[campaign.pk].now)
            _write(campaign, chosen)
            record_audit(
                "campaign_process.changed",
                actor=by,
                workspace=workspace_id,
                obj=campaign,
                before={"booking_process": names.get(stored.get(campaign.pk))},
                after={"booking_process": chosen.name if chosen else None},
            )
    return len(campaigns)


def _locked_processes(workspace_id: UUID, ids: Collection[UUID]) -> Mapping[UUID | None, BookingProcess]:
    """None of them can be deleted or archived until the choices are written."""
    rows = BookingProcess.objects.in_workspace(workspace_id).filter(pk__in=ids)
    found: dict[UUID | None, BookingProcess] = {row.pk: row for row in rows.select_for_update().order_by("pk")}
    if len(found) != len(ids):
        raise BadInput(gettext("Choose one of the listed processes."), code="unknown_process", http_status=400)
    if archived := [row.name for row in found.values() if row.is_archived]:
        raise BadInput(
            gettext("{archived} is archived: use it again first.").format(archived=archived[0]), code="process_archived"
        )
    return found


def _names(workspace_id: UUID, ids: Collection[UUID]) -> Mapping[UUID | None, str]:
    return dict(BookingProcess.objects.in_workspace(workspace_id).filter(pk__in=ids).values_list("pk", "name"))


def _write(campaign: EmailCampaign, process: BookingProcess | None) -> None:
    if process is None:
        CampaignProcess.objects.in_workspace(campaign.workspace_id).filter(email_campaign=campaign).delete()
        return
    CampaignProcess.objects.update_or_create(
        email_campaign=campaign,
        defaults={"booking_process": process},
        create_defaults={"booking_process": process, "workspace_id": campaign.workspace_id},
    )
