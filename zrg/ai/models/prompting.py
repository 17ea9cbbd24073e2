"""Prompt texts and snippets that replace the code's, for a workspace or for the platform (05 R21).

A row without a workspace belongs to the platform: everybody's work reads it, only super admins write it.
Revisions have no foreign key to what they changed: a reset removes the row, its history stays.
"""

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models

from zrg.ai.enums import PromptRole, RevisionAction
from zrg.ai.querysets import OverrideQuerySet
from zrg.workspaces.models.base import TimestampedModel, UUIDModel
from zrg.workspaces.rls import RowSecurity

MAX_PROMPT_CHARS = 40_000
MAX_SNIPPET_CHARS = 20_000
PLATFORM_READABLE = RowSecurity(unowned_reads=True)


class _Scoped(UUIDModel):
    """A row of a workspace, or of the platform."""

    workspace = models.ForeignKey(
        "workspaces.Workspace", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )

    objects = OverrideQuerySet.as_manager()
    row_security = PLATFORM_READABLE

    class Meta:
        abstract = True


class PromptOverride(_Scoped, TimestampedModel):
    """Replaces one message of a prompt while the code's text is the one it was written for.

    `index` is the message's place in the prompt, from 0. `base_content_hash`: first 16 hex digits of the
    SHA-256 of that code text, with LF line ends.
    """

    prompt_key = models.CharField(max_length=80)
    role = models.CharField(max_length=9, choices=PromptRole)
    index = models.PositiveSmallIntegerField()
    base_content_hash = models.CharField(max_length=16)
    content = models.TextField(validators=[MaxLengthValidator(MAX_PROMPT_CHARS)])
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "prompt_key", "role", "index"], name="promptoverride_unique", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prompt_key} {self.role} {self.index}"


class PromptOverrideRevision(_Scoped):
    """One change of an override; kept for ever. `new_content` is null after a reset."""

    prompt_key = models.CharField(max_length=80)
    role = models.CharField(max_length=9, choices=PromptRole)
    index = models.PositiveSmallIntegerField()
    old_content = models.TextField(null=True, blank=True)
    new_content = models.TextField(null=True, blank=True)
    action = models.CharField(max_length=8, choices=RevisionAction)
    note = models.CharField(max_length=200, blank=True, default="", help_text="Why, or the proposal it came from.")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            # history of a prompt in one scope, newest first
            models.Index(fields=["workspace", "prompt_key", "-created_at"], name="promptrevision_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.prompt_key} {self.action} {self.created_at:%Y-%m-%d %H:%M}"


class PromptSnippetOverride(_Scoped, TimestampedModel):
    """Replaces a small text or number that prompts use."""

    snippet_key = models.CharField(max_length=80)
    content = models.TextField(validators=[MaxLengthValidator(MAX_SNIPPET_CHARS)])
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "snippet_key"], name="snippet_unique", nulls_distinct=False),
        ]

    def __str__(self) -> str:
        return self.snippet_key


class PromptSnippetRevision(_Scoped):
    """One change of a snippet; kept for ever."""

    snippet_key = models.CharField(max_length=80)
    old_content = models.TextField(null=True, blank=True)
    new_content = models.TextField(null=True, blank=True)
    action = models.CharField(max_length=8, choices=RevisionAction)
    note = models.CharField(max_length=200, blank=True, default="", help_text="Why, or the proposal it came from.")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "snippet_key", "-created_at"], name="snippetrevision_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.snippet_key} {self.action} {self.created_at:%Y-%m-%d %H:%M}"
