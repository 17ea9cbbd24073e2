"""What a workspace knows: files, pages and texts that drafts may take facts from (05 R15, R28)."""

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models.functions import Lower

from zrg.ai.enums import ContextMode, KnowledgeState, KnowledgeType
from zrg.ai.querysets import KnowledgeAssetQuerySet, KnowledgeAssetRevisionQuerySet
from zrg.workspaces.models.base import TimestampedModel, UUIDModel

MAX_RAW_CHARS = 180_000
MAX_NOTES_CHARS = 40_000
WEBSITE_NAME = "Primary: Website URL"
"""Reserved name: this row holds the workspace's website and is never part of the knowledge text."""


class KnowledgeAsset(UUIDModel, TimestampedModel):
    """One source. `raw_content` is what was read from it, `text_content` the notes a model or a person made of it.

    A failed reading keeps both. `content_hash` names the source bytes the notes were made of.
    """

    workspace = models.ForeignKey("workspaces.Workspace", on_delete=models.CASCADE, related_name="knowledge")
    name = models.CharField(max_length=160)
    type = models.CharField(max_length=8, choices=KnowledgeType)
    file = models.FileField(upload_to="knowledge/%Y/%m/", null=True, blank=True)
    file_url = models.CharField(max_length=2000, blank=True, default="", help_text="The page of a URL source.")
    original_file_name = models.CharField(max_length=255, blank=True, default="")
    mime_type = models.CharField(max_length=100, blank=True, default="")
    raw_content = models.TextField(blank=True, default="", validators=[MaxLengthValidator(MAX_RAW_CHARS)])
    text_content = models.TextField(
        blank=True, default="", validators=[MaxLengthValidator(MAX_NOTES_CHARS)], verbose_name="notes"
    )
    ai_context_mode = models.CharField(
        max_length=8,
        choices=ContextMode,
        default=ContextMode.NOTES,
        help_text="What drafts read: the notes, or the source itself.",
    )
    position = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=8, choices=KnowledgeState, default=KnowledgeState.PENDING)
    error = models.CharField(max_length=300, blank=True, default="")
    content_hash = models.CharField(max_length=64, blank=True, default="")
    fetched_at = models.DateTimeField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = KnowledgeAssetQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint("workspace", Lower("name"), name="knowledge_name_unique")]
        indexes = [
            # what drafts read: newest first
            models.Index(
                fields=["workspace", "-updated_at"],
                name="knowledge_newest",
                condition=models.Q(archived_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_website(self) -> bool:
        """Whether this is the reserved row of the website."""
        return self.name.lower() == WEBSITE_NAME.lower()


class KnowledgeAssetRevision(UUIDModel):
    """What an asset held before a change; the last 20 per asset are kept."""

    workspace = models.ForeignKey("workspaces.Workspace", on_delete=models.CASCADE, related_name="+")
    asset = models.ForeignKey(KnowledgeAsset, on_delete=models.CASCADE, related_name="revisions")
    raw_content = models.TextField(blank=True, default="")
    text_content = models.TextField(blank=True, default="", verbose_name="notes")
    ai_context_mode = models.CharField(max_length=8, choices=ContextMode)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = KnowledgeAssetRevisionQuerySet.as_manager()

    class Meta:
        indexes = [
            # history of an asset, newest first
            models.Index(fields=["asset", "-created_at"], name="knowledge_revision_newest"),
            models.Index(fields=["workspace"], name="knowledge_revision_ws"),
        ]

    def __str__(self) -> str:
        return f"{self.asset_id} {self.created_at:%Y-%m-%d %H:%M}"
