"""Drafts by state, with what became of each."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import action

from inbox.enums import ApprovalSource
from inbox.models import Draft, DraftEvent
from inbox.rules.draft_history import event_figures, event_reason, event_words
from inbox.rules.sentences import closed_sentence
from inbox.services.approving import reject_draft
from inbox.services.draft_story import headline
from inbox.services.drafting.explaining import explain_draft
from zrg.workspaces.access import can, require_anywhere
from zrg.workspaces.admin.base import ReadOnlyInline, TenantModelAdmin
from zrg.workspaces.decorators import access_of
from zrg.workspaces.enums import Permission
from zrg.workspaces.navigation import app_link
from zrg.workspaces.services.audit import record_audit


class EventInline(ReadOnlyInline):
    """The history of a draft."""

    model = DraftEvent
    fields = ("at", "kind", "reason", "source", "actor", "detail")
    readonly_fields = fields
    ordering = ("at",)
    show_change_link = False


class ReviewFilter(admin.SimpleListFilter):
    """Drafts that wait for a person's eye; a computed column has no choices to offer but those of its rows."""

    title = "is review"
    parameter_name = "is_review"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Both."""
        return [("True", "Yes"), ("False", "No")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Draft]) -> QuerySet[Draft]:
        """Drafts of that kind."""
        return queryset.filter(is_review=self.value() == "True") if self.value() else queryset


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
        "decision",
        "confidence",
        "auto_send_outcome",
        "auto_send_run_at",
        "generation_path",
        "response_disposition",
        "version",
        "created_at",
    )
    list_filter = (
        "status",
        ReviewFilter,
        "auto_send_action",
        "auto_send_outcome",
        "auto_send_mode",
        "approval_source",
        "channel",
        "generation_path",
        "response_disposition",
        "origin",
        "workspace",
    )
    fieldsets = (
        (None, {"fields": ("links", "workspace", "lead", "channel", "status", "closed_reason", "created_at")}),
        ("Text", {"fields": ("subject", "content", "ai_content", "version", "edited_by_person")}),
        (
            "Decision",
            {
                "fields": (
                    "decision",
                    "auto_send_mode",
                    "auto_send_action",
                    "auto_send_reason_code",
                    "auto_send_confidence",
                    "auto_send_threshold",
                    "auto_send_reason",
                    "auto_send_evaluated_at",
                    "evaluated_version",
                    "auto_send_run_at",
                    "auto_send_outcome",
                    "auto_send_outcome_reason",
                )
            },
        ),
        (
            "Revision",
            {
                "fields": (
                    "auto_send_revision_attempted_at",
                    "auto_send_original_confidence",
                    "auto_send_revision_confidence",
                    "auto_send_revision_applied",
                    "auto_send_revision_selector_used",
                )
            },
        ),
        (
            "Who decided",
            {
                "fields": (
                    "approval_source",
                    "approved_by",
                    "approved_by_slack_user_id",
                    "approved_at",
                    "rejected_by",
                    "rejected_at",
                    "reject_reason",
                    "response_disposition",
                    "auto_send_slack_notified",
                )
            },
        ),
        (
            "How it was written",
            {
                "fields": (
                    "origin",
                    "trigger_message",
                    "context_message",
                    "persona",
                    "generation_path",
                    "archetype_id",
                    "verified",
                    "quality_flags",
                    "offer_set",
                    "generation_meta",
                ),
                "classes": ("collapse",),
            },
        ),
    )
    search_fields = ("=id", "=lead__email")
    one_order = True
    list_select_related = ("workspace", "lead")
    ordering = ("-created_at",)
    inlines = (EventInline,)
    actions = ("reject",)
    actions_detail = ("open_explanation",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """All of them."""
        return [*(field.name for field in Draft._meta.fields), "decision", "links"]

    @admin.display(description="Decision")
    def decision(self, draft: Draft) -> str:
        """Why it was or was not sent, in a sentence."""
        return headline(draft) if draft.auto_send_action or draft.auto_send_reason_code else ""

    @admin.display(description="Confidence", ordering="auto_send_confidence")
    def confidence(self, draft: Draft) -> str:
        """What was measured, of what was needed."""
        return event_figures({"confidence": draft.auto_send_confidence, "threshold": draft.auto_send_threshold})

    @admin.display(description="See also")
    def links(self, draft: Draft) -> SafeString:
        """The conversation, and what the pipeline did with the reply."""
        conversation = app_link(draft.workspace_id, draft.lead_id, draft.pk)
        stages = f"{reverse('admin:inbox_inboundstagerun_changelist')}?q={draft.trigger_message_id or ''}"
        return format_html(
            '<a href="{}">Conversation</a> · <a href="{}">Pipeline of the reply</a>', conversation, stages
        )

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


@admin.register(DraftEvent)
class DraftEventAdmin(TenantModelAdmin):
    """Everything that happened to drafts, the newest first; codes and numbers only."""

    view_permission = Permission.MANAGE_SETTINGS.value
    list_display = ("at", "what", "why", "draft", "source", "actor", "workspace")
    list_filter = ("kind", "source", "workspace")
    search_fields = ("=draft__id",)
    one_order = True
    list_select_related = ("workspace", "draft", "actor")
    ordering = ("-at",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """All of them."""
        return [field.name for field in DraftEvent._meta.fields]

    @admin.display(description="What", ordering="kind")
    def what(self, event: DraftEvent) -> str:
        """In words."""
        return event_words(event.kind)

    @admin.display(description="Why", ordering="reason")
    def why(self, event: DraftEvent) -> str:
        """In a sentence, with the figures."""
        figures = event_figures(event.detail)
        return " ".join(part for part in (figures, event_reason(event.reason, event.detail)) if part)
