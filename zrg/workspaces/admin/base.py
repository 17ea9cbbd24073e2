"""The base of all admin classes: limited by tenant, audited, guarded."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.admin import ShowFacets
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import models
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import cached_property
from unfold.admin import ModelAdmin, TabularInline
from unfold.views import ChangeList

from zrg.workspaces.access import Access
from zrg.workspaces.decorators import access_of
from zrg.workspaces.enums import Permission, WorkspaceStatus
from zrg.workspaces.errors import StepUpRequired
from zrg.workspaces.services.audit import record_audit
from zrg.workspaces.step_up import recently_authenticated

COUNT_CAP = 10_000
AUDITED_IDS = 50
# Rows a search lists by each of its columns.
MOST_FOUND = 1_000
MAX_BULK = 500
REASON = "reason"


class CappedPaginator(Paginator):
    """Counts up to a cap, so that a list of millions opens as quickly as one of ten."""

    @cached_property
    def count(self) -> int:
        """The number of rows, at most the cap."""
        rows = self.object_list
        if isinstance(rows, QuerySet):
            # In the order of the list, so by its index: without one, a rare choice would be looked for in every row.
            return rows.values("pk")[:COUNT_CAP].count()
        return super().count


class OneOrderChangeList(ChangeList):
    """A list that keeps its order, or the one a filter asks for, whatever the address says."""

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        """What the rows are ordered by already; the key makes it definite."""
        return self._get_deterministic_ordering(queryset.query.order_by)  # type: ignore[no-any-return, attr-defined]


class TenantModelAdmin(ModelAdmin):
    """Rows of the workspaces a person administers; platform people see all.

    `view_permission` limits what is listed, `manage_permission` what can be changed (None: nothing
    through forms; actions call services). `platform_only` hides the model from workspace people.
    `workspace_lookup` is the path from the model to its workspace ("" for a workspace itself).
    `step_up` asks for a recent log-in before anything is written. `one_order`: the table is big, so the list is not
    sorted by a column without an index, and each of `search_fields` ("=column" or "=relation__column") is asked by an
    index of its own.
    """

    view_permission: str = Permission.VIEW_AI_OPS.value
    manage_permission: str | None = None
    platform_only = False
    platform_manages = False
    allow_add = False
    allow_delete = False
    step_up = False
    workspace_lookup = "workspace"
    one_order = False

    paginator = CappedPaginator
    show_full_result_count = False
    list_per_page = 50
    list_select_related: Any = True
    compressed_fields = True
    warn_unsaved_form = False
    delete_confirmation_template = "zrg/admin/delete_confirmation.html"

    # --- who sees and changes what -----------------------------------------------------------------
    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Rows of the person's workspaces; row security holds the same line below."""
        rows = super().get_queryset(request)
        access = access_of(request)
        if access.platform:
            return rows
        if self.platform_only:
            return rows.none()
        return self.limit(rows, workspaces_with(access, self.view_permission))

    def limit(self, rows: QuerySet[Any], workspace_ids: set[UUID]) -> QuerySet[Any]:
        """The rows that belong to these workspaces."""
        path = f"{self.workspace_lookup}_id__in" if self.workspace_lookup else "pk__in"
        return rows.filter(**{path: workspace_ids})

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether the model appears in the menu."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Rows outside are not even found; the model shows when some workspace has the permission."""
        access = access_of(request)
        return bool(access.platform) or (not self.platform_only and bool(workspaces_with(access, self.view_permission)))

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Only where the matching `manage_*` permission holds and the workspace is not suspended."""
        if self.manage_permission is None and not self.platform_manages:
            return False
        access = access_of(request)
        if access.platform:
            return True
        if self.manage_permission is None or self.platform_only:
            return False
        allowed = workspaces_with(access, self.manage_permission, writable=True)
        return bool(allowed) if obj is None else self.workspace_of(obj) in allowed

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Most rows are made by services."""
        return self.allow_add and self.has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Most rows are never deleted."""
        return self.allow_delete and self.has_change_permission(request, obj)

    def workspace_of(self, obj: models.Model) -> UUID | None:
        """The workspace a row belongs to."""
        if not self.workspace_lookup:
            return obj.pk
        value: Any = obj
        *path, last = self.workspace_lookup.split("__")
        for name in path:
            value = getattr(value, name)
        return getattr(value, f"{last}_id", None)

    # --- big tables ------------------------------------------------------------------------------------
    @property
    def show_facets(self) -> ShowFacets:
        """Counts beside each choice of a filter read the whole table: not where it is big."""
        return ShowFacets.NEVER if self.one_order else ShowFacets.ALLOW

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        """One that cannot be sorted by everything, where `one_order` holds."""
        return OneOrderChangeList if self.one_order else super().get_changelist(request, **kwargs)

    def get_sortable_by(self, request: HttpRequest) -> Any:
        """No column of such a list."""
        return () if self.one_order else super().get_sortable_by(request)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """In a big table by one index after the other: all of them in one condition would read every row."""
        if not self.one_order:
            return super().get_search_results(request, queryset, search_term)
        term = search_term.strip()
        if not term:
            return queryset, False
        workspaces = sorted(access_of(request).workspace_ids)
        return queryset.filter(pk__in=found_by_each(self.model, self.search_fields, term, workspaces)), False

    # --- writing ---------------------------------------------------------------------------------------
    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """A save asks for a recent log-in where the model demands it."""
        self.demand_step_up(request)
        return super().changeform_view(request, *args, **kwargs)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        """Deleting asks for a reason."""
        self.demand_step_up(request)
        if request.method == "POST" and not request.POST.get(REASON, "").strip():
            messages.error(request, "Please give a reason.")
            return HttpResponseRedirect(request.get_full_path())
        return super().delete_view(request, object_id, extra_context)

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        """Save, and record what changed."""
        before = type(obj)._base_manager.filter(pk=obj.pk).first() if change else None
        super().save_model(request, obj, form, change)
        names = [name for name in form.changed_data if name in {field.name for field in obj._meta.concrete_fields}]
        self.audit(
            request,
            "admin.row_changed" if change else "admin.row_added",
            obj,
            before={name: plain(getattr(before, name)) for name in names} if before is not None else None,
            after={name: plain(getattr(obj, name)) for name in names},
        )

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Delete, and record what is gone and why."""
        self.audit(request, "admin.row_deleted", obj, before={"name": str(obj)}, reason=request.POST.get(REASON, ""))
        super().delete_model(request, obj)

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """Run an action on at most 500 rows, and record which."""
        self.demand_step_up(request)
        name = request.POST.get("action", "")
        chosen = request.POST.getlist("_selected_action")
        if len(chosen) > MAX_BULK or request.POST.get("select_across") == "1":
            messages.error(request, f"At most {MAX_BULK} rows at once; choose them on the list.")
            return HttpResponseRedirect(request.get_full_path())
        response = super().response_action(request, queryset)
        if name and chosen:
            self.audit(request, "admin.action", None, after={"action": name, "ids": chosen[:AUDITED_IDS]})
        return response

    def demand_step_up(self, request: HttpRequest) -> None:
        """Raise unless the person proved lately who they are (only for writes of guarded models)."""
        if self.step_up and request.method == "POST" and not recently_authenticated(request):
            raise StepUpRequired

    def audit(self, request: HttpRequest, action: str, obj: models.Model | None, **values: Any) -> None:
        """One line of the audit for this model."""
        record_audit(
            action,
            actor=request.user,  # type: ignore[arg-type]
            workspace=self.workspace_of(obj) if obj is not None and not self.platform_only else None,
            obj=obj,
            # An act on many rows names the list: a row's own type promises an id.
            object_type="" if obj is not None else self.opts.label_lower,
            **values,
        )


