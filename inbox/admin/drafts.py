"""Drafts by state, with what became of each."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from unfold.decorators import action

from inbox.enums import ApprovalSource
from inbox.models import Draft, DraftEvent
from inbox.rules.sentences import closed_sentence
from inbox.services.approving import reject_draft
from inbox.services.drafting.explaining import explain_draft
from zrg.workspaces.access import can, require_anywhere
from zrg.workspaces.admin.base import ReadOnlyInline, TenantModelAdmin
from zrg.workspaces.decorators import access_of
from zrg.workspaces.enums import Permission
from zrg.workspaces.services.audit import record_audit


class EventInline(ReadOnlyInline):
    """The history of a draft."""

    model = DraftEvent
    fields = ("at", "kind", "reason", "source", "actor", "detail")
    readonly_fields = fields
    ordering = ("at",)
    show_change_link = False


@admin.register(Draft)
class DraftAdmin(TenantModelAdmin):
    """One draft per row; texts are edited and approved in the inbox, where the thread is in sight."""

    view_permission = Permission.MANAGE_SETTINGS.value
    list_display = (
        "lead",
        "workspace",
        "channel",
        "status",
        "outcome",
        "generation_path",
        "response_disposition",
        "is_review",
        "auto_send_confidence",
        "version",
        "created_at",
    )
    list_filter = (
        "status",
        "channel",
        "is_review",
        "generation_path",
        "response_disposition",
        "origin",
        ("workspace", admin.RelatedOnlyFieldListFilter),
    )
    search_fields = ("=id", "=lead__email")
    list_select_related = ("workspace", "lead")
    ordering = ("-created_at",)
    inlines = (EventInline,)
    actions = ("reject",)
    actions_detail = ("open_explanation",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """All of them."""
        return [field.name for field in Draft._meta.fields]

    def get_urls(self) -> list[Any]:
        """The page that explains a draft."""
        explain = path("<uuid:draft_id>/explain/", self.admin_site.admin_view(self.explain), name="inbox_draft_explain")
        return [explain, *super().get_urls()]

    def explain(self, request: HttpRequest, draft_id: UUID) -> HttpResponse:
        """The draft's context, rebuilt and not kept; super admins only, it shows the conversation."""
        require_anywhere(access_of(request), "ai_interaction.inspect")
        draft = get_object_or_404(self.get_queryset(request).select_related("context_message"), pk=draft_id)
        record_audit("draft.explained", actor=request.user, workspace=draft.workspace_id, obj=draft)  # type: ignore[arg-type]
        context = {
            **self.admin_site.each_context(request),
            "title": "Explain this draft",
            "draft": draft,
            "found": explain_draft(draft),
            "opts": self.opts,
        }
        return render(request, "inbox/explain.html", context)

    @action(description="Explain", url_path="explain-draft")
    def open_explanation(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """To the page that shows what the writer was told."""
        return redirect("admin:inbox_draft_explain", object_id)

    @admin.display(description="What became of it")
    def outcome(self, draft: Draft) -> str:
        """In words, "" while it waits."""
        return "" if draft.status == "pending" else closed_sentence(draft.status, draft.closed_reason)

    @admin.action(description="Reject")
    def reject(self, request: HttpRequest, drafts: QuerySet[Draft]) -> None:
        """Reject pending drafts; decided ones stay as they are."""
        access = access_of(request)
        rejected = refused = decided = 0
        for draft in drafts.select_related("lead"):
            if not can(access, "draft.reject", draft.workspace_id, draft.lead):
                refused += 1
                continue
            decision = reject_draft(draft.pk, by=request.user, source=ApprovalSource.API)  # type: ignore[arg-type]
            rejected += decision.state == "rejected"
            decided += decision.state == "already_decided"
        self.message_user(request, f"{rejected} rejected, {decided} decided before, {refused} not allowed.")
