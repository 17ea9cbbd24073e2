"""Leads: state, flags, why a lead is in which tab, and the acts of people on it."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.forms import ActionForm
from unfold.widgets import UnfoldAdminTextInputWidget

from leads.enums import BlacklistReason, LeadStatus, Tab
from leads.models import Lead, LeadIdentityConflict, SharedPhone
from leads.rules.search import SearchKind, read_search
from leads.rules.tabs import explain_tabs, tabs_of
from leads.services.rollups import recompute_rollups
from leads.services.status import blacklist_lead, clear_blacklist
from zrg.workspaces.access import can
from zrg.workspaces.admin.base import ReadOnlyInline, TenantModelAdmin
from zrg.workspaces.decorators import access_of
from zrg.workspaces.enums import Permission


class NoteForm(ActionForm):
    """Lifting a stop needs a reason in words."""

    note = forms.CharField(
        required=False, max_length=500, widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "Note, why"})
    )


class TabFilter(admin.SimpleListFilter):
    """The same tabs as in the inbox."""

    title = "tab"
    parameter_name = "tab"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, str]]:
        """All tabs but the one that shows everything."""
        return [(tab.value, tab.label) for tab in Tab if tab != Tab.ALL]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Lead]) -> QuerySet[Lead]:
        """Leads of the chosen tab now."""
        value = self.value()
        return queryset.in_tab(value, timezone.now()) if value in Tab.values else queryset  # type: ignore[attr-defined]


class StopFilter(admin.SimpleListFilter):
    """Why outreach stopped; the status stands beside it for its index."""

    title = "blacklist reason"
    parameter_name = "blacklist_reason"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, str]]:
        """All reasons."""
        return [(reason.value, str(reason.label)) for reason in BlacklistReason]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Lead]) -> QuerySet[Lead]:
        """Leads stopped for this reason."""
        if not self.value():
            return queryset
        return queryset.filter(status=LeadStatus.BLACKLISTED, blacklist_reason=self.value())


class SharedPhoneFilter(admin.SimpleListFilter):
    """Leads of one workspace with the same number: perhaps one person, perhaps one office."""

    title = "phone"
    parameter_name = "phone_shared"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, str]]:
        """One choice."""
        return [("yes", "Shares its phone with another lead")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Lead]) -> QuerySet[Lead]:
        """Neighbours stand together."""
        if self.value() != "yes":
            return queryset
        twins = Lead.objects.filter(workspace_id=OuterRef("workspace_id"), phone=OuterRef("phone"))
        shared = SharedPhone.objects.filter(workspace_id=OuterRef("workspace_id"), number=OuterRef("phone"))
        found = queryset.filter(Exists(shared), Exists(twins.exclude(pk=OuterRef("pk"))), phone__isnull=False)
        return found.order_by("workspace_id", "phone", "id")


class SmsBlockedFilter(admin.SimpleListFilter):
    """Leads no text reaches: DND, no usable number, a country the provider refuses."""

    title = "SMS"
    parameter_name = "sms_blocked"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, str]]:
        """One choice."""
        return [("yes", "SMS blocked")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Lead]) -> QuerySet[Lead]:
        """Last blocked first."""
        if self.value() != "yes":
            return queryset
        return queryset.sms_blocked().order_by("-sms_last_blocked_at", "-id")  # type: ignore[attr-defined]


class ConflictInline(ReadOnlyInline):
    """Identifiers that arrived for the lead and are somebody else's."""

    model = LeadIdentityConflict
    fk_name = "lead"
    fields = ("identifier", "value", "other_lead", "status", "created_at")
    readonly_fields = fields


