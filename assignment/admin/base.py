"""What the rows of routing share in the admin."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from assignment.enums import RoutingCode
from zrg.lib.errors import ZrgError
from zrg.workspaces.access import require
from zrg.workspaces.admin.base import TenantModelAdmin
from zrg.workspaces.decorators import access_of
from zrg.workspaces.enums import Permission
from zrg.workspaces.models import Workspace

MANAGE = Permission.MANAGE_INTEGRATIONS.value


class RoutingAdmin(TenantModelAdmin):
    """Rows of routing; people with integrations in a workspace see its own."""

    view_permission = MANAGE

    def act(
        self, request: HttpRequest, rows: QuerySet[Any], work: Callable[[Any], Any], done: str, *, action: str = ""
    ) -> None:
        """Do `work` to each row where this person may do `action`, and say how many; refusals in their words."""
        count, access = 0, access_of(request)
        for row in rows:
            try:
                if action:
                    require(access, action, self.workspace_of(row))
                count += work(row) is not False
            except ZrgError as error:
                messages.error(request, f"{row}: {error}")
        messages.info(request, f"{count} {done}.")


class TwoSidedAdmin(RoutingAdmin):
    """Rows between two workspaces."""

    source_column = "source_workspace_id"
    # A join would drop rows whose other side this person does not see.
    list_select_related = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With the names of both sides, as far as this person may see them."""
        names = Workspace.objects.values("name")
        return (
            super()
            .get_queryset(request)
            .annotate(
                source_name=Subquery(names.filter(pk=OuterRef(self.source_column))),
                destination_name=Subquery(names.filter(pk=OuterRef("destination_workspace_id"))),
            )
        )

    @admin.display(description="Source")
    def source(self, row: Any) -> str:
        """Its name, or its id."""
        return row.source_name or str(getattr(row, self.source_column))

    @admin.display(description="Destination")
    def destination(self, row: Any) -> str:
        """Its name, or its id; a dash without one."""
        return row.destination_name or str(row.destination_workspace_id or "–")

    def limit(self, rows: QuerySet[Any], workspace_ids: set[UUID]) -> QuerySet[Any]:
        """Either side may look."""
        return rows.filter(
            Q(**{f"{self.source_column}__in": workspace_ids}) | Q(destination_workspace_id__in=workspace_ids)
        )

    def workspace_of(self, obj: Any) -> UUID | None:
        """The source."""
        found: UUID | None = getattr(obj, self.source_column, None)
        return found


def lead_link(lead_id: UUID) -> str:
    """A lead by the start of its id, leading to its rows of the log."""
    url = reverse("admin:assignment_routinglog_changelist")
    return format_html('<a href="{}?q={}&amp;age=all">{}</a>', url, lead_id, str(lead_id)[:8])


def code_in_words(code: str | None) -> str:
    """Why, as people read it; a code nobody knows as it is."""
    return str(dict(RoutingCode.choices).get(code or "", code or "–"))