class ReadOnlyInline(TabularInline):
    """Related rows, to look at."""

    extra = 0
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever sees the parent."""
        return True


def found_by_each(model: type[models.Model], columns: Any, term: str, workspaces: list[UUID]) -> set[Any]:
    """Keys of rows whose column, or whose related row's column, equals the term; at most MOST_FOUND of each."""
    found: set[Any] = set()
    for path in columns:
        *relation, name = path.removeprefix("=").split("__")
        owner: Any = model._meta.get_field(relation[0]).related_model if relation else model
        try:
            value = owner._meta.get_field(name).to_python(term)
        except ValidationError:
            continue
        rows = owner._base_manager.filter(**{name: value})
        if hasattr(owner, "workspace") and not owner._meta.get_field("workspace").null:
            rows = rows.filter(workspace_id__in=workspaces)
        if relation:
            keys = list(rows.values_list("pk", flat=True)[:MOST_FOUND])
            rows = model._base_manager.filter(**{f"{relation[0]}_id__in": keys})
        found.update(rows.values_list("pk", flat=True)[:MOST_FOUND])
    return found


def workspaces_with(access: Access, permission: str, *, writable: bool = False) -> set[UUID]:
    """Workspaces in which the person has a permission (and, for writing, that are not suspended)."""
    return {
        one.workspace_id
        for one in access.by_workspace.values()
        if permission in one.permissions and (not writable or one.status == WorkspaceStatus.ACTIVE)
    }


def plain(value: Any) -> Any:
    """A value as the audit can hold it."""
    if value is None or isinstance(value, bool | int | float | str | dict):
        return value
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    return str(value)
