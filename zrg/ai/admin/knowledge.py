"""What workspaces know, what was learned, and thresholds."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from zrg.ai.admin.base import ReadOnlyAdmin
from zrg.ai.models import ConfidencePolicy, ConfidencePolicyRevision, Guidance, KnowledgeAsset, KnowledgeAssetRevision
from zrg.ai.services.knowledge import archive_asset, reprocess_asset, restore_asset_revision, unarchive_asset
from zrg.workspaces.admin.base import ReadOnlyInline
from zrg.workspaces.decorators import person_of


class RevisionInline(ReadOnlyInline):
    """When it was changed, and by whom."""

    model = KnowledgeAssetRevision
    fields = ("created_at", "author", "ai_context_mode")
    readonly_fields = fields
    ordering = ("-created_at",)


@admin.register(KnowledgeAsset)
class KnowledgeAssetAdmin(ReadOnlyAdmin):
    """Sources and their state; a failed one says why. People keep them in the settings of the workspace."""

    list_display = ("name", "workspace", "type", "state", "error", "ai_context_mode", "fetched_at", "archived_at")
    list_filter = ("state", "type", "workspace")
    search_fields = ("name",)
    ordering = ("workspace", "position", "name")
    inlines = (RevisionInline,)
    actions = ("read_again", "archive", "unarchive")

    @admin.action(description="Read again", permissions=["operate"])
    def read_again(self, request: HttpRequest, rows: "QuerySet[KnowledgeAsset]") -> None:
        """Fetch or read the source anew and make notes."""
        self.act(request, rows, lambda row: reprocess_asset(row, by=person_of(request)))

    @admin.action(description="Archive", permissions=["operate"])
    def archive(self, request: HttpRequest, rows: "QuerySet[KnowledgeAsset]") -> None:
        """Drafts read it no more."""
        self.act(request, rows, lambda row: archive_asset(row, by=person_of(request)))

    @admin.action(description="Bring back from the archive", permissions=["operate"])
    def unarchive(self, request: HttpRequest, rows: "QuerySet[KnowledgeAsset]") -> None:
        """Drafts read it again."""
        self.act(request, rows, lambda row: unarchive_asset(row, by=person_of(request)))


@admin.register(KnowledgeAssetRevision)
class KnowledgeAssetRevisionAdmin(ReadOnlyAdmin):
    """Earlier contents; the last 20 of each source."""

    list_display = ("created_at", "workspace", "asset", "ai_context_mode", "author")
    list_filter = ("workspace",)
    list_select_related = ("workspace", "asset", "author")
    actions = ("restore",)

    @admin.action(description="Restore", permissions=["operate"])
    def restore(self, request: HttpRequest, rows: "QuerySet[KnowledgeAssetRevision]") -> None:
        """Make the source what it was; what it is now becomes a revision."""
        self.act(request, rows, lambda row: restore_asset_revision(row, by=person_of(request)))


@admin.register(Guidance)
class GuidanceAdmin(ReadOnlyAdmin):
    """Pieces the analysis wrote; 30 days old they are no longer read."""

    list_display = ("created_at", "workspace", "kind", "email_campaign_id", "piece")
    list_filter = ("kind", "workspace")


class PolicyRevisionInline(ReadOnlyInline):
    """What the thresholds were."""

    model = ConfidencePolicyRevision
    fields = ("created_at", "author", "reason", "old_config", "new_config")
    readonly_fields = fields
    ordering = ("-created_at",)


@admin.register(ConfidencePolicy)
class ConfidencePolicyAdmin(ReadOnlyAdmin):
    """Thresholds a workspace decides by; without a row the defaults hold."""

    list_display = ("policy_key", "workspace", "config", "updated_by", "updated_at")
    list_filter = ("policy_key", "workspace")
    list_select_related = ("workspace", "updated_by")
    ordering = ("workspace", "policy_key")
    inlines = (PolicyRevisionInline,)
