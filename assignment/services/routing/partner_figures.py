"""What lists of agreements show beside their columns."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, DateField, DateTimeField, Func, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Cast, Coalesce, Now, TruncMonth
from django.utils import timezone

from assignment.models import LeadAttribution, RoutingCounter
from zrg.workspaces.models import WorkspaceSettings

RATE_DAYS = 30


def with_figures(rows: QuerySet[Any]) -> QuerySet[Any]:
    """`used_today` and `used_month` (deliveries by the destination's days, where a cap counts them), `delivered` and
    `returned` (of the last 30 days).
    """
    # Caps begin anew at the destination's midnight.
    settings = WorkspaceSettings.objects.filter(workspace_id=OuterRef("destination_workspace_id"))
    zone = Coalesce(Subquery(settings.values("timezone")), Value("UTC"))
    clock = Func(zone, Now(), function="timezone", output_field=DateTimeField())
    month = RoutingCounter.objects.filter(
        scope="partner", scope_id=OuterRef("pk"), day__gte=OuterRef("month_start"), day__lte=OuterRef("today")
    ).values("scope_id")
    delivered = (
        LeadAttribution.objects.delivered()
        .filter(
            source_workspace_id=OuterRef("workspace_id"),
            destination_workspace_id=OuterRef("destination_workspace_id"),
            created_at__gte=timezone.now() - timedelta(days=RATE_DAYS),
        )
        .values("source_workspace_id")
    )
    return (
        rows.annotate(today=Cast(clock, DateField()))
        .annotate(month_start=TruncMonth("today"))
        .annotate(
            used_today=Subquery(month.filter(day=OuterRef("today")).annotate(n=Sum("count")).values("n")),
            used_month=Subquery(month.annotate(n=Sum("count")).values("n")),
            delivered=Subquery(delivered.annotate(n=Count("pk")).values("n")),
            returned=Subquery(delivered.filter(status="returned").annotate(n=Count("pk")).values("n")),
        )
    )
