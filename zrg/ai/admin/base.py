"""What the admin pages of the model floor share."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest

from zrg.lib.errors import ZrgError
from zrg.workspaces.admin import TenantModelAdmin
from zrg.workspaces.admin.base import workspaces_with
from zrg.workspaces.decorators import access_of
from zrg.workspaces.enums import Permission

MANAGE = Permission.MANAGE_AI.value


class ReadOnlyAdmin(TenantModelAdmin):
    """Rows to look at; actions call services, for those who manage AI in the row's workspace."""

    view_permission = MANAGE
    ordering: Any = ("-created_at",)

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Whether the person may act on some row."""
        access = access_of(request)
        return bool(access.platform) or bool(workspaces_with(access, MANAGE, writable=True))

    def operable(self, request: HttpRequest, rows: "QuerySet[Any]") -> "QuerySet[Any]":
        """Those of the chosen rows the person may act upon."""
        access = access_of(request)
        return rows if access.platform else rows.filter(workspace_id__in=workspaces_with(access, MANAGE, writable=True))

    def act(self, request: HttpRequest, rows: "QuerySet[Any]", service: Any) -> None:
        """`service(row)` for each; says how many worked and why others did not."""
        done = 0
        for row in self.operable(request, rows):
            try:
                service(row)
            except ZrgError as error:
                messages.error(request, f"{row}: {error}")
            else:
                done += 1
        messages.success(request, f"{done} done.")
