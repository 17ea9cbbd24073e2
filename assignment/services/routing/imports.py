"""Where the leads of an import went: counted from the leads and the log, so that late retries are included."""

from collections import Counter
from typing import Any

from django.db.models import Count, Q

from assignment.models import RoutingLog
from leads.models import Lead, LeadImportJob


def import_routing(job: LeadImportJob) -> dict[str, Any]:
    """`{"byDestination", "kept", "duplicate", "waiting", "failed"}` of one import.

    A lead that moved is detached from its import; the log of the move remembers it.
    """
    moved = (
        RoutingLog.objects.in_workspace(job.workspace_id)
        .filter(
            source_workspace_id=job.workspace_id,
            routing_result="success",
            created_at__gte=job.created_at,
            metadata__detached__import_job=str(job.pk),
        )
        .values_list("destination_workspace_id")
        .annotate(n=Count("pk"))
    )
    here = Counter(
        dict(
            Lead.objects.in_workspace(job.workspace_id)
            .filter(import_job=job)
            .values_list("routing_status")
            .annotate(n=Count("pk"))
        )
    )
    duplicates = (
        Lead.objects.in_workspace(job.workspace_id)
        .filter(Q(import_job=job), routing_status="routed", duplicate_of_lead_id__isnull=False)
        .count()
    )
    return {
        "byDestination": {str(destination): count for destination, count in moved},
        "kept": here["routed"] - duplicates,
        "duplicate": duplicates,
        "waiting": here["pending"] + here["routing"],
        "failed": here["failed"] + here["expired"],
    }
