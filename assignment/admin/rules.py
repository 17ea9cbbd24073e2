"""Rules of routing in the admin: written as JSON, kept with every version."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from assignment.admin.base import RoutingAdmin
from assignment.models import RoutingRule, RoutingRuleRevision
from assignment.rules.routing.input import can_read_conditions, can_read_schedule
from assignment.services.routing import rules
from assignment.views.condition_words import conditions_in_words
from assignment.views.rule_words import changes_in_words
from zrg.jobs.admin.support import json_block
from zrg.lib.errors import ZrgError
from zrg.workspaces.admin.base import ReadOnlyInline
from zrg.workspaces.models import Workspace

DESTINATION = "destination_workspace_id"


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]
    """The service checks what was entered; what it refuses is shown at the form."""

    class Meta:
        model = RoutingRule
        fields = (
            "workspace", "name", "priority", "weight", "is_active", "conditions", "destination_workspace", "actions",
            "cap_daily", "cap_weekly", "cap_monthly", "cap_total", "schedule", "starts_at", "ends_at",
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """The values in stored form, or the service's words."""
        values: dict[str, Any] = super().clean() or {}
        try:
            rules.clean_values({name: values.get(name) for name in rules.CHECKED if name in values})
        except ZrgError as error:
            raise forms.ValidationError(f"{error} {error.data.get('pointer', error.data.get('field', ''))}") from error
        return values


class RevisionInline(ReadOnlyInline):
    """Every save, newest first: what it changed, and the whole version folded up."""

    model = RoutingRuleRevision
    fields = ("version", "changes", "changed_by", "created_at", "whole")
    readonly_fields = fields
    ordering = ("-version",)
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With the version before, and the names of both destinations as far as this person may see them."""
        earlier = RoutingRuleRevision.objects.filter(rule=OuterRef("rule"), version__lt=OuterRef("version"))
        newest_first = earlier.order_by("-version")

        def name_of(column: Any) -> Subquery:
            return Subquery(Workspace.objects.annotate(key=Cast("pk", TextField())).filter(key=column).values("name"))

        rows = super().get_queryset(request).select_related("changed_by")
        return rows.annotate(
            before=Subquery(newest_first.values("snapshot")[:1]),
        ).annotate(
            name_before=name_of(KeyTextTransform("destination_workspace_id", OuterRef("before"))),
            name_after=name_of(KeyTextTransform("destination_workspace_id", OuterRef("snapshot"))),
        )

    @admin.display(description="Changes")
    def changes(self, revision: Any) -> str:
        """What is different from the version before."""
        if revision.before is None:
            return "As it was written" if revision.version == 1 else "The version before is not kept"
        names = {
            str(revision.before.get(DESTINATION)): revision.name_before,
            str(revision.snapshot.get(DESTINATION)): revision.name_after,
        }
        lines = changes_in_words(revision.before, revision.snapshot, {key: name for key, name in names.items() if name})
        if not lines:
            return "Saved without a change"
        return format_html_join("", "<p>{}: {}</p>", ((name, _change(old, new)) for name, old, new in lines))

    @admin.display(description="Whole version")
    def whole(self, revision: RoutingRuleRevision) -> str:
        """As it was saved."""
        return format_html("<details><summary>Show</summary>{}</details>", json_block(revision.snapshot))


def _change(old: str, new: str) -> str:
    if not old:
        return format_html("{}", new)
    return format_html("<del>{}</del> → {}", old, new) if new else format_html("<del>{}</del>", old)


@admin.register(RoutingRule)
class RoutingRuleAdmin(RoutingAdmin):
    """Which leads go where. A save makes a revision and tries failed leads again."""

    form = RuleForm
    # A workspace's own people do not see the destination's row and could not keep it: they use the API.
    platform_manages = True
    allow_add = True
    list_display = ("name", "workspace", "destination_workspace", "priority", "weight", "is_active", "version", "state")
    list_filter = ("is_active", "workspace")
    list_select_related = ("workspace", "destination_workspace")
    search_fields = ("=id", "name")
    autocomplete_fields = ("workspace", "destination_workspace")
    ordering = ("workspace", "-priority", "id")
    fields = (
        "workspace", "name", "priority", "weight", "is_active", "conditions", "in_words", "destination_workspace",
        "actions", "cap_daily", "cap_weekly", "cap_monthly", "cap_total", "schedule", "starts_at", "ends_at",
    )  # fmt: skip
    readonly_fields = ("in_words",)
    inlines = (RevisionInline,)
    actions = ("archive",)

    @admin.display(description="In words, as saved")
    def in_words(self, rule: RoutingRule) -> str:
        """What a lead must be like."""
        return conditions_in_words(rule.conditions)

    @admin.display(description="State")
    def state(self, rule: RoutingRule) -> str:
        """Archived, waiting, over or in force."""
        now = timezone.now()
        if rule.archived_at:
            return "archived"
        if not (can_read_conditions(rule.conditions) and can_read_schedule(rule.schedule)):
            return "cannot be read: takes no lead"
        if rule.starts_at and rule.starts_at > now:
            return "not started"
        return "over" if rule.ends_at and rule.ends_at <= now else "in force"

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Through the service: version, revision, audit."""
        names = [name for name in form.fields if name not in ("workspace", "destination_workspace")]
        values = {name: form.cleaned_data.get(name) for name in names}
        target = form.cleaned_data.get("destination_workspace")
        values["destination_workspace_id"] = target.pk if target else None
        by: Any = request.user
        if change:
            stored = RoutingRule.objects.get(pk=obj.pk)
            rules.change_rule(stored, values, by=by, version=stored.version)
        else:
            obj.pk = rules.create_rule(obj.workspace_id, values, by=by).pk

    @admin.action(description="Archive: takes no more leads")
    def archive(self, request: HttpRequest, found: QuerySet[RoutingRule]) -> None:
        """Take rules out; the log goes on naming them."""
        by: Any = request.user
        self.act(request, found, lambda rule: rules.archive_rule(rule, by=by), "archived", action="routing.configure")
