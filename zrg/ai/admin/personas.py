"""Voices."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from zrg.ai.models import Persona
from zrg.ai.services.personas import set_default_persona
from zrg.lib.errors import ZrgError
from zrg.workspaces.admin import TenantModelAdmin
from zrg.workspaces.decorators import person_of
from zrg.workspaces.enums import Permission


@admin.register(Persona)
class PersonaAdmin(TenantModelAdmin):
    """Who seems to write; one default per workspace, changed by the action."""

    view_permission = Permission.VIEW_SETTINGS.value
    manage_permission = Permission.MANAGE_AI.value
    platform_manages = True
    allow_add = True
    list_display = ("name", "workspace", "is_default", "persona_name", "tone", "archived_at")
    list_filter = ("is_default", "tone")
    search_fields = ("name",)
    readonly_fields = ("is_default", "created_by", "created_at", "updated_at", "archived_at")
    actions = ("make_default",)

    @admin.action(description="Make default", permissions=["change"])
    def make_default(self, request: HttpRequest, rows: "QuerySet[Persona]") -> None:
        """The chosen persona writes where a campaign names none."""
        if rows.count() != 1:
            messages.error(request, "Choose one persona.")
            return
        persona = rows.get()
        if not self.has_change_permission(request, persona):
            messages.error(request, "You may not change this workspace.")
            return
        try:
            set_default_persona(persona, by=person_of(request))
        except ZrgError as error:
            messages.error(request, str(error))
            return
        messages.success(request, f"{persona.name} is the default.")
