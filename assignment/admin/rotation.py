"""The ledger of assignments, and how fair the rotation is."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelectWidget

from assignment.models import LeadAssignmentEvent
from assignment.services.fairness import PERIODS, late_leads, read_fairness
from zrg.jobs.admin.support import as_uuid
from zrg.workspaces.admin import TenantModelAdmin
from zrg.workspaces.admin.base import workspaces_with
from zrg.workspaces.decorators import access_of
from zrg.workspaces.enums import Permission
from zrg.workspaces.models import User, Workspace

SHOWN_LATE = 50
SHOWN_SETTERS = 200


class SetterFilter(admin.SimpleListFilter):
    """Who received the lead: people of the workspaces; asking the rows would read all of them."""

    title = "assigned to"
    parameter_name = "setter"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Members this person may see."""
        allowed = workspaces_with(access_of(request), Permission.MANAGE_INTEGRATIONS.value)
        people = User.objects.filter(memberships__workspace_id__in=allowed).distinct().order_by("email")
        return [(str(pk), email) for pk, email in people.values_list("pk", "email")[:SHOWN_SETTERS]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """What they received."""
        chosen = as_uuid(self.value() or "")
        return queryset.filter(assigned_to_id=chosen) if chosen else queryset


@admin.register(LeadAssignmentEvent)
class LeadAssignmentEventAdmin(TenantModelAdmin):
    """Who got which lead, when and why. Nothing is changed here."""

    view_permission = Permission.MANAGE_INTEGRATIONS.value
    list_display = (
        "created_at",
        "workspace",
        "lead",
        "assigned_to",
        "previous_assigned_to",
        "source",
        "channel",
        "pointer_after",
        "base_length",
    )
    list_filter = (
        "source",
        "channel",
        SetterFilter,
        "workspace",
        "created_at",
    )
    list_select_related = ("workspace", "lead", "assigned_to", "previous_assigned_to")
    search_fields = ("=lead__id",)
    raw_id_fields = ("lead", "assigned_to", "previous_assigned_to", "assigned_by")
    ordering = ("-created_at",)
    actions_list = ("open_fairness",)

    def get_urls(self) -> list[Any]:
        """The fairness page."""
        fairness = path("fairness/", self.admin_site.admin_view(self.fairness), name="assignment_fairness")
        return [fairness, *super().get_urls()]

    @action(description="Fairness", url_path="open-fairness")
    def open_fairness(self, request: HttpRequest) -> HttpResponse:
        """To the shares of a workspace."""
        return redirect("admin:assignment_fairness")

    def fairness(self, request: HttpRequest) -> HttpResponse:
        """Actual against configured shares of a workspace, and who waits too long."""
        allowed = workspaces_with(access_of(request), self.view_permission)
        workspaces = Workspace.objects.filter(pk__in=allowed).in_selector_order()
        form = FairnessForm(request.GET or None, workspaces=workspaces)
        workspace = form.cleaned_data["workspace"] if form.is_bound and form.is_valid() else None
        late = late_leads().filter(workspace_id__in=[workspace.pk] if workspace else allowed)
        context = {
            **self.admin_site.each_context(request),
            "title": "Fairness of the rotation",
            "form": form,
            "workspace": workspace,
            "periods": [read_fairness(workspace.pk, days) for days in PERIODS] if workspace else [],
            "late": late.select_related("workspace").defer("search_vector").order_by("-last_inbound_at")[:SHOWN_LATE],
            "opts": self.opts,
        }
        return render(request, "assignment/admin/fairness.html", context)


class FairnessForm(forms.Form):
    """A workspace."""

    workspace = forms.ModelChoiceField(queryset=Workspace.objects.none(), widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, workspaces: QuerySet[Workspace], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["workspace"].queryset = workspaces  # type: ignore[attr-defined]
