"""Facts about leads that wait for a decision, and what the overseer understood."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from inbox.models import LeadMemoryEntry, MeetingOverseerDecision
from inbox.services.memory import GOVERN, approve_memory, reject_memory
from zrg.workspaces.access import can
from zrg.workspaces.admin.base import TenantModelAdmin
from zrg.workspaces.decorators import access_of


@admin.register(LeadMemoryEntry)
class LeadMemoryEntryAdmin(TenantModelAdmin):
    """Only what was approved and has not expired is used; super admins decide."""

    platform_only = True
    list_display = ("lead", "workspace", "category", "content", "status", "source", "confidence", "expires_at")
    list_filter = ("status", "source", "workspace")
    search_fields = ("=lead__email", "=category")
    list_select_related = ("workspace", "lead")
    ordering = ("-created_at",)
    actions = ("approve", "reject")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """All of them."""
        return [field.name for field in LeadMemoryEntry._meta.fields]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who governs memory."""
        return can(access_of(request), GOVERN)

    @admin.action(description="Approve: drafts may use it")
    def approve(self, request: HttpRequest, entries: QuerySet[LeadMemoryEntry]) -> None:
        """Let the entries be used."""
        ids = list(entries.values_list("pk", flat=True))
        for pk in ids:
            approve_memory(pk, by=request.user)  # type: ignore[arg-type]
        self.message_user(request, f"{len(ids)} approved.")

    @admin.action(description="Reject: forget it")
    def reject(self, request: HttpRequest, entries: QuerySet[LeadMemoryEntry]) -> None:
        """Forget the entries."""
        ids = list(entries.values_list("pk", flat=True))
        for pk in ids:
            reject_memory(pk, by=request.user)  # type: ignore[arg-type]
        self.message_user(request, f"{len(ids)} forgotten.")


@admin.register(MeetingOverseerDecision)
class MeetingOverseerDecisionAdmin(TenantModelAdmin):
    """What was understood of each reply, the newest first."""

    list_display = ("lead", "workspace", "stage", "confidence", "model", "created_at")
    list_filter = ("stage", "workspace")
    search_fields = ("=message__id",)
    list_select_related = ("workspace", "lead")
    ordering = ("-created_at",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """All of them."""
        return [field.name for field in MeetingOverseerDecision._meta.fields]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The message is named by its channel and time, never by its text."""
        return super().get_queryset(request).select_related("message").defer("message__body", "message__search_vector")