@admin.register(Lead)
class LeadAdmin(TenantModelAdmin):
    """One lead per row. Nothing is edited here: actions call the services the inbox uses."""

    action_form = NoteForm
    view_permission = Permission.MANAGE_SETTINGS.value
    list_display = (
        "shown_name",
        "workspace",
        "email",
        "status",
        "blacklist_reason",
        "sentiment_tag",
        "listed_under",
        "due_at",
        "assigned_to",
        "sms_state",
        "last_message_at",
    )
    list_filter = (
        TabFilter,
        "status",
        StopFilter,
        "enrichment_status",
        SharedPhoneFilter,
        SmsBlockedFilter,
        "workspace",
    )
    search_fields = ("email",)
    one_order = True
    search_help_text = "A whole e-mail address, the end of a phone number, or beginnings of words."
    list_select_related = ("workspace", "assigned_to")
    inlines = (ConflictInline,)
    actions = ("stop", "lift_stop", "recompute", "merge")

    def get_fields(self, request: HttpRequest, obj: Lead | None = None) -> list[str]:
        """The tabs first, then every column in the order of the model."""
        return ["tabs", *(field.name for field in Lead._meta.fields if field.name != "search_vector")]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """All of them."""
        return self.get_fields(request, obj)

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """Newest first inside a workspace; over all of them only the primary key has an index."""
        return ("-sort_at", "-id") if request.GET.get("workspace__id__exact") else ("-id",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Lead], search_term: str
    ) -> tuple[QuerySet[Lead], bool]:
        """The search of the inbox over the workspaces the person may open."""
        search = read_search(search_term)
        leads: Any = queryset
        workspaces = sorted(access_of(request).workspace_ids)
        match search.kind:
            case SearchKind.EMAIL:
                leads = leads.knowing_email(workspaces, search.value)
            case SearchKind.PHONE:
                leads = leads.phone_ending(search.value)
            case SearchKind.WORDS:
                leads = leads.containing_words(workspaces, search.value)
        return leads, False

    @admin.display(description="Name", ordering="name_key")
    def shown_name(self, lead: Lead) -> str:
        """As the inbox shows it."""
        return lead.shown_name

    @admin.display(description="SMS")
    def sms_state(self, lead: Lead) -> str:
        """Why texts are blocked, and how often in a row."""
        blocked, sent = lead.sms_last_blocked_at, lead.sms_last_success_at
        if blocked is None or (sent is not None and sent >= blocked):
            return ""
        return f"{lead.sms_last_blocked_reason or 'blocked'} ×{lead.sms_consecutive_blocked_count}"

    @admin.display(description="Tabs")
    def listed_under(self, lead: Lead) -> str:
        """The tabs it is in now, beside All."""
        return ", ".join(Tab(tab).label for tab in tabs_of(lead, timezone.now()) if tab != Tab.ALL)

    @admin.display(description="In the inbox under")
    def tabs(self, lead: Lead) -> SafeString:
        """Each tab with what puts the lead there."""
        found = explain_tabs(lead, timezone.now())
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}: {}</li>", found))

    @admin.action(description="Blacklist (every channel)")
    def stop(self, request: HttpRequest, leads: QuerySet[Lead]) -> None:
        """Stop outreach to the chosen leads."""
        self._each(request, leads, "lead.edit_status", lambda lead: blacklist_lead(lead, "manual", by=request.user))  # type: ignore[arg-type]

    @admin.action(description="Lift blacklist (needs a note)")
    def lift_stop(self, request: HttpRequest, leads: QuerySet[Lead]) -> None:
        """Lift the stop of the chosen leads, with the note as reason."""
        note = request.POST.get("note", "").strip()
        if not note:
            messages.error(request, "Write in the note why the stop is lifted.")
            return
        self._each(request, leads, "lead.clear_blacklist", lambda lead: clear_blacklist(lead, request.user, note))  # type: ignore[arg-type]

    @admin.action(description="Recompute from messages")
    def recompute(self, request: HttpRequest, leads: QuerySet[Lead]) -> None:
        """Derive times, channels and flags again."""
        self._each(request, leads, "lead.edit_status", lambda lead: bool(recompute_rollups(lead)))

    @admin.action(description="Compare two leads and merge")
    def merge(self, request: HttpRequest, leads: QuerySet[Lead]) -> HttpResponse | None:
        """Show two leads of one workspace side by side, the older one staying; the page there merges them."""
        chosen = list(leads.order_by("created_at", "id")[:3])
        if len(chosen) != 2 or chosen[0].workspace_id != chosen[1].workspace_id:
            messages.error(request, "Choose exactly two leads of one workspace.")
            return None
        return HttpResponseRedirect(reverse("lead_merge", args=[chosen[0].workspace_id, chosen[0].pk, chosen[1].pk]))

    def _each(self, request: HttpRequest, leads: QuerySet[Lead], action: str, act: Callable[[Lead], bool]) -> None:
        access = access_of(request)
        changed = refused = unchanged = 0
        for lead in leads:
            if not can(access, action, lead.workspace_id, lead):
                refused += 1
            elif act(lead):
                changed += 1
            else:
                unchanged += 1
        messages.info(request, f"{changed} changed, {unchanged} already so, {refused} not allowed.")
