"""Texts that replace the code's prompts and snippets, and their history."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from zrg.ai.admin.base import ReadOnlyAdmin
from zrg.ai.models import PromptOverride, PromptOverrideRevision, PromptSnippetOverride, PromptSnippetRevision
from zrg.ai.prompts import get_prompt
from zrg.ai.services.prompt_editing import (
    Place,
    reset_prompt,
    reset_snippet,
    restore_prompt_revision,
    restore_snippet_revision,
)
from zrg.ai.services.prompt_texts import resolve
from zrg.workspaces.decorators import access_of, person_of


class ScopedAdmin(ReadOnlyAdmin):
    """Rows of workspaces and, for platform people, of the platform. The services check the right of the scope."""

    @admin.display(description="scope", ordering="workspace")
    def scope(self, row: Any) -> str:
        """The workspace, or the platform."""
        return str(row.workspace) if row.workspace_id else "platform"


@admin.register(PromptOverride)
class PromptOverrideAdmin(ScopedAdmin):
    """Overrides in force; one that drifted waits, because the code's text changed."""

    list_display = ("prompt_key", "scope", "role", "index", "use", "updated_by", "updated_at")
    list_filter = ("prompt_key", "workspace")
    ordering = ("prompt_key", "role", "index", "workspace")
    list_select_related = ("workspace", "updated_by")
    actions = ("reset",)

    @admin.display(description="use")
    def use(self, row: PromptOverride) -> str:
        """Whether it is used, or waits because the code's text changed."""
        try:
            get_prompt(row.prompt_key)
        except KeyError:
            return "its prompt is gone"
        return "drifted: the code changed" if resolve(row.prompt_key, [row]).drift else "in use"

    @admin.action(description="Reset to the text below", permissions=["operate"])
    def reset(self, request: HttpRequest, rows: "QuerySet[PromptOverride]") -> None:
        """Remove the override; a revision keeps it."""

        def remove(row: PromptOverride) -> None:
            place = Place(key=row.prompt_key, role=row.role, index=row.index)
            reset_prompt(
                row.prompt_key,
                workspace_id=row.workspace_id,
                access=access_of(request),
                by=person_of(request),
                place=place,
                note="admin",
            )

        self.act(request, rows, remove)


@admin.register(PromptOverrideRevision)
class PromptOverrideRevisionAdmin(ScopedAdmin):
    """Every change of a prompt's text, kept for ever."""

    list_display = ("created_at", "scope", "prompt_key", "role", "index", "action", "author", "note")
    list_filter = ("action", "prompt_key", "workspace")
    list_select_related = ("workspace", "author")
    actions = ("restore",)

    @admin.action(description="Restore the text after this change", permissions=["operate"])
    def restore(self, request: HttpRequest, rows: "QuerySet[PromptOverrideRevision]") -> None:
        """Today's checks apply."""
        self.act(
            request, rows, lambda row: restore_prompt_revision(row.pk, access=access_of(request), by=person_of(request))
        )


@admin.register(PromptSnippetOverride)
class PromptSnippetOverrideAdmin(ScopedAdmin):
    """Small texts and numbers that replace the code's."""

    list_display = ("snippet_key", "scope", "updated_by", "updated_at")
    list_filter = ("snippet_key", "workspace")
    ordering = ("snippet_key", "workspace")
    list_select_related = ("workspace", "updated_by")
    actions = ("reset",)

    @admin.action(description="Reset to the text below", permissions=["operate"])
    def reset(self, request: HttpRequest, rows: "QuerySet[PromptSnippetOverride]") -> None:
        """Remove the override; a revision keeps it."""
        self.act(
            request,
            rows,
            lambda row: reset_snippet(
                row.snippet_key,
                workspace_id=row.workspace_id,
                access=access_of(request),
                by=person_of(request),
                note="admin",
            ),
        )


@admin.register(PromptSnippetRevision)
class PromptSnippetRevisionAdmin(ScopedAdmin):
    """Every change of a snippet, kept for ever."""

    list_display = ("created_at", "scope", "snippet_key", "action", "author", "note")
    list_filter = ("action", "snippet_key", "workspace")
    list_select_related = ("workspace", "author")
    actions = ("restore",)

    @admin.action(description="Restore the content after this change", permissions=["operate"])
    def restore(self, request: HttpRequest, rows: "QuerySet[PromptSnippetRevision]") -> None:
        """Today's checks apply."""
        self.act(
            request,
            rows,
            lambda row: restore_snippet_revision(row.pk, access=access_of(request), by=person_of(request)),
        )
