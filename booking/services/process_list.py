"""Booking processes as the settings list them."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from uuid import UUID

from booking.models import BookingProcess, BookingStage, CampaignProcess


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessRow:
    """One process: its stages in order, and how many campaigns follow it."""

    process: BookingProcess
    stages: list[BookingStage]
    campaigns: int


def list_processes(workspace_id: UUID) -> list[ProcessRow]:
    """All processes by name, archived ones too; three queries."""
    stages: dict[UUID, list[BookingStage]] = defaultdict(list)
    for stage in BookingStage.objects.in_workspace(workspace_id).order_by("stage_number"):
        stages[stage.booking_process_id].append(stage)
    followed = Counter(CampaignProcess.objects.in_workspace(workspace_id).values_list("booking_process_id", flat=True))
    return [
        ProcessRow(process=process, stages=stages[process.pk], campaigns=followed[process.pk])
        for process in BookingProcess.objects.in_workspace(workspace_id).by_name()
    ]
